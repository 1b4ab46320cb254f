// SPDX-License-Identifier: Apache-2.0
#include "lines.h"

static int line_take(struct lines *lines, char to[LINE_TEXT_MAX + 1])
{
	const char *newline = memchr(lines->at, '\n', (size_t)(lines->end - lines->at));
	lines->number++;
	if (!newline || newline - lines->at > LINE_TEXT_MAX)
		return -1;
	size_t size = (size_t)(newline - lines->at);
	for (size_t i = 0; i < size; i++)
		if (lines->at[i] < ' ' || lines->at[i] > '~')
			return -1;
	if (size && (lines->at[0] == ' ' || lines->at[size - 1] == ' '))
		return -1;
	memcpy(to, lines->at, size);
	to[size] = '\0';
	lines->at = newline + 1;
	return 1;
}

int line_next(struct lines *lines, char to[LINE_TEXT_MAX + 1])
{
	while (lines->at < lines->end) {
		int r = line_take(lines, to);
		if (r < 0 || (*to && *to != '#'))
			return r;
	}
	return 0;
}

char *word_cut(char *line, char **rest)
{
	char *blank = strchr(line, ' ');
	*rest = blank ? blank + 1 : line + strlen(line);
	if (blank)
		*blank = '\0';
	return line;
}

bool digits_read(const char *text, uint64_t max, uint64_t *ret)
{
	uint64_t value = 0;
	if (!*text || (text[0] == '0' && text[1]))
		return false;
	for (; *text; text++) {
		if (*text < '0' || *text > '9' || __builtin_mul_overflow(value, 10u, &value) ||
		    __builtin_add_overflow(value, (uint64_t)(*text - '0'), &value) || value > max)
			return false;
	}
	*ret = value;
	return true;
}
