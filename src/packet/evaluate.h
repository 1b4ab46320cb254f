// SPDX-License-Identifier: Apache-2.0
// One packet on its way through the chains of a hook.
#pragma once

#include "packet/ruleset.h"

#define CHOICES_MAX 10 // matters of chance that one packet may meet; 2^10 ways are tried

struct run {
	const struct ruleset *ruleset;
	struct packet packet;      // marks and state change on the way
	enum packet_hook hook;
	bool before_tracking;      // chains that run before connection tracking
	size_t steps, depth;
	size_t choices, planned;   // met so far; how many of them are given
	bool choice[CHOICES_MAX];
	const char *chance;        // the first matter of chance
	const char *unknown;       // what was not understood
	const struct chain *chain; // where it was decided
	const struct rule *rule;   // NULL: the chain's policy
};

enum evaluation { EVALUATED, EVALUATED_BREAK, EVALUATED_UNKNOWN, EVALUATED_CHANCE };

// The parts of an expression's value. BREAK: the packet has no such thing, so the rule does not match.
enum evaluation expression_evaluate(struct run *run, const struct expression *e, struct value parts[PARTS_MAX]);

enum outcome chain_walk(struct run *run, const struct chain *c);
// The base chain that runs after `last` (NULL: the first), or NULL.
const struct chain *chain_after(const struct ruleset *r, const struct chain *last, enum packet_hook hook, bool v6);
bool chain_before_tracking(const struct chain *c);
struct value value_combined(enum expression_kind kind, const struct value *a, const struct value *b);
