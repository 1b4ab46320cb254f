// SPDX-License-Identifier: Apache-2.0
// Characters and words of sudoers, with lines that go on and comments that begin where sudo thinks so.
#include "settings/sudoers_reader.h"

#include <ctype.h>

int sudoers_ahead(const struct reader *r, size_t by)
{
	return (size_t)(r->end - r->at) > by ? (unsigned char)r->at[by] : END;
}

bool sudoers_blank(int c)
{
	return c == ' ' || c == '\t';
}

bool sudoers_line_ends(const struct reader *r)
{
	int c = sudoers_ahead(r, 0), next = sudoers_ahead(r, 1);
	return c == END || c == '\n' || (c == '\r' && (next == '\n' || next == END));
}

// "\", blanks, newline: the line goes on. Its size, or 0.
static size_t continuation(const struct reader *r)
{
	size_t size = 1;
	if (sudoers_ahead(r, 0) != '\\')
		return 0;
	while (sudoers_blank(sudoers_ahead(r, size)) || (sudoers_ahead(r, size) == '\r' && sudoers_ahead(r, size + 1) == '\n'))
		size++;
	return sudoers_ahead(r, size) == '\n' ? size + 1 : 0;
}

bool sudoers_continuation_skip(struct reader *r)
{
	size_t size = continuation(r);
	r->at += size;
	r->line += size != 0;
	return size != 0;
}

// "#1002" and "#-1" are users; any other '#' begins a comment, which a backslash does not continue.
static bool comment(const struct reader *r)
{
	return sudoers_ahead(r, 0) == '#' && !isdigit(sudoers_ahead(r, 1)) && !(sudoers_ahead(r, 1) == '-' && isdigit(sudoers_ahead(r, 2)));
}

void sudoers_gap(struct reader *r)
{
	while (sudoers_blank(sudoers_ahead(r, 0)) || sudoers_continuation_skip(r))
		r->at += sudoers_blank(sudoers_ahead(r, 0));
	if (comment(r))
		while (!sudoers_line_ends(r))
			r->at++;
}

bool sudoers_take(struct reader *r, char c)
{
	sudoers_gap(r);
	if (sudoers_ahead(r, 0) != c)
		return false;
	r->at++;
	return true;
}

bool sudoers_is_listed(int c, const char *list)
{
	return c > 0 && strchr(list, c);
}

// Copies without the backslashes that protect a character.
static const char *unescaped(struct reader *r, const char *from, size_t size)
{
	char *word = host_alloc(r->h, size + 1), *to = word;
	for (size_t i = 0; i < size; i++) {
		i += from[i] == '\\' && i + 1 < size;
		*to++ = from[i];
	}
	return word;
}

// Everything up to one of the stops, the line's end or a continuation. NULL: nothing stands there, or a zero byte.
const char *sudoers_word_until(struct reader *r, const char *stops)
{
	const char *begin = r->at;
	while (!sudoers_line_ends(r) && !sudoers_is_listed(sudoers_ahead(r, 0), stops) && !continuation(r)) {
		r->at += sudoers_ahead(r, 0) == '\\';
		if (sudoers_ahead(r, 0) <= 0)
			return NULL;
		r->at++;
	}
	return r->at > begin ? unescaped(r, begin, (size_t)(r->at - begin)) : NULL;
}

const char *sudoers_quoted(struct reader *r)
{
	const char *word = "";
	for (r->at++; sudoers_ahead(r, 0) != '"';) {
		const char *part = sudoers_word_until(r, "\"");
		if (!part && !continuation(r))
			return NULL;
		word = part ? host_print(r->h, "%s%s", word, part) : word;
		if (sudoers_ahead(r, 0) != '"' && !sudoers_continuation_skip(r))
			return NULL;
	}
	r->at++;
	return *word ? word : NULL;
}
