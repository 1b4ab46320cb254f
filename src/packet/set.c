// SPDX-License-Identifier: Apache-2.0
// Sets and maps: their elements are intervals in each part of the key.
#include "packet/ruleset.h"

#include <stdio.h>

static bool key_read(const struct set *s, const json_t *j, struct element *to)
{
	const json_t *concat = json_object_get(j, "concat");
	if (json_is_string(j) && !strcmp(json_string_value(j), "*") && s->type.type[0] != TYPE_INTERFACE) {
		to->catch_all = true;
		return true;
	}
	if (s->type.count == 1)
		return interval_read(j, s->type.type[0], &to->part[0]);
	if (json_array_size(concat) != s->type.count)
		return false;
	for (size_t i = 0; i < s->type.count; i++)
		if (!interval_read(json_array_get(concat, i), s->type.type[i], &to->part[i]))
			return false;
	return true;
}

static const json_t *unwrapped(const json_t *j)
{
	const json_t *element = json_object_get(j, "elem");
	return element ? json_object_get(element, "val") : j;
}

static bool element_read(const struct ruleset *r, const struct set *s, const json_t *j, struct element *to)
{
	const json_t *key = j;
	if (s->decides || s->data_type != TYPE_UNKNOWN) {
		const json_t *data = json_array_get(j, 1);
		if (json_array_size(j) != 2)
			return false;
		key = json_array_get(j, 0);
		if (s->decides ? !decision_read(r, s->family, s->table, data, &to->decision) :
				 !value_read(data, s->data_type, &to->data))
			return false;
	}
	return key_read(s, unwrapped(key), to);
}

// The kernel shows what is left of a timeout, whether it is the member's own or the set's.
static bool ends(const json_t *j)
{
	const json_t *element = json_object_get(j, "elem");
	return json_integer_value(json_object_get(element, "timeout")) > 0 || json_integer_value(json_object_get(element, "expires")) > 0;
}

bool set_elements_read(struct ruleset *r, struct set *s, const json_t *elements)
{
	size_t count = json_array_size(elements);
	if (elements && !json_is_array(elements))
		return false;
	s->element = ruleset_alloc(r, count * sizeof *s->element);
	if (r->exhausted)
		return false;
	for (size_t i = 0; i < count; i++)
		if (!element_read(r, s, json_array_get(elements, i), &s->element[i]))
			return false;
	s->count = count;
	s->lasting = 0;
	for (size_t i = 0; i < count; i++)
		s->lasting += !ends(json_array_get(elements, i));
	return true;
}

static bool element_holds(const struct set *s, const struct element *e, const struct value *parts)
{
	if (e->catch_all)
		return false;
	for (size_t i = 0; i < s->type.count; i++)
		if (memcmp(&e->part[i].low, &parts[i], 16) > 0 || memcmp(&parts[i], &e->part[i].high, 16) > 0)
			return false;
	return true;
}

const struct element *set_lookup(const struct set *s, const struct value *parts)
{
	const struct element *rest = NULL;
	for (size_t i = 0; i < s->count; i++) {
		if (element_holds(s, &s->element[i], parts))
			return &s->element[i];
		if (s->element[i].catch_all)
			rest = &s->element[i];
	}
	return rest;
}

bool ruleset_set(const struct ruleset *r, size_t index, struct set_view *ret)
{
	for (const struct set *s = r->sets; s; s = s->next) {
		if (!s->name || index--)
			continue;
		*ret = (struct set_view){ s->family, s->table, s->name, s->type_name, s->has_timeout, s->dynamic, s->count, s->lasting };
		return true;
	}
	return false;
}

static struct value address_value(bool v6, const uint8_t *address)
{
	struct value v = { 0 };
	memcpy(v.bytes + (v6 ? 0 : 12), address, v6 ? 16 : 4);
	return v;
}

bool ruleset_set_touches(const struct ruleset *r, const char *family, const char *table, const char *name, bool v6,
			 const uint8_t *first, const uint8_t *last)
{
	const struct set *s = ruleset_set_find(r, family, table, name);
	struct value low = address_value(v6, first), high = address_value(v6, last);
	if (!s || s->type.type[0] != (v6 ? TYPE_IPV6 : TYPE_IPV4))
		return false;
	for (size_t i = 0; i < s->count; i++)
		if (memcmp(&s->element[i].part[0].low, &high, 16) <= 0 && memcmp(&low, &s->element[i].part[0].high, 16) <= 0)
			return true;
	return false;
}

bool ruleset_set_contains(const struct ruleset *r, const char *family, const char *table, const char *name, bool v6,
			  const uint8_t *address)
{
	return ruleset_set_touches(r, family, table, name, v6, address, address);
}
