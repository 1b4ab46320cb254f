// SPDX-License-Identifier: Apache-2.0
// Symbols to market numbers, and the filters that order/test checks.
#pragma once

#include "base/hash.h"
#include "wire/message.h"

struct market_table;

struct market_table *market_table_new(uint32_t capacity, const uint8_t seed[32]); // NULL without memory
void market_table_free(struct market_table *t);                                  // accepts NULL
// Adds or replaces. 0, or 1 when the number or the symbol cannot be.
MUST_USE int market_table_set(struct market_table *t, const struct market_row *row);
void market_table_clear(struct market_table *t);
// The market of that symbol, or NULL.
const struct market_row *market_table_find(const struct market_table *t, const char *symbol, size_t size);

// What the engine's filters would say to this order, balances and book apart.
enum refusal market_filters(const struct market_row *market, const struct order_new *order);
