// SPDX-License-Identifier: Apache-2.0
// Control entries: signed by an operator of genesis, numbered, chained.
//
// Whether the rules accepted a body is known to the fold alone. A refused entry
// leaves its number free, so of several with one number the next entry's
// `previous` says which took effect; the others are counted as without effect.
#pragma once

#include "block.h"
#include "report.h"

#define OPERATORS 8
#define CANDIDATES_MAX 64 // with one number; the newest are kept
#define ASSETS_MAX 65536u

struct candidate {
	uint8_t hash[32];
	uint64_t sequence;
	uint8_t kind;
	char asset[11];          // asset add
	uint16_t deposit_asset;  // deposit test
	uint64_t deposit;
};

struct asset {
	char name[11];
	unsigned __int128 deposits;
};

struct evidence {
	bool genesis, demo;
	uint8_t exchange[32];
	uint8_t genesis_body[1024];
	size_t genesis_size;
	char origin[64];
	uint8_t checkpoint_public[32], operators[OPERATORS][32];
	uint32_t operator_count;
	uint64_t number;           // that the candidates have
	uint8_t before[32];        // `previous` of the candidates
	unsigned candidate_count;
	struct candidate candidate[CANDIDATES_MAX];
	uint64_t signed_entries, without_effect;
	uint32_t asset_count;
	struct asset *assets;      // ASSETS_MAX of them
};

MUST_USE int evidence_init(struct evidence *e); // 0 or -ENOMEM
void evidence_free(struct evidence *e);

// One control entry. NULL, or what is wrong with it (a clause: "entry 7 ...").
const char *evidence_add(struct evidence *e, const struct item *item, uint64_t sequence);

// At the journal's end: the last entry took effect, or the one with this hash
// when the fold said so (`head`, may be NULL). False when no candidate has that hash.
bool evidence_finish(struct evidence *e, const uint8_t head[32]);
