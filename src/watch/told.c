// SPDX-License-Identifier: Apache-2.0
// What was told already: a difference lasts until somebody mends it, its alarm comes once.
#include "watch/watch.h"

#include <stdlib.h>

#define SLOTS 4096

struct one {
	struct one *next;
	unsigned part, generation;
	uint8_t digest[SHA256_SIZE]; // of the whole event, so that a change of the change is news
};

struct told {
	unsigned generation;
	struct one *slot[SLOTS];
};

struct told *told_new(void)
{
	return calloc(1, sizeof(struct told));
}

void told_free(struct told *t)
{
	for (size_t i = 0; t && i < SLOTS; i++) {
		for (struct one *o = t->slot[i], *next; o; o = next) {
			next = o->next;
			free(o);
		}
	}
	free(t);
}

static void digest_text(struct sha256 *s, const char *text)
{
	sha256_update(s, text, strlen(text) + 1);
}

bool told_before(struct told *t, unsigned part, const struct watch_event *e)
{
	uint8_t digest[SHA256_SIZE];
	struct sha256 s;
	uint32_t hash;
	sha256_init(&s);
	digest_text(&s, e->what);
	digest_text(&s, e->change);
	digest_text(&s, e->subject);
	digest_text(&s, e->before);
	digest_text(&s, e->after);
	sha256_final(&s, digest);
	memcpy(&hash, digest, sizeof hash);
	struct one **slot = &t->slot[hash % SLOTS];
	for (struct one *o = *slot; o; o = o->next) {
		if (memcmp(o->digest, digest, SHA256_SIZE))
			continue;
		o->generation = t->generation;
		return true;
	}
	struct one *o = malloc(sizeof *o);
	ASSERT(o);
	*o = (struct one){ .next = *slot, .part = part, .generation = t->generation };
	memcpy(o->digest, digest, SHA256_SIZE);
	*slot = o;
	return false;
}

void told_sweep(struct told *t, unsigned part)
{
	for (size_t i = 0; i < SLOTS; i++) {
		for (struct one **at = &t->slot[i]; *at;) {
			struct one *o = *at;
			if ((o->part & part) && o->generation != t->generation) {
				*at = o->next;
				free(o);
			} else {
				at = &o->next;
			}
		}
	}
	t->generation++;
}
