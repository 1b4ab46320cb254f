// SPDX-License-Identifier: Apache-2.0
// Builds DIR/founding: control entries signed one after the other by the first operator.
#pragma once

#include "wire/founding.h"

struct founding_draft {
	const uint8_t *seed;       // the operator's Ed25519 seed
	uint32_t uid;              // of who founds
	uint8_t exchange[32];
	uint64_t number;           // of the last entry
	uint8_t previous[32];
	struct writer entries;
	uint32_t assets, markets, customers, keys; // made so far; their next index
};

// Each appends one signed entry. An entry that does not fit makes entries.failed true, which the caller checks once.
void founding_begin(struct founding_draft *f, const struct genesis *genesis, const uint8_t seed[32], uint32_t uid, void *to,
		    size_t room);
uint16_t founding_asset(struct founding_draft *f, const char *name, uint8_t decimals);
void founding_market(struct founding_draft *f, const struct market_add *market);
uint32_t founding_customer(struct founding_draft *f, const char *label);
void founding_key(struct founding_draft *f, const struct key_add *key);
void founding_deposit(struct founding_draft *f, uint32_t customer, uint16_t asset, uint64_t wholes);
