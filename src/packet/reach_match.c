// SPDX-License-Identifier: Apache-2.0
// One statement cuts what reaches it: matches, verdict maps, marks.
#include "packet/reach.h"

#define VALUES_MAX 64 // of a field that a mark is taken from

static bool unfit(struct walk *w, struct path *p, const struct statement *s, enum found found)
{
	if (found == FOUND_UNKNOWN) {
		path_unknown(w, p);
		return false;
	}
	struct path other = *p;
	path_leave(p);
	if (found == FOUND_CHANCE) { // both ways
		other.statement = s->next;
		path_push(w, &other);
	}
	return true;
}

static void path_on(struct path *p, const struct statement *s)
{
	p->statement = s->next;
	p->element = 0;
}

// The path goes where matching takes it, or not matching; where both may be, by both ways.
static void path_matched(struct walk *w, struct path *p, const struct statement *s, bool matches, bool either)
{
	struct path other = *p;
	path_on(matches ? p : &other, s);
	path_leave(matches ? &other : p);
	if (either)
		path_push(w, &other);
}

// Members of a set that rules themselves change come and go: those of today are not all.
static bool in_either(const struct statement *s, bool in)
{
	return s->set && (in ? s->set->shrinks : s->set->grows);
}

// --- one part: an interval or a whole set at once ---

static struct spans comparison_spans(struct walk *w, enum comparison how, const struct interval *i)
{
	struct interval low = { i->low, i->high }, high = { i->low, i->high };
	memset(&low.low, 0, sizeof low.low);
	memset(&high.high, 0xff, sizeof high.high);
	switch (how) {
	case COMPARE_LESS_EQUAL:
		return spans_one(&w->store, &low);
	case COMPARE_MORE_EQUAL:
		return spans_one(&w->store, &high);
	case COMPARE_LESS:
		return spans_outside(&w->store, spans_one(&w->store, &high));
	case COMPARE_MORE:
		return spans_outside(&w->store, spans_one(&w->store, &low));
	case COMPARE_NOT:
		return spans_outside(&w->store, spans_one(&w->store, i));
	default:
		return spans_one(&w->store, i);
	}
}

static struct spans set_spans(struct walk *w, const struct set *s)
{
	size_t start = w->store.used;
	bool all = false;
	for (size_t i = 0; i < s->count; i++) {
		all |= s->element[i].catch_all;
		if (!s->element[i].catch_all)
			spans_one(&w->store, &s->element[i].part[0]);
	}
	struct spans list = { &w->store.at[start], w->store.used - start };
	w->store.used = start;
	list = spans_of(&w->store, list.at, list.count);
	return all ? spans_outside(&w->store, (struct spans){ 0 }) : list;
}

// The part of the path for which the term is in `wanted` matches; the other leaves the rule.
static void spans_cut(struct walk *w, struct path *p, const struct statement *s, const struct term *t, struct spans wanted)
{
	bool not = s->comparison == COMPARE_NOT;
	struct path other = *p;
	struct spans *field = &p->region.field[t->field], values;
	struct interval one;
	if (t->constant) {
		bool in = spans_hold(wanted, &t->value);
		path_matched(w, p, s, in, in_either(s, in != not));
		return;
	}
	if (term_spans(w, t, *field, wanted, &values)) {
		other.region.field[t->field] = spans_without(&w->store, *field, values);
		*field = spans_common(&w->store, *field, values);
	} else {
		walk_bounded(w, "bits of an address, a mark or a user are compared; one value of them was tried");
		bool there = term_guess(w, p, t, wanted, &one.low);
		one.high = one.low;
		*field = there ? spans_one(&w->store, &one) : (struct spans){ 0 };
	}
	bool none = !field->count;
	if (!none)
		path_matched(w, p, s, true, in_either(s, !not));
	if (!none && !other.region.field[t->field].count)
		return;
	path_matched(w, &other, s, false, in_either(s, not));
	if (none)
		*p = other;
	else
		path_push(w, &other);
}

static void one_part(struct walk *w, struct path *p, const struct statement *s, const struct term *t, const struct interval *i)
{
	struct expression constant = { .kind = EXPRESSION_CONSTANT, .constant = i->low };
	struct expression bits = { .kind = EXPRESSION_AND, .part = { t->e, &constant } };
	struct interval zero = { 0 };
	struct term masked = { .constant = t->constant, .value = value_combined(EXPRESSION_AND, &t->value, &i->low), .field = t->field,
			       .e = &bits };
	struct spans nothing = spans_one(&w->store, &zero);
	if (s->set)
		spans_cut(w, p, s, t, s->comparison == COMPARE_NOT ? spans_outside(&w->store, set_spans(w, s->set)) : set_spans(w, s->set));
	else if (s->comparison == COMPARE_ANY_BIT)
		spans_cut(w, p, s, &masked, spans_outside(&w->store, nothing));
	else if (s->comparison == COMPARE_NO_BIT)
		spans_cut(w, p, s, &masked, nothing);
	else
		spans_cut(w, p, s, t, comparison_spans(w, s->comparison, i));
}

// --- several parts, and maps: element by element ---

// What of the path is inside the element stays in `p`; what is outside is put aside, to go on at the next element.
// False: nothing is inside, and `p` is as it was.
static bool element_cut(struct walk *w, struct path *p, const struct term *term, size_t count, const struct element *e, size_t index)
{
	struct spans part[PARTS_MAX] = { 0 };
	struct path in = *p;
	for (size_t k = 0; k < count; k++) {
		if (term[k].constant) {
			if (memcmp(&term[k].value, &e->part[k].low, 16) < 0 || memcmp(&term[k].value, &e->part[k].high, 16) > 0)
				return false;
			continue;
		}
		struct spans *field = &in.region.field[term[k].field];
		if (!term_spans(w, &term[k], *field, spans_one(&w->store, &e->part[k]), &part[k])) {
			walk_bounded(w, "bits of an address, a mark or a user stand in a set's key");
			return false;
		}
		*field = spans_common(&w->store, *field, part[k]);
		if (!field->count)
			return false;
	}
	struct path rest = *p;
	for (size_t k = 0; k < count; k++) {
		if (term[k].constant)
			continue;
		struct path piece = rest;
		struct spans *field = &piece.region.field[term[k].field], *kept = &rest.region.field[term[k].field];
		*field = spans_without(&w->store, *kept, part[k]);
		*kept = spans_common(&w->store, *kept, part[k]);
		piece.element = index + 1;
		if (field->count)
			path_push(w, &piece);
	}
	*p = in;
	return true;
}

// The element that all of what is now in `p` meets; the rest was put aside. NULL: no element.
static const struct element *element_find(struct walk *w, struct path *p, const struct term *term, size_t count, const struct set *s)
{
	const struct element *rest = NULL;
	for (size_t i = 0; i < s->count; i++)
		if (s->element[i].catch_all)
			rest = &s->element[i];
	for (size_t i = p->element; i < s->count; i++)
		if (!s->element[i].catch_all && element_cut(w, p, term, count, &s->element[i], i)) {
			p->element = 0;
			return &s->element[i];
		}
	p->element = 0;
	return rest;
}

bool path_match(struct walk *w, struct path *p, const struct statement *s)
{
	struct term left[PARTS_MAX], right[PARTS_MAX];
	struct interval i = s->interval;
	size_t count, rights;
	enum found found = path_terms(w, p, s->left, left, &count);
	if (found)
		return unfit(w, p, s, found);
	if (s->set && (s->set->unknown || (s->comparison > COMPARE_NOT && s->comparison != COMPARE_ANY_BIT)))
		return unfit(w, p, s, FOUND_UNKNOWN);
	if (!s->set && s->right) {
		found = path_terms(w, p, s->right, right, &rights);
		if (found)
			return unfit(w, p, s, found);
		if (!right[0].constant) {
			walk_bounded(w, "two fields are compared with each other");
			return false;
		}
		i = (struct interval){ right[0].value, right[0].value };
	}
	if (count > 1 && !s->set) {
		walk_bounded(w, "two concatenations are compared with each other");
		return false;
	}
	if (count == 1) {
		one_part(w, p, s, &left[0], &i);
		return true;
	}
	bool in = element_find(w, p, left, count, s->set) != NULL;
	path_matched(w, p, s, in != (s->comparison == COMPARE_NOT), in_either(s, in));
	return true;
}

bool path_map(struct walk *w, struct path *p, const struct statement *s)
{
	struct term key[PARTS_MAX];
	size_t count;
	enum found found = path_terms(w, p, s->left, key, &count);
	if (found)
		return unfit(w, p, s, found);
	if (!s->set || s->set->unknown)
		return unfit(w, p, s, FOUND_UNKNOWN);
	if (s->set->grows || s->set->shrinks)
		walk_bounded(w, "rules change a verdict map");
	const struct element *e = element_find(w, p, key, count, s->set);
	if (e)
		return path_decide(w, p, &e->decision);
	path_leave(p);
	return true;
}

// --- marks ---

static void mark_assign(struct walk *w, struct path *p, const struct statement *s, const struct value *v)
{
	uint32_t mark = (uint32_t)value_to_number(v);
	struct path invalid = *p;
	path_on(p, s);
	if (s->kind == STATEMENT_MARK) {
		p->mark_set = true;
		p->mark = mark;
		return;
	}
	if (path_before_tracking(p) || p->untracked)
		return;
	struct interval none = { value_number(CT_INVALID), value_number(CT_INVALID) };
	struct spans state = spans_one(&w->store, &none), *field = &p->region.field[PACKET_STATE];
	invalid.region.field[PACKET_STATE] = spans_common(&w->store, *field, state);
	*field = spans_without(&w->store, *field, state);
	path_on(&invalid, s);
	if (!field->count) {
		*p = invalid;
		return;
	}
	if (invalid.region.field[PACKET_STATE].count)
		path_push(w, &invalid);
	p->connection_mark_set = true;
	p->connection_mark = mark;
}

static bool mark_of_map(struct walk *w, struct path *p, const struct statement *s)
{
	struct term key[PARTS_MAX];
	size_t count;
	const struct set *map = s->right->set;
	enum found found = path_terms(w, p, s->right->part[0], key, &count);
	if (found)
		return unfit(w, p, s, found == FOUND_CHANCE ? FOUND_UNKNOWN : found);
	if (map->unknown)
		return unfit(w, p, s, FOUND_UNKNOWN);
	if (map->grows || map->shrinks)
		walk_bounded(w, "rules change a map");
	const struct element *e = element_find(w, p, key, count, map);
	if (e)
		mark_assign(w, p, s, &e->data);
	else
		path_leave(p);
	return true;
}

// Few enough to take them one by one.
static bool few_values(struct spans s)
{
	uint64_t sum = 0;
	for (size_t i = 0; i < s.count && sum <= VALUES_MAX; i++)
		sum += value_to_number(&s.at[i].high) - value_to_number(&s.at[i].low) + 1;
	return s.count && sum <= VALUES_MAX;
}

bool path_mark(struct walk *w, struct path *p, const struct statement *s)
{
	struct term t[PARTS_MAX];
	size_t count;
	struct interval one;
	if (s->right->kind == EXPRESSION_MAP)
		return mark_of_map(w, p, s);
	enum found found = path_terms(w, p, s->right, t, &count);
	if (found || count != 1)
		return unfit(w, p, s, found == FOUND_NOT ? FOUND_NOT : FOUND_UNKNOWN);
	if (!t[0].constant) {
		struct spans *field = &p->region.field[t[0].field];
		struct value usual = packet_value(w->question->usual, t[0].field);
		one.low = one.high = spans_hold(*field, &usual) ? usual : field->at[0].low;
		struct path others = *p;
		struct spans taken = spans_one(&w->store, &one);
		others.region.field[t[0].field] = spans_without(&w->store, *field, taken);
		if (few_values(others.region.field[t[0].field]))
			path_push(w, &others);
		else if (others.region.field[t[0].field].count)
			walk_bounded(w, "a mark is taken from a field; one value of it was tried");
		*field = taken;
		t[0].value = value_applied(t[0].e, &one.low);
	}
	mark_assign(w, p, s, &t[0].value);
	return true;
}

// Only a packet that has the key goes on.
bool path_key(struct walk *w, struct path *p, const struct statement *s)
{
	struct term key[PARTS_MAX];
	size_t count;
	enum found found = path_terms(w, p, s->left, key, &count);
	if (found)
		return unfit(w, p, s, found == FOUND_NOT ? FOUND_NOT : FOUND_UNKNOWN);
	path_on(p, s);
	return true;
}
