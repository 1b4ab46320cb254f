// SPDX-License-Identifier: Apache-2.0
// What the state machine says happened. Events are a pure function of the
// journal, so they are never stored: whoever needs them folds again.
#pragma once

#include "wire/entry.h"

enum event_kind {
	EVENT_ORDER_ACCEPTED = 1, // order: state at entry; it may fill in the events that follow
	EVENT_TRADE = 2,          // trade
	EVENT_ORDER_DONE = 3,     // order: left the book or never rested (status says why)
	EVENT_ORDER_REJECTED = 4, // order: nothing changed; reason says why
	EVENT_CANCEL_REJECTED = 5,// order.id / client id as asked; reason
	EVENT_ORDER_RESTED = 6,   // order: what remains is now in the book
	EVENT_CONTROL_DONE = 7,   // control: number, kind, index of what was made (customer, key, market ...)
	EVENT_CONTROL_REFUSED = 8,// control: reason
	EVENT_BALANCE = 9,        // balance: a line changed by something other than trading (deposit)
};

enum order_status { // names as in the API
	ORDER_NEW = 0, ORDER_PARTIALLY_FILLED = 1, ORDER_FILLED = 2, ORDER_CANCELED = 3,
	ORDER_REJECTED = 4, ORDER_EXPIRED = 5, ORDER_EXPIRED_IN_MATCH = 6,
};

// Why something was refused. One table in api maps each to code, status and text.
enum refusal {
	REFUSED_NOT = 0,
	REFUSED_MALFORMED,
	REFUSED_UNKNOWN_MARKET, REFUSED_MARKET_CLOSED,
	REFUSED_UNKNOWN_CUSTOMER, REFUSED_CUSTOMER_FROZEN, REFUSED_UNKNOWN_KEY,
	REFUSED_PRICE_FILTER, REFUSED_LOT_SIZE, REFUSED_NOTIONAL,
	REFUSED_BALANCE, REFUSED_OVERFLOW,
	REFUSED_DUPLICATE_CLIENT_ID, REFUSED_WOULD_TAKE, // LIMIT_MAKER that would match
	REFUSED_NO_LIQUIDITY,                            // MARKET with an empty other side
	REFUSED_UNKNOWN_ORDER,
	REFUSED_ORDERS_FULL, REFUSED_CUSTOMER_ORDERS_FULL, REFUSED_LEVELS_FULL,
	REFUSED_CUSTOMERS_FULL, REFUSED_KEYS_FULL, REFUSED_ASSETS_FULL, REFUSED_MARKETS_FULL,
	REFUSED_EVIDENCE, REFUSED_CONTROL_ORDER, // bad signature; wrong number or previous hash
	REFUSED_NOT_DEMO, REFUSED_DUPLICATE_NAME, REFUSED_TICK_LOT, REFUSED_RULES,
	REFUSED_COUNT
};

// An order as clients see it; every field in API units.
struct order_view {
	uint64_t id;
	struct price price;
	struct quantity quantity;  // base asked; the quote amount when by_quote
	struct quantity executed;  // base
	struct amount quote;       // cumulative quote
	uint64_t time_us;          // accepted
	uint64_t updated_us;
	uint32_t customer;
	uint16_t market;
	uint8_t side, type, tif, stp, status;
	bool by_quote;
	uint8_t client_id_size;
	char client_id[CLIENT_ID_MAX]; // NUL-padded
	uint8_t reserved[7];
};
_Static_assert(sizeof(struct order_view) == 112, "order_view has no hidden padding");

struct trade_view {
	uint64_t id;               // per market, from 1
	struct price price;        // the maker's
	struct quantity quantity;
	struct amount quote;
	uint64_t maker_order, taker_order;
	struct amount maker_fee, taker_fee; // each in what that side receives
	uint32_t maker, taker;     // customers
	uint16_t market;
	uint8_t taker_side;
	uint8_t maker_done;        // the maker's order is now filled
	uint8_t reserved[4];
};
_Static_assert(sizeof(struct trade_view) == 80, "trade_view has no hidden padding");

struct event {
	uint8_t kind;              // enum event_kind
	uint8_t reason;            // enum refusal
	uint8_t control_kind;      // EVENT_CONTROL_*
	uint8_t reserved[1];
	uint32_t index;            // EVENT_CONTROL_DONE: customer, key, asset or market made or changed
	uint64_t number;           // EVENT_CONTROL_*: its control number
	union {
		struct order_view order;
		struct trade_view trade;
		struct {
			uint32_t customer;
			uint16_t asset;
			struct amount available, held;
		} balance;
	};
};
