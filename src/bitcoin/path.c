// SPDX-License-Identifier: Apache-2.0
#include "bitcoin/path.h"

#include <stdio.h>

int path_step_parse(const char *text, size_t length, uint32_t *ret)
{
	bool hardened = length > 0 && (text[length - 1] == 'h' || text[length - 1] == '\'');
	size_t digits = length - hardened;
	uint64_t value = 0;
	if (digits == 0 || digits > 10 || (digits > 1 && text[0] == '0'))
		return 1;
	for (size_t i = 0; i < digits; i++) {
		if (text[i] < '0' || text[i] > '9')
			return 1;
		value = value * 10 + (uint64_t)(text[i] - '0');
	}
	if (value >= PATH_HARDENED)
		return 1;
	*ret = (uint32_t)value | (hardened ? PATH_HARDENED : 0);
	return 0;
}

int path_parse(const char *text, size_t length, struct path *ret)
{
	struct path path = { .count = 0 };
	const char *at = text, *end = text + length;
	if (length > 0 && *at == 'm') {
		at++;
		if (at < end && *at++ != '/')
			return 1;
		if (at == end && length > 1)
			return 1;
	} else if (length == 0) {
		return 1;
	}
	while (at < end) {
		const char *slash = memchr(at, '/', (size_t)(end - at));
		const char *stop = slash ? slash : end;
		if (path.count == PATH_STEPS_MAX)
			return 2;
		if (path_step_parse(at, (size_t)(stop - at), &path.steps[path.count++]))
			return 1;
		at = slash ? slash + 1 : end;
		if (slash && at == end)
			return 1;
	}
	*ret = path;
	return 0;
}

void path_format(const struct path *path, char to[PATH_TEXT_MAX + 1])
{
	ASSERT(path->count <= PATH_STEPS_MAX);
	char *at = to;
	*at++ = 'm';
	*at = 0;
	for (size_t i = 0; i < path->count; i++) {
		uint32_t step = path->steps[i];
		at += sprintf(at, "/%u%s", step & ~PATH_HARDENED, step & PATH_HARDENED ? "h" : "");
	}
}

static const struct {
	uint32_t purpose;
	bool scripted; // a step for the script type follows the account
	uint32_t script_type;
} templates[] = {
	[PATH_BIP44] = { 44, false, 0 },       [PATH_BIP49] = { 49, false, 0 },
	[PATH_BIP84] = { 84, false, 0 },       [PATH_BIP86] = { 86, false, 0 },
	[PATH_BIP87] = { 87, false, 0 },       [PATH_BIP48_NESTED] = { 48, true, 1 },
	[PATH_BIP48_SEGWIT] = { 48, true, 2 },
};

void path_account(enum path_purpose purpose, const struct network *network, uint32_t account,
		  struct path *ret)
{
	ASSERT(purpose < ARRAY_LEN(templates) && account < PATH_HARDENED);
	*ret = (struct path){ .count = 3 };
	ret->steps[0] = templates[purpose].purpose | PATH_HARDENED;
	ret->steps[1] = network->coin_type | PATH_HARDENED;
	ret->steps[2] = account | PATH_HARDENED;
	if (templates[purpose].scripted)
		ret->steps[ret->count++] = templates[purpose].script_type | PATH_HARDENED;
}

int path_address(const struct path *account, bool change, uint32_t index, struct path *ret)
{
	if (account->count + 2 > PATH_STEPS_MAX || index >= PATH_HARDENED)
		return 1;
	*ret = *account;
	ret->steps[ret->count++] = change;
	ret->steps[ret->count++] = index;
	return 0;
}
