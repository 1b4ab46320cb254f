// SPDX-License-Identifier: Apache-2.0
// Recursive descent over bytes, because sudo's own lexer changes its rules with the place: a quote is a quote around a
// name, and an ordinary character in a command's arguments.
#include "settings/sudoers_reader.h"

#include <ctype.h>

// --- grants --------------------------------------------------------------------------------------------------------

static bool runas_take(struct reader *r)
{
	while (!sudoers_take(r, ')')) {
		sudoers_negation(r);
		if (!sudoers_take(r, ',') && !sudoers_take(r, ':') && !sudoers_name_take(r, SUDO_RUNAS))
			return false;
	}
	return true;
}

static bool digest_take(struct reader *r)
{
	r->at += 6;
	if (!sudoers_take(r, ':'))
		return false;
	sudoers_gap(r);
	size_t size = 0;
	while (isalnum(sudoers_ahead(r, size)) || sudoers_is_listed(sudoers_ahead(r, size), "+/="))
		size++;
	r->at += size;
	(void)sudoers_take(r, ',');
	return size > 0;
}

static const char *const OPTIONS[] = { "CWD", "CHROOT", "ROLE", "TYPE", "TIMEOUT", "NOTBEFORE", "NOTAFTER", "APPARMOR_PROFILE", "PRIVS",
				       "LIMITPRIVS" };
// the first two are told apart
static const char *const TAGS[] = { "NOPASSWD", "PASSWD", "NOEXEC", "EXEC", "NOSETENV", "SETENV", "NOLOG_INPUT", "LOG_INPUT",
				    "NOLOG_OUTPUT", "LOG_OUTPUT", "NOMAIL", "MAIL", "NOFOLLOW", "FOLLOW", "NOINTERCEPT", "INTERCEPT" };

static bool listed(const char *const *words, size_t count, const char *word, size_t size)
{
	for (size_t i = 0; i < count; i++)
		if (strlen(words[i]) == size && !memcmp(words[i], word, size))
			return true;
	return false;
}

enum stage { RUNAS, OPTION, TAG, DIGEST, WRONG, NOTHING }; // what may stand before a command, in this order

static enum stage prefix_take(struct reader *r, bool *nopasswd)
{
	static const char *const DIGESTS[] = { "sha224", "sha256", "sha384", "sha512" };
	size_t size = 0;
	if (sudoers_take(r, '('))
		return runas_take(r) ? RUNAS : WRONG;
	for (size_t i = 0; i < ARRAY_LEN(DIGESTS); i++)
		if (sudoers_word_is(r, DIGESTS[i]))
			return digest_take(r) ? DIGEST : WRONG;
	while (sudoers_is_listed(sudoers_ahead(r, size), ALIAS_LETTERS))
		size++;
	const char *word = r->at;
	bool tag = listed(TAGS, ARRAY_LEN(TAGS), word, size);
	if (!tag && !listed(OPTIONS, ARRAY_LEN(OPTIONS), word, size))
		return NOTHING;
	r->at += size;
	if (!sudoers_take(r, tag ? ':' : '='))
		return WRONG;
	if (tag)
		*nopasswd = listed(TAGS, 1, word, size) || (*nopasswd && !listed(TAGS + 1, 1, word, size));
	sudoers_gap(r);
	return tag ? TAG : (sudoers_ahead(r, 0) == '"' ? sudoers_quoted(r) : sudoers_word_until(r, " \t,:#\"")) ? OPTION : WRONG;
}

// False: something is wrong, twice there, or behind what it must stand before.
static bool prefixes_take(struct reader *r, bool *nopasswd)
{
	for (enum stage last = RUNAS, now;; last = now == RUNAS ? OPTION : now) {
		sudoers_gap(r);
		now = prefix_take(r, nopasswd);
		if (now == NOTHING)
			return true;
		if (now == WRONG || now < last)
			return false;
	}
}

static struct sudo_member *commands_take(struct reader *r)
{
	struct sudo_member *first = NULL, **end = &first;
	bool nopasswd = false;
	do {
		*end = host_alloc(r->h, sizeof **end);
		if (!prefixes_take(r, &nopasswd) || !sudoers_member_take(r, SUDO_COMMANDS, *end))
			return NULL;
		(*end)->nopasswd = nopasswd;
		end = &(*end)->next;
	} while (sudoers_take(r, ','));
	return first;
}

// At the end of one of the rules' lists.
#define PUT(r, list, value)                                                                                      \
	do {                                                                                                     \
		*(r)->to->list##_end = (void *)host_copy((r)->h, (const char *)&(value), sizeof(value));         \
		(r)->to->list##_end = &(*(r)->to->list##_end)->next;                                             \
	} while (0)

static bool grant_take(struct reader *r, struct sudo_place place)
{
	struct sudo_member *users = sudoers_list_take(r, SUDO_USERS);
	if (!users)
		return false;
	do {
		if (!sudoers_list_take(r, SUDO_HOSTS) || !sudoers_take(r, '='))
			return false;
		struct sudo_grant g = { NULL, place, users, commands_take(r) };
		if (!g.command)
			return false;
		PUT(r, grant, g);
	} while (sudoers_take(r, ':'));
	return true;
}

// --- aliases, settings, includes -----------------------------------------------------------------------------------

static bool alias_known(const struct sudo_rules *s, const struct sudo_alias *n)
{
	for (const struct sudo_alias *a = s->alias; a; a = a->next)
		if (a->kind == n->kind && !strcmp(a->name, n->name))
			return true;
	return false;
}

static bool aliases_take(struct reader *r, enum sudo_kind kind)
{
	do {
		sudoers_gap(r);
		struct sudo_alias a = { NULL, kind, sudoers_word_until(r, NAME_STOPS), NULL };
		if (!a.name || !sudoers_alias_letters(a.name) || !strcmp(a.name, "ALL") || !sudoers_take(r, '=') ||
		    !(a.member = sudoers_list_take(r, kind)) ||
		    alias_known(r->to, &a)) // sudo refuses the second one
			return false;
		PUT(r, alias, a);
	} while (sudoers_take(r, ':'));
	return true;
}

static bool setting_take(struct reader *r, struct sudo_place place)
{
	struct sudo_default d = { .place = place, .negated = sudoers_negation(r), .value = "" };
	if (!(d.name = sudoers_word_until(r, " \t=+-,#!\"")) || d.name[strspn(d.name, "abcdefghijklmnopqrstuvwxyz_")])
		return false;
	sudoers_gap(r);
	if (sudoers_is_listed(sudoers_ahead(r, 0), "+-"))
		r->at++;
	if (sudoers_take(r, '=')) {
		sudoers_gap(r);
		d.value = sudoers_ahead(r, 0) == '"' ? sudoers_quoted(r) : sudoers_word_until(r, " \t,#\"");
		d.value = d.value ? d.value : "";
	}
	PUT(r, setting, d);
	return true;
}

// "Defaults", "Defaults:users", "Defaults@hosts", "Defaults>runas", "Defaults!commands".
static bool settings_take(struct reader *r, struct sudo_place place)
{
	static const char SIGNS[] = ":@>!";
	static const enum sudo_kind KINDS[] = { SUDO_USERS, SUDO_HOSTS, SUDO_RUNAS, SUDO_COMMANDS };
	if (sudoers_is_listed(sudoers_ahead(r, 0), SIGNS)) {
		enum sudo_kind kind = KINDS[strchr(SIGNS, *r->at++) - SIGNS];
		do {
			sudoers_negation(r);
			if (kind == SUDO_COMMANDS ? !sudoers_word_until(r, " \t,:=#()\"") : !sudoers_name_take(r, kind))
				return false;
		} while (sudoers_take(r, ','));
	}
	do
		if (!setting_take(r, place))
			return false;
	while (sudoers_take(r, ','));
	return true;
}

static bool include_take(struct reader *r, struct sudo_place place)
{
	struct sudo_include i = { .place = place };
	r->at += strlen("@include");
	if ((i.folder = sudoers_word_is(r, "dir")))
		r->at += 3;
	if (!sudoers_blank(sudoers_ahead(r, 0)))
		return false;
	while (sudoers_blank(sudoers_ahead(r, 0)))
		r->at++;
	i.target = sudoers_ahead(r, 0) == '"' ? sudoers_quoted(r) : sudoers_word_until(r, " \t\"");
	if (!i.target || strchr(i.target, '%')) // %h stands for the host's name
		return false;
	PUT(r, include, i);
	return true;
}

// --- lines ---------------------------------------------------------------------------------------------------------

static bool is_include(const struct reader *r)
{
	const struct reader past = { .at = r->at + 1, .end = r->end };
	if (sudoers_ahead(r, 0) == '@')
		return sudoers_word_is(&past, "include");
	size_t size = sudoers_ahead(r, 0) == '#' && sudoers_word_is(&past, "include") ? 8 : 0;
	const struct reader folder = { .at = r->at + size, .end = r->end };
	if (size && sudoers_word_is(&folder, "dir"))
		size += 3;
	return size && sudoers_blank(sudoers_ahead(r, size)); // "#included" is a comment
}

static bool statement_take(struct reader *r, struct sudo_place place)
{
	static const struct { const char *word; enum sudo_kind kind; } ALIASES[] = {
		{ "User_Alias", SUDO_USERS }, { "Runas_Alias", SUDO_RUNAS }, { "Host_Alias", SUDO_HOSTS },
		{ "Cmnd_Alias", SUDO_COMMANDS }, { "Cmd_Alias", SUDO_COMMANDS } };
	if (is_include(r))
		return include_take(r, place);
	for (size_t i = 0; i < ARRAY_LEN(ALIASES); i++) {
		size_t size = strlen(ALIASES[i].word);
		if (!sudoers_word_is(r, ALIASES[i].word) || !sudoers_is_listed(sudoers_ahead(r, size), " \t\\"))
			continue;
		r->at += size;
		return aliases_take(r, ALIASES[i].kind);
	}
	if (sudoers_word_is(r, "Defaults") && sudoers_is_listed(sudoers_ahead(r, 8), " \t\\:@>!")) {
		r->at += 8;
		return settings_take(r, place);
	}
	return grant_take(r, place);
}

static void trouble_put(struct reader *r, struct sudo_place place, const char *begin)
{
	size_t size = (size_t)(r->end - begin);
	const char *newline = memchr(begin, '\n', size);
	size = newline ? (size_t)(newline - begin) : size;
	struct sudo_trouble t = { NULL, place, host_copy(r->h, begin, size < 80 ? size : 80) };
	PUT(r, trouble, t);
}

static void line_read(struct reader *r)
{
	while (sudoers_blank(sudoers_ahead(r, 0)) || sudoers_continuation_skip(r))
		r->at += sudoers_blank(sudoers_ahead(r, 0));
	if (!is_include(r))
		sudoers_gap(r);
	struct sudo_place place = { r->path, r->line };
	const char *begin = r->at;
	if (!sudoers_line_ends(r)) {
		bool good = statement_take(r, place);
		sudoers_gap(r);
		if (!good || !sudoers_line_ends(r))
			trouble_put(r, place, begin);
	}
	const char *newline = memchr(r->at, '\n', (size_t)(r->end - r->at));
	r->at = newline ? newline + 1 : r->end;
	r->line++;
}

void sudo_rules_begin(struct sudo_rules *s)
{
	*s = (struct sudo_rules){ .alias_end = &s->alias, .grant_end = &s->grant, .setting_end = &s->setting,
				  .include_end = &s->include, .trouble_end = &s->trouble };
}

void sudo_rules_add(struct host *h, struct sudo_rules *s, const char *path, const char *text, size_t size)
{
	struct reader r = { h, s, path, text, text + size, 1 };
	while (r.at < r.end)
		line_read(&r);
}
