// SPDX-License-Identifier: Apache-2.0
// The API keys that the engine told of, found by their public text. Only the
// engine's feed inserts; a string that a client sent is looked up and forgotten.
#pragma once

#include "crypto/sha256.h"
#include "wire/message.h"

struct auth_key {
	uint32_t index, customer;
	uint8_t kind;   // enum key_kind
	uint8_t scopes; // sum of enum key_scope
	uint8_t ip_rules;
	bool used;
	struct ip_rule ip[IP_RULES_MAX];
	uint8_t public_key[32];       // KEY_ED25519
	const struct hmac_key *hmac;  // KEY_HMAC: the pads, in secret memory
	char api_key[API_KEY_SIZE];   // NUL-padded
};

struct key_table;

// Room for key indices below `capacity`. Secrets are opened with auth's own key, which must stay valid. seed: random,
// for the hash. NULL without memory.
struct key_table *key_table_new(uint32_t capacity, const uint8_t auth_public[32], const uint8_t auth_secret[32],
				const uint8_t seed[32]);
void key_table_free(struct key_table *t); // accepts NULL

// Adds or replaces. 0, 1 when the row cannot be: index beyond the capacity, another kind, a name twice, a secret that does
// not open; the key is then not usable. -ENOMEM.
MUST_USE int key_table_add(struct key_table *t, const struct key_row *row);
void key_table_remove(struct key_table *t, uint32_t index);
void key_table_clear(struct key_table *t);

// The key of that text, or NULL.
const struct auth_key *key_table_find(const struct key_table *t, const char *api_key, size_t size);
uint32_t key_table_count(const struct key_table *t);
