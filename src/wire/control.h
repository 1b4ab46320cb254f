// SPDX-License-Identifier: Apache-2.0
// Control entries and their evidence. Payload of every control entry:
//   u64 number             1, 2, 3 ... over control entries only (genesis is 1)
//   u8  previous[32]       SHA-256 of the previous control entry's payload (zeros for genesis)
//   u32 signer             index of the operator key in genesis
//   u32 uid                the peer uid that the kernel named at the operator socket
//   u8  signature[64]      Ed25519 over CONTROL_DOMAIN || exchange[32] || kind || number ||
//                          previous || signer || uid || body
//   body                   as below, ending exactly at the entry's end
// exchange[32] = SHA-256 of genesis' body (for genesis itself too). The number
// and previous hash inside the signature make each statement usable once, at
// one place in history.
#pragma once

#include "wire/entry.h"

#define CONTROL_DOMAIN "redoubt/control/v1" // with its NUL: 19 bytes
#define CONTROL_EVIDENCE_SIZE (8 + 32 + 4 + 4 + 64)
#define OPERATORS_MAX 8
#define ORIGIN_MAX 63   // name of the log, e.g. "redoubt.local/demo"
#define IP_RULES_MAX 8  // address rules a key may carry
#define API_KEY_SIZE 64 // characters of the public API key
#define KEY_SEALED_MAX 256
#define LABEL_MAX 32

struct control {
	uint64_t number;
	uint8_t previous[32];
	uint32_t signer;
	uint32_t uid;
	uint8_t signature[64];
	const uint8_t *body;
	size_t body_size;
};

// Sizes that are fixed for the life of an exchange. All preallocated; reaching
// one is a refusal that names it.
struct capacities {
	uint32_t customers;
	uint32_t keys;
	uint16_t assets;
	uint16_t markets;
	uint32_t orders;              // live orders in all books
	uint32_t orders_per_customer; // live orders of one customer
	uint32_t levels;              // leaves of the price tree, over all books
	uint32_t closed_orders;       // recently closed orders that stay readable
	uint32_t fills_per_order;     // a taker stops after so many and the rest expires
};

struct genesis {
	uint32_t rules;       // version of the semantics
	bool demo;            // deposit-test works; can never be changed
	char origin[ORIGIN_MAX + 1];
	struct capacities capacities;
	uint8_t hash_seed[32];
	uint8_t auth_public[32];       // X25519, API secrets are sealed to it
	uint8_t checkpoint_public[32]; // Ed25519, the log's key
	uint32_t operators;
	uint8_t operator_public[OPERATORS_MAX][32];
};

struct asset_add { char name[ASSET_NAME_MAX + 1]; uint8_t decimals; };

enum market_status { MARKET_TRADING = 0, MARKET_HALTED = 1, MARKET_CANCEL_ONLY = 2 };

struct market_add {
	char symbol[SYMBOL_MAX + 1];
	uint16_t base, quote;              // asset indices
	struct price tick, price_min, price_max;
	struct quantity lot, quantity_min, quantity_max;
	struct amount notional_min, notional_max;
	struct fee_rate maker, taker;
};

struct market_set { uint16_t market; uint8_t status; struct fee_rate maker, taker; };

enum customer_status { CUSTOMER_ACTIVE = 0, CUSTOMER_FROZEN = 1 };
struct customer_add { uint8_t commitment[32]; char label[LABEL_MAX + 1]; };
struct customer_set { uint32_t customer; uint8_t status; };

enum key_kind { KEY_HMAC = 1, KEY_ED25519 = 2 };
enum key_scope { SCOPE_READ = 1, SCOPE_TRADE = 2, SCOPE_WITHDRAW = 4 };

// An address prefix; IPv4 is written as ::ffff:a.b.c.d with bits + 96.
struct ip_rule { uint8_t address[16]; uint8_t bits; };

struct key_add {
	uint32_t customer;
	uint8_t kind;                 // enum key_kind
	uint8_t scopes;               // sum of enum key_scope
	char api_key[API_KEY_SIZE + 1];
	uint8_t public_key[32];       // KEY_ED25519
	uint16_t sealed_size;         // KEY_HMAC: the secret sealed to auth
	uint8_t sealed[KEY_SEALED_MAX];
	uint8_t ip_rules;             // 0 = any address
	struct ip_rule ip[IP_RULES_MAX];
};
struct key_remove { uint32_t key; };
struct deposit_test { uint32_t customer; uint16_t asset; struct amount amount; };

// What `redoubt host check` found, for the record: it changes nothing.
struct host_report {
	uint8_t digest[32];   // SHA-256 of the result
	uint64_t time_us;     // when the host was examined, by its own clock
	uint16_t failed, unknown, passed; // checks; what does not apply is in none
	uint8_t manifest[32]; // SHA-256 of the manifest that the host was held to; zeros: there was none
};

// Splits a control entry's payload. 0, or 1 when it is shorter than its evidence.
MUST_USE int control_read(const struct entry *entry, struct control *ret);

// The bytes that are signed. Returns their size, 0 if they do not fit.
size_t control_signed_bytes(const uint8_t exchange[32], uint8_t kind, const struct control *control, void *to,
			    size_t room);

// Checks the signature against genesis' operators. True when it holds.
bool control_verify(const struct genesis *genesis, const uint8_t exchange[32], uint8_t kind,
		    const struct control *control);

// Makes and signs one whole control entry; its size, or 0 if it does not fit.
size_t control_sign(const uint8_t exchange[32], uint8_t kind, uint64_t number, const uint8_t previous[32],
		    uint32_t signer, const uint8_t seed[32], uint32_t uid, const void *body, size_t body_size,
		    void *to, size_t room);

// The hash that the next control entry carries as `previous`.
void control_hash(const struct entry *entry, uint8_t hash[32]);

// Bodies. Readers: 0, or 1 when it is not exactly that message or a field is out
// of range. Writers: size, or 0 if it does not fit.
#define CONTROL_BODY(name)                                                     \
	MUST_USE int name##_read(const void *body, size_t size, struct name *ret); \
	size_t name##_write(const struct name *from, void *to, size_t room);
CONTROL_BODY(genesis)
CONTROL_BODY(asset_add)
CONTROL_BODY(market_add)
CONTROL_BODY(market_set)
CONTROL_BODY(customer_add)
CONTROL_BODY(customer_set)
CONTROL_BODY(key_add)
CONTROL_BODY(key_remove)
CONTROL_BODY(deposit_test)
CONTROL_BODY(host_report)
#undef CONTROL_BODY
