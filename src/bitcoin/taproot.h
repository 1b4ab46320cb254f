// SPDX-License-Identifier: Apache-2.0
// Taproot outputs and their script trees (BIP341, BIP342).
#pragma once

#include "bitcoin/address.h"
#include "bitcoin/curve.h"
#include "bitcoin/signature.h"

#define TAPROOT_LEAF_VERSION 0xc0
#define TAPROOT_HASH_SIZE    32
#define TAPROOT_LEAVES_MAX   8	 // of the trees that we build
#define TAPROOT_DEPTH_MAX    128 // of those that we check
#define TAPROOT_CONTROL_MAX  (33 + 32 * TAPROOT_DEPTH_MAX)

void taproot_leaf_hash(uint8_t version, struct span script, uint8_t ret[TAPROOT_HASH_SIZE]);
// The two in either order.
void taproot_branch_hash(const uint8_t a[TAPROOT_HASH_SIZE], const uint8_t b[TAPROOT_HASH_SIZE],
			 uint8_t ret[TAPROOT_HASH_SIZE]);

// The output key of an internal key and a merkle root (NULL for none: key path
// only, BIP86). 0, or 1 when the key is not valid or the tweak gives none (2^-127).
MUST_USE int taproot_output_key(const uint8_t internal[XONLY_KEY_SIZE], const uint8_t *root,
				uint8_t ret[XONLY_KEY_SIZE], bool *ret_odd);
// What makes an output key of an internal key, for who signs without handing out the secret.
struct taproot_tweak {
	const uint8_t *root; // TAPROOT_HASH_SIZE bytes, or NULL for a key path only
};
// The secret that signs for that output key.
MUST_USE int taproot_output_secret(const uint8_t secret[SECRET_KEY_SIZE], const uint8_t *root,
				   uint8_t ret[SECRET_KEY_SIZE]);
// BIP340 over a digest by the output key's secret, or without a tweak by the secret itself. Results as schnorr_sign.
MUST_USE int taproot_schnorr(const uint8_t secret[SECRET_KEY_SIZE], const struct taproot_tweak *tweak,
			     const uint8_t digest[32], const uint8_t random[32],
			     uint8_t signature[SCHNORR_SIGNATURE_SIZE]);

struct taproot_leaf {
	unsigned depth; // 0 when it is the only one
	uint8_t version;
	struct span script;
};

struct taproot_tree {
	uint8_t root[TAPROOT_HASH_SIZE];
	size_t count;
	uint8_t leaf[TAPROOT_LEAVES_MAX][TAPROOT_HASH_SIZE];
	uint8_t path[TAPROOT_LEAVES_MAX][TAPROOT_LEAVES_MAX]
		    [TAPROOT_HASH_SIZE]; // siblings from the leaf upwards
	size_t path_count[TAPROOT_LEAVES_MAX];
};
// From the leaves left to right with their depths. 0, or 1 when the depths make
// no tree or there are none or more than TAPROOT_LEAVES_MAX.
MUST_USE int taproot_tree_build(const struct taproot_leaf *leaves, size_t count, struct taproot_tree *ret);

// The control block of one leaf; returns its size.
size_t taproot_control_block(const struct taproot_tree *tree, size_t leaf, uint8_t version,
			     const uint8_t internal[XONLY_KEY_SIZE], bool odd,
			     uint8_t to[TAPROOT_CONTROL_MAX]);
// Whether a control block proves that the script is in the tree of that output key.
bool taproot_control_proves(struct span control, struct span script, const uint8_t output[XONLY_KEY_SIZE]);
