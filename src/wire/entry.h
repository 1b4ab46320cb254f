// SPDX-License-Identifier: Apache-2.0
// The journal's entries: what may change the exchange. docs/PROTOCOL.entry.md
// is the written format; this file is its only encoder and decoder.
//
// An entry is an 8-byte header and a payload:
//   u16 size (header included)  u8 kind  u8 version  u32 delay_us
// delay_us is the sequencer's stamp: microseconds after the block's own time.
// Entries of one block lie back to back; sequence = block's first + index.
#pragma once

#include "amount/amount.h"
#include "base/bytes.h"

#define ENTRY_HEADER_SIZE 8
#define ENTRY_SIZE_MAX 4096
#define ENTRY_VERSION 1
#define CLIENT_ID_MAX 36      // bytes, [.A-Za-z0-9:/_-]
#define SYMBOL_MAX 20         // market symbol, A-Z0-9
#define ASSET_NAME_MAX 10     // asset code, A-Z0-9
#define EPOCH_ORDER_ID_MAX (((uint64_t)1 << 53) - 1) // JavaScript clients read ids as doubles

enum entry_kind {
	// trading: made by auth, no evidence of their own
	ENTRY_ORDER_NEW = 1,
	ENTRY_ORDER_CANCEL = 2,
	ENTRY_ORDER_CANCEL_ALL = 3,
	// made by the sequencer
	ENTRY_TICK = 32,  // time passed, nothing else; empty payload
	ENTRY_OPEN = 33,  // an engine opened the journal: u8 incarnation[32]
	ENTRY_VOID = 34,  // entry n is passed over: u64 n. Collected before folding
	// control: each carries evidence (see wire/control.h)
	ENTRY_GENESIS = 64,
	ENTRY_RULES = 65,
	ENTRY_ASSET_ADD = 66,
	ENTRY_MARKET_ADD = 67,
	ENTRY_MARKET_SET = 68,   // status and fees
	ENTRY_CUSTOMER_ADD = 69,
	ENTRY_CUSTOMER_SET = 70, // status
	ENTRY_KEY_ADD = 71,
	ENTRY_KEY_REMOVE = 72,
	ENTRY_DEPOSIT_TEST = 73, // refused unless genesis says demo
	ENTRY_HOST_REPORT = 74,  // what an examination of the host found: evidence, no state
};

static inline bool entry_is_control(uint8_t kind)
{
	return kind >= ENTRY_GENESIS;
}

enum side { SIDE_BUY = 0, SIDE_SELL = 1 };
enum order_type { ORDER_LIMIT = 0, ORDER_MARKET = 1, ORDER_LIMIT_MAKER = 2 };
enum time_in_force { TIF_GTC = 0, TIF_IOC = 1, TIF_FOK = 2 };
enum self_trade { STP_NONE = 0, STP_EXPIRE_TAKER = 1, STP_EXPIRE_MAKER = 2, STP_EXPIRE_BOTH = 3 };

// Payload of ENTRY_ORDER_NEW: u32 customer, u32 key, u16 market, u8 side, u8 type,
// u8 tif, u8 stp, u8 flags, u8 client_id_size, u64 price, u64 quantity, client id.
struct order_new {
	uint32_t customer;
	uint32_t key;        // the API key that asked, for the record
	uint16_t market;
	uint8_t side;        // enum side
	uint8_t type;        // enum order_type
	uint8_t tif;         // enum time_in_force
	uint8_t stp;         // enum self_trade: the taker's mode decides
	bool by_quote;       // MARKET only: `quantity` is the quote amount to spend or receive
	uint8_t client_id_size; // 0..36; 0 = none
	struct price price;  // 0 for MARKET
	struct quantity quantity;
	const char *client_id; // points into the entry
};

// Payload of ENTRY_ORDER_CANCEL: u32 customer, u32 key, u16 market, u8 reserved,
// u8 client_id_size, u64 order, client id. By order id, or by client id when order is 0.
struct order_cancel {
	uint32_t customer;
	uint32_t key;
	uint16_t market;
	uint8_t client_id_size;
	uint64_t order;
	const char *client_id;
};

// Payload: u32 customer, u32 key, u16 market. Cancels the customer's open orders in the market.
struct order_cancel_all {
	uint32_t customer;
	uint32_t key;
	uint16_t market;
};

struct entry {
	uint8_t kind;
	uint32_t delay_us;
	const uint8_t *payload;
	size_t payload_size;
};

// Encoders of one whole entry (header and payload) with delay_us = 0; they
// return its size, or 0 when it did not fit (the writer has then failed).
size_t order_new_write(struct writer *w, const struct order_new *order);
size_t order_cancel_write(struct writer *w, const struct order_cancel *cancel);
size_t order_cancel_all_write(struct writer *w, const struct order_cancel_all *cancel);
size_t entry_write(struct writer *w, uint8_t kind, const void *payload, size_t size); // any kind

// Stamps an encoded entry in place.
void entry_stamp(uint8_t *entry, uint32_t delay_us);

// The decoders: entry_read, order_new_read, order_cancel_read,
// order_cancel_all_read, client_id_valid. Inline, because an engine core calls
// them tens of millions of times a second.
#include "wire/entry_inline.h"
