// SPDX-License-Identifier: Apache-2.0
#include "review/words.h"

#include "bitcoin/timelock.h"
#include "review/text.h"

// Digits by threes, with a space between.
static void put_grouped(struct text *t, const char *digits, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		if (i && (length - i) % 3 == 0)
			text_put(t, " ");
		text_bytes(t, digits + i, 1);
	}
}

static void put_number_grouped(struct text *t, uint64_t number)
{
	char digits[24];
	struct text d = text_over(digits, sizeof digits);
	text_number(&d, number);
	put_grouped(t, digits, d.length);
}

size_t words_grouped(uint64_t number, char to[WORDS_MAX])
{
	struct text t = text_over(to, WORDS_MAX);
	put_number_grouped(&t, number);
	return t.length;
}

static void put_coins(struct text *t, uint64_t satoshi)
{
	text_number(t, satoshi / 100000000);
	text_put(t, ".");
	text_digits(t, satoshi % 100000000, 8);
}

size_t words_bitcoin_figure(uint64_t satoshi, char to[WORDS_MAX])
{
	struct text t = text_over(to, WORDS_MAX);
	put_coins(&t, satoshi);
	return t.length;
}

size_t words_bitcoin(uint64_t satoshi, char to[WORDS_MAX])
{
	struct text t = text_over(to, WORDS_MAX);
	put_coins(&t, satoshi);
	text_put(&t, " BTC (");
	put_number_grouped(&t, satoshi);
	text_put(&t, " sat)");
	return t.length;
}

static const char *const below_twenty[] = {
	"zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
	"thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
};
static const char *const tens[] = { "", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety" };

static void put_below_hundred(struct text *t, unsigned n)
{
	text_put(t, n < 20 ? below_twenty[n] : tens[n / 10]);
	if (n >= 20 && n % 10) {
		text_put(t, "-");
		text_put(t, below_twenty[n % 10]);
	}
}

// 1..999; "and" before what is below a hundred when something came before it.
static void put_below_thousand(struct text *t, unsigned n, bool last)
{
	bool before = t->length > 0;
	if (before)
		text_put(t, " ");
	if (n >= 100) {
		text_put(t, below_twenty[n / 100]);
		text_put(t, " hundred");
		if (n % 100)
			text_put(t, " and ");
	} else if (before && last) {
		text_put(t, "and ");
	}
	if (n % 100)
		put_below_hundred(t, n % 100);
}

size_t words_spelt(uint64_t number, char to[WORDS_MAX])
{
	static const struct { uint64_t unit; const char *name; } scales[] = {
		{ 1000000000000000000u, " quintillion" }, { 1000000000000000u, " quadrillion" },
		{ 1000000000000u, " trillion" }, { 1000000000u, " billion" }, { 1000000u, " million" },
		{ 1000u, " thousand" }, { 1u, "" },
	};
	struct text t = text_over(to, WORDS_MAX);
	if (number == 0)
		text_put(&t, "zero");
	for (size_t i = 0; i < ARRAY_LEN(scales); i++) {
		unsigned group = (unsigned)(number / scales[i].unit % 1000);
		if (group == 0)
			continue;
		put_below_thousand(&t, group, scales[i].unit == 1);
		text_put(&t, scales[i].name);
	}
	return t.length;
}

size_t words_units(const struct u256 *amount, unsigned decimals, const char *symbol, char to[WORDS_MAX])
{
	struct text t = text_over(to, WORDS_MAX);
	char digits[U256_TEXT_MAX];
	size_t length = u256_format(amount, decimals, digits);
	const char *point = memchr(digits, '.', length);
	size_t whole = point ? (size_t)(point - digits) : length;
	put_grouped(&t, digits, whole);
	text_bytes(&t, digits + whole, length - whole);
	if (symbol[0]) {
		text_put(&t, " ");
		text_put(&t, symbol);
	}
	return t.length;
}

size_t words_fee_rate(uint64_t hundredths, char to[WORDS_MAX])
{
	struct text t = text_over(to, WORDS_MAX);
	put_number_grouped(&t, hundredths / 100);
	text_put(&t, ".");
	text_digits(&t, hundredths % 100, 2);
	text_put(&t, " sat/vB");
	return t.length;
}

static void put_count(struct text *t, uint64_t count, const char *unit)
{
	put_number_grouped(t, count);
	text_put(t, " ");
	text_put(t, unit);
	if (count != 1)
		text_put(t, "s");
}

// The largest units, `most` of them, and nothing that is zero.
static void put_span(struct text *t, uint64_t seconds, unsigned most)
{
	static const struct { uint64_t seconds; const char *name; } units[] = {
		{ 86400, "day" }, { 3600, "hour" }, { 60, "minute" }, { 1, "second" },
	};
	unsigned put = 0;
	for (size_t i = 0; i < ARRAY_LEN(units) && put < most; i++) {
		uint64_t n = seconds / units[i].seconds;
		seconds %= units[i].seconds;
		if (n == 0 && put == 0 && i + 1 < ARRAY_LEN(units))
			continue;
		if (n || put == 0) {
			if (put)
				text_put(t, " ");
			put_count(t, n, units[i].name);
		}
		put++;
	}
}

size_t words_seconds(uint64_t seconds, char to[WORDS_MAX])
{
	struct text t = text_over(to, WORDS_MAX);
	put_span(&t, seconds, 2);
	return t.length;
}

static void put_blocks(struct text *t, uint64_t blocks)
{
	put_count(t, blocks, "block");
	text_put(t, ", about ");
	put_span(t, blocks > UINT64_MAX / 600 ? UINT64_MAX : blocks * 600, 2);
}

size_t words_blocks(uint64_t blocks, char to[WORDS_MAX])
{
	struct text t = text_over(to, WORDS_MAX);
	put_blocks(&t, blocks);
	return t.length;
}

// Days since 1970 to a date of the Gregorian calendar: Howard Hinnant's civil_from_days, for years to 9999.
static void put_date(struct text *t, uint64_t days)
{
	uint64_t z = days + 719468, era = z / 146097, doe = z % 146097;
	uint64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	uint64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100), mp = (5 * doy + 2) / 153;
	uint64_t day = doy - (153 * mp + 2) / 5 + 1, month = mp < 10 ? mp + 3 : mp - 9;
	text_digits(t, yoe + era * 400 + (month <= 2), 4);
	text_put(t, "-");
	text_digits(t, month, 2);
	text_put(t, "-");
	text_digits(t, day, 2);
}

static void put_time(struct text *t, uint64_t seconds)
{
	if (seconds >= 253402300800u) {
		text_put(t, "second ");
		text_number(t, seconds);
		return;
	}
	put_date(t, seconds / 86400);
	text_put(t, " ");
	text_digits(t, seconds % 86400 / 3600, 2);
	text_put(t, ":");
	text_digits(t, seconds % 3600 / 60, 2);
	text_put(t, ":");
	text_digits(t, seconds % 60, 2);
	text_put(t, " UTC");
}

size_t words_time(uint64_t seconds, char to[WORDS_MAX])
{
	struct text t = text_over(to, WORDS_MAX);
	put_time(&t, seconds);
	return t.length;
}

size_t words_locktime(uint32_t locktime, bool final, char to[WORDS_MAX])
{
	struct text t = text_over(to, WORDS_MAX);
	if (locktime == 0 || final) {
		text_put(&t, "at once");
	} else if (locktime_is_height(locktime)) {
		text_put(&t, "after block ");
		put_number_grouped(&t, locktime);
	} else {
		text_put(&t, "after ");
		put_time(&t, locktime);
	}
	return t.length;
}

size_t words_sequence(uint32_t tx_version, uint32_t sequence, char to[WORDS_MAX])
{
	struct text t = text_over(to, WORDS_MAX);
	uint32_t units = sequence & SEQUENCE_MASK;
	if (tx_version < 2 || (sequence & SEQUENCE_DISABLE) || units == 0) {
		text_put(&t, "no lock");
	} else if (sequence & SEQUENCE_SECONDS) {
		put_span(&t, (uint64_t)units * SEQUENCE_SECONDS_UNIT, 2);
		text_put(&t, " after the coin confirmed");
	} else {
		put_blocks(&t, units);
		text_put(&t, ", after the coin confirmed");
	}
	return t.length;
}
