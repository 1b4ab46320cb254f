// SPDX-License-Identifier: Apache-2.0
// Sets of packets: for each field the values that are still possible, as intervals. A product of such lists is a region;
// rules cut regions into the part that matches and the parts that do not.
#pragma once

#include "packet/ruleset.h"

#define SPANS_MAX ((size_t)1 << 20) // intervals of all regions that are held at one time

struct spans {
	const struct interval *at; // sorted, apart from each other
	size_t count;
};

struct region {
	struct spans field[PACKET_FIELDS];
};

// The intervals' memory, used as a stack: what a path of the walk made is given back when the path ends.
struct span_store {
	size_t used;
	bool over; // it ran out: results are not whole
	struct interval at[SPANS_MAX];
};

struct spans spans_one(struct span_store *s, const struct interval *i);
// Sorts and joins `count` intervals, whose order does not matter.
struct spans spans_of(struct span_store *s, const struct interval *list, size_t count);
struct spans spans_common(struct span_store *s, struct spans a, struct spans b);
struct spans spans_without(struct span_store *s, struct spans a, struct spans b);
struct spans spans_outside(struct span_store *s, struct spans a); // every other value
bool spans_hold(struct spans a, const struct value *v);

// One more or less; false when it wraps around.
bool value_after(struct value *v);
bool value_before(struct value *v);

// Every packet of a family at the hooks of arrival, or at output.
void region_all(struct span_store *s, bool v6, bool output, struct region *ret);
// One packet of the region, with the values of `usual` where they are possible. `name` keeps its interfaces' names.
// False: what is left of an interface field is no name, so there is no such packet.
bool region_packet(const struct region *r, const struct packet *usual, char name[2][16], struct packet *ret);
struct value packet_value(const struct packet *p, enum packet_field f);
