// SPDX-License-Identifier: Apache-2.0
#include "amount/amount.h"

bool amount_add(struct amount a, struct amount b, struct amount *ret)
{
	uint64_t sum;
	if (__builtin_add_overflow(a.units, b.units, &sum) || sum > AMOUNT_MAX)
		return false;
	ret->units = sum;
	return true;
}

bool amount_subtract(struct amount a, struct amount b, struct amount *ret)
{
	if (a.units < b.units || a.units - b.units > AMOUNT_MAX)
		return false;
	ret->units = a.units - b.units;
	return true;
}

// product / AMOUNT_SCALE, for a product whose upper half is below AMOUNT_SCALE.
static inline uint64_t divide_by_scale(unsigned __int128 product, uint64_t *ret_remainder)
{
#ifdef __x86_64__
	// One instruction; the compiler would call a library function.
	uint64_t quotient, remainder;
	__asm__("divq %4"
		: "=a"(quotient), "=d"(remainder)
		: "a"((uint64_t)product), "d"((uint64_t)(product >> 64)), "r"((uint64_t)AMOUNT_SCALE)
		: "cc");
	*ret_remainder = remainder;
	return quotient;
#else
	*ret_remainder = (uint64_t)(product % AMOUNT_SCALE);
	return (uint64_t)(product / AMOUNT_SCALE);
#endif
}

bool amount_notional(struct price price, struct quantity quantity, enum rounding rounding, struct amount *ret)
{
	unsigned __int128 product = (unsigned __int128)price.units * quantity.units;
	uint64_t units, remainder;
	if (LIKELY((uint64_t)(product >> 64) == 0)) {
		units = (uint64_t)product / AMOUNT_SCALE;
		remainder = (uint64_t)product % AMOUNT_SCALE;
	} else if ((uint64_t)(product >> 64) >= AMOUNT_SCALE) {
		return false;
	} else {
		units = divide_by_scale(product, &remainder);
	}
	if (units > AMOUNT_MAX)
		return false;
	units += rounding == ROUND_UP && remainder;
	if (units > AMOUNT_MAX)
		return false;
	ret->units = units;
	return true;
}

#define FEE_FAST_MAX ((UINT64_MAX - (FEE_SCALE - 1)) / FEE_RATE_MAX) // 1.8 million wholes

struct amount amount_fee(struct amount amount, struct fee_rate rate)
{
	if (LIKELY(amount.units <= FEE_FAST_MAX && rate.ppm <= FEE_RATE_MAX))
		return (struct amount){ (amount.units * rate.ppm + (FEE_SCALE - 1)) / FEE_SCALE };
	if (rate.ppm >= FEE_SCALE)
		return amount;
	unsigned __int128 product = (unsigned __int128)amount.units * rate.ppm;
	return (struct amount){ (uint64_t)((product + (FEE_SCALE - 1)) / FEE_SCALE) };
}

static inline bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

// Where the digits that start at `at` end.
static size_t digits_end(const char *text, size_t length, size_t at)
{
	while (at < length && is_digit(text[at]))
		at++;
	return at;
}

// Appends a digit; false above AMOUNT_MAX.
static bool append_digit(uint64_t *units, unsigned digit)
{
	if (*units > (AMOUNT_MAX - digit) / 10)
		return false;
	*units = *units * 10 + digit;
	return true;
}

int amount_parse(const char *text, size_t length, uint64_t *ret_units)
{
	size_t whole_end = digits_end(text, length, 0), end = whole_end;
	if (whole_end == 0)
		return 1;
	if (whole_end < length) {
		end = digits_end(text, length, whole_end + 1);
		if (text[whole_end] != '.' || end == whole_end + 1 || end != length)
			return 1;
	}
	for (size_t i = whole_end + 1 + AMOUNT_DECIMALS; i < end; i++) {
		if (text[i] != '0')
			return 2;
	}
	uint64_t units = 0;
	for (size_t i = 0; i < whole_end; i++) {
		if (!append_digit(&units, (unsigned)(text[i] - '0')))
			return 3;
	}
	for (size_t i = whole_end + 1; i <= whole_end + AMOUNT_DECIMALS; i++) {
		if (!append_digit(&units, i < end ? (unsigned)(text[i] - '0') : 0))
			return 3;
	}
	*ret_units = units;
	return 0;
}

size_t amount_format(uint64_t units, char to[AMOUNT_TEXT_MAX])
{
	char backwards[AMOUNT_TEXT_MAX];
	size_t n = 0;
	do {
		if (n == AMOUNT_DECIMALS)
			backwards[n++] = '.';
		backwards[n++] = (char)('0' + units % 10);
		units /= 10;
	} while (units || n < AMOUNT_DECIMALS + 2);
	for (size_t i = 0; i < n; i++)
		to[i] = backwards[n - 1 - i];
	to[n] = 0;
	return n;
}
