// SPDX-License-Identifier: Apache-2.0
// Chains, rules and verdicts, as nft_do_chain runs them. A matter of chance (a rate limit) is tried both ways.
#include "packet/evaluate.h"

#include <netinet/in.h>
#include <stdio.h>

#define DEPTH_MAX 16 // NFT_JUMP_STACK_SIZE
#define STEPS_MAX 20000
#define TRACKING_PRIORITY (-200) // NF_IP_PRI_CONNTRACK

// What a statement says of its rule: go on, leave the rule, or decide.
enum step { STEP_ON, STEP_LEAVE, STEP_DECIDE };

static enum step unknown(struct run *run, const char *name, struct decision *ret)
{
	if (!run->unknown)
		run->unknown = name;
	*ret = (struct decision){ .outcome = OUTCOME_UNKNOWN };
	return STEP_DECIDE;
}

static enum step chance(struct run *run, const char *name, struct decision *ret)
{
	if (!run->chance)
		run->chance = name;
	if (run->choices == CHOICES_MAX)
		return unknown(run, "too many limits on one packet's way", ret);
	bool through = run->choices < run->planned ? run->choice[run->choices] : false;
	run->choice[run->choices++] = through;
	return through ? STEP_ON : STEP_LEAVE;
}

static bool bits_common(const struct value *a, const struct value *b)
{
	for (size_t i = 0; i < 16; i++)
		if (a->bytes[i] & b->bytes[i])
			return true;
	return false;
}

static bool compared(enum comparison how, const struct value *v, const struct interval *i)
{
	int low = memcmp(v, &i->low, 16), high = memcmp(v, &i->high, 16);
	switch (how) {
	case COMPARE_EQUAL:
		return low >= 0 && high <= 0;
	case COMPARE_NOT:
		return low < 0 || high > 0;
	case COMPARE_LESS:
		return low < 0;
	case COMPARE_MORE:
		return high > 0;
	case COMPARE_LESS_EQUAL:
		return high <= 0;
	case COMPARE_MORE_EQUAL:
		return low >= 0;
	case COMPARE_ANY_BIT:
		return bits_common(v, &i->low);
	default:
		return !bits_common(v, &i->low);
	}
}

static enum step of_evaluation(struct run *run, enum evaluation e, const char *name, struct decision *ret)
{
	if (e == EVALUATED_BREAK)
		return STEP_LEAVE;
	return e == EVALUATED_CHANCE ? chance(run, name, ret) : unknown(run, name, ret);
}

static enum step match_step(struct run *run, const struct statement *s, struct decision *ret)
{
	struct value left[PARTS_MAX], right[PARTS_MAX];
	enum evaluation e = expression_evaluate(run, s->left, left);
	if (e)
		return of_evaluation(run, e, s->left->name, ret);
	if (s->set) {
		if (s->set->unknown)
			return unknown(run, s->set->unknown, ret);
		bool in = set_lookup(s->set, left) != NULL;
		if (s->comparison > COMPARE_NOT && s->comparison != COMPARE_ANY_BIT)
			return unknown(run, s->name, ret);
		if (in ? s->set->shrinks : s->set->grows) // the stranger may have knocked before
			return chance(run, "a set that rules change", ret);
		return in != (s->comparison == COMPARE_NOT) ? STEP_ON : STEP_LEAVE;
	}
	struct interval i = s->interval;
	if (s->right) {
		e = expression_evaluate(run, s->right, right);
		if (e)
			return of_evaluation(run, e, s->right->name, ret);
		i = (struct interval){ right[0], right[0] };
	}
	return compared(s->comparison, &left[0], &i) ? STEP_ON : STEP_LEAVE;
}

static enum step map_step(struct run *run, const struct statement *s, struct decision *ret)
{
	struct value key[PARTS_MAX];
	enum evaluation e = expression_evaluate(run, s->left, key);
	if (e)
		return of_evaluation(run, e, s->left->name, ret);
	if (!s->set || s->set->unknown)
		return unknown(run, s->set ? s->set->unknown : s->name, ret);
	const struct element *found = set_lookup(s->set, key);
	if (!found)
		return STEP_LEAVE;
	*ret = found->decision;
	return STEP_DECIDE;
}

static enum step mark_step(struct run *run, const struct statement *s, struct decision *ret)
{
	struct value v[PARTS_MAX];
	enum evaluation e = expression_evaluate(run, s->right, v);
	if (e == EVALUATED_CHANCE)
		return unknown(run, s->right->name, ret);
	if (e)
		return of_evaluation(run, e, s->right->name, ret);
	uint32_t mark = (uint32_t)value_to_number(&v[0]);
	if (s->kind == STATEMENT_MARK)
		run->packet.mark = mark;
	else if (run->packet.state != CT_UNTRACKED && run->packet.state != CT_INVALID && !run->before_tracking)
		run->packet.connection_mark = mark;
	return STEP_ON;
}

static enum step key_step(struct run *run, const struct statement *s, struct decision *ret)
{
	struct value key[PARTS_MAX];
	const char *before = run->unknown;
	enum evaluation e = expression_evaluate(run, s->left, key);
	if (e == EVALUATED || e == EVALUATED_BREAK)
		return e == EVALUATED ? STEP_ON : STEP_LEAVE;
	if (s->next)
		return unknown(run, s->left->name, ret);
	run->unknown = before; // nothing follows that could depend on it
	return STEP_ON;
}

static enum step decide_step(struct run *run, const struct statement *s, struct decision *ret)
{
	const struct packet *p = &run->packet;
	if ((s->only4 && p->v6) || (s->only6 && !p->v6) || (s->only_tcp && p->protocol != IPPROTO_TCP))
		return STEP_LEAVE;
	enum step step = STEP_ON;
	if (s->family_hidden)
		step = chance(run, "the family of a reject with tcp reset, which nft does not list", ret);
	if (step != STEP_ON)
		return step;
	*ret = s->decision;
	return STEP_DECIDE;
}

static enum step statement_step(struct run *run, const struct statement *s, struct decision *ret)
{
	switch (s->kind) {
	case STATEMENT_NOTHING:
		return STEP_ON;
	case STATEMENT_MATCH:
		return match_step(run, s, ret);
	case STATEMENT_MAP:
		return map_step(run, s, ret);
	case STATEMENT_KEY:
		return key_step(run, s, ret);
	case STATEMENT_CHANCE:
		return chance(run, s->name, ret);
	case STATEMENT_MARK:
	case STATEMENT_CONNECTION_MARK:
		return mark_step(run, s, ret);
	case STATEMENT_UNTRACKED:
		if (run->before_tracking)
			run->packet.state = CT_UNTRACKED;
		return STEP_ON;
	case STATEMENT_DECIDE:
		return decide_step(run, s, ret);
	default:
		return unknown(run, s->name, ret);
	}
}

static struct decision rule_run(struct run *run, const struct rule *rule)
{
	struct decision d = { .outcome = OUTCOME_NEXT };
	for (const struct statement *s = rule->first; s && !s->idle; s = s->next) {
		enum step step = statement_step(run, s, &d);
		if (step == STEP_LEAVE)
			return (struct decision){ .outcome = OUTCOME_NEXT };
		if (step == STEP_DECIDE)
			return d;
	}
	return (struct decision){ .outcome = OUTCOME_NEXT };
}

// A jump comes back to the next rule; a goto comes back to whoever called this chain.
static enum outcome call(struct run *run, const struct decision *d)
{
	if (run->depth == DEPTH_MAX || ++run->steps > STEPS_MAX) {
		run->unknown = "jumps too deep or too many";
		return OUTCOME_UNKNOWN;
	}
	run->depth++;
	enum outcome o = chain_walk(run, d->target);
	run->depth--;
	if (o != OUTCOME_NEXT && o != OUTCOME_RETURN)
		return o;
	return d->outcome == OUTCOME_GOTO ? OUTCOME_RETURN : OUTCOME_NEXT;
}

enum outcome chain_walk(struct run *run, const struct chain *c)
{
	for (const struct rule *rule = c->first; rule; rule = rule->next) {
		struct decision d = rule_run(run, rule);
		enum outcome o = d.outcome;
		if (o == OUTCOME_JUMP || o == OUTCOME_GOTO) {
			o = call(run, &d);
			if (o == OUTCOME_RETURN)
				return OUTCOME_RETURN;
			if (o != OUTCOME_NEXT)
				return o;
		}
		if (o == OUTCOME_NEXT)
			continue;
		if (o != OUTCOME_RETURN) {
			run->chain = c;
			run->rule = rule;
		}
		return o;
	}
	return OUTCOME_NEXT;
}

// --- hooks -----------------------------------------------------------------------------------------------------

static bool sees(const struct chain *c, bool v6)
{
	return !strcmp(c->family, "inet") || !strcmp(c->family, v6 ? "ip6" : "ip");
}

// The base chain that follows `last` (NULL: the first). Of equal priority the one registered later runs first, as
// nf_hook_entries_grow puts it; the listing has the order of registration.
const struct chain *chain_after(const struct ruleset *r, const struct chain *last, enum packet_hook hook, bool v6)
{
	const struct chain *best = NULL;
	for (const struct chain *c = r->chains; c; c = c->next) {
		if (!c->base || c->hook != hook || !sees(c, v6))
			continue;
		if (last && (c->priority < last->priority || (c->priority == last->priority && c->order >= last->order)))
			continue;
		if (!best || c->priority < best->priority || (c->priority == best->priority && c->order > best->order))
			best = c;
	}
	return best;
}

bool chain_before_tracking(const struct chain *c)
{
	return (c->hook == HOOK_PREROUTING || c->hook == HOOK_OUTPUT) && c->priority <= TRACKING_PRIORITY;
}

// One base chain: ACCEPT goes on to the next one, and falling off its end is its policy.
static enum outcome base_chain(struct run *run, const struct chain *c)
{
	run->before_tracking = chain_before_tracking(c);
	enum outcome o = chain_walk(run, c);
	if (o != OUTCOME_NEXT && o != OUTCOME_RETURN)
		return o;
	run->chain = c;
	run->rule = NULL;
	return c->policy_drop ? OUTCOME_DROP : OUTCOME_ACCEPT;
}

static enum outcome hook_run(struct run *run, enum packet_hook hook)
{
	const struct chain *c = NULL;
	run->hook = hook;
	while ((c = chain_after(run->ruleset, c, hook, run->packet.v6))) {
		enum outcome o = base_chain(run, c);
		if (o != OUTCOME_ACCEPT)
			return o;
	}
	return OUTCOME_ACCEPT;
}

static void place_write(const struct run *run, char to[RULESET_NAME_MAX])
{
	const struct chain *c = run->chain;
	if (!c)
		snprintf(to, RULESET_NAME_MAX, "no chain of hook %s sees it", packet_hook_name[run->hook]);
	else if (!run->rule)
		snprintf(to, RULESET_NAME_MAX, "%.16s %.60s %.60s, policy %s", c->family, c->table, c->name,
			 c->policy_drop ? "drop" : "accept");
	else
		snprintf(to, RULESET_NAME_MAX, "%.16s %.60s %.60s, handle %lld%s%.60s", c->family, c->table, c->name,
			 (long long)run->rule->handle, run->rule->comment ? ", " : "",
			 run->rule->comment ? run->rule->comment : "");
}

static enum verdict verdict_of(enum outcome o)
{
	static const enum verdict VERDICTS[] = {
		[OUTCOME_ACCEPT] = VERDICT_ACCEPT, [OUTCOME_DROP] = VERDICT_DROP, [OUTCOME_REJECT] = VERDICT_REJECT,
		[OUTCOME_QUEUE] = VERDICT_QUEUE, [OUTCOME_UNKNOWN] = VERDICT_UNKNOWN };
	return VERDICTS[o];
}

// What one way of all chances gives is joined to what the ways before gave.
static void join(struct classification *all, const struct run *run, enum verdict v, bool first)
{
	if (v == VERDICT_UNKNOWN || all->verdict == VERDICT_UNKNOWN) {
		if (v == VERDICT_UNKNOWN)
			snprintf(all->reason, sizeof all->reason, "%.200s", run->unknown ? run->unknown : "?");
		all->verdict = VERDICT_UNKNOWN;
	} else if (first) {
		all->verdict = v;
	} else if (all->verdict != v) {
		all->verdict = VERDICT_DEPENDS;
		snprintf(all->reason, sizeof all->reason, "%.200s", run->chance ? run->chance : "?");
	}
	all->may_accept |= v == VERDICT_ACCEPT || v == VERDICT_UNKNOWN || v == VERDICT_QUEUE;
	all->may_drop |= v != VERDICT_ACCEPT;
	if (first || v == VERDICT_ACCEPT || v == VERDICT_UNKNOWN)
		place_write(run, all->place);
}

// The next way: the last chance that was not taken is taken. False when all were tried.
static bool next_way(struct run *run)
{
	while (run->choices && run->choice[run->choices - 1])
		run->choices--;
	if (!run->choices)
		return false;
	run->choice[run->choices - 1] = true;
	run->planned = run->choices;
	return true;
}

static void classify(const struct ruleset *r, const enum packet_hook *hooks, size_t count, const struct packet *p,
		     struct classification *ret)
{
	struct run run = { .ruleset = r };
	bool first = true;
	memset(ret, 0, sizeof *ret);
	do {
		enum outcome o = OUTCOME_ACCEPT;
		run.packet = *p;
		run.choices = run.steps = run.depth = 0;
		run.chain = NULL;
		run.rule = NULL;
		for (size_t i = 0; i < count && o == OUTCOME_ACCEPT; i++)
			o = hook_run(&run, hooks[i]);
		join(ret, &run, verdict_of(o), first);
		first = false;
	} while (ret->verdict != VERDICT_UNKNOWN && next_way(&run));
}

void packet_classify(const struct ruleset *r, enum packet_hook hook, const struct packet *p, struct classification *ret)
{
	if (hook == HOOK_INGRESS) {
		struct classification c = { .verdict = VERDICT_UNKNOWN, .may_accept = true, .may_drop = true, .place = "netdev",
					    .reason = "chains of family netdev are not read" };
		*ret = c;
		return;
	}
	classify(r, &hook, 1, p, ret);
}

void packet_arrives(const struct ruleset *r, const struct packet *p, struct classification *ret)
{
	static const enum packet_hook HOOKS[] = { HOOK_PREROUTING, HOOK_INPUT };
	classify(r, HOOKS, ARRAY_LEN(HOOKS), p, ret);
}

struct hook_chains ruleset_hook(const struct ruleset *r, enum packet_hook hook, bool v6)
{
	struct hook_chains n = { 0 };
	for (const struct chain *c = r->chains; c; c = c->next) {
		if (!c->base || c->hook != hook || !sees(c, v6))
			continue;
		n.count++;
		n.policy_drop += c->policy_drop;
	}
	return n;
}
