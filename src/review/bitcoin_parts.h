// SPDX-License-Identifier: Apache-2.0
// Inside this folder only: the parts of the review of a PSBT share this.
#pragma once

#include "bitcoin/hashes.h"
#include "bitcoin/signature.h"
#include "bitcoin/timelock.h"
#include "review/agreement.h"
#include "review/bitcoin_review.h"

struct nonce_use {
	uint8_t r[32];
	uint8_t of[32];
};

#define WEAK_NONCES 16 // r of the nonces 1 to 16

struct reviewer {
	const struct psbt *psbt;
	struct arena arena;
	const struct review_policy *policy;
	const struct review_context *context;
	struct bitcoin_review *review;
	struct sighash_shared shared;
	bool hashed; // `shared` is filled
	struct nonce_use *uses; // of this payload, in the arena
	size_t use_count;
	size_t use_room;
	uint8_t weak[WEAK_NONCES][32];
	struct review_payment payments[PAYMENTS_MAX];
	size_t payment_count;
	const struct own_address *own; // NULL until an output asks
	size_t own_count;
};

// Addresses of ours that people have before their eyes: the latest that were handed out, and the next. Deriving costs
// half a millisecond each, hence the bounds.
#define OWN_BEHIND 32
#define OWN_AHEAD  32
#define OWN_MAX	   512

struct own_address {
	char text[ADDRESS_TEXT_MAX + 1]; // place_text's
};
// bitcoin_own.c: the output's script is none of these, and its address reads like one of them.
bool looks_like_ours(struct reviewer *r, struct span script);

// A wallet's output has one path for each key. Each path costs a derivation, so that a PSBT stuffed with them
// would keep the machine busy for minutes.
#define PATHS_MAX (2 * DESCRIPTOR_KEYS_MAX)

static inline bool paths_few(const struct psbt_map *map, uint64_t type, uint64_t taproot_type)
{
	size_t count = 0;
	for (size_t i = 0; i < map->count; i++)
		count += map->pairs[i].type == type || map->pairs[i].type == taproot_type;
	return count <= PATHS_MAX;
}

// bitcoin_inputs.c: whose each coin is and what its scripts are.
void inputs_review(struct reviewer *r);
// bitcoin_signatures.c: which are there, whether they verify, whether a nonce repeats.
void signatures_prepare(struct reviewer *r);
void signatures_review(struct reviewer *r, size_t input);
// bitcoin_outputs.c
void outputs_review(struct reviewer *r);
