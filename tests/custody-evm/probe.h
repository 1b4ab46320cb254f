// SPDX-License-Identifier: Apache-2.0
// A way into src/evm for tests in other languages: one JSON object a line in,
// one out. {"do":"message","data":"0x6869"} gives {"digest":"0x..."}. A refusal is
// an answer: {"refused":"why"}. A field that is missing or of another shape is the
// test's own fault and ends the probe. Bytes are "0x" and hex, numbers decimal text.
#pragma once

#include "evm/review.h"

#include <jansson.h>

struct probe_command {
	const char *name;
	void (*run)(const json_t *in, json_t *out);
};

extern const struct probe_command probe_chain_commands[];   // probe_chain.c; the last has no name
extern const struct probe_command probe_content_commands[]; // probe_content.c

// Memory for the line at hand.
void *probe_room(size_t size);
NORETURN void probe_stop(const char *what, const char *which);

const char *in_text(const json_t *in, const char *key);
struct evm_bytes in_bytes(const json_t *in, const char *key);
struct evm_bytes bytes_of(const json_t *text);
void in_fixed(const json_t *in, const char *key, void *to, size_t size);
struct u256 in_number(const json_t *in, const char *key);
uint64_t in_u64(const json_t *in, const char *key);
struct evm_address in_address(const json_t *in, const char *key);
bool in_there(const json_t *in, const char *key);

json_t *bytes_out(const void *data, size_t size);
json_t *number_out(const struct u256 *number);
json_t *address_out(const struct evm_address *address);
void out_bytes(json_t *out, const char *key, const void *data, size_t size);
void out_u64(json_t *out, const char *key, uint64_t number);
void out_refused(json_t *out, const char *why);
