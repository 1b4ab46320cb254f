// SPDX-License-Identifier: Apache-2.0
// Recursive descent over bytes, because sudo's own lexer changes its rules with the place: a quote is a quote around a
// name, and an ordinary character in a command's arguments.
#include "settings/sudoers.h"

#include <ctype.h>

#define UPPER "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGITS "0123456789"
#define ALIAS_LETTERS UPPER DIGITS "_"
#define END (-1)

struct reader {
	struct host *h;
	struct sudo_rules *to;
	const char *path, *at, *end;
	unsigned line;
};

// --- characters ----------------------------------------------------------------------------------------------------

static int ahead(const struct reader *r, size_t by)
{
	return (size_t)(r->end - r->at) > by ? (unsigned char)r->at[by] : END;
}

static bool blank(int c)
{
	return c == ' ' || c == '\t';
}

static bool line_ends(const struct reader *r)
{
	return ahead(r, 0) == END || ahead(r, 0) == '\n' || (ahead(r, 0) == '\r' && (ahead(r, 1) == '\n' || ahead(r, 1) == END));
}

// "\", blanks, newline: the line goes on. Its size, or 0.
static size_t continuation(const struct reader *r)
{
	size_t size = 1;
	if (ahead(r, 0) != '\\')
		return 0;
	while (blank(ahead(r, size)) || (ahead(r, size) == '\r' && ahead(r, size + 1) == '\n'))
		size++;
	return ahead(r, size) == '\n' ? size + 1 : 0;
}

static bool continuation_skip(struct reader *r)
{
	size_t size = continuation(r);
	r->at += size;
	r->line += size != 0;
	return size != 0;
}

// "#1002" and "#-1" are users; any other '#' begins a comment, which a backslash does not continue.
static bool comment(const struct reader *r)
{
	return ahead(r, 0) == '#' && !isdigit(ahead(r, 1)) && !(ahead(r, 1) == '-' && isdigit(ahead(r, 2)));
}

static void gap(struct reader *r)
{
	while (blank(ahead(r, 0)) || continuation_skip(r))
		r->at += blank(ahead(r, 0));
	if (comment(r))
		while (!line_ends(r))
			r->at++;
}

static bool take(struct reader *r, char c)
{
	gap(r);
	if (ahead(r, 0) != c)
		return false;
	r->at++;
	return true;
}

static bool is_listed(int c, const char *list)
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
static const char *word_until(struct reader *r, const char *stops)
{
	const char *begin = r->at;
	while (!line_ends(r) && !is_listed(ahead(r, 0), stops) && !continuation(r)) {
		r->at += ahead(r, 0) == '\\';
		if (ahead(r, 0) <= 0)
			return NULL;
		r->at++;
	}
	return r->at > begin ? unescaped(r, begin, (size_t)(r->at - begin)) : NULL;
}

static const char *quoted(struct reader *r)
{
	const char *word = "";
	for (r->at++; ahead(r, 0) != '"';) {
		const char *part = word_until(r, "\"");
		if (!part && !continuation(r))
			return NULL;
		word = part ? host_print(r->h, "%s%s", word, part) : word;
		if (ahead(r, 0) != '"' && !continuation_skip(r))
			return NULL;
	}
	r->at++;
	return *word ? word : NULL;
}

// --- members of lists ----------------------------------------------------------------------------------------------

static const char NAME_STOPS[] = "#>!=:,() \t\"";

// "fe80::1/64": the colons belong to the address.
static size_t address_size(const struct reader *r)
{
	size_t size = 0, colons = 0;
	for (; isxdigit(ahead(r, size)) || is_listed(ahead(r, size), ":./"); size++)
		colons += ahead(r, size) == ':';
	return colons > 1 ? size : 0;
}

static const char *name_take(struct reader *r, enum sudo_kind kind)
{
	size_t address = kind == SUDO_HOSTS ? address_size(r) : 0;
	const char *begin = r->at;
	if (ahead(r, 0) == '"')
		return quoted(r);
	if (address) {
		r->at += address;
		return host_copy(r->h, begin, address);
	}
	bool group = ahead(r, 0) == '%', foreign = group && ahead(r, 1) == ':', number = ahead(r, group) == '#';
	r->at += group + foreign + (number && !foreign);
	const char *rest = word_until(r, NAME_STOPS);
	if (rest && number && !foreign && rest[(*rest == '-') + strspn(rest + (*rest == '-'), DIGITS)])
		return NULL;
	return rest ? host_print(r->h, "%s%s%s%s", group ? "%" : "", foreign ? ":" : "", number && !foreign ? "#" : "", rest) : NULL;
}

static bool negation(struct reader *r)
{
	size_t count = 0;
	for (gap(r); ahead(r, 0) == '!'; count++)
		r->at++;
	gap(r);
	return count % 2;
}

static bool word_is(const struct reader *r, const char *word)
{
	size_t size = strlen(word);
	return (size_t)(r->end - r->at) >= size && !memcmp(r->at, word, size);
}

// What begins with '^' is a regular expression up to the '$' that ends a word; its commas are its own.
static const char *expression(struct reader *r)
{
	const char *begin = r->at;
	while (!line_ends(r)) {
		r->at += ahead(r, 0) == '\\' && ahead(r, 1) != END && ahead(r, 1) != '\n';
		bool last = *r->at++ == '$';
		if (last && (line_ends(r) || is_listed(ahead(r, 0), " \t,:=#")))
			return host_copy(r->h, begin, (size_t)(r->at - begin));
	}
	return NULL;
}

// Words up to a comma, a colon or a comment. A '=' belongs to its word, but alone it ends them.
static const char *arguments_take(struct reader *r)
{
	const char *text = "";
	gap(r);
	if (ahead(r, 0) == '^')
		return expression(r);
	for (const char *begin = r->at, *word; (word = word_until(r, " \t,:#")); gap(r), begin = r->at) {
		if (!strcmp(word, "=")) {
			r->at = begin;
			break;
		}
		text = host_print(r->h, "%s%s%s", text, *text ? " " : "", word);
	}
	return *text ? text : NULL;
}

static bool alias_letters(const char *word)
{
	return isupper((unsigned char)*word) && !word[strspn(word, ALIAS_LETTERS)];
}

static bool command_take(struct reader *r, struct sudo_member *m)
{
	static const char *const WORDS[] = { "sudoedit", "list" };
	gap(r);
	if (ahead(r, 0) == '^') {
		m->name = expression(r);
	} else {
		m->name = word_until(r, " \t,:=#()\"");
		bool program = m->name && *m->name == '/';
		for (size_t i = 0; m->name && i < ARRAY_LEN(WORDS); i++)
			program |= !strcmp(m->name, WORDS[i]);
		if (!program)
			return m->name && alias_letters(m->name); // ALL, too
	}
	if (m->name && m->name[strlen(m->name) - 1] != '/') // a folder has none
		m->arguments = arguments_take(r);
	return m->name != NULL;
}

static bool member_take(struct reader *r, enum sudo_kind kind, struct sudo_member *m)
{
	m->negated = negation(r);
	if (kind == SUDO_COMMANDS)
		return command_take(r, m);
	m->name = name_take(r, kind);
	return m->name != NULL;
}

static struct sudo_member *list_take(struct reader *r, enum sudo_kind kind)
{
	struct sudo_member *first = NULL, **end = &first;
	do {
		*end = host_alloc(r->h, sizeof **end);
		if (!member_take(r, kind, *end))
			return NULL;
		end = &(*end)->next;
	} while (take(r, ','));
	return first;
}

// --- grants --------------------------------------------------------------------------------------------------------

static bool runas_take(struct reader *r)
{
	while (!take(r, ')')) {
		negation(r);
		if (!take(r, ',') && !take(r, ':') && !name_take(r, SUDO_RUNAS))
			return false;
	}
	return true;
}

static bool digest_take(struct reader *r)
{
	r->at += 6;
	if (!take(r, ':'))
		return false;
	gap(r);
	size_t size = 0;
	while (isalnum(ahead(r, size)) || is_listed(ahead(r, size), "+/="))
		size++;
	r->at += size;
	(void)take(r, ',');
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
	if (take(r, '('))
		return runas_take(r) ? RUNAS : WRONG;
	for (size_t i = 0; i < ARRAY_LEN(DIGESTS); i++)
		if (word_is(r, DIGESTS[i]))
			return digest_take(r) ? DIGEST : WRONG;
	while (is_listed(ahead(r, size), ALIAS_LETTERS))
		size++;
	const char *word = r->at;
	bool tag = listed(TAGS, ARRAY_LEN(TAGS), word, size);
	if (!tag && !listed(OPTIONS, ARRAY_LEN(OPTIONS), word, size))
		return NOTHING;
	r->at += size;
	if (!take(r, tag ? ':' : '='))
		return WRONG;
	if (tag)
		*nopasswd = listed(TAGS, 1, word, size) || (*nopasswd && !listed(TAGS + 1, 1, word, size));
	gap(r);
	return tag ? TAG : (ahead(r, 0) == '"' ? quoted(r) : word_until(r, " \t,:#\"")) ? OPTION : WRONG;
}

// False: something is wrong, twice there, or behind what it must stand before.
static bool prefixes_take(struct reader *r, bool *nopasswd)
{
	for (enum stage last = RUNAS, now;; last = now == RUNAS ? OPTION : now) {
		gap(r);
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
		if (!prefixes_take(r, &nopasswd) || !member_take(r, SUDO_COMMANDS, *end))
			return NULL;
		(*end)->nopasswd = nopasswd;
		end = &(*end)->next;
	} while (take(r, ','));
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
	struct sudo_member *users = list_take(r, SUDO_USERS);
	if (!users)
		return false;
	do {
		if (!list_take(r, SUDO_HOSTS) || !take(r, '='))
			return false;
		struct sudo_grant g = { NULL, place, users, commands_take(r) };
		if (!g.command)
			return false;
		PUT(r, grant, g);
	} while (take(r, ':'));
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
		gap(r);
		struct sudo_alias a = { NULL, kind, word_until(r, NAME_STOPS), NULL };
		if (!a.name || !alias_letters(a.name) || !strcmp(a.name, "ALL") || !take(r, '=') || !(a.member = list_take(r, kind)) ||
		    alias_known(r->to, &a)) // sudo refuses the second one
			return false;
		PUT(r, alias, a);
	} while (take(r, ':'));
	return true;
}

static bool setting_take(struct reader *r, struct sudo_place place)
{
	struct sudo_default d = { .place = place, .negated = negation(r), .value = "" };
	if (!(d.name = word_until(r, " \t=+-,#!\"")) || d.name[strspn(d.name, "abcdefghijklmnopqrstuvwxyz_")])
		return false;
	gap(r);
	if (is_listed(ahead(r, 0), "+-"))
		r->at++;
	if (take(r, '=')) {
		gap(r);
		d.value = ahead(r, 0) == '"' ? quoted(r) : word_until(r, " \t,#\"");
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
	if (is_listed(ahead(r, 0), SIGNS)) {
		enum sudo_kind kind = KINDS[strchr(SIGNS, *r->at++) - SIGNS];
		do {
			negation(r);
			if (kind == SUDO_COMMANDS ? !word_until(r, " \t,:=#()\"") : !name_take(r, kind))
				return false;
		} while (take(r, ','));
	}
	do
		if (!setting_take(r, place))
			return false;
	while (take(r, ','));
	return true;
}

static bool include_take(struct reader *r, struct sudo_place place)
{
	struct sudo_include i = { .place = place };
	r->at += strlen("@include");
	if ((i.folder = word_is(r, "dir")))
		r->at += 3;
	if (!blank(ahead(r, 0)))
		return false;
	while (blank(ahead(r, 0)))
		r->at++;
	i.target = ahead(r, 0) == '"' ? quoted(r) : word_until(r, " \t\"");
	if (!i.target || strchr(i.target, '%')) // %h stands for the host's name
		return false;
	PUT(r, include, i);
	return true;
}

// --- lines ---------------------------------------------------------------------------------------------------------

static bool is_include(const struct reader *r)
{
	const struct reader past = { .at = r->at + 1, .end = r->end };
	if (ahead(r, 0) == '@')
		return word_is(&past, "include");
	size_t size = ahead(r, 0) == '#' && word_is(&past, "include") ? 8 : 0;
	const struct reader folder = { .at = r->at + size, .end = r->end };
	if (size && word_is(&folder, "dir"))
		size += 3;
	return size && blank(ahead(r, size)); // "#included" is a comment
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
		if (!word_is(r, ALIASES[i].word) || !is_listed(ahead(r, size), " \t\\"))
			continue;
		r->at += size;
		return aliases_take(r, ALIASES[i].kind);
	}
	if (word_is(r, "Defaults") && is_listed(ahead(r, 8), " \t\\:@>!")) {
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
	while (blank(ahead(r, 0)) || continuation_skip(r))
		r->at += blank(ahead(r, 0));
	if (!is_include(r))
		gap(r);
	struct sudo_place place = { r->path, r->line };
	const char *begin = r->at;
	if (!line_ends(r)) {
		bool good = statement_take(r, place);
		gap(r);
		if (!good || !line_ends(r))
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
