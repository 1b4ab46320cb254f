// SPDX-License-Identifier: Apache-2.0
// Every answer's JSON, field by field as the convention has it. A list is written by its owner: '[', rows joined
// with commas, ']'. Values that came from another process (ids, market numbers, enums) may be anything; names out
// of range are written as "".
#pragma once

#include "api/catalogue.h"
#include "api/error.h"
#include "api/json.h"
#include "wire/message.h"

// {"code":-1121,"msg":"Invalid symbol."}
void answer_error(struct writer *w, const struct api_problem *problem);

// ---- orders ----
enum answer_order_form { ANSWER_ORDER_ACK, ANSWER_ORDER_RESULT, ANSWER_ORDER_FULL };
// POST order. FULL leaves its list of fills open: fills follow, then answer_fills_end.
void answer_order_new(struct writer *w, const struct catalogue *c, const struct order_view *order,
		      enum answer_order_form form);
void answer_fill(struct writer *w, const struct catalogue *c, const struct trade_view *trade);
void answer_fills_end(struct writer *w);
void answer_order_cancelled(struct writer *w, const struct catalogue *c, const struct order_view *order);
void answer_order_row(struct writer *w, const struct catalogue *c, const struct order_view *order); // GET

// ---- account ----
void answer_account_begin(struct writer *w, const struct catalogue *c, uint32_t customer, uint64_t time_us);
void answer_balance_row(struct writer *w, const struct catalogue *c, const struct balance_row *row);
void answer_account_end(struct writer *w);
void answer_coin_row(struct writer *w, const struct catalogue *c, const struct balance_row *row); // capital/config
void answer_my_trade_row(struct writer *w, const struct catalogue *c, const struct trade_row *row, uint32_t customer);
void answer_commission(struct writer *w, const struct catalogue *c, uint32_t market);
void answer_trade_fee_row(struct writer *w, const struct catalogue *c, uint32_t market);

// ---- markets ----
void answer_time(struct writer *w, uint64_t now_us);
void answer_trade_row(struct writer *w, const struct trade_view *trade, uint64_t time_us);
void answer_agg_trade_row(struct writer *w, const struct trade_row *row);
void answer_kline_row(struct writer *w, const struct kline_row *row);
void answer_levels(struct writer *w, const struct marketdata_level *level, size_t count);
void answer_depth(struct writer *w, uint64_t update, const struct marketdata_level *bid, size_t bids,
		  const struct marketdata_level *ask, size_t asks);
struct answer_touch { struct marketdata_level bid, ask; }; // zero where the book is empty
void answer_ticker_24hr(struct writer *w, const struct catalogue *c, uint32_t market,
			const struct marketdata_ticker *ticker, const struct answer_touch *touch, bool mini);
void answer_ticker_price(struct writer *w, const struct catalogue *c, uint32_t market, struct price last);
void answer_ticker_book(struct writer *w, const struct catalogue *c, uint32_t market,
			const struct answer_touch *touch);
void answer_average(struct writer *w, struct price average, uint64_t close_time_us);

// ---- exchangeInfo ----
struct answer_limits { uint64_t weight_per_minute, orders_per_10s, orders_per_day; }; // 0 = none
void answer_info_begin(struct writer *w, uint64_t now_us, const struct answer_limits *limits);
void answer_info_symbol(struct writer *w, const struct catalogue *c, uint32_t market);
void answer_info_end(struct writer *w);
