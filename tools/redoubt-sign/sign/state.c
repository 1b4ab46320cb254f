// SPDX-License-Identifier: Apache-2.0
//   redoubt state 1
//   limits HEX        the record, as limits_state_write has it
//   nonces HEX
//   operations HEX    only after the first schedule in a timelock
//   last HEX64        these two only after the first signature
//   before HEX
//   act N             vault_act's
#include "sign/state.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/text.h"
#include "crypto/sha256.h"

static const char header[] = "redoubt state 1\n";

// Takes "WORD REST\n" off the text. False when the next line is another.
static bool line_cut(const char **at, const char *end, const char *word, const char **ret, size_t *ret_size)
{
	const char *newline = memchr(*at, '\n', (size_t)(end - *at));
	size_t size = strlen(word);
	if (!newline || (size_t)(newline - *at) < size + 1 || memcmp(*at, word, size) || (*at)[size] != ' ')
		return false;
	*ret = *at + size + 1;
	*ret_size = (size_t)(newline - *ret);
	*at = newline + 1;
	return true;
}

static int limits_take(const char *hex, size_t size, struct limits_state *ret)
{
	static uint8_t bytes[LIMITS_STATE_SIZE_MAX];
	if (size / 2 > sizeof bytes || hex_decode(hex, size, bytes, size / 2))
		return 1;
	return limits_state_read(bytes, size / 2, ret);
}

static int nonces_take(const char *hex, size_t size, struct nonce_store *ret)
{
	static uint8_t bytes[NONCE_STORE_SIZE_MAX];
	if (size / 2 > sizeof bytes || hex_decode(hex, size, bytes, size / 2))
		return 1;
	return nonce_store_read(bytes, size / 2, ret);
}

static int operations_take(const char *hex, size_t size, struct operation_store *ret)
{
	static uint8_t bytes[OPERATION_STORE_SIZE_MAX];
	if (size / 2 > sizeof bytes || hex_decode(hex, size, bytes, size / 2))
		return 1;
	return operation_store_read(bytes, size / 2, ret) || !ret->count; // an empty one is not written
}

static int body_parse(const char **at, const char *end, struct sign_state *ret)
{
	const char *text;
	size_t size;
	if (memcmp(*at, header, sizeof header - 1))
		return 1;
	*at += sizeof header - 1;
	if (!line_cut(at, end, "limits", &text, &size) || limits_take(text, size, &ret->limits) ||
	    !line_cut(at, end, "nonces", &text, &size) || nonces_take(text, size, &ret->nonces))
		return 1;
	if (line_cut(at, end, "operations", &text, &size) && operations_take(text, size, &ret->operations))
		return 1;
	if (!line_cut(at, end, "last", &text, &size))
		return 0;
	ret->has_last = true;
	return hex_decode(text, size, ret->last, sizeof ret->last) || !line_cut(at, end, "before", &text, &size) ||
	       limits_take(text, size, &ret->before);
}

int state_parse(const char *text, size_t size, struct sign_state *ret)
{
	const char *at = text, *end = text + size, *number;
	size_t digits;
	memset(ret, 0, sizeof *ret);
	if (size >= sizeof header && !memcmp(text, header, 7) && body_parse(&at, end, ret))
		return 1;
	if (!line_cut(&at, end, "act", &number, &digits) || at != end || !digits || digits > 15)
		return 1;
	for (size_t i = 0; i < digits; i++)
		if (number[i] < '0' || number[i] > '9')
			return 1;
	return 0;
}

static void hex_line(FILE *to, const char *word, const uint8_t *bytes, size_t size)
{
	fprintf(to, "%s ", word);
	for (size_t i = 0; i < size; i++)
		fprintf(to, "%02x", bytes[i]);
	putc('\n', to);
}

static void limits_line(FILE *to, const char *word, const struct limits_state *limits)
{
	static uint8_t bytes[LIMITS_STATE_SIZE_MAX];
	struct writer w = writer_over(bytes, sizeof bytes);
	limits_state_write(limits, &w);
	ASSERT(!w.failed);
	hex_line(to, word, bytes, writer_size(&w));
}

static void operations_line(FILE *to, const struct operation_store *operations)
{
	static uint8_t bytes[OPERATION_STORE_SIZE_MAX];
	struct writer w = writer_over(bytes, sizeof bytes);
	operation_store_write(operations, &w);
	ASSERT(!w.failed);
	hex_line(to, "operations", bytes, writer_size(&w));
}

int state_format(const struct sign_state *state, char **ret, size_t *ret_size)
{
	static uint8_t bytes[NONCE_STORE_SIZE_MAX];
	struct writer w = writer_over(bytes, sizeof bytes);
	char *text = NULL;
	size_t size = 0;
	FILE *to = open_memstream(&text, &size);
	if (!to)
		return -ENOMEM;
	nonce_store_write(&state->nonces, &w);
	ASSERT(!w.failed);
	fputs(header, to);
	limits_line(to, "limits", &state->limits);
	hex_line(to, "nonces", bytes, writer_size(&w));
	if (state->operations.count)
		operations_line(to, &state->operations);
	if (state->has_last) {
		hex_line(to, "last", state->last, sizeof state->last);
		limits_line(to, "before", &state->before);
	}
	if (fclose(to)) {
		free(text);
		return -ENOMEM;
	}
	*ret = text;
	*ret_size = size;
	return 0;
}

void state_payload_id(const char *kind, const void *bytes, size_t size, uint8_t ret[SHA256_SIZE])
{
	struct sha256 hash;
	sha256_init(&hash);
	sha256_update(&hash, kind, strlen(kind) + 1);
	sha256_update(&hash, bytes, size);
	sha256_final(&hash, ret);
}

void state_intent_id(const struct intent *intent, uint8_t id[SHA256_SIZE])
{
	uint8_t both[2 * SHA256_SIZE];
	memcpy(both, id, SHA256_SIZE);
	intent_hash(intent, both + SHA256_SIZE);
	sha256_of(both, sizeof both, id);
}

static bool is_last(const struct sign_state *state, const uint8_t id[SHA256_SIZE])
{
	return state->has_last && !memcmp(state->last, id, SHA256_SIZE);
}

const struct limits_state *state_limits(const struct sign_state *state, const uint8_t id[SHA256_SIZE])
{
	return is_last(state, id) ? &state->before : &state->limits;
}

int state_record(struct sign_state *state, const uint8_t id[SHA256_SIZE], const struct limits *limits, uint64_t now,
		 const struct limit_request *request, const uint8_t *wallet, uint64_t counter)
{
	static struct limits_state before;
	if (is_last(state, id))
		return limits_time(&state->limits, now);
	before = state->limits;
	int r = limits_record(limits, &state->limits, now, request, wallet, counter);
	if (r)
		return r;
	state->before = before;
	state->has_last = true;
	memcpy(state->last, id, SHA256_SIZE);
	return 0;
}
