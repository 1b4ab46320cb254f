// SPDX-License-Identifier: Apache-2.0
// Shared by the files that read sudoers alone; others use sudoers.h.
#pragma once

#include "settings/sudoers.h"

#define UPPER "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGITS "0123456789"
#define ALIAS_LETTERS UPPER DIGITS "_"
#define NAME_STOPS "#>!=:,() \t\""
#define END (-1)

struct reader {
	struct host *h;
	struct sudo_rules *to;
	const char *path, *at, *end;
	unsigned line;
};

// sudoers_words.c: characters, words and what stands between them.
int sudoers_ahead(const struct reader *r, size_t by);
bool sudoers_blank(int c);
bool sudoers_line_ends(const struct reader *r);
bool sudoers_continuation_skip(struct reader *r);
void sudoers_gap(struct reader *r);
bool sudoers_take(struct reader *r, char c);
bool sudoers_is_listed(int c, const char *list);
const char *sudoers_word_until(struct reader *r, const char *stops);
const char *sudoers_quoted(struct reader *r);
// sudoers_members.c
const char *sudoers_name_take(struct reader *r, enum sudo_kind kind);
bool sudoers_negation(struct reader *r);
bool sudoers_word_is(const struct reader *r, const char *word);
bool sudoers_alias_letters(const char *word);
bool sudoers_member_take(struct reader *r, enum sudo_kind kind, struct sudo_member *m);
struct sudo_member *sudoers_list_take(struct reader *r, enum sudo_kind kind);
