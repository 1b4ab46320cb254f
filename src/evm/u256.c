// SPDX-License-Identifier: Apache-2.0
#include "evm/u256.h"

const struct u256 u256_max = { { UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX } };

bool u256_zero(const struct u256 *a)
{
	return !(a->limb[0] | a->limb[1] | a->limb[2] | a->limb[3]);
}

bool u256_equal(const struct u256 *a, const struct u256 *b)
{
	return u256_compare(a, b) == 0;
}

int u256_compare(const struct u256 *a, const struct u256 *b)
{
	for (size_t i = 4; i-- > 0;)
		if (a->limb[i] != b->limb[i])
			return a->limb[i] < b->limb[i] ? -1 : 1;
	return 0;
}

unsigned u256_bits(const struct u256 *a)
{
	for (size_t i = 4; i-- > 0;)
		if (a->limb[i])
			return (unsigned)(64 * i + 64) - (unsigned)__builtin_clzll(a->limb[i]);
	return 0;
}

struct u256 u256_from_bytes(const uint8_t *bytes, size_t size)
{
	struct u256 a = { 0 };
	ASSERT(size <= 32);
	for (size_t i = 0; i < size; i++)
		a.limb[i / 8] |= (uint64_t)bytes[size - 1 - i] << (8 * (i % 8));
	return a;
}

void u256_to_bytes(const struct u256 *a, uint8_t to[32])
{
	for (size_t i = 0; i < 32; i++)
		to[31 - i] = (uint8_t)(a->limb[i / 8] >> (8 * (i % 8)));
}

bool u256_add(const struct u256 *a, const struct u256 *b, struct u256 *ret)
{
	struct u256 sum;
	unsigned __int128 carry = 0;
	for (size_t i = 0; i < 4; i++) {
		carry += (unsigned __int128)a->limb[i] + b->limb[i];
		sum.limb[i] = (uint64_t)carry;
		carry >>= 64;
	}
	if (carry)
		return false;
	*ret = sum;
	return true;
}

bool u256_subtract(const struct u256 *a, const struct u256 *b, struct u256 *ret)
{
	struct u256 difference;
	bool borrow = false;
	if (u256_compare(a, b) < 0)
		return false;
	for (size_t i = 0; i < 4; i++) {
		uint64_t v;
		bool first = __builtin_sub_overflow(a->limb[i], b->limb[i], &v);
		bool second = __builtin_sub_overflow(v, (uint64_t)borrow, &difference.limb[i]);
		borrow = first || second;
	}
	*ret = difference;
	return true;
}

bool u256_multiply(const struct u256 *a, const struct u256 *b, struct u256 *ret)
{
	uint64_t product[8] = { 0 };
	for (size_t i = 0; i < 4; i++) {
		unsigned __int128 carry = 0;
		for (size_t j = 0; j < 4; j++) {
			carry += (unsigned __int128)a->limb[i] * b->limb[j] + product[i + j];
			product[i + j] = (uint64_t)carry;
			carry >>= 64;
		}
		product[i + 4] = (uint64_t)carry;
	}
	if (product[4] | product[5] | product[6] | product[7])
		return false;
	memcpy(ret->limb, product, sizeof ret->limb);
	return true;
}

bool u256_to_u64(const struct u256 *a, uint64_t *ret)
{
	if (a->limb[1] | a->limb[2] | a->limb[3])
		return false;
	*ret = a->limb[0];
	return true;
}

uint64_t u256_divide_small(const struct u256 *a, uint64_t by, struct u256 *ret)
{
	unsigned __int128 rest = 0;
	ASSERT(by);
	for (size_t i = 4; i-- > 0;) {
		rest = rest << 64 | a->limb[i];
		ret->limb[i] = (uint64_t)(rest / by);
		rest %= by;
	}
	return (uint64_t)rest;
}

size_t u256_format(const struct u256 *a, unsigned decimals, char to[U256_TEXT_MAX])
{
	char digits[U256_TEXT_MAX]; // from the last one
	struct u256 rest = *a;
	size_t count = 0, at = 0, skip = 0;
	ASSERT(decimals <= U256_DECIMALS_MAX);
	while (!u256_zero(&rest) || count <= decimals)
		digits[count++] = (char)('0' + u256_divide_small(&rest, 10, &rest));
	while (skip + 1 < decimals && digits[skip] == '0')
		skip++;
	for (size_t i = count; i-- > skip;) {
		if (decimals && i + 1 == decimals)
			to[at++] = '.';
		to[at++] = digits[i];
	}
	to[at] = 0;
	return at;
}

static int push_digit(struct u256 *value, char digit)
{
	struct u256 ten = u256_of(10), units = u256_of((uint64_t)(digit - '0'));
	return u256_multiply(value, &ten, value) && u256_add(value, &units, value) ? 0 : 3;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

// Digits of the whole and of the places; false when the text is something else.
static bool decimal_shape(const char *text, size_t length, size_t *ret_whole, size_t *ret_places)
{
	size_t whole = 0, places = 0;
	while (whole < length && is_digit(text[whole]))
		whole++;
	if (whole == 0 || (whole > 1 && text[0] == '0'))
		return false;
	if (whole < length) {
		for (places = 0; whole + 1 + places < length && is_digit(text[whole + 1 + places]);)
			places++;
		if (text[whole] != '.' || places == 0 || whole + 1 + places != length)
			return false;
	}
	*ret_whole = whole;
	*ret_places = places;
	return true;
}

int u256_parse(const char *text, size_t length, unsigned decimals, struct u256 *ret)
{
	struct u256 value = { 0 };
	size_t whole, places;
	int why = 0;
	ASSERT(decimals <= U256_DECIMALS_MAX);
	if (!decimal_shape(text, length, &whole, &places))
		return 1;
	if (places > decimals)
		return 2;
	for (size_t i = 0; i < length && !why; i++)
		if (i != whole)
			why = push_digit(&value, text[i]);
	for (size_t i = places; i < decimals && !why; i++)
		why = push_digit(&value, '0');
	if (!why)
		*ret = value;
	return why;
}
