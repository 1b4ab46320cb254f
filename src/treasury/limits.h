// SPDX-License-Identifier: Apache-2.0
// How much may leave: for one payment, in rolling windows of time, in fees. The
// signer keeps the record itself, so that a quorum that was deceived, or bought,
// still cannot empty a wallet in an hour (Bitfinex 2016). An asset without a row
// may not be paid at all. Pure: time comes in and never goes back.
#pragma once

#include "treasury/intent.h"

#define LIMITS_MAX	     64	  // rows
#define LIMIT_WINDOWS_MAX    4
#define LIMIT_WINDOW_MAX     (366u * 86400)
#define LIMIT_SPENDS_MAX     1024 // kept; a payment that finds no room is refused, never forgotten
#define LIMIT_COUNTERS_MAX   64	  // wallets
#define LIMIT_SHARE_SCALE    10000 // fee_share_max is in hundredths of a percent
#define LIMITS_STATE_SIZE_MAX (8 + 2 + 8 + 2 + LIMIT_COUNTERS_MAX * 40 + 2 + LIMIT_SPENDS_MAX * (8 + 29 + 32))

struct limit_window {
	uint64_t seconds;	 // 1..LIMIT_WINDOW_MAX
	struct units amount_max; // what may leave in any span of that length, fees included
	uint32_t count_max;	 // how many payloads; 0: as many as they like
};

struct limit {
	struct asset asset;
	struct units payment_max; // to one destination
	struct limit_window windows[LIMIT_WINDOWS_MAX];
	size_t window_count;
	// Of a chain's own coin only:
	struct units fee_max;	 // of one payload
	struct units fee_rate_max; // Bitcoin: hundredths of a satoshi per virtual byte; EVM: wei per gas
	uint32_t fee_share_max;	 // of what is paid in the same coin; 0: not looked at
};

struct limits { // rules: part of the policy
	struct limit list[LIMITS_MAX];
	size_t count;
};
// One row an asset, windows within bounds.
bool limits_valid(const struct limits *limits);
const struct limit *limit_find(const struct limits *limits, const struct asset *asset); // or NULL

struct limit_spend {
	uint64_t time;
	struct asset asset;
	struct units amount;
};

struct limits_state { // the record: the signer keeps it beside its keys
	uint64_t time_last; // the latest time that was ever given
	struct {
		uint8_t wallet[INTENT_WALLET_SIZE];
		uint64_t last;
	} counters[LIMIT_COUNTERS_MAX];
	size_t counter_count;
	struct limit_spend spends[LIMIT_SPENDS_MAX]; // by time
	size_t spend_count;
};

#define LIMIT_PAYMENTS_MAX 16 // different assets in one payload

// One asset's part in a payload.
struct limit_payment {
	struct asset asset;
	struct units total;   // of all destinations, and the fee if the asset pays it
	struct units largest; // to one destination, all outputs to it added
};

struct limit_request {
	struct limit_payment payments[LIMIT_PAYMENTS_MAX];
	size_t count;
	struct asset fee_asset; // the chain's own coin
	struct units fee;
	struct units fee_rate; // as limit.fee_rate_max; zero when it is not known
	struct units fee_base; // what is paid in fee_asset besides; zero: no share is formed
};

enum limit_fault { // bits
	LIMIT_UNLISTED = 1 << 0,  // no row for an asset
	LIMIT_PAYMENT = 1 << 1,	  // above payment_max
	LIMIT_VELOCITY = 1 << 2,  // above what a window lets out
	LIMIT_COUNT = 1 << 3,	  // more payloads than a window lets out
	LIMIT_FEE = 1 << 4,
	LIMIT_FEE_RATE = 1 << 5,
	LIMIT_FEE_SHARE = 1 << 6,
	LIMIT_CLOCK = 1 << 7,	  // now is before time_last: the clock was set back
	LIMIT_FULL = 1 << 8,	  // the record has no room
};
#define LIMIT_FAULTS 9

// All faults together; 0 when it may go. A sum above 2^256 - 1 is above every limit.
uint32_t limits_check(const struct limits *limits, const struct limits_state *state, uint64_t now,
		      const struct limit_request *request);

// The last counter used for a wallet; 0 before the first.
uint64_t limits_counter_last(const struct limits_state *state, const uint8_t wallet[INTENT_WALLET_SIZE]);

// Records what limits_check let pass, BEFORE the signature is released (write the state to disk first). wallet
// may be NULL: no counter. Forgets spends older than the longest window. 0; or a limit_fault that forbids it
// (LIMIT_CLOCK, LIMIT_FULL; also for a counter not above the last), and nothing is changed.
MUST_USE int limits_record(const struct limits *limits, struct limits_state *state, uint64_t now,
			   const struct limit_request *request, const uint8_t *wallet, uint64_t counter);
// Only moves time_last: call it with each reading of the clock. 0, or LIMIT_CLOCK.
MUST_USE int limits_time(struct limits_state *state, uint64_t now);

// The record's bytes. 0, or 1 malformed (order of time, counts, assets): *ret is then emptied, since a record is
// too large to be read beside it.
void limits_state_write(const struct limits_state *state, struct writer *w);
MUST_USE int limits_state_read(const void *data, size_t size, struct limits_state *ret);
