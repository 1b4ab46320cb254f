// SPDX-License-Identifier: Apache-2.0
// Candles of four base lengths, kept up with each trade; every other length is
// gathered from them when somebody asks.
#pragma once

#include "api/interval.h"
#include "daemons/history/store.h"

#define CANDLE_SPANS 4

// 1s, 1m, 1h, 1d.
extern const enum kline_interval candle_span[CANDLE_SPANS];

struct candles; // the current candle of each market and span

struct candles *candles_new(uint16_t markets); // NULL without memory
void candles_free(struct candles *c);          // accepts NULL

// Adds a trade; a candle that is over goes to the store at once. 0 or -EIO.
MUST_USE int candles_trade(struct candles *c, struct store *store, const struct trade_row *trade);
// Writes the current ones that changed.
MUST_USE int candles_flush(struct candles *c, struct store *store);

// Folds one trade into a candle; opens it when candle->trades is 0.
void candle_add(struct candle *candle, const struct trade_row *trade);
// Folds a later candle into an earlier one; takes it over when `to` is empty (open_us stays).
void candle_merge(struct candle *to, const struct candle *from);
