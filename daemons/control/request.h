// SPDX-License-Identifier: Apache-2.0
// What an operator may ask, one JSON object a line:
//   {"op":"head"}                          where the control chain stands
//   {"op":"submit","entry":BASE64}         one signed control entry
//   {"op":"status"}  {"op":"markets"}
//   {"op":"book","symbol":S,"levels":N,"trades":N}
#pragma once

#include "wire/control.h"

#define CONTROL_LINE_MAX 16384 // bytes of a line, its end included
#define BOOK_LEVELS_MAX 100
#define BOOK_TRADES_MAX 100

enum control_op { OP_HEAD, OP_SUBMIT, OP_STATUS, OP_MARKETS, OP_BOOK, OP_COUNT };

struct control_request {
	enum control_op op;
	size_t entry_size;               // OP_SUBMIT
	uint8_t entry[ENTRY_SIZE_MAX];
	char symbol[SYMBOL_MAX + 1];     // OP_BOOK
	uint32_t levels, trades;
};

// Reads a line without its end. NULL, or a sentence that says what is wrong with it.
const char *control_request_read(const char *line, size_t size, struct control_request *ret);
