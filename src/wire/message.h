// SPDX-License-Identifier: Apache-2.0
// The records on the channels between our own processes (ARCHITECTURE.md has
// the table of channels). Fixed structs without padding, same build on both
// sides, copied out of the ring before validation; a record of an unknown kind
// or of another size is fatal to its channel. Identity is the channel: no
// record says who sent it.
//
// `tag` is the gateway's own name for a request, returned untouched.
#pragma once

#include "wire/control.h"
#include "wire/event.h"

#define GATEWAYS_MAX 8
#define REQUEST_BYTES_MAX 16384 // path + key + query + body
#define ROWS_MAX 64             // rows in one record; more follow with `more` set on the earlier ones

enum message_kind {
	// gateway -> auth
	MESSAGE_REQUEST = 1,          // request_head, path, api key, query, body: raw bytes as received
	// auth -> gateway
	MESSAGE_REFUSED = 2,          // refused_head, detail text
	MESSAGE_DONE = 3,             // done: accepted and nothing to say (order/test, ping with key)
	// auth -> engine
	MESSAGE_COMMAND = 10,         // command_head, one trading entry
	MESSAGE_QUERY = 11,           // query
	// engine -> gateway
	MESSAGE_ORDER = 20,           // order_head, trade_view[trades]
	MESSAGE_ORDERS = 21,          // rows_head, order_view[count]
	MESSAGE_BALANCES = 22,        // rows_head, balance_row[count]
	MESSAGE_ENGINE_REFUSED = 23,  // engine_refused
	// engine -> auth: its view of control state, durable only
	MESSAGE_KEY = 30,             // key_row
	MESSAGE_KEY_REMOVED = 31,     // u32 key, u32 0
	MESSAGE_MARKET = 32,          // market_row
	MESSAGE_CUSTOMER = 33,        // u32 customer, u32 status
	MESSAGE_STATE_COMPLETE = 34,  // everything so far was sent; auth may open
	// control -> engine, engine -> control
	MESSAGE_CONTROL = 40,         // u64 tag, one control entry
	MESSAGE_CONTROL_RESULT = 41,  // control_result
	MESSAGE_CONTROL_HEAD = 42,    // u64 tag: asks; answered with control_head
	MESSAGE_CONTROL_HEAD_IS = 43,
	// auth -> history (private), gateway -> history (public kinds only), history -> gateway
	MESSAGE_HISTORY = 50,         // history_query
	MESSAGE_HISTORY_ORDERS = 51,  // rows_head, order_view[]
	MESSAGE_HISTORY_TRADES = 52,  // rows_head, trade_row[]
	MESSAGE_HISTORY_KLINES = 53,  // rows_head, kline_row[]
	MESSAGE_HISTORY_REFUSED = 54, // engine_refused: unknown order, or too far behind
};

enum method { METHOD_GET = 0, METHOD_POST = 1, METHOD_DELETE = 2, METHOD_PUT = 3 };

struct request_head {
	uint64_t tag;
	uint64_t received_us;   // gateway's clock: for latency figures only, never for checks
	uint8_t address[16];    // peer; IPv4 as ::ffff:a.b.c.d
	uint8_t method;         // enum method
	uint8_t reserved[1];
	uint16_t path_size, api_key_size, query_size;
	uint32_t body_size, reserved2;
};

struct refused_head {
	uint64_t tag;
	uint16_t error;         // enum api_error (api/error.h)
	uint16_t detail_size;   // text that goes into the message (a parameter's name)
	uint32_t reserved;
};

struct done { uint64_t tag; };

struct command_head {
	uint64_t tag;
	uint64_t received_us;
	uint16_t gateway;       // whose answer ring
	uint8_t response;       // enum order_response
	uint8_t reserved[5];
};
enum order_response { RESPONSE_ACK = 0, RESPONSE_RESULT = 1, RESPONSE_FULL = 2 };

enum query_kind { QUERY_BALANCES = 1, QUERY_ORDER = 2, QUERY_OPEN_ORDERS = 3 };
struct query {
	uint64_t tag;
	uint64_t order;         // QUERY_ORDER: id, or 0 for the client id
	uint32_t customer;
	int32_t market;         // -1 = all
	uint16_t gateway;
	uint8_t kind;
	uint8_t client_id_size;
	char client_id[CLIENT_ID_MAX];
};

struct order_head {
	uint64_t tag;
	struct order_view order; // as it stands after the command; for a refusal as asked
	uint64_t sequence;
	uint8_t refusal;         // enum refusal; 0 = done
	uint8_t was_cancel;
	uint8_t response;
	uint8_t more;            // another record with more trades of this order follows
	uint32_t trades;
};

struct rows_head {
	uint64_t tag;
	uint64_t sequence;       // state as of this sequence
	uint64_t behind;         // history: durable sequence minus sequence; 0 elsewhere
	uint32_t count;
	uint8_t more;
	uint8_t kind;            // enum history_kind or query_kind that was asked
	uint8_t reserved[2];
	uint32_t customer;       // whose rows these are (query.customer returned): myTrades' side, the account's uid
	uint32_t reserved2;
};

struct balance_row { uint16_t asset; uint8_t reserved[6]; struct amount available, held; };

struct engine_refused { uint64_t tag; uint8_t refusal; uint8_t was_cancel; uint8_t reserved[6]; uint64_t behind; };

struct key_row { uint32_t key; uint32_t customer_status; struct key_add add; };
struct market_row { uint32_t market; uint8_t status; uint8_t reserved[3]; struct market_add add; };

struct control_result {
	uint64_t tag, number, sequence;
	uint32_t index;
	uint8_t refusal;
	uint8_t reserved[3];
};
struct control_head { uint64_t tag, number; uint8_t hash[32]; uint8_t exchange[32]; };

enum history_kind {
	HISTORY_ORDER = 1, HISTORY_ALL_ORDERS = 2, HISTORY_MY_TRADES = 3, // private: from auth only
	HISTORY_KLINES = 16, HISTORY_TRADES = 17, HISTORY_AGG_TRADES = 18, // public
};
#define HISTORY_LIMIT_MAX 1000

struct history_query {
	uint64_t tag;
	uint64_t from_id;        // order or trade id, 0 = none
	uint64_t start_us, end_us; // 0 = open
	uint64_t order;          // MY_TRADES of one order; ORDER: its id
	uint64_t at_least;       // sequence that must be applied first (the customer's own last write), 0 = none
	uint32_t customer;
	uint16_t market;
	uint16_t limit;
	uint16_t gateway;
	uint8_t kind;
	uint8_t interval;        // enum kline_interval (api/interval.h)
	uint8_t client_id_size;
	char client_id[CLIENT_ID_MAX];
	uint8_t reserved[7];
};

struct trade_row {
	struct trade_view trade; // for AGG_TRADES the quantity is summed and maker_order = first trade id, taker_order = last
	uint64_t time_us;
};
struct kline_row {
	uint64_t open_time_us, close_time_us;
	struct price open, high, low, close;
	struct quantity volume, taker_buy_volume;
	struct amount quote, taker_buy_quote;
	uint64_t trades;
};
