// SPDX-License-Identifier: Apache-2.0
// Reading: the checksum, then each template of the table in turn.
#include "bitcoin/descriptor_template.h"
#include "bitcoin/timelock.h"

struct cursor {
	const char *at;
	const char *end;
};

static bool literal_read(struct cursor *c, const char *literal)
{
	size_t length = strlen(literal);
	if ((size_t)(c->end - c->at) < length || memcmp(c->at, literal, length) != 0)
		return false;
	c->at += length;
	return true;
}

static size_t until(const struct cursor *c, const char *stops)
{
	size_t n = 0;
	while (c->at + n < c->end && !strchr(stops, c->at[n]))
		n++;
	return n;
}

static bool number_read(struct cursor *c, uint32_t *ret)
{
	size_t length = until(c, ",)");
	if (path_step_parse(c->at, length, ret) || (*ret & PATH_HARDENED))
		return false;
	c->at += length;
	return true;
}

static enum descriptor_refusal key_read(struct cursor *c, bool xonly, struct descriptor *d)
{
	size_t length = until(c, ",)");
	if (d->key_count == DESCRIPTOR_KEYS_MAX)
		return DESCRIPTOR_THRESHOLD;
	enum descriptor_refusal refusal =
		descriptor_key_parse(d->network, c->at, length, xonly, &d->keys[d->key_count]);
	if (!refusal) {
		c->at += length;
		d->key_count++;
	}
	return refusal;
}

static enum descriptor_refusal group_read(struct cursor *c, bool xonly, struct descriptor *d)
{
	struct key_group group = { .first = d->key_count };
	enum descriptor_refusal refusal;
	if (!number_read(c, &group.threshold))
		return DESCRIPTOR_THRESHOLD;
	while (literal_read(c, ",")) {
		if ((refusal = key_read(c, xonly, d)))
			return refusal;
	}
	group.count = d->key_count - group.first;
	if (group.threshold < 1 || group.threshold > group.count || group.count > 16)
		return DESCRIPTOR_THRESHOLD; // up to 16 a number is one opcode; no quorum of ours is larger
	d->groups[d->group_count++] = group;
	return DESCRIPTOR_FINE;
}

static enum descriptor_refusal part_read(enum part part, struct cursor *c, bool xonly, struct descriptor *d)
{
	if (part == PART_KEY)
		return key_read(c, xonly, d);
	if (part == PART_GROUP)
		return group_read(c, xonly, d);
	return number_read(c, &d->lock) && sequence_lock_valid(d->lock) ? DESCRIPTOR_FINE : DESCRIPTOR_LOCK;
}

static enum descriptor_refusal template_read(const struct descriptor_template *t, struct cursor c,
					     struct descriptor *d)
{
	for (size_t i = 0;; i++) {
		if (!literal_read(&c, t->before[i]))
			return DESCRIPTOR_TEMPLATE;
		if (i == ARRAY_LEN(t->parts) || t->parts[i] == PART_END)
			return c.at == c.end ? DESCRIPTOR_FINE : DESCRIPTOR_TEMPLATE;
		enum descriptor_refusal refusal = part_read(t->parts[i], &c, t->xonly, d);
		if (refusal)
			return refusal;
	}
}

// Rules that hold over all keys.
static enum descriptor_refusal keys_check(struct descriptor *d)
{
	d->branch_count = 1;
	for (size_t i = 0; i < d->key_count; i++) {
		const struct descriptor_key *key = &d->keys[i];
		if (key->branch_count > 1 && d->branch_count > 1 && key->branch_count != d->branch_count)
			return DESCRIPTOR_BRANCHES;
		if (key->branch_count > 1)
			d->branch_count = key->branch_count;
		d->ranged |= key->wildcard;
		for (size_t j = 0; j < i; j++) {
			// the x alone: a key and its negative have one owner
			if (memcmp(d->keys[j].base.key + 1, key->base.key + 1, XONLY_KEY_SIZE) == 0)
				return DESCRIPTOR_REPEATED;
		}
	}
	for (size_t i = 0; i < d->key_count; i++) {
		if (d->ranged && d->keys[i].extended && !d->keys[i].wildcard)
			return DESCRIPTOR_RANGE;
	}
	return DESCRIPTOR_FINE;
}

static enum descriptor_refusal checksum_check(const char *text, size_t length, size_t *ret_payload)
{
	char expected[DESCRIPTOR_CHECKSUM_SIZE + 1];
	const char *hash = memchr(text, '#', length);
	size_t payload = hash ? (size_t)(hash - text) : length;
	if (descriptor_checksum(text, payload, expected))
		return DESCRIPTOR_CHARACTER;
	if (length - payload != 1 + DESCRIPTOR_CHECKSUM_SIZE)
		return DESCRIPTOR_NO_CHECKSUM;
	*ret_payload = payload;
	return memcmp(hash + 1, expected, DESCRIPTOR_CHECKSUM_SIZE) == 0 ? DESCRIPTOR_FINE
									 : DESCRIPTOR_CHECKSUM;
}

enum descriptor_refusal descriptor_parse(const struct network *network, const char *text, size_t length,
					 struct descriptor *ret)
{
	size_t payload;
	if (length > DESCRIPTOR_TEXT_MAX)
		return DESCRIPTOR_LENGTH;
	enum descriptor_refusal refusal = checksum_check(text, length, &payload), why = DESCRIPTOR_TEMPLATE;
	if (refusal)
		return refusal;
	for (size_t kind = 0; kind < DESCRIPTOR_TEMPLATES; kind++) {
		struct descriptor d = { .network = network, .kind = (enum descriptor_kind)kind };
		refusal = template_read(&descriptor_templates[kind], (struct cursor){ text, text + payload },
					&d);
		if (!refusal)
			refusal = keys_check(&d);
		if (!refusal) {
			*ret = d;
			return DESCRIPTOR_FINE;
		}
		if (refusal != DESCRIPTOR_TEMPLATE)
			why = refusal; // a template that fitted so far says more
	}
	return why;
}
