// SPDX-License-Identifier: Apache-2.0
// audit.rules(7) as auditctl(8) takes it: options with their values joined or apart, lists and actions in either order,
// "-A" in front of what is there, "-D" instead of it. The kernel asks the rules of the exit list in order and the first
// that fits decides, so a "never" in front of a watch silences it.
#pragma once

#include "host/host.h"

#define AUDIT_RULES_MAX 2048
#define AUDIT_PARTS_MAX 64 // fields or system calls of one rule

struct audit_rule {
	const char *where, *text;
	bool never, watch;    // watch: an old "-w"
	const char *path;     // of -w, path= or dir=; NULL: none
	bool folder;          // it reaches what is beneath
	const char *permissions; // "rwxa" letters; NULL: not said
	unsigned architectures;  // 1: 64-bit calls, 2: 32-bit calls
	const char *narrowed; // what else it asks for, or NULL
	bool every_call;      // no -S, or one that touches files
};

struct audit_rules {
	size_t count;
	struct audit_rule rule[AUDIT_RULES_MAX]; // of the exit list, in the kernel's order
	const char *silenced; // a rule of another list that silences it all, or what is wrong with a number; or NULL
	const char *unclear;  // a line that was not understood, or NULL
	int enabled;          // the last -e; -1: not said
};

// One file into `to`. `in_order`: as `auditctl -R` reads it, where nothing is taken behind "-e 2"; augenrules puts the
// "-e" of all files last.
void audit_rules_add(struct host *h, struct audit_rules *to, const char *path, const char *text, bool in_order);

// Whether every write and every change of owner or mode of this path is recorded. NULL: yes; otherwise why not.
const char *audit_rules_miss(struct host *h, const struct audit_rules *r, const char *path, bool folder);
