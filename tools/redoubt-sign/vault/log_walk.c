// SPDX-License-Identifier: Apache-2.0
// The whole log: numbers, chain, times, signatures, and the key as it changes.
#include "vault/log.h"

#include "base/text.h"

#include <stdio.h>

// The key that a line names, if it does: the first line must, others may, and only under a signature.
static enum log_refusal key_of(const struct log_line *line, bool first, uint8_t key[ED25519_PUBLIC_SIZE], bool *ret_named)
{
	const char *named = log_value(line, "log-key");
	*ret_named = named;
	if (!named)
		return first ? LOG_KEY : LOG_FINE;
	if (!line->is_signed || hex_decode(named, strlen(named), key, ED25519_PUBLIC_SIZE))
		return LOG_KEY;
	return LOG_FINE;
}

static enum log_refusal line_follow(const char *text, size_t length, const struct log_line *line, struct log_head *head)
{
	uint8_t key[ED25519_PUBLIC_SIZE];
	bool named;
	if (line->sequence != head->next)
		return LOG_SEQUENCE;
	if (memcmp(line->previous, head->hash, SHA256_SIZE))
		return LOG_PREVIOUS;
	if (head->next && line->seconds < head->seconds)
		return LOG_TIME;
	enum log_refusal r = key_of(line, !head->has_key, key, &named);
	if (r)
		return r;
	if (line->is_signed) {
		const char *cut = memmem(text, length, " signature=", 11);
		const uint8_t *by = head->has_key ? head->key : key; // a new key is named under the old one's signature
		if (!log_line_verify(text, (size_t)(cut - text), by, line->signature))
			return LOG_SIGNATURE;
	}
	if (named)
		memcpy(head->key, key, sizeof key);
	head->has_key = true;
	head->next++;
	memcpy(head->hash, line->hash, SHA256_SIZE);
	if (line->is_signed) { // anybody writes the others: they do not move the clock
		head->seconds = line->seconds;
		head->signed_next = head->next;
		memcpy(head->signed_hash, line->hash, SHA256_SIZE);
	}
	head->size += length + 1;
	return LOG_FINE;
}

enum log_refusal log_walk(const char *text, size_t size, log_each *each, void *context, struct log_head *ret,
			  size_t *ret_at, int *ret_stopped)
{
	struct log_head head = { 0 };
	struct log_line line;
	const char *at = text, *end = text + size;
	*ret_at = 0;
	*ret_stopped = 0;
	if (size > LOG_SIZE_MAX)
		return LOG_LONG;
	while (at < end) {
		const char *newline = memchr(at, '\n', (size_t)(end - at));
		++*ret_at;
		if (!newline)
			break;
		enum log_refusal r = log_line_parse(at, (size_t)(newline - at), &line);
		if (!r)
			r = line_follow(at, (size_t)(newline - at), &line, &head);
		if (r)
			return r;
		*ret_stopped = each ? each(context, &line) : 0;
		if (*ret_stopped)
			break;
		at = newline + 1;
	}
	*ret = head;
	if (at < end && !*ret_stopped)
		return LOG_TAIL;
	return head.next ? LOG_FINE : LOG_EMPTY;
}

void log_head_code(const struct log_head *head, char to[LOG_CODE_SIZE])
{
	// 32 letters without I, O, 0 and 1, which people misread.
	static const char alphabet[] = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789";
	uint64_t bits = 0;
	char code[9];
	for (size_t i = 0; i < 5; i++)
		bits = bits << 8 | head->signed_hash[i];
	for (size_t i = 0; i < 8; i++)
		code[i] = alphabet[bits >> (35 - 5 * i) & 31];
	code[8] = '\0';
	if (!head->signed_next)
		snprintf(to, LOG_CODE_SIZE, "no act yet");
	else
		snprintf(to, LOG_CODE_SIZE, "act %llu, %.4s-%.4s", (unsigned long long)(head->signed_next - 1), code, code + 4);
}
