// SPDX-License-Identifier: Apache-2.0
// All ways through the hooks, each with the packets that take it. The order is depth first, so that what waits is few.
#include "packet/reach.h"

#include <netinet/in.h>

#define TIDY_AFTER 65536 // intervals

void walk_bounded(struct walk *w, const char *why)
{
	if (w->answer.exhausted)
		w->answer.why = why;
	w->answer.exhausted = false;
}

void path_push(struct walk *w, const struct path *p)
{
	if (w->pending == REACH_PENDING_MAX) {
		walk_bounded(w, "too many ways through the rules wait at one time");
		return;
	}
	w->path[w->pending] = *p;
	w->path[w->pending++].spans = w->store.used;
}

bool path_before_tracking(const struct path *p)
{
	return chain_before_tracking(p->base);
}

static void rule_enter(struct path *p, const struct rule *rule)
{
	p->rule = rule;
	p->statement = rule ? rule->first : NULL;
	p->element = 0;
}

void path_leave(struct path *p)
{
	rule_enter(p, p->rule->next);
}

// --- where a path ends ---

// An IPv4 destination whose last byte is what the path supposed. False: none is left.
static bool last_byte_choose(struct path *p, struct span_store *store, const struct packet *usual)
{
	struct spans *to = &p->region.field[PACKET_DESTINATION];
	struct value wish = packet_value(usual, PACKET_DESTINATION);
	bool all = p->last == LAST_255;
	if (p->last == LAST_ANY || (spans_hold(*to, &wish) && (wish.bytes[15] == 255) == all))
		return true;
	for (size_t i = 0; i < to->count; i++) {
		struct interval one = to->at[i];
		if (all)
			one.low.bytes[15] = 255;
		else if (one.low.bytes[15] == 255 && !value_after(&one.low))
			continue;
		if (memcmp(&one.low, &one.high, 16) > 0)
			continue;
		one.high = one.low;
		*to = spans_one(store, &one);
		return true;
	}
	return false;
}

// Shows one packet of the path, after the classifier has said the same of it.
static void witness(struct walk *w, const struct path *p, bool understood)
{
	struct packet packet;
	struct classification c;
	struct path chosen = *p;
	w->answer.paths++;
	if (!last_byte_choose(&chosen, &w->store, w->question->usual) ||
	    !region_packet(&chosen.region, w->question->usual, w->name, &packet))
		return;
	if (w->question->output)
		packet_classify(w->ruleset, HOOK_OUTPUT, &packet, &c);
	else
		packet_arrives(w->ruleset, &packet, &c);
	if (c.verdict == VERDICT_UNKNOWN || (c.may_accept && understood))
		w->each(w->context, &packet, &c);
	else
		walk_bounded(w, "a way through the rules could not be confirmed by a packet");
}

void path_unknown(struct walk *w, const struct path *p)
{
	witness(w, p, false);
}

// --- from chain to chain ---

// The next base chain of this hook or the next hook; behind the last one the packets are in.
static bool base_next(struct walk *w, struct path *p)
{
	p->depth = 0;
	while (p->hook < w->hook_count) {
		p->base = chain_after(w->ruleset, p->base, w->hooks[p->hook], w->question->usual->v6);
		if (p->base) {
			rule_enter(p, p->base->first);
			return true;
		}
		p->hook++;
	}
	p->hook--;
	witness(w, p, true);
	return false;
}

static bool chain_end(struct walk *w, struct path *p)
{
	if (p->depth) {
		rule_enter(p, p->back[--p->depth]);
		return true;
	}
	return !p->base->policy_drop && base_next(w, p);
}

bool path_decide(struct walk *w, struct path *p, const struct decision *d)
{
	switch (d->outcome) {
	case OUTCOME_NEXT:
		path_leave(p);
		return true;
	case OUTCOME_RETURN:
		rule_enter(p, NULL);
		return true;
	case OUTCOME_ACCEPT:
		return base_next(w, p);
	case OUTCOME_DROP:
	case OUTCOME_REJECT:
		return false;
	case OUTCOME_JUMP:
	case OUTCOME_GOTO:
		if (p->depth < REACH_DEPTH_MAX) {
			p->back[p->depth++] = d->outcome == OUTCOME_JUMP ? p->rule->next : NULL;
			rule_enter(p, d->target->first);
			return true;
		}
		break;
	case OUTCOME_QUEUE:
		witness(w, p, true);
		return false;
	default:
		break;
	}
	path_unknown(w, p);
	return false;
}

static void both_ways(struct walk *w, struct path *p, const struct statement *s)
{
	struct path other = *p;
	path_leave(&other);
	path_push(w, &other);
	p->statement = s->next;
}

static bool path_verdict(struct walk *w, struct path *p, const struct statement *s)
{
	bool v6 = w->question->usual->v6;
	if ((s->only4 && v6) || (s->only6 && !v6) ||
	    (s->only_tcp && !path_narrow(w, p, PACKET_PROTOCOL, IPPROTO_TCP, IPPROTO_TCP))) {
		path_leave(p);
		return true;
	}
	if (s->family_hidden) {
		struct path other = *p;
		path_leave(&other);
		path_push(w, &other);
	}
	return path_decide(w, p, &s->decision);
}

static bool path_statement(struct walk *w, struct path *p, const struct statement *s)
{
	if (s->idle) {
		path_leave(p);
		return true;
	}
	switch (s->kind) {
	case STATEMENT_MATCH:
		return path_match(w, p, s);
	case STATEMENT_MAP:
		return path_map(w, p, s);
	case STATEMENT_KEY:
		return path_key(w, p, s);
	case STATEMENT_CHANCE:
		both_ways(w, p, s);
		return true;
	case STATEMENT_MARK:
	case STATEMENT_CONNECTION_MARK:
		return path_mark(w, p, s);
	case STATEMENT_DECIDE:
		return path_verdict(w, p, s);
	case STATEMENT_UNTRACKED:
		p->untracked |= path_before_tracking(p);
		p->statement = s->next;
		return true;
	case STATEMENT_NOTHING:
		p->statement = s->next;
		return true;
	default:
		path_unknown(w, p);
		return false;
	}
}

// A long way leaves lists behind that nobody needs any more: above the paths that wait, all that is not this path's own.
static void store_tidy(struct walk *w, struct path *p)
{
	size_t floor = w->pending ? w->path[w->pending - 1].spans : 0;
	struct spans *own[PACKET_FIELDS];
	size_t count = 0;
	if (w->store.used - floor < 2 * w->own + TIDY_AFTER)
		return;
	for (unsigned f = 0; f < PACKET_FIELDS; f++) {
		struct spans *s = &p->region.field[f];
		if (s->at < w->store.at + floor || s->at >= w->store.at + w->store.used)
			continue;
		size_t k = count++;
		for (; k && own[k - 1]->at > s->at; k--)
			own[k] = own[k - 1];
		own[k] = s;
	}
	w->store.used = floor;
	for (size_t i = 0; i < count; i++) {
		struct interval *to = &w->store.at[w->store.used];
		memmove(to, own[i]->at, own[i]->count * sizeof *to);
		own[i]->at = to;
		w->store.used += own[i]->count;
	}
	w->own = w->store.used - floor;
}

static bool path_step(struct walk *w, struct path *p)
{
	if (p->statement)
		return path_statement(w, p, p->statement);
	if (!p->rule)
		return chain_end(w, p);
	path_leave(p);
	return true;
}

// --- the question ---

static struct spans bounds_join(struct walk *w, enum packet_field f, bool without)
{
	const struct packet_question *q = w->question;
	size_t start = w->store.used;
	for (size_t i = 0; i < q->bounds; i++) {
		struct interval at;
		memcpy(&at.low, q->bound[i].low, 16);
		memcpy(&at.high, q->bound[i].high, 16);
		if (q->bound[i].field == f && q->bound[i].without == without)
			spans_one(&w->store, &at);
	}
	struct spans list = { &w->store.at[start], w->store.used - start };
	w->store.used = start;
	return spans_of(&w->store, list.at, list.count);
}

// False: there are no such packets.
static bool question_region(struct walk *w, struct region *ret)
{
	region_all(&w->store, w->question->usual->v6, w->question->output, ret);
	for (unsigned f = 0; f < PACKET_FIELDS; f++) {
		struct spans within = bounds_join(w, (enum packet_field)f, false), without = bounds_join(w, (enum packet_field)f, true);
		if (within.count)
			ret->field[f] = spans_common(&w->store, ret->field[f], within);
		ret->field[f] = spans_without(&w->store, ret->field[f], without);
		if (!ret->field[f].count)
			return false;
	}
	return true;
}

static void walk_all(struct walk *w, struct path p)
{
	bool going = base_next(w, &p);
	while (going || w->pending) {
		if (!going) {
			p = w->path[--w->pending];
			w->store.used = p.spans;
		}
		if (++w->steps > REACH_STEPS_MAX || w->store.over) {
			walk_bounded(w, "the rules cut packets into more parts than are walked");
			return;
		}
		store_tidy(w, &p);
		going = path_step(w, &p);
	}
}

void packet_reach(const struct ruleset *r, const struct packet_question *q, packet_each each, void *context,
		  struct packet_answer *ret)
{
	static const enum packet_hook IN[] = { HOOK_PREROUTING, HOOK_INPUT }, OUT[] = { HOOK_OUTPUT };
	static struct walk w; // large
	struct path p = { 0 };
	w.ruleset = r;
	w.question = q;
	w.hooks = q->output ? OUT : IN;
	w.hook_count = q->output ? ARRAY_LEN(OUT) : ARRAY_LEN(IN);
	w.each = each;
	w.context = context;
	w.answer = (struct packet_answer){ .exhausted = true, .why = "" };
	w.steps = w.pending = w.own = w.store.used = 0;
	w.store.over = false;
	if (question_region(&w, &p.region))
		walk_all(&w, p);
	*ret = w.answer;
}

struct packet_bound packet_bound_numbers(enum packet_field f, bool without, uint64_t low, uint64_t high)
{
	struct packet_bound b = { .field = f, .without = without };
	struct value first = value_number(low), last = value_number(high);
	memcpy(b.low, &first, 16);
	memcpy(b.high, &last, 16);
	return b;
}

struct packet_bound packet_bound_addresses(enum packet_field f, bool without, bool v6, const uint8_t *low, const uint8_t *high)
{
	struct packet_bound b = { .field = f, .without = without };
	memcpy(b.low + (v6 ? 0 : 12), low, v6 ? 16 : 4);
	memcpy(b.high + (v6 ? 0 : 12), high, v6 ? 16 : 4);
	return b;
}

struct packet_bound packet_bound_interface(enum packet_field f, bool without, const char *name)
{
	struct packet_bound b = { .field = f, .without = without };
	memcpy(b.low, name, strnlen(name, 15));
	memcpy(b.high, b.low, 16);
	return b;
}
