// SPDX-License-Identifier: Apache-2.0
// Between the configuration's readers only.
#pragma once

#include "lines.h"
#include "configuration/configuration.h"

// A reader's state: handlers put a sentence into `why` and return 1.
struct parse {
	struct lines lines;
	struct configuration *c;
	char why[160];
	void *item; // what the file describes (a wallet file's draft)
};

// A line "WORD REST": who takes it.
struct line_kind {
	const char *word;
	int (*take)(struct parse *parse, char *rest);
};

// Reads the first line (which must be `header`), then every line by the table. 0, or 1 and *ret.
MUST_USE int lines_parse(const char *text, size_t size, const char *header, const struct line_kind *kinds, size_t count,
			 struct parse *parse, struct text_fault *ret);

int parse_fail(struct parse *parse, const char *format, ...) PRINTF_LIKE(2, 3); // returns 1

// A name of 1..POLICY_NAME_MAX printable characters into `to`. 0, or 1 after parse_fail.
MUST_USE int name_take(struct parse *parse, const char *text, char to[POLICY_NAME_MAX + 1]);
// A chain id that the policy lists.
MUST_USE int chain_take(struct parse *parse, const char *text, uint64_t *ret);
MUST_USE int address_take(struct parse *parse, const char *text, struct evm_address *ret);
// A decimal of at most `decimals` places.
MUST_USE int amount_take(struct parse *parse, const char *text, unsigned decimals, struct units *ret);
