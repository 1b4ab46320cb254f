// SPDX-License-Identifier: Apache-2.0
#include "bitcoin/taproot.h"

#include "bitcoin/compact.h"
#include "bitcoin/hashes.h"
#include "crypto/secret.h"

void taproot_leaf_hash(uint8_t version, struct span script, uint8_t ret[TAPROOT_HASH_SIZE])
{
	struct sha256 s;
	struct sink sink = { .hash = &s };
	tagged_init(&s, "TapLeaf");
	sink_u8(&sink, version);
	sink_span(&sink, script);
	sha256_final(&s, ret);
}

void taproot_branch_hash(const uint8_t a[TAPROOT_HASH_SIZE], const uint8_t b[TAPROOT_HASH_SIZE],
			 uint8_t ret[TAPROOT_HASH_SIZE])
{
	bool ordered = memcmp(a, b, TAPROOT_HASH_SIZE) < 0;
	struct sha256 s;
	tagged_init(&s, "TapBranch");
	sha256_update(&s, ordered ? a : b, TAPROOT_HASH_SIZE);
	sha256_update(&s, ordered ? b : a, TAPROOT_HASH_SIZE);
	sha256_final(&s, ret);
}

static void tweak_hash(const uint8_t internal[XONLY_KEY_SIZE], const uint8_t *root, uint8_t ret[TWEAK_SIZE])
{
	struct sha256 s;
	tagged_init(&s, "TapTweak");
	sha256_update(&s, internal, XONLY_KEY_SIZE);
	if (root)
		sha256_update(&s, root, TAPROOT_HASH_SIZE);
	sha256_final(&s, ret);
}

int taproot_output_key(const uint8_t internal[XONLY_KEY_SIZE], const uint8_t *root,
		       uint8_t ret[XONLY_KEY_SIZE], bool *ret_odd)
{
	uint8_t tweak[TWEAK_SIZE];
	tweak_hash(internal, root, tweak);
	return xonly_key_tweak(internal, tweak, ret, ret_odd);
}

int taproot_output_secret(const uint8_t secret[SECRET_KEY_SIZE], const uint8_t *root,
			  uint8_t ret[SECRET_KEY_SIZE])
{
	uint8_t tweak[TWEAK_SIZE], public[PUBLIC_KEY_SIZE];
	if (public_key_of(secret, public))
		return 1;
	tweak_hash(public + 1, root, tweak);
	return xonly_secret_tweak(secret, tweak, ret);
}

int taproot_schnorr(const uint8_t secret[SECRET_KEY_SIZE], const struct taproot_tweak *tweak,
		    const uint8_t digest[32], const uint8_t random[32],
		    uint8_t signature[SCHNORR_SIGNATURE_SIZE])
{
	uint8_t tweaked[SECRET_KEY_SIZE];
	if (!tweak)
		return schnorr_sign(secret, random, digest, 32, signature);
	int result = taproot_output_secret(secret, tweak->root, tweaked);
	if (!result)
		result = schnorr_sign(tweaked, random, digest, 32, signature);
	secret_wipe(tweaked, sizeof tweaked);
	return result;
}

struct node { // a finished subtree, waiting for its sibling
	unsigned depth;
	size_t first, count; // its leaves
	uint8_t hash[TAPROOT_HASH_SIZE];
};

static void path_extend(struct taproot_tree *tree, const struct node *below, const struct node *sibling)
{
	for (size_t i = below->first; i < below->first + below->count; i++)
		memcpy(tree->path[i][tree->path_count[i]++], sibling->hash, TAPROOT_HASH_SIZE);
}

static void node_join(struct taproot_tree *tree, struct node *left, const struct node *right)
{
	path_extend(tree, left, right);
	path_extend(tree, right, left);
	taproot_branch_hash(left->hash, right->hash, left->hash);
	left->count += right->count;
	left->depth--;
}

int taproot_tree_build(const struct taproot_leaf *leaves, size_t count, struct taproot_tree *ret)
{
	struct taproot_tree tree = { .count = count };
	struct node stack[TAPROOT_LEAVES_MAX];
	size_t height = 0;
	if (count == 0 || count > TAPROOT_LEAVES_MAX)
		return 1;
	for (size_t i = 0; i < count; i++) {
		// a shallower leaf than the subtree that waits would leave that one without a sibling
		if (leaves[i].depth >= TAPROOT_LEAVES_MAX ||
		    (height && leaves[i].depth < stack[height - 1].depth))
			return 1;
		struct node node = { .depth = leaves[i].depth, .first = i, .count = 1 };
		taproot_leaf_hash(leaves[i].version, leaves[i].script, tree.leaf[i]);
		memcpy(node.hash, tree.leaf[i], sizeof node.hash);
		stack[height++] = node;
		while (height > 1 && stack[height - 1].depth == stack[height - 2].depth) {
			if (stack[height - 1].depth == 0)
				return 1;
			node_join(&tree, &stack[height - 2], &stack[height - 1]);
			height--;
		}
	}
	if (height != 1 || stack[0].depth != 0)
		return 1;
	memcpy(tree.root, stack[0].hash, sizeof tree.root);
	*ret = tree;
	return 0;
}

size_t taproot_control_block(const struct taproot_tree *tree, size_t leaf, uint8_t version,
			     const uint8_t internal[XONLY_KEY_SIZE], bool odd,
			     uint8_t to[TAPROOT_CONTROL_MAX])
{
	ASSERT(leaf < tree->count);
	size_t path = tree->path_count[leaf] * TAPROOT_HASH_SIZE;
	to[0] = (uint8_t)(version | odd);
	memcpy(to + 1, internal, XONLY_KEY_SIZE);
	memcpy(to + 33, tree->path[leaf], path);
	return 33 + path;
}

bool taproot_control_proves(struct span control, struct span script, const uint8_t output[XONLY_KEY_SIZE])
{
	uint8_t hash[TAPROOT_HASH_SIZE], key[XONLY_KEY_SIZE];
	bool odd;
	if (control.size < 33 || control.size > TAPROOT_CONTROL_MAX ||
	    (control.size - 33) % TAPROOT_HASH_SIZE)
		return false;
	taproot_leaf_hash(control.at[0] & 0xfe, script, hash);
	for (size_t at = 33; at < control.size; at += TAPROOT_HASH_SIZE)
		taproot_branch_hash(hash, control.at + at, hash);
	return taproot_output_key(control.at + 1, hash, key, &odd) == 0 && odd == (control.at[0] & 1) &&
	       memcmp(key, output, sizeof key) == 0;
}
