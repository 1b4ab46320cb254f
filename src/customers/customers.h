// SPDX-License-Identifier: Apache-2.0
// Who may trade: customers, their keys, and the list of each one's live orders.
// The records that only reports need (labels, sealed secrets) stay with the
// control entries' own structs, in exchange; here is what every order asks for.
#pragma once

#include "base/base.h"

#define KEY_OWNER_NONE UINT32_MAX // removed, or may not trade

struct customer {
	uint32_t newest;  // slot of the newest live order
	uint32_t live;    // how many
	uint8_t status;   // enum customer_status; 0 = active
	uint8_t reserved[7];
};
_Static_assert(sizeof(struct customer) == 16, "four to a cache line");

struct customers {
	struct customer *list;
	uint32_t *key_owner;     // [key] customer that it may trade for, or KEY_OWNER_NONE
	uint32_t count, max;
	uint32_t key_count, keys_max;
};

size_t customers_memory(uint32_t customers, uint32_t keys);
void customers_init(struct customers *customers, void *zeroed, uint32_t customers_max, uint32_t keys_max);

// Index of the new customer or key. The caller has checked that there is room.
uint32_t customers_add(struct customers *customers);
uint32_t customers_key_add(struct customers *customers, uint32_t customer, bool may_trade);
void customers_key_remove(struct customers *customers, uint32_t key);

// True when the key exists, was not removed, belongs to the customer and may trade.
static inline bool customers_key_trades(const struct customers *customers, uint32_t key, uint32_t customer)
{
	return key < customers->key_count && customers->key_owner[key] == customer;
}
