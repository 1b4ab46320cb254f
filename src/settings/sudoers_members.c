// SPDX-License-Identifier: Apache-2.0
// Members of lists: users, hosts, commands with their arguments.
#include "settings/sudoers_reader.h"

#include <ctype.h>

// "fe80::1/64": the colons belong to the address.
static size_t address_size(const struct reader *r)
{
	size_t size = 0, colons = 0;
	for (; isxdigit(sudoers_ahead(r, size)) || sudoers_is_listed(sudoers_ahead(r, size), ":./"); size++)
		colons += sudoers_ahead(r, size) == ':';
	return colons > 1 ? size : 0;
}

const char *sudoers_name_take(struct reader *r, enum sudo_kind kind)
{
	size_t address = kind == SUDO_HOSTS ? address_size(r) : 0;
	const char *begin = r->at;
	if (sudoers_ahead(r, 0) == '"')
		return sudoers_quoted(r);
	if (address) {
		r->at += address;
		return host_copy(r->h, begin, address);
	}
	bool group = sudoers_ahead(r, 0) == '%', foreign = group && sudoers_ahead(r, 1) == ':', number = sudoers_ahead(r, group) == '#';
	r->at += group + foreign + (number && !foreign);
	const char *rest = sudoers_word_until(r, NAME_STOPS);
	if (rest && number && !foreign && rest[(*rest == '-') + strspn(rest + (*rest == '-'), DIGITS)])
		return NULL;
	return rest ? host_print(r->h, "%s%s%s%s", group ? "%" : "", foreign ? ":" : "", number && !foreign ? "#" : "", rest) : NULL;
}

bool sudoers_negation(struct reader *r)
{
	size_t count = 0;
	for (sudoers_gap(r); sudoers_ahead(r, 0) == '!'; count++)
		r->at++;
	sudoers_gap(r);
	return count % 2;
}

bool sudoers_word_is(const struct reader *r, const char *word)
{
	size_t size = strlen(word);
	return (size_t)(r->end - r->at) >= size && !memcmp(r->at, word, size);
}

// What begins with '^' is a regular expression up to the '$' that ends a word; its commas are its own.
static const char *expression(struct reader *r)
{
	const char *begin = r->at;
	while (!sudoers_line_ends(r)) {
		r->at += sudoers_ahead(r, 0) == '\\' && sudoers_ahead(r, 1) != END && sudoers_ahead(r, 1) != '\n';
		bool last = *r->at++ == '$';
		if (last && (sudoers_line_ends(r) || sudoers_is_listed(sudoers_ahead(r, 0), " \t,:=#")))
			return host_copy(r->h, begin, (size_t)(r->at - begin));
	}
	return NULL;
}

// Words up to a comma, a colon or a comment. A '=' belongs to its word, but alone it ends them.
static const char *arguments_take(struct reader *r)
{
	const char *text = "";
	sudoers_gap(r);
	if (sudoers_ahead(r, 0) == '^')
		return expression(r);
	for (const char *begin = r->at, *word; (word = sudoers_word_until(r, " \t,:#")); sudoers_gap(r), begin = r->at) {
		if (!strcmp(word, "=")) {
			r->at = begin;
			break;
		}
		text = host_print(r->h, "%s%s%s", text, *text ? " " : "", word);
	}
	return *text ? text : NULL;
}

bool sudoers_alias_letters(const char *word)
{
	return isupper((unsigned char)*word) && !word[strspn(word, ALIAS_LETTERS)];
}

static bool command_take(struct reader *r, struct sudo_member *m)
{
	static const char *const WORDS[] = { "sudoedit", "list" };
	sudoers_gap(r);
	if (sudoers_ahead(r, 0) == '^') {
		m->name = expression(r);
	} else {
		m->name = sudoers_word_until(r, " \t,:=#()\"");
		bool program = m->name && *m->name == '/';
		for (size_t i = 0; m->name && i < ARRAY_LEN(WORDS); i++)
			program |= !strcmp(m->name, WORDS[i]);
		if (!program)
			return m->name && sudoers_alias_letters(m->name); // ALL, too
	}
	if (m->name && m->name[strlen(m->name) - 1] != '/') // a folder has none
		m->arguments = arguments_take(r);
	return m->name != NULL;
}

bool sudoers_member_take(struct reader *r, enum sudo_kind kind, struct sudo_member *m)
{
	m->negated = sudoers_negation(r);
	if (kind == SUDO_COMMANDS)
		return command_take(r, m);
	m->name = sudoers_name_take(r, kind);
	return m->name != NULL;
}

struct sudo_member *sudoers_list_take(struct reader *r, enum sudo_kind kind)
{
	struct sudo_member *first = NULL, **end = &first;
	do {
		*end = host_alloc(r->h, sizeof **end);
		if (!sudoers_member_take(r, kind, *end))
			return NULL;
		end = &(*end)->next;
	} while (sudoers_take(r, ','));
	return first;
}
