// SPDX-License-Identifier: Apache-2.0
// Texts within texts, their lines, and the words in them. Every read of a byte is checked against the end of its text.
#include "settings/rsyslog_reader.h"

#include <ctype.h>
#include <fnmatch.h>
#include <stdio.h>
#include <strings.h>

#define FILES_MAX 256

struct source *reader_top(struct reader *r)
{
	return &r->stack[r->depth - 1];
}

const char *reader_where(struct reader *r)
{
	if (!r->depth)
		return "the end of the configuration";
	struct source *s = reader_top(r);
	for (; s->counted < s->at; s->counted++)
		s->joined += *s->counted == '\n';
	return host_print(r->h, "%s, line %u", s->name, s->line[s->joined]);
}

void reader_unclear(struct reader *r, const char *what)
{
	if (r->to->unclear_count < RSYSLOG_UNCLEAR_MAX)
		r->to->unclear[r->to->unclear_count++] = host_print(r->h, "%s: %s", reader_where(r), what);
}

void reader_breaks(struct reader *r, const char *what)
{
	if (!r->broken)
		reader_unclear(r, what);
	r->broken = true;
	r->depth = 0;
}

// --- files ---------------------------------------------------------------------------------------------------------

// Blanks at the end of a line go, a backslash there joins the next line, whose blanks in front go: comments, too.
void reader_push(struct reader *r, const char *name, const char *text, size_t size)
{
	if (r->depth == QUEUED_MAX || r->to->files == FILES_MAX) {
		reader_breaks(r, "too many included files");
		return;
	}
	char *to = host_alloc(r->h, size + 2), *put = to;
	unsigned *line = host_alloc(r->h, (size + 2) * sizeof *line), number = 1;
	size_t joined = 0;
	line[0] = 1;
	for (const char *at = text, *end = text + size; at < end; number++) {
		const char *stop = memchr(at, '\n', (size_t)(end - at)), *last = stop ? stop : end;
		const char *next = stop ? stop + 1 : end;
		if (put > to && put[-1] != '\n')
			while (at < last && isspace((unsigned char)*at))
				at++;
		while (last > at && isspace((unsigned char)last[-1]))
			last--;
		bool joins = last > at && last[-1] == '\\';
		memcpy(put, at, (size_t)(last - at) - joins);
		put += (size_t)(last - at) - joins;
		if (!joins) {
			*put++ = '\n';
			line[++joined] = number + 1;
		}
		at = next;
	}
	r->to->files++;
	r->stack[r->depth++] = (struct source){ to, to, put, name, line, to, 0 };
}

void reader_push_file(struct reader *r, const char *path, bool optional)
{
	size_t same = 0;
	for (size_t i = 0; i < r->depth; i++)
		same += !strcmp(r->stack[i].name, path);
	const struct host_file *f = host_file(r->h, path);
	if (same)
		reader_breaks(r, host_print(r->h, "%s includes itself", path));
	else if (f->error && !(optional && f->error == -ENOENT))
		reader_unclear(r, host_print(r->h, "%s is included and could not be read: %s", path, strerror(-f->error)));
	else if (!f->error)
		reader_push(r, f->path, f->text, f->size);
}

// The last one first, because the stack gives the last one back first.
void reader_include(struct reader *r, const char *pattern, bool optional)
{
	const char *name = host_basename(pattern);
	struct stat s;
	if (*pattern != '/' || strchr(pattern, '`')) {
		reader_unclear(r, host_print(r->h, "'%.100s' is included: not an absolute path", pattern));
		return;
	}
	if (!*name || (!host_stat(r->h, pattern, &s) && S_ISDIR(s.st_mode)))
		name = *name ? (pattern = host_print(r->h, "%s/*", pattern), "*") : (pattern = host_print(r->h, "%s*", pattern), "*");
	if (!strpbrk(pattern, "*?[{")) {
		reader_push_file(r, pattern, optional);
		return;
	}
	const char *folder = host_copy(r->h, pattern, (size_t)(host_basename(pattern) - pattern));
	if (strpbrk(folder, "*?[{") || strchr(name, '{')) {
		reader_unclear(r, host_print(r->h, "'%.100s' is included: folders with wildcards are not followed", pattern));
		return;
	}
	const struct host_names *names = host_names(r->h, folder);
	if (names->error && names->error != -ENOENT)
		reader_unclear(r, host_print(r->h, "%s could not be listed", folder));
	for (size_t i = names->count; i-- > 0 && !r->broken;) {
		const char *path = host_print(r->h, "%s%s", folder, names->name[i]);
		if (!fnmatch(name, names->name[i], FNM_PERIOD) && !host_stat(r->h, path, &s) && !S_ISDIR(s.st_mode))
			reader_push_file(r, path, false);
		else if (!fnmatch(name, names->name[i], FNM_PERIOD) && host_stat(r->h, path, &s))
			reader_unclear(r, host_print(r->h, "%s leads nowhere", path));
	}
}

// --- words ---------------------------------------------------------------------------------------------------------

size_t reader_left(struct reader *r)
{
	return r->depth ? (size_t)(reader_top(r)->end - reader_top(r)->at) : 0;
}

int reader_peek(struct reader *r, size_t ahead)
{
	return reader_left(r) > ahead ? (unsigned char)reader_top(r)->at[ahead] : -1;
}

void reader_line_skip(struct reader *r)
{
	while (reader_left(r) && reader_peek(r, 0) != '\n')
		reader_top(r)->at++;
}

static void comment_skip(struct reader *r)
{
	reader_top(r)->at += 2;
	while (reader_left(r) && !(reader_peek(r, 0) == '*' && reader_peek(r, 1) == '/'))
		reader_top(r)->at++;
	if (!reader_left(r))
		reader_breaks(r, "a comment does not end");
	else
		reader_top(r)->at += 2;
}

// To the next thing that says something, in this file or, when it ends, in the one that included it. False: the end.
bool reader_blanks_skip(struct reader *r)
{
	while (r->depth) {
		int c = reader_peek(r, 0);
		if (c < 0)
			r->depth--;
		else if (isspace(c))
			reader_top(r)->at++;
		else if (c == '#')
			reader_line_skip(r);
		else if (c == '/' && reader_peek(r, 1) == '*')
			comment_skip(r);
		else
			return true;
	}
	return false;
}

bool reader_line_begins(struct reader *r)
{
	const char *p = reader_top(r)->at;
	while (p > reader_top(r)->from && (p[-1] == ' ' || p[-1] == '\t'))
		p--;
	return p == reader_top(r)->from || p[-1] == '\n';
}

const char *reader_rest_of_line(struct reader *r)
{
	const char *from = reader_top(r)->at;
	reader_line_skip(r);
	return host_copy(r->h, from, (size_t)(reader_top(r)->at - from));
}

size_t reader_word_size(struct reader *r, const char *also)
{
	size_t size = 0;
	while (reader_peek(r, size) >= 0 && reader_peek(r, size) && (isalnum(reader_peek(r, size)) || strchr(also, reader_peek(r, size))))
		size++;
	return size;
}

const char *reader_word_take(struct reader *r, const char *also)
{
	size_t size = reader_word_size(r, also);
	const char *word = host_copy(r->h, reader_top(r)->at, size);
	reader_top(r)->at += size;
	return word;
}

bool reader_keyword(struct reader *r, const char *word)
{
	size_t size = strlen(word);
	return reader_word_size(r, "_-+,;") == size && !strncasecmp(reader_top(r)->at, word, size);
}

// A string between quotes of one kind; NULL: it does not end.
static const char *string_take(struct reader *r)
{
	char quote = *reader_top(r)->at++;
	size_t size = 0;
	while (size < reader_left(r) && reader_top(r)->at[size] != quote)
		size += 1 + (reader_top(r)->at[size] == '\\');
	char *to = host_alloc(r->h, size + 2), *put = to;
	while (reader_left(r)) {
		char c = *reader_top(r)->at++;
		if (c == quote)
			return quote == '`' ? host_print(r->h, "`%s`", to) : to;
		if (c == '\\' && reader_left(r)) {
			c = *reader_top(r)->at++;
			if (isdigit((unsigned char)c) || c == 'x') {
				*put++ = '`'; // an octal number: a spelling that nobody uses and nothing here equals
				continue;
			}
			c = c == 'n' ? '\n' : c == 't' ? '\t' : c;
		}
		*put++ = c;
	}
	return NULL;
}

const char *reader_quoted_take(struct reader *r)
{
	const char *text = string_take(r);
	if (!text)
		reader_breaks(r, "a string does not end");
	return text;
}
