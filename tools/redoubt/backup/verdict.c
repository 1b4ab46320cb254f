// SPDX-License-Identifier: Apache-2.0
#include "verdict.h"

#include "base/text.h"
#include "crypto/ed25519.h"

#include <inttypes.h>
#include <stdio.h>

#define SIGNATURE_LINE "signature "
#define SIGNATURE_LINE_SIZE (sizeof SIGNATURE_LINE - 1 + 2 * ED25519_SIGNATURE_SIZE + 1)

static const char *const outcomes[] = { "pass", "fail", "inconclusive" };

const char *verdict_outcome_name(enum verdict_outcome outcome)
{
	ASSERT((size_t)outcome < ARRAY_LEN(outcomes));
	return outcomes[outcome];
}

static size_t signed_bytes(const char *text, size_t size, char to[VERDICT_TEXT_MAX + sizeof VERDICT_DOMAIN])
{
	memcpy(to, VERDICT_DOMAIN, sizeof VERDICT_DOMAIN);
	memcpy(to + sizeof VERDICT_DOMAIN, text, size);
	return sizeof VERDICT_DOMAIN + size;
}

size_t verdict_write(const struct verdict *v, const uint8_t seed[32], char to[VERDICT_TEXT_MAX])
{
	char exchange[65], digest[65], state[65], hex[2 * ED25519_SIGNATURE_SIZE + 1];
	char bytes[VERDICT_TEXT_MAX + sizeof VERDICT_DOMAIN];
	uint8_t signature[ED25519_SIGNATURE_SIZE];
	hex_encode(v->exchange, 32, exchange);
	hex_encode(v->manifest_digest, 32, digest);
	hex_encode(v->state_hash, 32, state);
	int n = snprintf(to, VERDICT_TEXT_MAX,
			 "redoubt-drill 1\nexchange %s\noutcome %s\ntime %" PRIu64 "\nmanifest %" PRIu64 " %s\njournal %" PRIu64
			 " %" PRIu64 " %s\nreason %s\n",
			 exchange, verdict_outcome_name(v->outcome), v->time_us, v->manifest_number, digest, v->blocks,
			 v->sequence, state, v->reason);
	ASSERT(n > 0 && (size_t)n + SIGNATURE_LINE_SIZE < VERDICT_TEXT_MAX);
	ed25519_sign(seed, bytes, signed_bytes(to, (size_t)n, bytes), signature);
	hex_encode(signature, sizeof signature, hex);
	return (size_t)n + (size_t)sprintf(to + n, SIGNATURE_LINE "%s\n", hex);
}

static int fields_read(const char *text, struct verdict *v)
{
	char exchange[65], outcome[16], digest[65], state[65];
	int end = 0;
	int n = sscanf(text,
		       "redoubt-drill 1\nexchange %64[0-9a-f]\noutcome %15[a-z]\ntime %" SCNu64 "\nmanifest %" SCNu64
		       " %64[0-9a-f]\njournal %" SCNu64 " %" SCNu64 " %64[0-9a-f]\nreason %400[ -~]%n",
		       exchange, outcome, &v->time_us, &v->manifest_number, digest, &v->blocks, &v->sequence, state, v->reason,
		       &end);
	if (n != 9 || text[end] != '\n' || text[end + 1] != 0 || hex_decode(exchange, strlen(exchange), v->exchange, 32) ||
	    hex_decode(digest, strlen(digest), v->manifest_digest, 32) || hex_decode(state, strlen(state), v->state_hash, 32))
		return 1;
	for (size_t i = 0; i < ARRAY_LEN(outcomes); i++)
		if (!strcmp(outcome, outcomes[i])) {
			v->outcome = (enum verdict_outcome)i;
			return 0;
		}
	return 1;
}

int verdict_read(const char *text, size_t size, const uint8_t public_key[32], struct verdict *ret)
{
	char head[VERDICT_TEXT_MAX], bytes[VERDICT_TEXT_MAX + sizeof VERDICT_DOMAIN];
	uint8_t signature[ED25519_SIGNATURE_SIZE];
	struct verdict v = { 0 };
	if (size >= VERDICT_TEXT_MAX || size <= SIGNATURE_LINE_SIZE || memchr(text, 0, size))
		return 1;
	size_t signed_size = size - SIGNATURE_LINE_SIZE;
	const char *line = text + signed_size;
	if (memcmp(line, SIGNATURE_LINE, sizeof SIGNATURE_LINE - 1) != 0 || text[size - 1] != '\n' ||
	    hex_decode(line + sizeof SIGNATURE_LINE - 1, 2 * sizeof signature, signature, sizeof signature))
		return 1;
	memcpy(head, text, signed_size);
	head[signed_size] = 0;
	if (fields_read(head, &v))
		return 1;
	if (!ed25519_verify(public_key, bytes, signed_bytes(text, signed_size, bytes), signature))
		return 2;
	*ret = v;
	return 0;
}
