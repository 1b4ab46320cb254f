// SPDX-License-Identifier: Apache-2.0
#include "flow.h"

#include <stdio.h>
#include <stdlib.h>
#include <zlib.h>

#define FLOW_LINE_MAX 512
#define SET_START 4096u

struct flow_set {
	uint64_t *ids;  // open addressing; 0 = empty
	size_t size, used;
};

static size_t set_place(const struct flow_set *set, uint64_t id)
{
	size_t at = (size_t)(id * 0x9e3779b97f4a7c15u >> 20) & (set->size - 1);
	while (set->ids[at] && set->ids[at] != id)
		at = (at + 1) & (set->size - 1);
	return at;
}

static bool set_grow(struct flow_set *set)
{
	struct flow_set larger = { .size = set->size ? set->size * 2 : SET_START, .used = set->used };
	larger.ids = calloc(larger.size, sizeof larger.ids[0]);
	if (!larger.ids)
		return false;
	for (size_t i = 0; i < set->size; i++) {
		if (set->ids[i])
			larger.ids[set_place(&larger, set->ids[i])] = set->ids[i];
	}
	free(set->ids);
	*set = larger;
	return true;
}

bool flow_given(const struct flow *flow, uint64_t id)
{
	return id && flow->given->size && flow->given->ids[set_place(flow->given, id)] == id;
}

int flow_give(struct flow *flow, const struct flow_command *command)
{
	struct flow_set *set = flow->given;
	if (2 * set->used >= set->size && !set_grow(set))
		return -1;
	size_t at = set_place(set, command->id);
	set->used += !set->ids[at];
	set->ids[at] = command->id;
	return flow->sink(flow->context, command);
}

bool flow_split(const char *text, size_t size, struct field *to, size_t count)
{
	const char *end = text + size;
	for (size_t i = 0; i < count; i++) {
		const char *comma = memchr(text, ',', (size_t)(end - text));
		if ((comma != NULL) != (i + 1 < count))
			return false;
		to[i] = (struct field){ text, (size_t)((comma ? comma : end) - text) };
		text = comma ? comma + 1 : end;
	}
	return true;
}

bool flow_whole(struct field field, uint64_t *ret)
{
	uint64_t n = 0;
	for (size_t i = 0; i < field.size; i++) {
		if (field.at[i] < '0' || field.at[i] > '9' || n > (UINT64_MAX - 9) / 10)
			return false;
		n = n * 10 + (uint64_t)(field.at[i] - '0');
	}
	*ret = n;
	return field.size > 0;
}

// "e-05" at the field's end: takes it off and returns its value through *ret.
static bool exponent_split(struct field *field, int *ret)
{
	uint64_t digits;
	const char *e = memchr(field->at, 'e', field->size);
	*ret = 0;
	if (!e)
		return true;
	struct field power = { e + 1, field->size - (size_t)(e - field->at) - 1 };
	bool negative = power.size && power.at[0] == '-';
	if (power.size && (power.at[0] == '-' || power.at[0] == '+'))
		power = (struct field){ power.at + 1, power.size - 1 };
	if (!flow_whole(power, &digits) || digits > 30)
		return false;
	field->size = (size_t)(e - field->at);
	*ret = negative ? -(int)digits : (int)digits;
	return true;
}

bool flow_decimal(struct field field, unsigned scale, uint64_t *ret)
{
	int exponent;
	uint64_t n = 0;
	bool point = false, digit = false;
	if (!exponent_split(&field, &exponent))
		return false;
	exponent += (int)scale;
	for (size_t i = 0; i < field.size; i++) {
		char c = field.at[i];
		if (c == '.' && !point) {
			point = true;
			continue;
		}
		if (c < '0' || c > '9' || n > (UINT64_MAX - 9) / 10)
			return false;
		n = n * 10 + (uint64_t)(c - '0');
		digit = true;
		exponent -= point;
	}
	for (; exponent < 0; exponent++)
		n /= 10;
	for (; exponent > 0 && n; exponent--) {
		if (n > UINT64_MAX / 10)
			return false;
		n *= 10;
	}
	*ret = n;
	return digit;
}

bool flow_is(struct field field, const char *text)
{
	return field.size == strlen(text) && memcmp(field.at, text, field.size) == 0;
}

const struct flow_format *flow_format_named(const char *name)
{
	static const struct flow_format *const formats[] = { &flow_bitstamp, &flow_lobster };
	for (size_t i = 0; i < ARRAY_LEN(formats); i++) {
		if (strcmp(formats[i]->name, name) == 0)
			return formats[i];
	}
	return NULL;
}

static int read_lines(struct flow *flow, const struct flow_format *format, gzFile file)
{
	char text[FLOW_LINE_MAX];
	while (gzgets(file, text, sizeof text)) {
		size_t size = strlen(text);
		flow->line++;
		while (size && (text[size - 1] == '\n' || text[size - 1] == '\r'))
			size--;
		int result = format->line(flow, text, size);
		if (result)
			return result;
	}
	return 0;
}

int flow_run(const struct flow_format *format, const char *path, flow_sink sink, void *context, char error[256])
{
	struct flow_set given = { 0 };
	struct flow flow = { .given = &given, .sink = sink, .context = context };
	gzFile file = gzopen(path, "rb");
	if (!file) {
		snprintf(error, 256, "'%s' cannot be opened: %s", path, strerror(errno));
		return -1;
	}
	int result = read_lines(&flow, format, file), damage;
	const char *why = gzerror(file, &damage);
	if (result < 0)
		snprintf(error, 256, "line %llu of '%s' is not %s", (unsigned long long)flow.line, path, format->name);
	else if (result == 0 && damage < 0) {
		snprintf(error, 256, "'%s' is damaged: %s", path, damage == Z_ERRNO ? strerror(errno) : why);
		result = -1;
	}
	gzclose(file);
	free(given.ids);
	return result;
}

int flow_lines(const struct flow_format *format, const char *text, size_t size, flow_sink sink, void *context)
{
	struct flow_set given = { 0 };
	struct flow flow = { .given = &given, .sink = sink, .context = context };
	const char *end = text + size;
	int result = 0;
	while (text < end && !result) {
		const char *newline = memchr(text, '\n', (size_t)(end - text));
		const char *stop = newline ? newline : end;
		flow.line++;
		result = format->line(&flow, text, (size_t)(stop - text));
		text = newline ? newline + 1 : end;
	}
	free(given.ids);
	return result;
}
