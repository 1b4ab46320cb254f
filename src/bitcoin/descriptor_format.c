// SPDX-License-Identifier: Apache-2.0
#include "base/bytes.h"
#include "base/text.h"
#include "bitcoin/descriptor_template.h"

#include <stdio.h>

const struct descriptor_template descriptor_templates[DESCRIPTOR_TEMPLATES] = {
	[DESCRIPTOR_WPKH] = { { "wpkh(", ")" }, { PART_KEY }, false },
	[DESCRIPTOR_WSH_SORTEDMULTI] = { { "wsh(sortedmulti(", "))" }, { PART_GROUP }, false },
	[DESCRIPTOR_WSH_MULTI] = { { "wsh(multi(", "))" }, { PART_GROUP }, false },
	[DESCRIPTOR_WSH_UNVAULT] = { { "wsh(or_d(multi(", "),and_v(v:multi(", "),older(", "))))" },
				     { PART_GROUP, PART_GROUP, PART_LOCK },
				     false },
	[DESCRIPTOR_TR] = { { "tr(", ")" }, { PART_KEY }, true },
	[DESCRIPTOR_TR_SORTEDMULTI] = { { "tr(", ",sortedmulti_a(", "))" }, { PART_KEY, PART_GROUP }, true },
	[DESCRIPTOR_TR_MULTI] = { { "tr(", ",multi_a(", "))" }, { PART_KEY, PART_GROUP }, true },
};

static void text_write(struct writer *w, const char *text)
{
	write_bytes(w, text, strlen(text));
}

static void number_write(struct writer *w, uint32_t number)
{
	char text[11];
	snprintf(text, sizeof text, "%u", number);
	text_write(w, text);
}

static void steps_write(struct writer *w, const struct descriptor_key *key)
{
	for (size_t i = 0; i < key->steps.count; i++) {
		text_write(w, "/");
		if (i != key->branch_step) {
			number_write(w, key->steps.steps[i]);
			continue;
		}
		for (size_t b = 0; b < key->branch_count; b++) {
			text_write(w, b ? ";" : "<");
			number_write(w, key->branches[b]);
		}
		text_write(w, ">");
	}
	if (key->wildcard)
		text_write(w, "/*");
}

static void origin_write(struct writer *w, const struct descriptor_key *key)
{
	char text[PATH_TEXT_MAX + 1];
	hex_encode(key->fingerprint, sizeof key->fingerprint, text);
	text_write(w, "[");
	text_write(w, text);
	path_format(&key->origin, text);
	text_write(w, text + 1); // without the "m"
	text_write(w, "]");
}

static void key_write(struct writer *w, const struct network *network, const struct descriptor_key *key,
		      bool xonly)
{
	char text[HD_TEXT_MAX + 1];
	if (key->has_origin)
		origin_write(w, key);
	if (key->extended)
		hd_public_format(network, &key->base, text);
	else
		hex_encode(key->base.key + xonly, sizeof key->base.key - xonly, text);
	text_write(w, text);
	steps_write(w, key);
}

static void part_write(struct writer *w, enum part part, const struct descriptor *d, bool xonly,
		       size_t *group)
{
	if (part == PART_KEY) {
		key_write(w, d->network, &d->keys[0], xonly);
	} else if (part == PART_LOCK) {
		number_write(w, d->lock);
	} else {
		const struct key_group *g = &d->groups[(*group)++];
		number_write(w, g->threshold);
		for (size_t i = g->first; i < g->first + g->count; i++) {
			text_write(w, ",");
			key_write(w, d->network, &d->keys[i], xonly);
		}
	}
}

int descriptor_format(const struct descriptor *descriptor, char *to, size_t room)
{
	const struct descriptor_template *t = &descriptor_templates[descriptor->kind];
	struct writer w = writer_over(to, room);
	char checksum[DESCRIPTOR_CHECKSUM_SIZE + 1];
	size_t group = 0;
	text_write(&w, t->before[0]);
	for (size_t i = 0; t->parts[i] != PART_END; i++) {
		part_write(&w, t->parts[i], descriptor, t->xonly, &group);
		text_write(&w, t->before[i + 1]);
	}
	if (w.failed || descriptor_checksum(to, writer_size(&w), checksum))
		return 1;
	text_write(&w, "#");
	write_bytes(&w, checksum, sizeof checksum); // with its NUL
	return w.failed;
}
