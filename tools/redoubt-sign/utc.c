// SPDX-License-Identifier: Apache-2.0
// The proleptic Gregorian calendar by counting days from 0000-03-01, so that a leap day is a year's last.
#include "utc.h"

#include <stdio.h>

static int64_t days_of(int64_t year, unsigned month, unsigned day)
{
	year -= month <= 2;
	int64_t era = year / 400;
	unsigned of_era = (unsigned)(year - era * 400);
	unsigned of_year = (153 * (month + (month > 2 ? -3u : 9u)) + 2) / 5 + day - 1;
	return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

void utc_format(uint64_t seconds, char to[UTC_TEXT_SIZE])
{
	seconds = u64_min(seconds, UTC_SECONDS_MAX);
	uint64_t days = seconds / 86400 + 719468, of_day = seconds % 86400;
	uint64_t era = days / 146097, of_era = days % 146097;
	uint64_t years = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
	uint64_t of_year = of_era - (365 * years + years / 4 - years / 100), index = (5 * of_year + 2) / 153;
	unsigned day = (unsigned)(of_year - (153 * index + 2) / 5 + 1);
	unsigned month = (unsigned)(index < 10 ? index + 3 : index - 9);
	char text[48];
	snprintf(text, sizeof text, "%04u-%02u-%02uT%02u:%02u:%02uZ", (unsigned)(years + era * 400 + (month <= 2)), month,
		 day, (unsigned)(of_day / 3600), (unsigned)(of_day / 60 % 60), (unsigned)(of_day % 60));
	memcpy(to, text, UTC_TEXT_SIZE);
}

// The digits of `form`'s '0's become numbers; every other character must be there as it is.
static bool fields_read(const char *text, const char *form, unsigned field[6])
{
	size_t n = 0;
	memset(field, 0, 6 * sizeof *field);
	for (size_t i = 0; form[i]; i++) {
		if (form[i] != '0') {
			if (text[i] != form[i])
				return false;
			n++;
		} else if (text[i] < '0' || text[i] > '9') {
			return false;
		} else {
			field[n] = field[n] * 10 + (unsigned)(text[i] - '0');
		}
	}
	return true;
}

int utc_parse(const char *text, size_t length, uint64_t *ret)
{
	unsigned f[6];
	char back[UTC_TEXT_SIZE];
	if (length != UTC_TEXT_SIZE - 1 || !fields_read(text, "0000-00-00T00:00:00Z", f))
		return 1;
	if (f[0] < 1970 || f[1] < 1 || f[1] > 12 || f[2] < 1 || f[2] > 31 || f[3] > 23 || f[4] > 59 || f[5] > 59)
		return 1;
	uint64_t seconds = (uint64_t)days_of(f[0], f[1], f[2]) * 86400 + f[3] * 3600 + f[4] * 60 + f[5];
	utc_format(seconds, back); // 30 February comes back as another day
	if (memcmp(back, text, length))
		return 1;
	*ret = seconds;
	return 0;
}
