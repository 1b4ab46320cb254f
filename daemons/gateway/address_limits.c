// SPDX-License-Identifier: Apache-2.0
#include "daemons/gateway/address_limits.h"
#include "crypto/secret.h"

#include <stdlib.h>

#define WAYS 8
#define SETS 8192                  // 65,536 addresses, 2 MB; the least charged one of a set gives way
#define BAN_SETS 512               // 4,096 bans; a flood of addresses cannot push one out, for only bans live here
#define MINUTE_NS UINT64_C(60000000000)
#define OVERDRAFT_NS (MINUTE_NS / 6) // refused requests push the next one at most this much further
#define STRIKES_TO_BAN 300         // refusals in a row
#define BAN_FIRST_NS (2 * MINUTE_NS)
#define BAN_LEVEL_MAX 6            // 2 min * 4^6 = 5.7 days, capped at 3
#define BAN_LONGEST_NS (UINT64_C(3) * 24 * 60 * MINUTE_NS)

struct entry {
	uint64_t key[2];
	uint64_t arrival_ns; // GCRA's theoretical arrival time
	uint32_t strikes;
	uint32_t reserved;
};

struct ban {
	uint64_t key[2];
	uint64_t until_ns;
	uint32_t level;      // 0 = unused
	uint32_t reserved;
};

struct limits {
	uint64_t per_unit_ns;
	bool bans_on;
	struct hash_key hash;
	struct entry entry[SETS][WAYS];
	struct ban ban[BAN_SETS][WAYS];
};

// Prefix lengths that are counted, and how many times the cap each of them has.
struct tier { uint8_t bits; uint8_t times; };
static const struct tier tiers_v4[] = { { 128, 1 } };
static const struct tier tiers_v6[] = { { 64, 1 }, { 56, 4 }, { 48, 16 } };

struct limits *limits_new(uint64_t per_minute, bool bans)
{
	struct limits *l = calloc(1, sizeof *l);
	uint8_t seed[32];
	if (!l)
		return NULL;
	random_bytes(seed, sizeof seed);
	hash_key_init(&l->hash, seed);
	l->per_unit_ns = per_minute ? MINUTE_NS / per_minute : 0;
	l->bans_on = bans;
	return l;
}

void limits_free(struct limits *l)
{
	free(l);
}

static void key_make(const uint8_t address[16], uint8_t bits, uint64_t key[2])
{
	uint8_t prefix[16] = { 0 };
	memcpy(prefix, address, bits / 8u);
	memcpy(key, prefix, sizeof prefix);
	key[1] ^= (uint64_t)bits << 56; // a /64 and the /56 around it are different keys
}

static uint64_t key_hash(const struct limits *l, const uint64_t key[2])
{
	return hash_pairs(&l->hash, key, 1);
}

static struct entry *entry_find(struct limits *l, const uint64_t key[2])
{
	struct entry *set = l->entry[key_hash(l, key) % SETS], *idlest = set;
	for (size_t i = 0; i < WAYS; i++) {
		if (set[i].key[0] == key[0] && set[i].key[1] == key[1])
			return &set[i];
		if (set[i].arrival_ns < idlest->arrival_ns)
			idlest = &set[i];
	}
	*idlest = (struct entry){ .key = { key[0], key[1] } };
	return idlest;
}

static struct ban *ban_find(struct limits *l, const uint64_t key[2])
{
	struct ban *set = l->ban[key_hash(l, key) % BAN_SETS];
	for (size_t i = 0; i < WAYS; i++) {
		if (set[i].level && set[i].key[0] == key[0] && set[i].key[1] == key[1])
			return &set[i];
	}
	return NULL;
}

// A place for a ban that is not running; NULL when all eight run.
static struct ban *ban_place(struct limits *l, const uint64_t key[2], uint64_t now_ns)
{
	struct ban *set = l->ban[key_hash(l, key) % BAN_SETS];
	for (size_t i = 0; i < WAYS; i++) {
		if (set[i].until_ns <= now_ns)
			return &set[i];
	}
	return NULL;
}

static void ban_add(struct limits *l, const uint64_t key[2], uint64_t now_ns)
{
	struct ban *b = ban_find(l, key);
	if (!b) {
		b = ban_place(l, key, now_ns);
		if (!b)
			return; // it stays at "slow down"
		*b = (struct ban){ .key = { key[0], key[1] } };
	}
	if (b->level < BAN_LEVEL_MAX)
		b->level++;
	b->until_ns = now_ns + u64_min(BAN_FIRST_NS << (2 * (b->level - 1)), BAN_LONGEST_NS);
}

static uint32_t seconds_up(uint64_t ns)
{
	return (uint32_t)((ns + 999999999u) / 1000000000u);
}

static struct limit_answer charge_tier(struct limits *l, const uint64_t key[2], unsigned times, unsigned cost,
				       uint64_t now_ns)
{
	struct entry *e = entry_find(l, key);
	uint64_t unit = l->per_unit_ns / times;
	uint64_t arrival = u64_max(e->arrival_ns, now_ns) + (unit ? unit : 1) * cost;
	bool fine = arrival - now_ns <= MINUTE_NS;
	e->arrival_ns = u64_min(arrival, now_ns + MINUTE_NS + OVERDRAFT_NS);
	e->strikes = fine ? 0 : e->strikes + 1;
	if (!fine && l->bans_on && e->strikes >= STRIKES_TO_BAN) {
		e->strikes = 0;
		ban_add(l, key, now_ns);
	}
	return (struct limit_answer){
		.verdict = fine ? LIMIT_FINE : LIMIT_SLOW_DOWN,
		.used = (uint32_t)((e->arrival_ns - now_ns) / (unit ? unit : 1)),
		.retry_after_s = fine ? 0 : seconds_up(e->arrival_ns - now_ns - MINUTE_NS) + 1,
	};
}

struct limit_answer limits_charge(struct limits *l, const uint8_t address[16], unsigned cost, uint64_t now_ns)
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };
	struct limit_answer first = { 0 };
	if (!l->per_unit_ns)
		return first;
	bool v4 = memcmp(address, mapped, sizeof mapped) == 0;
	const struct tier *tier = v4 ? tiers_v4 : tiers_v6;
	size_t tiers = v4 ? ARRAY_LEN(tiers_v4) : ARRAY_LEN(tiers_v6);
	for (size_t i = 0; i < tiers; i++) {
		uint64_t key[2];
		key_make(address, tier[i].bits, key);
		struct ban *b = ban_find(l, key);
		if (b && b->until_ns > now_ns)
			return (struct limit_answer){ .verdict = LIMIT_BANNED,
						      .retry_after_s = seconds_up(b->until_ns - now_ns) };
		struct limit_answer answer = charge_tier(l, key, tier[i].times, cost, now_ns);
		if (i == 0 || answer.verdict != LIMIT_FINE)
			first = answer;
		// What one /64 is refused is not charged to its neighbours in the /48.
		if (answer.verdict != LIMIT_FINE)
			break;
	}
	return first;
}
