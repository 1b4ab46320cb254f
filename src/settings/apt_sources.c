// SPDX-License-Identifier: Apache-2.0
#include "settings/apt_sources.h"

#include <strings.h>

#define WORDS_MAX 64

static void word_add(struct host *h, struct apt_source_word **to, const char *name, const char *value)
{
	struct apt_source_word *w = host_alloc(h, sizeof *w);
	while (*to)
		to = &(*to)->next;
	*w = (struct apt_source_word){ NULL, name, value };
	*to = w;
}

static struct apt_source *source_add(struct host *h, struct apt_source ***end, unsigned line)
{
	struct apt_source *s = host_alloc(h, sizeof *s);
	s->line = line;
	**end = s;
	*end = &s->next;
	return s;
}

// Options may have blanks around their brackets: "[ trusted=yes ]".
static void line_take(struct host *h, struct apt_source ***end, unsigned line, const char *text)
{
	const char *word[WORDS_MAX];
	char *plain = host_copy(h, text, strcspn(text, "#")), *open = strchr(plain, '['), *close = open ? strchr(open, ']') : NULL;
	if (open)
		*open = ' ';
	if (close)
		*close = ' ';
	size_t words = host_words(h, plain, word, WORDS_MAX);
	if (!words)
		return;
	struct apt_source *s = source_add(h, end, line);
	if (words < 3 || words > WORDS_MAX || strncmp(word[0], "deb", 3) || (open && !close)) {
		s->unclear = text;
		return;
	}
	for (size_t i = 1; i < words; i++) {
		const char *equals = strchr(word[i], '='), *sign = equals && equals > word[i] && strchr("+-", equals[-1]) ? equals - 1 : equals;
		if (!open || !equals || strstr(word[i], "://")) {
			word_add(h, &s->uri, "", word[i]);
			return;
		}
		word_add(h, &s->option, host_copy(h, word[i], (size_t)(sign - word[i])), equals + 1);
	}
}

const struct apt_source *apt_sources_list(struct host *h, const char *text)
{
	struct host_lines cursor = { text, 0 };
	struct apt_source *first = NULL, **end = &first;
	for (const char *line; host_line(h, &cursor, &line);)
		line_take(h, &end, cursor.number, line);
	return first;
}

// A field with its continued lines; values that are lists stand between blanks.
static void field_take(struct host *h, struct apt_source *s, const char *text)
{
	size_t size = strcspn(text, ":");
	const char *name = host_copy(h, text, size), *word[WORDS_MAX];
	size_t words = text[size] ? host_words(h, text + size + 1, word, WORDS_MAX) : 0;
	if (strcasecmp(name, "uris"))
		word_add(h, &s->option, name, words ? word[0] : "");
	else
		for (size_t i = 0; i < words && i < WORDS_MAX; i++)
			word_add(h, &s->uri, "", word[i]);
}

const struct apt_source *apt_sources_paragraphs(struct host *h, const char *text)
{
	struct host_lines cursor = { text, 0 };
	struct apt_source *first = NULL, **end = &first, *s = source_add(h, &end, 1);
	const char *field = "", *line;
	while (host_line(h, &cursor, &line)) {
		bool empty = !line[strspn(line, " \t\r")], more = *line == ' ' || *line == '\t';
		if (*line == '#')
			continue;
		if (more && !empty) {
			field = host_print(h, "%s %s", field, line + strspn(line, " \t"));
			continue;
		}
		field_take(h, s, field);
		field = empty ? "" : line;
		if (empty)
			s = source_add(h, &end, cursor.number + 1);
	}
	field_take(h, s, field);
	return first;
}
