// SPDX-License-Identifier: Apache-2.0
// Which of the descriptor's places a key path or a script is: how own change is
// recognised. A path is only a hint; what counts is that the script derived there is the same.
#include "bitcoin/descriptor.h"

int descriptor_key_path(const struct descriptor_key *key, size_t branch, uint32_t index, struct path *ret)
{
	struct path path = key->origin; // empty without an origin
	if (branch >= key->branch_count && key->branch_count > 1)
		return 1;
	if (path.count + key->steps.count + key->wildcard > PATH_STEPS_MAX)
		return 1;
	for (size_t i = 0; i < key->steps.count; i++)
		path.steps[path.count++] =
			i == key->branch_step ? key->branches[branch] : key->steps.steps[i];
	if (key->wildcard)
		path.steps[path.count++] = index;
	*ret = path;
	return 0;
}

static bool path_equal(const struct path *a, const struct path *b)
{
	return a->count == b->count && memcmp(a->steps, b->steps, a->count * sizeof a->steps[0]) == 0;
}

// The index that a path would have: its last step.
static bool key_place(const struct descriptor *d, const struct descriptor_key *key, const struct path *path,
		      size_t *ret_branch, uint32_t *ret_index)
{
	uint32_t index = key->wildcard && path->count ? path->steps[path->count - 1] : 0;
	if (index >= PATH_HARDENED)
		return false;
	for (size_t branch = 0; branch < d->branch_count; branch++) {
		struct path own;
		if (descriptor_key_path(key, branch, index, &own) == 0 && path_equal(&own, path)) {
			*ret_branch = branch;
			*ret_index = index;
			return true;
		}
	}
	return false;
}

bool descriptor_place(const struct descriptor *descriptor, const uint8_t fingerprint[HD_FINGERPRINT_SIZE],
		      const struct path *path, size_t *ret_key, size_t *ret_branch, uint32_t *ret_index)
{
	for (size_t i = 0; i < descriptor->key_count; i++) {
		const struct descriptor_key *key = &descriptor->keys[i];
		if (memcmp(key->fingerprint, fingerprint, HD_FINGERPRINT_SIZE) == 0 &&
		    key_place(descriptor, key, path, ret_branch, ret_index)) {
			*ret_key = i;
			return true;
		}
	}
	return false;
}

bool descriptor_find(const struct descriptor *descriptor, struct span script, uint32_t from, uint32_t count,
		     size_t *ret_branch, uint32_t *ret_index)
{
	struct descriptor_output output;
	if (!descriptor->ranged && count > 1)
		count = 1;
	for (uint32_t i = 0; i < count; i++) {
		for (size_t branch = 0; branch < descriptor->branch_count; branch++) {
			if (descriptor_derive(descriptor, branch, from + i, &output) == 0 &&
			    span_equal(output_span(&output.script), script)) {
				*ret_branch = branch;
				*ret_index = from + i;
				return true;
			}
		}
	}
	return false;
}

#define ECDSA_ITEM   (1 + 72) // length, DER of low S at most 71, sighash byte
#define SCHNORR_ITEM (1 + 64)

static size_t compact_width(size_t n)
{
	return n < 253 ? 1 : 3;
}

static size_t unvault_weight(const struct descriptor *d, enum descriptor_spend spend)
{
	const struct key_group *cancel = &d->groups[0], *pay = &d->groups[1];
	if (spend == SPEND_FIRST)
		return 1 + cancel->threshold * ECDSA_ITEM; // OP_CHECKMULTISIG takes one empty item more
	return 1 + pay->threshold * ECDSA_ITEM + 1 + cancel->threshold;
}

static size_t inner_size(const struct descriptor *descriptor)
{
	struct descriptor_output output;
	return descriptor_derive(descriptor, 0, 0, &output) == 0 ? output.inner_size : DESCRIPTOR_SCRIPT_MAX;
}

size_t descriptor_witness_weight(const struct descriptor *descriptor, enum descriptor_spend spend)
{
	const struct key_group *g = &descriptor->groups[0];
	size_t inner = inner_size(descriptor), items;
	switch (descriptor->kind) {
	case DESCRIPTOR_WPKH:
		return 1 + ECDSA_ITEM + 1 + PUBLIC_KEY_SIZE;
	case DESCRIPTOR_WSH_MULTI:
	case DESCRIPTOR_WSH_SORTEDMULTI:
		items = 1 + g->threshold * ECDSA_ITEM;
		break;
	case DESCRIPTOR_WSH_UNVAULT:
		items = unvault_weight(descriptor, spend);
		break;
	default:
		if (spend == SPEND_FIRST)
			return 1 + SCHNORR_ITEM;
		return 1 + g->threshold * SCHNORR_ITEM + (g->count - g->threshold) + compact_width(inner) +
		       inner + 1 + 33;
	}
	return 1 + items + compact_width(inner) + inner;
}
