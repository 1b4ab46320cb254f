// SPDX-License-Identifier: Apache-2.0
// The probe: src/bitcoin behind a pipe, so that other implementations can be compared with it. One call a
// line, words between single spaces, bytes in hex ("-" for none); one answer a line, "ok WORD..." or "no
// WHY". A tool of the tests: it takes secrets as words and is never installed.
#pragma once

#include "base/text.h"
#include "bitcoin/psbt.h"

#define PROBE_WORDS_MAX 64
#define PROBE_SLOTS	256

struct call {
	char *words[PROBE_WORDS_MAX]; // the first is the command
	size_t count;
	struct arena arena; // lasts until the answer is written
	bool malformed;	    // an argument was not what the command takes: a fault of the test
	char *answer;
	size_t answer_size;
	size_t answer_room;
};

// NULL when it was done, else why not.
typedef const char *(*probe_handler)(struct call *);

struct probe_command {
	const char *name;
	size_t arguments; // at least
	probe_handler handler;
};
extern const struct probe_command probe_key_commands[], probe_output_commands[], probe_transaction_commands[],
	probe_psbt_commands[]; // each ends with a NULL

// Arguments, from 1. What is not there or malformed is empty or 0, and call->malformed is set.
struct span call_bytes(struct call *call, size_t argument);
const uint8_t *call_sized(struct call *call, size_t argument, size_t size); // zeros when not of that size
uint64_t call_number(struct call *call, size_t argument);
const struct network *call_network(struct call *call, size_t argument);

// Each appends one word to the answer.
void say_text(struct call *call, const char *text);
void say_number(struct call *call, uint64_t number);
void say_bytes(struct call *call, struct span bytes);
void say_id(struct call *call, const uint8_t id[32]); // as ids are shown: reversed

const struct descriptor *call_descriptor(struct call *call, size_t argument); // of a slot that was filled
const struct hd_private *call_signer(struct call *call, size_t argument);
