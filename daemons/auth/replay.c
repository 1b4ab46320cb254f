// SPDX-License-Identifier: Apache-2.0
// A hash table of chains whose nodes also hang in a wheel of one-second slots, so
// that forgetting costs the same whatever windows the clients choose.
#include "replay.h"

#include <stdlib.h>

#define WHEEL_SLOTS 64 // seconds; the longest window, 31 s, is well inside
#define EXPIRE_PER_INSERT 4
#define NONE UINT32_MAX

struct node {
	uint8_t digest[REPLAY_KEY_SIZE];
	uint32_t api_key;
	uint32_t next_in_chain;
	uint32_t next_in_slot; // or in the free list
	uint32_t reserved;
};

struct replay {
	uint32_t capacity, count, free;
	uint32_t mask;    // chains - 1
	uint64_t second;  // every slot before it is empty
	uint32_t slot[WHEEL_SLOTS];
	uint32_t *chain;
	struct node *node;
};

struct replay *replay_new(uint32_t capacity, uint64_t now_us)
{
	ASSERT(capacity > 0 && capacity < 1u << 30);
	struct replay *r = calloc(1, sizeof *r);
	uint32_t chains = 1;
	while (chains < capacity)
		chains <<= 1;
	if (!r)
		return NULL;
	r->chain = malloc(chains * sizeof *r->chain);
	r->node = malloc(capacity * sizeof *r->node);
	if (!r->chain || !r->node) {
		replay_free(r);
		return NULL;
	}
	memset(r->chain, 0xff, chains * sizeof *r->chain); // NONE
	memset(r->slot, 0xff, sizeof r->slot);
	for (uint32_t i = 0; i < capacity; i++)
		r->node[i].next_in_slot = i + 1 < capacity ? i + 1 : NONE;
	r->capacity = capacity;
	r->mask = chains - 1;
	r->second = now_us / 1000000;
	return r;
}

void replay_free(struct replay *r)
{
	if (!r)
		return;
	free(r->chain);
	free(r->node);
	free(r);
}

// The digest is a MAC or part of a signature: it is spread evenly as it is.
static uint32_t *chain_of(struct replay *r, const uint8_t *digest)
{
	uint32_t h;
	memcpy(&h, digest, sizeof h);
	return &r->chain[h & r->mask];
}

static void forget(struct replay *r, uint32_t at)
{
	struct node *n = &r->node[at];
	uint32_t *link = chain_of(r, n->digest);
	while (*link != at) {
		ASSERT(*link != NONE);
		link = &r->node[*link].next_in_chain;
	}
	*link = n->next_in_chain;
	n->next_in_slot = r->free;
	r->free = at;
	r->count--;
}

void replay_expire(struct replay *r, uint64_t now_us, unsigned most)
{
	uint64_t now = now_us / 1000000;
	while (r->second < now) {
		uint32_t *slot = &r->slot[r->second % WHEEL_SLOTS];
		while (*slot != NONE) {
			if (most-- == 0)
				return;
			uint32_t at = *slot;
			*slot = r->node[at].next_in_slot;
			forget(r, at);
		}
		if (r->count == 0)
			r->second = now; // nothing anywhere: no need to turn the wheel slot by slot
		else
			r->second++;
	}
}

static bool seen(struct replay *r, const uint8_t *digest, uint32_t api_key)
{
	for (uint32_t at = *chain_of(r, digest); at != NONE; at = r->node[at].next_in_chain)
		if (r->node[at].api_key == api_key && !memcmp(r->node[at].digest, digest, REPLAY_KEY_SIZE))
			return true;
	return false;
}

int replay_insert(struct replay *r, const uint8_t digest[REPLAY_KEY_SIZE], uint32_t api_key, uint64_t expires_us,
		  uint64_t now_us)
{
	replay_expire(r, now_us, EXPIRE_PER_INSERT);
	if (seen(r, digest, api_key))
		return 1;
	// A slot may not be used again before it was emptied; who fell behind with emptying does it all now.
	if (r->free == NONE || expires_us / 1000000 >= r->second + WHEEL_SLOTS)
		replay_expire(r, now_us, UINT32_MAX);
	uint64_t second = u64_max(expires_us / 1000000, r->second);
	if (r->free == NONE || second >= r->second + WHEEL_SLOTS)
		return 2;
	uint32_t at = r->free, *chain = chain_of(r, digest), *slot = &r->slot[second % WHEEL_SLOTS];
	struct node *n = &r->node[at];
	r->free = n->next_in_slot;
	memcpy(n->digest, digest, REPLAY_KEY_SIZE);
	n->api_key = api_key;
	n->next_in_chain = *chain;
	n->next_in_slot = *slot;
	*chain = *slot = at;
	r->count++;
	return 0;
}

uint32_t replay_count(const struct replay *r)
{
	return r->count;
}
