// SPDX-License-Identifier: Apache-2.0
// Why a PSBT could not be read, as far as it says something about who wrote it: psbt_parse only answers "a field
// is malformed", and a high S or loose DER in a signature is worth its own sentence.
#include "bitcoin/compact.h"
#include "bitcoin/signature.h"
#include "review/bitcoin_review.h"

#define TYPE_PARTIAL_SIG 0x02
#define COMPACT_SIG_SIZE 65 // r, s and the type without DER

// Half of the group's order: S above it is high (BIP146).
static const uint8_t half_order[32] = {
	0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
	0x5d, 0x57, 0x6e, 0x73, 0x57, 0xa4, 0x50, 0x1d, 0xdf, 0xe9, 0x2f, 0x46, 0x68, 0x1b, 0x20, 0xa0,
};

// One DER integer that is positive, minimal and of at most 32 bytes, as 32 bytes. False when it is not that.
static bool integer_read(struct reader *r, uint8_t to[32])
{
	uint8_t tag = read_u8(r), length = read_u8(r);
	const uint8_t *at = read_bytes(r, length);
	if (!at || tag != 2 || length == 0 || (at[0] & 0x80))
		return false;
	if (length > 1 && at[0] == 0) {
		if (!(at[1] & 0x80))
			return false;
		at++;
		length--;
	}
	if (length > 32)
		return false;
	memset(to, 0, 32);
	memcpy(to + 32 - length, at, length);
	return true;
}

static bool high_s(struct span der)
{
	struct reader r = reader_over(der.at, der.size);
	uint8_t tag = read_u8(&r), length = read_u8(&r), first[32], second[32];
	if (r.failed || tag != 0x30 || length != reader_left(&r) || !integer_read(&r, first) || !integer_read(&r, second))
		return false;
	return reader_done(&r) && memcmp(second, half_order, 32) > 0;
}

static enum refusal signature_fault(struct span value)
{
	struct span der = span_over(value.at, value.size ? value.size - 1 : 0);
	if (ecdsa_der_valid(der))
		return REFUSALS;
	return high_s(der) ? REFUSE_SIGNATURE_HIGH_S : REFUSE_SIGNATURE_ENCODING;
}

// Every pair of every map after the global one; whether a map is an input's or an output's does not matter: in an
// output's, type 2 has a path as its value, which is no DER, but such a key is no fault that was asked for here.
static enum refusal signatures_find(struct span bytes)
{
	struct reader r = reader_over(bytes.at, bytes.size);
	size_t maps = 0;
	read_bytes(&r, 5); // the magic
	while (!r.failed && reader_left(&r)) {
		struct span key = read_span(&r);
		if (!r.failed && key.size == 0) {
			maps++;
			continue;
		}
		struct span value = read_span(&r);
		bool shaped = value.size > 8 && (value.at[0] == 0x30 || value.size == COMPACT_SIG_SIZE); // a path has 4n bytes
		bool signature = !r.failed && maps && key.at[0] == TYPE_PARTIAL_SIG && shaped &&
				 (key.size == 34 || key.size == 66);
		enum refusal found = signature ? signature_fault(value) : REFUSALS;
		if (found != REFUSALS)
			return found;
	}
	return REFUSALS;
}

void bitcoin_review_unreadable(struct span bytes, enum psbt_refusal why, struct refusal_list *ret)
{
	enum refusal id = REFUSE_PSBT_UNREADABLE;
	memset(ret, 0, sizeof *ret);
	if (why == PSBT_SIZE || why == PSBT_MEMORY)
		id = REFUSE_PSBT_TOO_LARGE;
	else if (why == PSBT_PREVIOUS)
		id = REFUSE_PREVIOUS_FALSE;
	else if (why == PSBT_SIGHASH)
		id = REFUSE_SIGHASH_TYPE;
	else if (why == PSBT_VALUE)
		id = REFUSE_AMOUNTS;
	else if (why == PSBT_FIELD && signatures_find(bytes) != REFUSALS)
		id = signatures_find(bytes);
	refuse(ret, id, ABOUT_PAYLOAD, 0);
}
