// SPDX-License-Identifier: Apache-2.0
// The operator's side of the operator socket, and statements: signed control entries.
#pragma once

#include "directory.h"

#include <jansson.h>

// Sends one request (the reference is taken) and waits for its answer. 0 with *ret (json_decref it) when the answer is
// ok; else the exit code, after it has complained. *ret_refusal (may be NULL): the engine's refusal, when it was one.
MUST_USE int exchange_ask(json_t *request, json_t **ret, int *ret_refusal);

// Whether somebody answers on the socket; complains of nothing.
bool exchange_answers(void);

// Signs a statement with the operator's key at the head of the control chain and has it sequenced.
// EXIT_DONE with the index of what was made (may be NULL), or the exit code after it has complained.
MUST_USE int statement_send(uint8_t kind, const void *body, size_t size, uint64_t *ret_index);

// The numbers of an asset or a market. EXIT_DONE, or the exit code after it has complained.
MUST_USE int asset_number(const char *name, uint16_t *ret);
struct market_now { uint16_t market; uint8_t status; uint32_t maker_ppm, taker_ppm; };
MUST_USE int market_number(const char *symbol, struct market_now *ret);

// Prints the object as one line of --json (the reference is taken); without --json the text.
void result_say(json_t *object, const char *format, ...) PRINTF_LIKE(2, 3);
