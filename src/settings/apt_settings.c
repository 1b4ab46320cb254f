// SPDX-License-Identifier: Apache-2.0
// The syntax: `A::B "value";` or `A { B { C "value"; }; };`, lists as `A { "x"; "y"; };`, comments // # and /* */,
// `#clear NAME;`. What does not fit is reported, not guessed at.
#include "settings/apt_settings.h"

#include <ctype.h>
#include <stdlib.h>
#include <strings.h>

#define DEPTH_MAX 16

struct cursor {
	struct host *h;
	struct apt_settings *to;
	const char *at;
	size_t depth;
	const char *scope[DEPTH_MAX];
};

static void setting_put(struct cursor *c, const char *name, const char *value)
{
	struct apt_settings *s = c->to;
	if (s->count == s->room) {
		size_t room = s->room ? 2 * s->room : 64;
		struct apt_setting *grown = host_alloc(c->h, room * sizeof *grown);
		if (s->count)
			memcpy(grown, s->setting, s->count * sizeof *grown);
		s->setting = grown;
		s->room = room;
	}
	s->setting[s->count++] = (struct apt_setting){ name, value };
}

// Removes a name and all beneath it.
static void setting_clear(struct cursor *c, const char *name)
{
	size_t size = strlen(name), kept = 0;
	for (size_t i = 0; i < c->to->count; i++) {
		const char *n = c->to->setting[i].name;
		if (strncasecmp(n, name, size) || (n[size] && strncmp(n + size, "::", 2)))
			c->to->setting[kept++] = c->to->setting[i];
	}
	c->to->count = kept;
}

static const char *scoped(const struct cursor *c, const char *name)
{
	const char *scope = c->depth ? c->scope[c->depth - 1] : "";
	size_t size = strlen(name);
	if (size >= 2 && !strcmp(name + size - 2, "::")) // "A::B::" adds to the list A::B
		name = host_copy(c->h, name, size - 2);
	return host_print(c->h, "%s%s%s", scope, *scope && *name ? "::" : "", name);
}

static void blanks_skip(struct cursor *c)
{
	for (;;) {
		c->at += strspn(c->at, " \t\r\n");
		if (!strncmp(c->at, "//", 2) || (*c->at == '#' && strncasecmp(c->at, "#clear", 6) && strncasecmp(c->at, "#include", 8))) {
			c->at += strcspn(c->at, "\n");
		} else if (!strncmp(c->at, "/*", 2)) {
			const char *end = strstr(c->at + 2, "*/");
			c->at = end ? end + 2 : c->at + strlen(c->at);
		} else {
			return;
		}
	}
}

static const char *word_take(struct cursor *c)
{
	const char *from = c->at;
	if (*from == '"') {
		size_t size = strcspn(from + 1, "\"\n");
		if (from[1 + size] != '"')
			return NULL;
		c->at = from + size + 2;
		return host_copy(c->h, from + 1, size);
	}
	while (*c->at && !strchr(" \t\r\n{};\"", *c->at))
		c->at++;
	return c->at > from ? host_copy(c->h, from, (size_t)(c->at - from)) : NULL;
}

// One statement: a name with a value or a block, an item of a list, the end of a block, or #clear. False: not understood.
static bool statement_take(struct cursor *c)
{
	if (*c->at == '}') {
		c->at++;
		blanks_skip(c);
		c->at += *c->at == ';';
		return c->depth && c->depth--;
	}
	bool quoted = *c->at == '"';
	const char *name = word_take(c), *value;
	blanks_skip(c);
	if (!name)
		return false;
	if (!strcasecmp(name, "#include"))
		return false; // the file would have to be found as apt does
	if (*c->at == '{' && !quoted) {
		if (c->depth == DEPTH_MAX)
			return false;
		const char *scope = scoped(c, name);
		c->scope[c->depth++] = scope;
		c->at++;
		return true;
	}
	if (*c->at == ';') {
		c->at++;
		setting_put(c, scoped(c, quoted ? "" : name), quoted ? name : "");
		return true;
	}
	value = word_take(c);
	blanks_skip(c);
	if (value && *c->at == '{' && !quoted && c->depth < DEPTH_MAX) { // A "B" { ... } is A::B { ... }
		const char *scope = host_print(c->h, "%s::%s", scoped(c, name), value);
		c->scope[c->depth++] = scope;
		c->at++;
		return true;
	}
	if (!value || *c->at != ';')
		return false;
	c->at++;
	if (!strcasecmp(name, "#clear"))
		setting_clear(c, value);
	else
		setting_put(c, scoped(c, name), value);
	return true;
}

void apt_settings_add(struct host *h, struct apt_settings *to, const char *name, const char *text)
{
	struct cursor c = { .h = h, .to = to, .at = text };
	for (blanks_skip(&c); *c.at; blanks_skip(&c)) {
		const char *from = c.at;
		if (!statement_take(&c)) {
			to->unclear = host_print(h, "%s: '%.*s'", name, (int)(strcspn(from, "\n") < 80 ? strcspn(from, "\n") : 80), from);
			return;
		}
	}
	if (c.depth)
		to->unclear = host_print(h, "%s: a block does not end", name);
}

// apt reads names of letters, digits, dashes, underscores and dots, without an extension or with .conf.
static bool read_by_apt(const char *name)
{
	const char *dot = strrchr(name, '.');
	return !name[strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.")] && *name != '.' &&
	       (!dot || !strcmp(dot, ".conf"));
}

const struct apt_settings *apt_settings_read(struct host *h)
{
	struct apt_settings *s = host_alloc(h, sizeof *s);
	const struct host_names *names = host_names(h, "/etc/apt/apt.conf.d");
	for (size_t i = 0; i <= names->count; i++) {
		const char *path = i == names->count ? "/etc/apt/apt.conf" : host_print(h, "/etc/apt/apt.conf.d/%s", names->name[i]);
		if (i < names->count && !read_by_apt(names->name[i]))
			continue;
		const struct host_file *f = host_file(h, path);
		if (f->error && f->error != -ENOENT)
			s->unclear = host_print(h, "%s: %s", path, strerror(-f->error));
		apt_settings_add(h, s, path, f->text);
	}
	return s;
}

const char *apt_setting(const struct apt_settings *s, const char *name)
{
	for (size_t i = s->count; i-- > 0;)
		if (!strcasecmp(s->setting[i].name, name))
			return s->setting[i].value;
	return NULL;
}

enum apt_truth apt_truth(const char *value)
{
	static const char *const NO[] = { "no", "false", "without", "off", "disable" };
	static const char *const YES[] = { "yes", "true", "with", "on", "enable" };
	char *end;
	long number = strtol(value, &end, 0);
	if (!*value)
		return APT_UNSAID;
	if (!*end && number >= 0)
		return number ? APT_YES : APT_NO;
	for (size_t i = 0; i < ARRAY_LEN(NO); i++)
		if (!strcasecmp(value, NO[i]) || !strcasecmp(value, YES[i]))
			return !strcasecmp(value, NO[i]) ? APT_NO : APT_YES;
	return APT_UNSAID;
}
