// SPDX-License-Identifier: Apache-2.0
// Packets as sets on their way through the chains: every rule cuts what reaches it into what matches and what does not,
// and each part goes on by itself, so that all ways to a verdict are walked and none is guessed.
#pragma once

#include "packet/evaluate.h"
#include "packet/region.h"

#define REACH_STEPS_MAX 2000000 // statements on all paths together
#define REACH_PENDING_MAX 4096  // paths that wait for another to end
#define REACH_DEPTH_MAX 16      // NFT_JUMP_STACK_SIZE

// What is known of the last byte of an IPv4 destination: 255 is perhaps a broadcast, which only the routes can tell.
enum last_byte { LAST_ANY, LAST_255, LAST_OTHER };

struct path {
	struct region region; // of the packets as they arrived
	bool mark_set, connection_mark_set, untracked;
	uint32_t mark, connection_mark; // once set
	enum last_byte last;
	unsigned hook;
	const struct chain *base;
	const struct rule *rule;           // NULL: the chain's end
	const struct statement *statement; // NULL: the rule is through
	size_t element;                    // of the statement's set: those before it were tried
	unsigned depth;
	const struct rule *back[REACH_DEPTH_MAX]; // where each jump comes back to
	size_t spans; // the store's height when this path was put aside
};

struct walk {
	const struct ruleset *ruleset;
	const struct packet_question *question;
	const enum packet_hook *hooks;
	size_t hook_count;
	packet_each each;
	void *context;
	struct packet_answer answer;
	char name[2][16];
	size_t steps, pending, own; // own: what the path held when the store was last tidied
	struct path path[REACH_PENDING_MAX];
	struct span_store store;
};

// Not everything will have been walked; the first reason is kept.
void walk_bounded(struct walk *w, const char *why);
// Puts a path aside, to be walked later.
void path_push(struct walk *w, const struct path *p);
// The path goes on at the next rule.
void path_leave(struct path *p);
// The path reaches what is not understood: it ends there, and one packet of it is asked about.
void path_unknown(struct walk *w, const struct path *p);
bool path_before_tracking(const struct path *p);

// reach_match.c. Whether the path goes on behind the statement; other parts of it were put aside. False: it ended here.
bool path_match(struct walk *w, struct path *p, const struct statement *s);
bool path_map(struct walk *w, struct path *p, const struct statement *s);
bool path_mark(struct walk *w, struct path *p, const struct statement *s);
bool path_key(struct walk *w, struct path *p, const struct statement *s);
bool path_narrow(struct walk *w, struct path *p, enum packet_field f, uint64_t low, uint64_t high);

// reach.c, for verdict maps: false when the path ended.
bool path_decide(struct walk *w, struct path *p, const struct decision *d);

// reach_term.c: what an expression looks at, on one path.
struct term {
	bool constant;
	struct value value;         // constant
	enum packet_field field;    // else
	const struct expression *e; // that field, or bits of it
};
enum found { FOUND, FOUND_NOT, FOUND_CHANCE, FOUND_UNKNOWN };
// `count` parts. Packets for which it has no value (ports of ICMP) leave the rule; FOUND_NOT: all of them.
enum found path_terms(struct walk *w, struct path *p, const struct expression *e, struct term term[PARTS_MAX], size_t *count);
// The values of the term's field for which the term is in `wanted`; of values that are not `left` it may say either.
// False: they are too scattered to list.
bool term_spans(struct walk *w, const struct term *t, struct spans left, struct spans wanted, struct spans *ret);
// One value of the field, among those that are left, for which the term is in `wanted`.
bool term_guess(const struct walk *w, const struct path *p, const struct term *t, struct spans wanted, struct value *ret);
// The bits of a field's value.
struct value value_applied(const struct expression *e, const struct value *v);
