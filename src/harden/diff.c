// SPDX-License-Identifier: Apache-2.0
// A longest common subsequence by the plain table; what is too long for it is shown as wholly replaced.
#include "harden/diff.h"

#include <stdlib.h>

#define AROUND 3
#define CELLS_MAX ((size_t)16 << 20)

struct lines {
	size_t count;
	const char **line;
	size_t *size;
	bool open; // the last has no newline
};

struct step { char kind; size_t from, to; }; // ' ' '-' '+', and the lines' numbers

static struct lines split(struct host *h, const char *text)
{
	struct lines l = { 0 };
	for (const char *at = text; *at; at++)
		l.count += *at == '\n';
	size_t length = strlen(text);
	l.open = length && text[length - 1] != '\n';
	l.count += l.open;
	l.line = host_alloc(h, (l.count + 1) * sizeof *l.line);
	l.size = host_alloc(h, (l.count + 1) * sizeof *l.size);
	for (size_t i = 0; i < l.count; i++) {
		l.line[i] = text;
		l.size[i] = strcspn(text, "\n");
		text += l.size[i] + 1;
	}
	return l;
}

static bool same(const struct lines *a, size_t i, const struct lines *b, size_t k)
{
	bool end_a = a->open && i + 1 == a->count, end_b = b->open && k + 1 == b->count;
	return a->size[i] == b->size[k] && end_a == end_b && !memcmp(a->line[i], b->line[k], a->size[i]);
}

// length[i][k]: of the longest common subsequence of a from i and b from k.
static uint32_t *table_make(const struct lines *a, const struct lines *b)
{
	size_t width = b->count + 1;
	if ((a->count + 1) * width > CELLS_MAX)
		return NULL;
	uint32_t *t = calloc((a->count + 1) * width, sizeof *t);
	for (size_t i = t ? a->count : 0; i-- > 0;)
		for (size_t k = b->count; k-- > 0;)
			t[i * width + k] = same(a, i, b, k) ? t[(i + 1) * width + k + 1] + 1 :
				t[(i + 1) * width + k] > t[i * width + k + 1] ? t[(i + 1) * width + k] : t[i * width + k + 1];
	return t;
}

static size_t steps_make(struct host *h, const struct lines *a, const struct lines *b, struct step **ret)
{
	size_t i = 0, k = 0, count = 0, width = b->count + 1;
	struct step *s = host_alloc(h, (a->count + b->count + 1) * sizeof *s);
	uint32_t *t = table_make(a, b);
	while (i < a->count || k < b->count) {
		bool left = i < a->count, right = k < b->count;
		if (t && left && right && same(a, i, b, k))
			s[count++] = (struct step){ ' ', i++, k++ };
		else if (left && (!right || !t || t[(i + 1) * width + k] >= t[i * width + k + 1]))
			s[count++] = (struct step){ '-', i++, k };
		else
			s[count++] = (struct step){ '+', i, k++ };
	}
	free(t);
	*ret = s;
	return count;
}

static void hunk_write(struct text *t, const struct lines *a, const struct lines *b, const struct step *s, size_t from, size_t to)
{
	size_t old = 0, new = 0;
	for (size_t i = from; i < to; i++) {
		old += s[i].kind != '+';
		new += s[i].kind != '-';
	}
	text_add(t, "@@ -%zu,%zu +%zu,%zu @@\n", s[from].from + (old > 0), old, s[from].to + (new > 0), new);
	for (size_t i = from; i < to; i++) {
		const struct lines *l = s[i].kind == '+' ? b : a;
		size_t n = s[i].kind == '+' ? s[i].to : s[i].from;
		text_add(t, "%c%.*s\n%s", s[i].kind, (int)l->size[n], l->line[n],
			 l->open && n + 1 == l->count ? "\\ No newline at end of file\n" : "");
	}
}

const char *diff_unified(struct host *h, const char *from_name, const char *from, const char *to_name, const char *to)
{
	struct text t = { .host = h };
	struct lines a = split(h, from), b = split(h, to);
	struct step *s;
	size_t count = strcmp(from, to) ? steps_make(h, &a, &b, &s) : 0;
	for (size_t i = 0; i < count;) {
		if (s[i].kind == ' ') {
			i++;
			continue;
		}
		size_t begin = i > AROUND ? i - AROUND : 0, end = i, quiet = 0;
		for (; end < count && quiet <= 2 * AROUND; end++)
			quiet = s[end].kind == ' ' ? quiet + 1 : 0;
		if (quiet > AROUND)
			end -= quiet - AROUND;
		if (!t.size)
			text_add(&t, "--- %s\n+++ %s\n", from_name, to_name);
		hunk_write(&t, &a, &b, s, begin, end);
		i = end;
	}
	return text_end(&t);
}
