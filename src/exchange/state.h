// SPDX-License-Identifier: Apache-2.0
// Inside the state machine. Private to this folder, its tests and the bench.
#pragma once

#include "base/hash.h"
#include "customers/customers.h"
#include "exchange/exchange.h"
#include "ledger/ledger.h"
#include "market/index.h"
#include "market/market.h"

// Named limits of a genesis; exchange_memory refuses what lies beyond.
#define CUSTOMERS_MAX (1u << 24)
#define KEYS_MAX (1u << 24)
#define ASSETS_MAX 1024u
#define MARKETS_MAX 1024u
#define ORDERS_MAX (1u << 28)        // live, and as many closed
#define LEVELS_MAX (1u << 24)
#define FILLS_PER_ORDER_MAX (1u << 16)
#define EVENTS_SPARE 8u              // of one entry beyond its fills or cancels

#define SCRUB_LINES 256u             // ledger lines folded at each seal
#define SCRUB_ORDERS 64u             // order slots folded at each seal

_Static_assert((int)BOOK_BID == SIDE_BUY && (int)BOOK_ASK == SIDE_SELL, "the book's sides are the wire's");
_Static_assert(ORDER_CLIENT_ID_MAX == CLIENT_ID_MAX, "the pool holds the longest client id");

struct exchange {
	uint64_t sequence, time_us, digest, digest_key;
	uint64_t orders_ever;            // the last public order id
	struct event *events;
	uint32_t event_count;
	uint32_t fills_max, orders_max, orders_per_customer;
	struct market *markets;          // [market_count]
	struct ledger_line *(*lines)[2]; // [market]: of what a bid holds (quote) and of what an ask holds (base)
	struct orders orders;
	struct tree_pool levels;
	struct id_index by_id;
	struct index by_client;
	struct customers customers;
	struct ledger ledger;
	struct hash_key hash;

	// what only control entries and reports touch
	uint16_t asset_count, market_count;
	uint32_t rules;
	uint64_t scrub_line;
	uint32_t scrub_order;
	uint64_t control_number;
	uint8_t control_hash[32];
	uint8_t id[32];
	struct genesis genesis;
	struct asset_add *assets;
	struct market_add *market_terms; // fees as now
	struct customer_add *customer_info;
	struct key_add *key_info;
	uint8_t *key_removed;
	struct index by_api_key;
	size_t memory;
};

// ---- one function per entry kind; 0, or 1 when the payload is malformed ----
int apply_order_new(struct exchange *x, const struct entry *entry);
int apply_order_cancel(struct exchange *x, const struct entry *entry);
int apply_order_cancel_all(struct exchange *x, const struct entry *entry);
int apply_control(struct exchange *x, const struct entry *entry);

// ---- shared by control.c and load.c ----
// Adds without asking; false when market_init refuses the terms.
MUST_USE bool exchange_market_put(struct exchange *x, const struct market_add *add);
uint32_t exchange_key_put(struct exchange *x, const struct key_add *add);
uint32_t api_key_tag(const struct exchange *x, const char api_key[API_KEY_SIZE]);
bool api_key_known(const struct exchange *x, const char api_key[API_KEY_SIZE]);

// ---- view.c ----
void order_view_of(const struct exchange *x, uint32_t slot, struct order_view *ret);
