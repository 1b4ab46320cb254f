// SPDX-License-Identifier: Apache-2.0
// 32 bytes in hexadecimal are a key only where a name says so: digests look the same. DER has its structure to show.
#include "checks/files/key_forms.h"

#include <ctype.h>
#include <string.h>

#define SCALAR_DIGITS 64
#define NAME_MAX_SIZE 48
#define BETWEEN_MAX 8     // `" : "0x`
#define DISTINCT_MIN 8    // of sixteen digits: an example made of zeros is no key
#define STRIPE_MIN 24

// --- a name and a number -------------------------------------------------------------------------------------------

static bool has_any(const char *name, const char *const *words, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (strcasestr(name, words[i]))
			return true;
	return false;
}

static bool names_a_secret(const char *name)
{
	static const char *const SECRET[] = { "priv", "secret", "seed", "signing_key", "signingkey", "signer_key", "signerkey", "master_key", "masterkey" };
	static const char *const OTHER[] = { "public", "pubkey", "hash", "sha2", "sha5", "digest", "finger", "checksum", "commit", "_id" };
	return has_any(name, SECRET, ARRAY_LEN(SECRET)) && !has_any(name, OTHER, ARRAY_LEN(OTHER));
}

static bool name_part(char c)
{
	return isalnum((unsigned char)c) || c == '_' || c == '-' || c == '.';
}

// What stands before the value: NAME, then '=' or ':' with quotes and blanks around it.
static bool assigned(const char *start, const char *at)
{
	char name[NAME_MAX_SIZE + 1];
	const char *limit = at - start > BETWEEN_MAX ? at - BETWEEN_MAX : start;
	bool sign = false;
	if (at - start >= 2 && at[-2] == '0' && (at[-1] == 'x' || at[-1] == 'X'))
		at -= 2;
	for (; at > limit && at[-1] && strchr(" \t\"'`=:>", at[-1]); at--)
		sign |= at[-1] == '=' || at[-1] == ':';
	const char *end = at;
	while (at > start && end - at < NAME_MAX_SIZE && name_part(at[-1]))
		at--;
	memcpy(name, at, (size_t)(end - at));
	name[end - at] = 0;
	return sign && names_a_secret(name);
}

// A number from 1 to secp256k1's order less one, and no example.
static bool is_scalar(const char *digits)
{
	static const char ORDER[] = "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141";
	unsigned seen = 0, distinct = 0;
	for (size_t i = 0; i < SCALAR_DIGITS; i++) {
		char c = digits[i];
		seen |= 1u << (c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
	}
	for (; seen; seen &= seen - 1)
		distinct++;
	return distinct >= DISTINCT_MIN && strncasecmp(digits, ORDER, SCALAR_DIGITS) < 0;
}

static const char *stripe_find(const char *bytes, size_t size)
{
	const char *end = bytes + size;
	for (const char *at = bytes; (at = memmem(at, (size_t)(end - at), "k_live_", 7)); at += 7) {
		bool small = false, capital = false, digit = false;
		size_t run = 0;
		for (const char *c = at + 7; c < end && isalnum((unsigned char)*c); c++, run++) {
			small |= islower((unsigned char)*c) != 0;
			capital |= isupper((unsigned char)*c) != 0;
			digit |= isdigit((unsigned char)*c) != 0;
		}
		if (at > bytes && (at[-1] == 's' || at[-1] == 'r') && run >= STRIPE_MIN && small && capital && digit)
			return "a secret key of a payment service";
	}
	return NULL;
}

const char *named_key_find(const char *bytes, size_t size)
{
	for (size_t at = 0; at < size;) {
		size_t from = at;
		while (at < size && isxdigit((unsigned char)bytes[at]))
			at++;
		bool cut = at < size && isalnum((unsigned char)bytes[at]);
		bool joined = from && isalnum((unsigned char)bytes[from - 1]) && (bytes[from - 1] | 0x20) != 'x';
		if (at - from == SCALAR_DIGITS && !cut && !joined && is_scalar(bytes + from) && assigned(bytes, bytes + from))
			return "a private key in hexadecimal";
		at += at == from;
	}
	return stripe_find(bytes, size);
}

// --- DER -----------------------------------------------------------------------------------------------------------

// A SEQUENCE whose header ends here.
static bool sequence_before(const uint8_t *start, const uint8_t *at)
{
	ptrdiff_t room = at - start;
	return (room >= 2 && at[-2] == 0x30 && at[-1] < 0x80) || (room >= 3 && at[-3] == 0x30 && at[-2] == 0x81) ||
	       (room >= 4 && at[-4] == 0x30 && at[-3] == 0x82);
}

// PKCS#8: version 0, SEQUENCE { OID ... }, OCTET STRING with a SEQUENCE or an OCTET STRING in it.
static bool is_pkcs8(const uint8_t *at, size_t left)
{
	size_t inner = left > 6 ? at[4] : 0, key = 5 + inner;
	if (inner < 5 || inner >= 0x40 || at[5] != 0x06 || left < key + 5 || at[key] != 0x04)
		return false;
	size_t header = at[key + 1] == 0x82 ? 4 : at[key + 1] == 0x81 ? 3 : at[key + 1] < 0x80 ? 2 : 0;
	return header && (at[key + header] == 0x30 || at[key + header] == 0x04);
}

// SEC 1: version 1, the scalar, then the curve or the public point.
static bool is_sec1(const uint8_t *at, size_t left)
{
	size_t key = left > 5 ? at[4] : 0;
	return (key == 32 || key == 48 || key == 66) && left > 5 + key && (at[5 + key] == 0xa0 || at[5 + key] == 0xa1);
}

// PKCS#1: version 0, a modulus of 2048 to 4096 bits, and the exponent that all use.
static bool is_pkcs1(const uint8_t *at, size_t left)
{
	size_t modulus = left > 8 ? (size_t)at[5] << 8 | at[6] : 0;
	return modulus >= 257 && modulus <= 513 && left >= 12 + modulus && !memcmp(at + 7 + modulus, "\x02\x03\x01\x00\x01", 5);
}

const char *der_key_find(const char *bytes, size_t size)
{
	static const struct { const char *mark; size_t size; bool (*is)(const uint8_t *at, size_t left); } FORMS[] = {
		{ "\x02\x01\x00\x30", 4, is_pkcs8 }, { "\x02\x01\x01\x04", 4, is_sec1 }, { "\x02\x01\x00\x02\x82", 5, is_pkcs1 },
	};
	for (size_t i = 0; i < ARRAY_LEN(FORMS); i++) {
		const uint8_t *start = (const uint8_t *)bytes, *end = start + size;
		for (const uint8_t *at = start; (at = memmem(at, (size_t)(end - at), FORMS[i].mark, FORMS[i].size)); at++)
			if (sequence_before(start, at) && FORMS[i].is(at, (size_t)(end - at)))
				return "a private key in DER";
	}
	return NULL;
}
