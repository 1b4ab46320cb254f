// SPDX-License-Identifier: Apache-2.0
#include "bitcoin/bech32.h"

#define CHECK_COUNT 6

static const char alphabet[] = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
static const uint32_t final_of[] = { [BECH32] = 1, [BECH32M] = 0x2bc830a3 };

static uint32_t checksum_step(uint32_t sum, uint8_t value)
{
	static const uint32_t generator[5] = { 0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3 };
	uint32_t top = sum >> 25;
	sum = (sum & 0x1ffffff) << 5 ^ value;
	for (int i = 0; i < 5; i++)
		sum ^= top >> i & 1 ? generator[i] : 0;
	return sum;
}

static uint32_t checksum_prefix(const char *prefix, size_t length)
{
	uint32_t sum = 1;
	for (size_t i = 0; i < length; i++)
		sum = checksum_step(sum, (uint8_t)prefix[i] >> 5);
	sum = checksum_step(sum, 0);
	for (size_t i = 0; i < length; i++)
		sum = checksum_step(sum, (uint8_t)prefix[i] & 31);
	return sum;
}

// Lower-cases into `to`; false at a character outside 33..126 or a mixture of cases.
static bool text_normalise(const char *text, size_t length, char *to)
{
	bool upper = false, lower = false;
	for (size_t i = 0; i < length; i++) {
		char c = text[i];
		if (c < 33 || c > 126)
			return false;
		upper |= c >= 'A' && c <= 'Z';
		lower |= c >= 'a' && c <= 'z';
		to[i] = c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
	}
	return !(upper && lower);
}

int bech32_decode(const char *text, size_t length, struct bech32 *ret)
{
	char lower[BECH32_TEXT_MAX];
	uint8_t values[BECH32_TEXT_MAX];
	struct bech32 out = { .count = 0 };
	if (length > sizeof lower || !text_normalise(text, length, lower))
		return 1;
	const char *separator = memrchr(lower, '1', length);
	size_t prefix = separator ? (size_t)(separator - lower) : 0;
	if (prefix == 0 || prefix > BECH32_PREFIX_MAX || length - prefix - 1 < CHECK_COUNT)
		return 1;
	memcpy(out.prefix, lower, prefix);
	uint32_t sum = checksum_prefix(lower, prefix);
	for (size_t i = prefix + 1; i < length; i++) {
		const char *p = memchr(alphabet, lower[i], 32);
		if (!p)
			return 1;
		values[out.count++] = (uint8_t)(p - alphabet);
		sum = checksum_step(sum, (uint8_t)(p - alphabet));
	}
	if (sum != final_of[BECH32] && sum != final_of[BECH32M])
		return 1;
	out.kind = sum == final_of[BECH32] ? BECH32 : BECH32M;
	out.count -= CHECK_COUNT;
	memcpy(out.values, values, out.count);
	*ret = out;
	return 0;
}

int bech32_encode(const struct bech32 *from, char to[BECH32_TEXT_MAX + 1])
{
	char lower[BECH32_PREFIX_MAX];
	size_t prefix = strnlen(from->prefix, sizeof from->prefix), n = 0;
	if (prefix == 0 || prefix > BECH32_PREFIX_MAX || from->count > BECH32_VALUES_MAX ||
	    prefix + 1 + from->count + CHECK_COUNT > BECH32_TEXT_MAX)
		return 1;
	if (!text_normalise(from->prefix, prefix, lower) || memcmp(lower, from->prefix, prefix) != 0)
		return 1;
	uint32_t sum = checksum_prefix(from->prefix, prefix);
	for (size_t i = 0; i < from->count; i++) {
		if (from->values[i] > 31)
			return 1;
		sum = checksum_step(sum, from->values[i]);
	}
	for (int i = 0; i < CHECK_COUNT; i++)
		sum = checksum_step(sum, 0);
	sum ^= final_of[from->kind];
	memcpy(to, from->prefix, prefix);
	n = prefix;
	to[n++] = '1';
	for (size_t i = 0; i < from->count; i++)
		to[n++] = alphabet[from->values[i]];
	for (int i = 0; i < CHECK_COUNT; i++)
		to[n++] = alphabet[sum >> 5 * (CHECK_COUNT - 1 - i) & 31];
	to[n] = 0;
	return 0;
}

size_t bech32_values_of(const uint8_t *bytes, size_t size, uint8_t *values)
{
	uint32_t held = 0;
	unsigned bits = 0;
	size_t n = 0;
	for (size_t i = 0; i < size; i++) {
		held = (held << 8 | bytes[i]) & 0xfff;
		for (bits += 8; bits >= 5; bits -= 5)
			values[n++] = held >> (bits - 5) & 31;
	}
	if (bits)
		values[n++] = (uint8_t)(held << (5 - bits) & 31);
	return n;
}

int bech32_bytes_of(const uint8_t *values, size_t count, uint8_t *bytes, size_t room, size_t *ret_size)
{
	uint32_t held = 0;
	unsigned bits = 0;
	size_t n = 0;
	if (count * 5 / 8 > room)
		return 1;
	for (size_t i = 0; i < count; i++) {
		held = (held << 5 | values[i]) & 0xfff;
		bits += 5;
		if (bits >= 8) {
			bits -= 8;
			bytes[n++] = (uint8_t)(held >> bits);
		}
	}
	if (bits >= 5 || (held & ((1u << bits) - 1)))
		return 1;
	*ret_size = n;
	return 0;
}
