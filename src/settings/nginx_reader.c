// SPDX-License-Identifier: Apache-2.0
#include "settings/nginx_reader.h"

static bool blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static size_t left(const struct nginx_reader *r)
{
	return (size_t)(r->end - r->at);
}

static void forward(struct nginx_reader *r, size_t size)
{
	ASSERT(size <= left(r));
	for (; size; size--)
		r->line += *r->at++ == '\n';
}

static enum nginx_stop refuse(struct nginx_reader *r, const char *sentence)
{
	r->error = sentence;
	return NGINX_REFUSED;
}

static enum nginx_stop refuse_character(struct nginx_reader *r)
{
	return refuse(r, host_print(r->h, "unexpected \"%c\"", *r->at));
}

// False: a comment that is too long for nginx's buffer, which counts it as a word.
static bool blanks_skip(struct nginx_reader *r)
{
	while (left(r) && (blank(*r->at) || *r->at == '#')) {
		const char *newline = *r->at == '#' ? memchr(r->at, '\n', left(r)) : r->at;
		size_t size = newline ? (size_t)(newline - r->at) : left(r);
		if (size > NGINX_WORD_MAX || (size == NGINX_WORD_MAX && newline))
			return false;
		forward(r, size + (newline != NULL));
	}
	return true;
}

// \" \' \\ \t \r \n; before all else a backslash stands for itself.
static const char *word_unescape(struct host *h, const char *from, size_t size)
{
	static const char NAMES[] = "\"'\\trn", MEANT[] = "\"'\\\t\r\n";
	char *word = host_copy(h, from, size), *to = word;
	for (size_t i = 0; i < size; i++) {
		const char *name = from[i] == '\\' && i + 1 < size && from[i + 1] ? strchr(NAMES, from[i + 1]) : NULL;
		*to++ = name ? MEANT[name - NAMES] : from[i];
		i += name != NULL;
	}
	*to = 0;
	return word;
}

static bool word_put(struct nginx_reader *r, struct nginx_words *to, size_t size)
{
	if (to->count == NGINX_WORDS_MAX || memchr(r->at, 0, size))
		return false;
	if (to->count == to->room) {
		size_t room = to->room ? 4 * to->room : 16;
		const char **grown = host_alloc(r->h, room * sizeof *grown);
		if (to->count)
			memcpy(grown, to->word, to->count * sizeof *grown);
		to->word = grown;
		to->room = room;
	}
	if (!to->count)
		to->line = r->line;
	to->word[to->count++] = word_unescape(r->h, r->at, size);
	forward(r, size);
	return true;
}

// How long the word at r->at is; the end of the text when it does not end.
static size_t quoted_size(const struct nginx_reader *r, char quote)
{
	size_t i = 0;
	while (i < left(r) && r->at[i] != quote)
		i += r->at[i] == '\\' ? 2 : 1;
	return i < left(r) ? i : left(r);
}

static size_t bare_size(const struct nginx_reader *r)
{
	size_t i = 0;
	while (i < left(r) && !blank(r->at[i]) && r->at[i] != ';' && r->at[i] != '{') {
		bool variable = r->at[i] == '$';
		i += r->at[i] == '\\' ? 2 : 1;
		while (variable && i < left(r) && r->at[i] == '{')
			i++;
	}
	return i < left(r) ? i : left(r);
}

// Behind a quoted word stands a blank, ; or {; nginx lets ) begin the next word, for `if ($a = "b")`.
static bool quote_ends_well(const struct nginx_reader *r)
{
	return left(r) && (blank(*r->at) || *r->at == ';' || *r->at == '{' || *r->at == ')');
}

// nginx keeps a word in its buffer until what ends it was read, the blank behind it too.
static bool buffer_full(const struct nginx_reader *r, size_t size, bool quoted)
{
	size += quoted;
	if (size < left(r) && blank(r->at[size]))
		size++;
	return size > NGINX_WORD_MAX || (size == NGINX_WORD_MAX && size < left(r));
}

static enum nginx_stop word_take(struct nginx_reader *r, struct nginx_words *to)
{
	char quote = *r->at == '"' || *r->at == '\'' ? *r->at : 0;
	forward(r, quote != 0);
	size_t size = quote ? quoted_size(r, quote) : bare_size(r);
	if (buffer_full(r, size, quote))
		return refuse(r, quote && size >= NGINX_WORD_MAX ? host_print(r->h, "too long parameter, probably missing terminating \"%c\" character", quote) :
					 "too long parameter");
	if (size == left(r))
		return refuse(r, "unexpected end of file, expecting \";\" or \"}\"");
	if (!word_put(r, to, size))
		return refuse(r, to->count == NGINX_WORDS_MAX ? "too many parameters" : "a parameter holds a NUL byte");
	forward(r, quote != 0);
	return !quote || quote_ends_well(r) ? NGINX_STATEMENT : !left(r) ? refuse(r, "unexpected end of file") : refuse_character(r);
}

enum nginx_stop nginx_words_take(struct nginx_reader *r, struct nginx_words *to)
{
	to->count = 0;
	for (;;) {
		if (!blanks_skip(r))
			return refuse(r, "too long parameter: a comment of more than 4095 bytes");
		if (!left(r))
			return to->count ? refuse(r, "unexpected end of file, expecting \";\" or \"}\"") : NGINX_FILE_END;
		char c = *r->at;
		if (c == ';' || c == '{' || c == '}') {
			if ((c == '}') != !to->count)
				return refuse_character(r);
			forward(r, 1);
			return c == ';' ? NGINX_STATEMENT : c == '{' ? NGINX_BLOCK_START : NGINX_BLOCK_END;
		}
		enum nginx_stop stop = word_take(r, to);
		if (stop == NGINX_REFUSED)
			return stop;
	}
}

// --- Lua -----------------------------------------------------------------------------------------------------------

// "[[", "[==[": how long its opening is, or 0.
static size_t long_bracket(const char *at, size_t size)
{
	size_t i = 1;
	if (!size || *at != '[')
		return 0;
	while (i < size && at[i] == '=')
		i++;
	return i < size && at[i] == '[' ? i + 1 : 0;
}

static size_t long_string_size(const char *at, size_t size, size_t opening)
{
	for (size_t i = opening; i + opening <= size; i++)
		if (at[i] == ']' && at[i + opening - 1] == ']' && !memcmp(at + i + 1, at + 1, opening - 2))
			return i + opening;
	return size;
}

// A comment, a string, or one character.
static size_t lua_piece(const char *at, size_t size)
{
	if (size >= 2 && at[0] == '-' && at[1] == '-') {
		size_t opening = long_bracket(at + 2, size - 2);
		const char *newline = memchr(at, '\n', size);
		return opening ? 2 + long_string_size(at + 2, size - 2, opening) : newline ? (size_t)(newline - at) : size;
	}
	if (long_bracket(at, size))
		return long_string_size(at, size, long_bracket(at, size));
	if (*at != '"' && *at != '\'')
		return 1;
	size_t i = 1;
	while (i < size && at[i] != *at && at[i] != '\n')
		i += at[i] == '\\' ? 2 : 1;
	return i + 1 < size ? i + 1 : size;
}

bool nginx_lua_skip(struct nginx_reader *r)
{
	for (size_t depth = 1; left(r);) {
		depth += *r->at == '{';
		depth -= *r->at == '}';
		forward(r, lua_piece(r->at, left(r)));
		if (!depth)
			return true;
	}
	return false;
}
