// SPDX-License-Identifier: Apache-2.0
// The RFC 6962 root over leaf hashes, and signed checkpoints (C2SP), by code of its own.
#pragma once

#include "base/base.h"

struct tree {
	uint64_t leaves;
	unsigned depth;
	struct { unsigned height; uint8_t hash[32]; } stack[65]; // complete subtrees, the largest first
};

void tree_add(struct tree *t, const uint8_t leaf_hash[32]);
void tree_root(const struct tree *t, uint8_t root[32]);

struct signed_head {
	char origin[64];
	uint64_t size;
	uint8_t root[32];
	bool counted; // it says how many entries the blocks hold; one from before there was such a line does not
	uint64_t entries;
};

// A signed checkpoint. NULL when the key of that name signed it, else what is wrong.
const char *signed_head_parse(const char *note, size_t size, const char *name, const uint8_t public_key[32],
			      struct signed_head *ret);

// "name+id+base64(01 key)". True when it is a key of this kind and the id fits.
bool vkey_parse(const char *text, char name[64], uint8_t public_key[32]);
void vkey_format(const char *name, const uint8_t public_key[32], char to[128]);
