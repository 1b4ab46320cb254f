// SPDX-License-Identifier: Apache-2.0
// Shared by the files that read rsyslog.conf alone; others use rsyslog.h.
#pragma once

#include "settings/rsyslog.h"

#define QUEUED_MAX 512 // files that wait for their turn

struct source {
	const char *at, *from, *end, *name;
	const unsigned *line; // of each line that was joined
	const char *counted;  // how far `joined` lines were counted
	size_t joined;
};

struct reader {
	struct host *h;
	struct rsyslog *to;
	struct source stack[QUEUED_MAX];
	size_t depth, statements;
	bool broken; // nothing behind this can be trusted
	bool acted;  // what was taken last is an action, which '&' may follow
	struct rsyslog_ruleset *ruleset; // of lines outside a ruleset()
	const struct rsyslog_parameter *lasting, *once; // what '$' directives said about actions
};

// Of an expression: whether the messages that fit are known before one comes, and which they are.
struct rsyslog_condition { bool exact; struct rsyslog_mask mask; };

struct source *reader_top(struct reader *r);
const char *reader_where(struct reader *r);
void reader_unclear(struct reader *r, const char *what);
void reader_breaks(struct reader *r, const char *what);
void reader_push(struct reader *r, const char *name, const char *text, size_t size);
void reader_push_file(struct reader *r, const char *path, bool optional);
void reader_include(struct reader *r, const char *pattern, bool optional);
size_t reader_left(struct reader *r);
int reader_peek(struct reader *r, size_t ahead);
void reader_line_skip(struct reader *r);
bool reader_blanks_skip(struct reader *r);
bool reader_line_begins(struct reader *r);
const char *reader_rest_of_line(struct reader *r);
size_t reader_word_size(struct reader *r, const char *also);
const char *reader_word_take(struct reader *r, const char *also);
bool reader_keyword(struct reader *r, const char *word);
const char *reader_quoted_take(struct reader *r);
bool reader_object_take(struct reader *r, const struct rsyslog_parameter **ret);
bool reader_enabled(const struct rsyslog_parameter *p);
struct rsyslog_ruleset *reader_ruleset(struct reader *r, const char *name);
bool reader_expression_take(struct reader *r, const char **ret_text, struct rsyslog_condition *ret);
void reader_assignment_take(struct reader *r, bool value);
bool reader_iterator_take(struct reader *r, const char **ret_text);
bool reader_declaration_take(struct reader *r, const char *name, const char *place);
void reader_directive_take(struct reader *r);
struct rsyslog_statement **reader_statements_take(struct reader *r, struct rsyslog_statement **end, unsigned depth, bool in_braces);
