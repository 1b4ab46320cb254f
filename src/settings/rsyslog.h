// SPDX-License-Identifier: Apache-2.0
// rsyslog.conf(5), read as rsyslog reads it: old lines and RainerScript are one language, included files are text in
// place, and a backslash joins lines before a comment is looked for. What comes out is a tree of statements for each
// rule set; what does not fit the grammar is noted and never guessed at.
#pragma once

#include "host/host.h"

#define RSYSLOG_FACILITIES 24 // RFC 5424, section 6.2.1; a byte has a bit for each of the 8 severities

struct rsyslog_mask { uint8_t severities[RSYSLOG_FACILITIES]; };

struct rsyslog_parameter {
	struct rsyslog_parameter *next;
	const char *name, *value; // an array is its values, each under the same name
};

enum rsyslog_kind {
	RSYSLOG_ACTION, // parameters: "type" and the module's own
	RSYSLOG_STOP,
	RSYSLOG_CHOICE, // a filter, an if, a loop: `then` for what fits
	RSYSLOG_CALL,   // of a rule set
};

struct rsyslog_statement {
	struct rsyslog_statement *next, *then, *otherwise;
	enum rsyslog_kind kind;
	bool exact;               // of a choice: `mask` says which messages fit; otherwise nobody knows
	struct rsyslog_mask mask;
	const char *where, *text; // "/etc/rsyslog.conf, line 7"; the filter or the action, for people
	const char *ruleset;      // of a call
	const struct rsyslog_parameter *parameters;
};

struct rsyslog_ruleset {
	struct rsyslog_ruleset *next;
	const char *name;
	struct rsyslog_statement *first, **end;
};

struct rsyslog_object { // module, input, global, main_queue, template
	struct rsyslog_object *next;
	const char *type, *where;
	const char *body; // of a template's list
	const struct rsyslog_parameter *parameters;
};

#define RSYSLOG_UNCLEAR_MAX 8
struct rsyslog {
	struct rsyslog_ruleset *rulesets;
	struct rsyslog_object *objects;
	const char *default_ruleset; // where messages begin
	size_t files, unclear_count;
	const char *unclear[RSYSLOG_UNCLEAR_MAX];
};

// The configuration at `path` with all that it includes. NULL: there is no such file.
const struct rsyslog *rsyslog_read(struct host *h, const char *path);
// One text, for tests.
const struct rsyslog *rsyslog_read_text(struct host *h, const char *text);

// The value of a parameter, in any case; NULL: it is not given.
const char *rsyslog_value(const struct rsyslog_parameter *p, const char *name);
const struct rsyslog_ruleset *rsyslog_find(const struct rsyslog *r, const char *name);

// "auth,authpriv.*;mail.none". False: not such a selector.
bool rsyslog_selector_read(const char *text, struct rsyslog_mask *ret);
// An action as an old line has it: "@@(o)192.0.2.9:514;template". NULL: it discards ("~").
const struct rsyslog_parameter *rsyslog_legacy_action(struct host *h, const char *text);
// "$ActionSendStreamDriverMode" is what RainerScript calls StreamDriverMode. NULL: it says nothing about an action.
// *ret_lasts: it holds for every action behind it, not for the next alone.
const char *rsyslog_legacy_parameter(const char *directive, bool *ret_lasts);
const struct rsyslog_parameter *rsyslog_parameter_add(struct host *h, const struct rsyslog_parameter *to, const char *name, const char *value);
