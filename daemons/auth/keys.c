// SPDX-License-Identifier: Apache-2.0
#include "keys.h"

#include "base/hash.h"
#include "crypto/secret.h"

#include <stdlib.h>

#define NONE UINT32_MAX
#define TOMB (UINT32_MAX - 1)
#define SLAB_KEYS 256 // pads in one piece of secret memory

// Pads come and go; the slabs stay. A free one links to the next through its first bytes.
union pad {
	struct hmac_key key;
	union pad *next_free;
};

struct key_table {
	uint32_t capacity, count, buckets, tombs;
	struct auth_key *key; // by index
	uint32_t *bucket;     // open addressing, linear; twice the capacity
	struct hash_key hash;
	const uint8_t *auth_public, *auth_secret;
	union pad **slab;
	uint32_t slabs, slabs_max;
	union pad *free_pad;
};

struct key_table *key_table_new(uint32_t capacity, const uint8_t auth_public[32], const uint8_t auth_secret[32],
				const uint8_t seed[32])
{
	struct key_table *t = calloc(1, sizeof *t);
	if (!t)
		return NULL;
	t->capacity = capacity;
	t->buckets = 16;
	while (t->buckets < capacity * 2u)
		t->buckets *= 2;
	t->slabs_max = capacity / SLAB_KEYS + 1;
	t->auth_public = auth_public;
	t->auth_secret = auth_secret;
	hash_key_init(&t->hash, seed);
	t->key = calloc(u64_max(capacity, 1), sizeof *t->key);
	t->bucket = malloc(t->buckets * sizeof *t->bucket);
	t->slab = calloc(t->slabs_max, sizeof(union pad *));
	if (!t->key || !t->bucket || !t->slab) {
		key_table_free(t);
		return NULL;
	}
	memset(t->bucket, 0xff, t->buckets * sizeof *t->bucket); // NONE
	return t;
}

void key_table_free(struct key_table *t)
{
	if (!t)
		return;
	for (uint32_t i = 0; i < t->slabs; i++)
		secret_free(t->slab[i]);
	free(t->slab);
	free(t->bucket);
	free(t->key);
	free(t);
}

static union pad *pad_take(struct key_table *t)
{
	if (!t->free_pad && t->slabs < t->slabs_max) {
		union pad *slab = secret_alloc(SLAB_KEYS * sizeof *slab);
		if (!slab)
			return NULL;
		t->slab[t->slabs++] = slab;
		for (size_t i = 0; i < SLAB_KEYS; i++) {
			slab[i].next_free = t->free_pad;
			t->free_pad = &slab[i];
		}
	}
	union pad *pad = t->free_pad;
	if (pad)
		t->free_pad = pad->next_free;
	return pad;
}

static void pad_give(struct key_table *t, const struct hmac_key *key)
{
	union pad *pad = (union pad *)(uintptr_t)key;
	secret_wipe(pad, sizeof *pad);
	pad->next_free = t->free_pad;
	t->free_pad = pad;
}

static uint32_t bucket_of(const struct key_table *t, const char name[API_KEY_SIZE])
{
	uint64_t words[API_KEY_SIZE / 8];
	memcpy(words, name, sizeof words);
	return (uint32_t)hash_pairs(&t->hash, words, ARRAY_LEN(words) / 2) & (t->buckets - 1);
}

// The bucket that holds the name, or NONE.
static uint32_t bucket_find(const struct key_table *t, const char name[API_KEY_SIZE])
{
	for (uint32_t b = bucket_of(t, name); t->bucket[b] != NONE; b = (b + 1) & (t->buckets - 1))
		if (t->bucket[b] != TOMB && !memcmp(t->key[t->bucket[b]].api_key, name, API_KEY_SIZE))
			return b;
	return NONE;
}

static void bucket_insert(struct key_table *t, uint32_t index)
{
	uint32_t b = bucket_of(t, t->key[index].api_key);
	while (t->bucket[b] != NONE && t->bucket[b] != TOMB)
		b = (b + 1) & (t->buckets - 1);
	if (t->bucket[b] == TOMB)
		t->tombs--;
	t->bucket[b] = index;
}

// Removals leave marks; too many of them would make every search long.
static void buckets_rebuild(struct key_table *t)
{
	memset(t->bucket, 0xff, t->buckets * sizeof *t->bucket);
	t->tombs = 0;
	for (uint32_t i = 0; i < t->capacity; i++)
		if (t->key[i].used)
			bucket_insert(t, i);
}

// Opens the sealed secret and keeps only its pads. 0, 1 when it does not open, or -ENOMEM.
static int secret_open(struct key_table *t, const struct key_add *add, const struct hmac_key **ret)
{
	uint8_t secret[KEY_SEALED_MAX];
	if (add->sealed_size <= SEALED_OVERHEAD || add->sealed_size > KEY_SEALED_MAX ||
	    sealed_open(t->auth_public, t->auth_secret, add->sealed, add->sealed_size, secret))
		return 1;
	union pad *pad = pad_take(t);
	if (pad)
		hmac_key_init(&pad->key, secret, (size_t)add->sealed_size - SEALED_OVERHEAD);
	secret_wipe(secret, sizeof secret);
	if (!pad)
		return -ENOMEM;
	*ret = &pad->key;
	return 0;
}

int key_table_add(struct key_table *t, const struct key_row *row)
{
	struct auth_key made = { .index = row->key, .customer = row->add.customer, .kind = row->add.kind,
				 .scopes = row->add.scopes, .ip_rules = row->add.ip_rules, .used = true };
	if (row->key >= t->capacity || row->add.ip_rules > IP_RULES_MAX)
		return 1;
	memcpy(made.api_key, row->add.api_key, strnlen(row->add.api_key, API_KEY_SIZE));
	memcpy(made.ip, row->add.ip, sizeof made.ip);
	memcpy(made.public_key, row->add.public_key, sizeof made.public_key);
	key_table_remove(t, row->key);
	if (!made.api_key[0] || bucket_find(t, made.api_key) != NONE)
		return 1;
	int r = made.kind == KEY_HMAC ? secret_open(t, &row->add, &made.hmac) : made.kind != KEY_ED25519;
	if (r)
		return r;
	t->key[row->key] = made;
	bucket_insert(t, row->key);
	t->count++;
	return 0;
}

void key_table_remove(struct key_table *t, uint32_t index)
{
	if (index >= t->capacity || !t->key[index].used)
		return;
	struct auth_key *key = &t->key[index];
	uint32_t b = bucket_find(t, key->api_key);
	ASSERT(b != NONE);
	t->bucket[b] = TOMB;
	t->tombs++;
	if (key->hmac)
		pad_give(t, key->hmac);
	memset(key, 0, sizeof *key);
	t->count--;
	if (t->tombs > t->buckets / 4)
		buckets_rebuild(t);
}

void key_table_clear(struct key_table *t)
{
	for (uint32_t i = 0; i < t->capacity && t->count > 0; i++)
		key_table_remove(t, i);
	buckets_rebuild(t);
}

const struct auth_key *key_table_find(const struct key_table *t, const char *api_key, size_t size)
{
	char name[API_KEY_SIZE] = { 0 };
	if (size == 0 || size > sizeof name || memchr(api_key, 0, size))
		return NULL;
	memcpy(name, api_key, size);
	uint32_t b = bucket_find(t, name);
	return b == NONE ? NULL : &t->key[t->bucket[b]];
}

uint32_t key_table_count(const struct key_table *t)
{
	return t->count;
}
