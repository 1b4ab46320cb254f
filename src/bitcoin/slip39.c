// SPDX-License-Identifier: Apache-2.0
// GenerateShares and combining, over both levels.
#include "bitcoin/slip39.h"

#include "bitcoin/slip39_field.h"
#include "crypto/secret.h"

int slip39_plan_check(const struct slip39_plan *plan, size_t secret_size, size_t *ret_random,
		      size_t *ret_shares)
{
	size_t random = 2 + slip39_split_random(plan->group_threshold, secret_size), shares = 0;
	if (secret_size < SLIP39_SECRET_MIN || secret_size > SLIP39_SECRET_MAX || secret_size % 2)
		return 1;
	if (plan->group_count < 1 || plan->group_count > SLIP39_GROUPS_MAX || plan->group_threshold < 1 ||
	    plan->group_threshold > plan->group_count || plan->exponent > SLIP39_EXPONENT_MAX)
		return 1;
	for (size_t g = 0; g < plan->group_count; g++) {
		const struct slip39_group *group = &plan->groups[g];
		if (group->threshold < 1 || group->threshold > group->count ||
		    group->count > SLIP39_MEMBERS_MAX || (group->threshold == 1 && group->count > 1))
			return 1;
		random += slip39_split_random(group->threshold, secret_size);
		shares += group->count;
	}
	*ret_random = random;
	*ret_shares = shares;
	return 0;
}

static void group_write(const struct slip39_plan *plan, const struct slip39_share *common, size_t g,
			uint8_t (*values)[SLIP39_SECRET_MAX], struct slip39_share *to)
{
	for (uint8_t m = 0; m < plan->groups[g].count; m++) {
		to[m] = *common;
		to[m].group_index = (uint8_t)g;
		to[m].member_index = m;
		to[m].member_threshold = plan->groups[g].threshold;
		memcpy(to[m].value, values[m], common->size);
	}
}

int slip39_split(const struct slip39_plan *plan, const uint8_t *secret, size_t size, const char *passphrase,
		 size_t passphrase_length, const uint8_t *random, struct slip39_share *ret_shares)
{
	uint8_t encrypted[SLIP39_SECRET_MAX], groups[SLIP39_GROUPS_MAX][SLIP39_SECRET_MAX];
	uint8_t members[SLIP39_MEMBERS_MAX][SLIP39_SECRET_MAX];
	size_t random_size, count;
	if (slip39_plan_check(plan, size, &random_size, &count))
		return 1;
	struct slip39_share common = {
		.identifier = (uint16_t)((random[0] << 8 | random[1]) & 0x7fff),
		.extendable = true,
		.exponent = plan->exponent,
		.group_threshold = plan->group_threshold,
		.group_count = plan->group_count,
		.size = (uint8_t)size,
	};
	memcpy(encrypted, secret, size);
	int result = slip39_cipher(false, &common, passphrase, passphrase_length, encrypted, size) ? 2 : 0;
	random += 2;
	if (!result) {
		slip39_secret_split(plan->group_threshold, plan->group_count, encrypted, size, random,
				    groups);
		random += slip39_split_random(plan->group_threshold, size);
	}
	for (size_t g = 0; g < plan->group_count && !result; g++) {
		const struct slip39_group *group = &plan->groups[g];
		slip39_secret_split(group->threshold, group->count, groups[g], size, random, members);
		group_write(plan, &common, g, members, ret_shares);
		random += slip39_split_random(group->threshold, size);
		ret_shares += group->count;
	}
	secret_wipe(encrypted, sizeof encrypted);
	secret_wipe(groups, sizeof groups);
	secret_wipe(members, sizeof members);
	return result;
}

// Belongs to the same secret, whatever the group.
static bool common_equal(const struct slip39_share *a, const struct slip39_share *b)
{
	return a->identifier == b->identifier && a->extendable == b->extendable &&
	       a->exponent == b->exponent && a->group_threshold == b->group_threshold &&
	       a->group_count == b->group_count && a->size == b->size;
}

static int shares_check(const struct slip39_share *shares, size_t count)
{
	if (count == 0)
		return 2;
	if (count > SLIP39_GROUPS_MAX * SLIP39_MEMBERS_MAX || shares[0].size > SLIP39_SECRET_MAX)
		return 1;
	for (size_t i = 0; i < count; i++) {
		if (!common_equal(&shares[i], &shares[0]) || shares[i].group_index >= SLIP39_GROUPS_MAX ||
		    shares[i].member_index >= SLIP39_MEMBERS_MAX)
			return 1;
		for (size_t j = 0; j < i; j++) {
			if (shares[i].group_index != shares[j].group_index)
				continue;
			if (shares[i].member_threshold != shares[j].member_threshold)
				return 1;
			if (shares[i].member_index == shares[j].member_index)
				return 3;
		}
	}
	return 0;
}

// One group's share from its members'. 0, 2, 4; or -1 when no share is of this group.
static int group_recover(const struct slip39_share *shares, size_t count, size_t g,
			 uint8_t ret[SLIP39_SECRET_MAX])
{
	struct slip39_point points[SLIP39_MEMBERS_MAX];
	unsigned have = 0, threshold = 0;
	for (size_t i = 0; i < count; i++) {
		if (shares[i].group_index != g)
			continue;
		threshold = shares[i].member_threshold;
		points[have].x = shares[i].member_index;
		memcpy(points[have++].y, shares[i].value, SLIP39_SECRET_MAX); // at most 16: indices differ
	}
	int result = have == 0		 ? -1
		     : have != threshold ? 2
					 : slip39_secret_recover(threshold, points, shares[0].size, ret);
	secret_wipe(points, sizeof points);
	return result;
}

int slip39_combine(const struct slip39_share *shares, size_t count, const char *passphrase,
		   size_t passphrase_length, uint8_t secret[SLIP39_SECRET_MAX], size_t *ret_size)
{
	struct slip39_point groups[SLIP39_GROUPS_MAX];
	uint8_t whole[SLIP39_SECRET_MAX];
	unsigned have = 0;
	int result = shares_check(shares, count);
	for (uint8_t g = 0; g < SLIP39_GROUPS_MAX && !result; g++) {
		result = group_recover(shares, count, g, groups[have].y);
		groups[have].x = g;
		have += result == 0;
		result = result < 0 ? 0 : result;
	}
	if (!result && have != shares[0].group_threshold)
		result = 2;
	if (!result)
		result = slip39_secret_recover(have, groups, shares[0].size, whole);
	if (!result && slip39_cipher(true, &shares[0], passphrase, passphrase_length, whole, shares[0].size))
		result = 5;
	if (!result) {
		memcpy(secret, whole, shares[0].size);
		*ret_size = shares[0].size;
	}
	secret_wipe(groups, sizeof groups);
	secret_wipe(whole, sizeof whole);
	return result;
}
