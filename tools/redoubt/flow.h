// SPDX-License-Identifier: Apache-2.0
// Recorded order flow, turned into commands. A format is one file; gzip is
// recognised by itself.
#pragma once

#include "wire/entry.h"

// One command. Orders are named by the recording's own ids; prices and quantities are in API units.
struct flow_command {
	bool cancel;             // of an order that was given before; the rest is zero
	uint8_t side;            // enum side
	uint8_t tif;             // enum time_in_force
	uint64_t id;
	uint64_t price, quantity;
};

// Returns 0 to go on; another value stops and is returned by flow_run.
typedef int (*flow_sink)(void *context, const struct flow_command *command);

struct flow_set;             // of ids given so far
struct flow {
	struct flow_set *given;
	flow_sink sink;
	void *context;
	uint64_t line;           // being read, from 1
};

struct flow_format {
	const char *name;
	uint64_t tick, lot;      // of the market that the commands are for
	// One line without its end. 0, -1 when it is malformed, or what the sink returned.
	int (*line)(struct flow *flow, const char *text, size_t size);
};
extern const struct flow_format flow_bitstamp, flow_lobster;

const struct flow_format *flow_format_named(const char *name); // NULL: unknown

// Reads a whole file. 0, a positive result of the sink, or -1 and a sentence in `error`.
MUST_USE int flow_run(const struct flow_format *format, const char *path, flow_sink sink, void *context,
		      char error[256]);

// The same from memory, for the fuzzer. 0, -1 when a line is malformed, or what the sink returned.
int flow_lines(const struct flow_format *format, const char *text, size_t size, flow_sink sink, void *context);

// ---- for the formats ----
bool flow_given(const struct flow *flow, uint64_t id);
// Remembers the id and passes the order on. 0, or -1 without memory, or what the sink returned.
MUST_USE int flow_give(struct flow *flow, const struct flow_command *command);

struct field { const char *at; size_t size; };
// Splits at commas into exactly `count` fields. False when there are more or fewer.
MUST_USE bool flow_split(const char *text, size_t size, struct field *to, size_t count);
MUST_USE bool flow_whole(struct field field, uint64_t *ret);
// A decimal such as 0.112049 or 1e-05, times 10^scale, rounded down.
MUST_USE bool flow_decimal(struct field field, unsigned scale, uint64_t *ret);
bool flow_is(struct field field, const char *text);
