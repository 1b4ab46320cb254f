// SPDX-License-Identifier: Apache-2.0
// The grammar of sudoers(5), read as sudo 1.9 reads it: one text into lists. What does not fit is a trouble with its
// line, never a guess; reading goes on with the next line, as sudo's does.
#pragma once

#include "host/host.h"

enum sudo_kind { SUDO_USERS, SUDO_RUNAS, SUDO_HOSTS, SUDO_COMMANDS };

struct sudo_place { const char *path; unsigned line; };

struct sudo_member {
	struct sudo_member *next;
	const char *name;      // without its backslashes: "bob", "#0", "%sudo", "+net", "ALL", an alias, "/bin/ls", "^regex$"
	const char *arguments; // of a command: NULL means any
	bool negated;          // an odd number of '!'
	bool nopasswd;         // of a command in a grant: what the tags up to here say
};

struct sudo_alias {
	struct sudo_alias *next;
	enum sudo_kind kind;
	const char *name;
	struct sudo_member *member;
};

struct sudo_grant { // one for each "hosts = commands"
	struct sudo_grant *next;
	struct sudo_place place;
	struct sudo_member *user, *command;
};

struct sudo_default {
	struct sudo_default *next;
	struct sudo_place place;
	const char *name, *value; // value "" when none is given
	bool negated;
};

struct sudo_include {
	struct sudo_include *next;
	struct sudo_place place;
	const char *target;
	bool folder;
};

struct sudo_trouble {
	struct sudo_trouble *next;
	struct sudo_place place;
	const char *text; // the line
};

struct sudo_rules { // each list in the order of the text
	struct sudo_alias *alias, **alias_end;
	struct sudo_grant *grant, **grant_end;
	struct sudo_default *setting, **setting_end;
	struct sudo_include *include, **include_end;
	struct sudo_trouble *trouble, **trouble_end;
};

void sudo_rules_begin(struct sudo_rules *s);
// Adds one text of `size` bytes. What it makes lives as long as the host.
void sudo_rules_add(struct host *h, struct sudo_rules *s, const char *path, const char *text, size_t size);
