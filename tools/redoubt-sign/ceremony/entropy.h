// SPDX-License-Identifier: Apache-2.0
// A seed from several sources: the kernel, dice, coins and what persons type.
//
//   source digest   SHA-256("redoubt entropy 1\n" NUMBER " " KIND "\n" bytes)    NUMBER from 1, decimal
//   seed            HKDF-SHA256(all digests in order, salt "redoubt entropy 1", info "seed"), 32 bytes
//
// The digests stand side by side and are never added, so no source can cancel another, and one source that
// nobody else knows is enough. Dice are hashed as their digits and coins as h and t, without the spaces
// between groups, so that people can do it again with sha256sum and openssl kdf.
//
// The kernel's part comes first and its commitment is shown before anyone throws a die: a machine that could
// choose its part after seeing the dice could choose the seed. That it does use the dice is shown by opening:
// a seed that will not be used is laid open in full and computed again elsewhere.
#pragma once

#include "crypto/sha256.h"

#define ENTROPY_SEED_SIZE      32
#define ENTROPY_KERNEL_SIZE    32
#define ENTROPY_SOURCES_MAX    9    // the kernel and eight of people's
#define ENTROPY_TEXT_MAX       1024 // bytes of one source
#define ENTROPY_PEOPLE_BITS    256  // what people must give together, beside the kernel
#define ENTROPY_GROUP_MAX      10   // digits between two spaces: what an eye counts
#define ENTROPY_THROWS_MIN     20   // of dice or coins in one source; fewer is a slip of the hand
#define ENTROPY_CHARACTERS_MIN 16

enum entropy_kind {
	ENTROPY_KERNEL,
	ENTROPY_DICE,  // digits 1 to 6: 2.585 bits each
	ENTROPY_COINS, // h and t: 1 bit each
	ENTROPY_TEXT,  // printable ASCII that a person made up: 1 bit for each character
};
const char *entropy_kind_name(enum entropy_kind kind);

struct entropy_source {
	enum entropy_kind kind;
	unsigned bits; // an estimate, of people's sources a low one
	size_t size;
	char bytes[ENTROPY_TEXT_MAX]; // secret: without spaces for dice and coins
};

// Keep it in secret_alloc's memory. Start from zeroes.
struct entropy {
	size_t count;
	struct entropy_source sources[ENTROPY_SOURCES_MAX];
};

enum entropy_refusal {
	ENTROPY_FINE,
	ENTROPY_FULL,	   // more than ENTROPY_SOURCES_MAX sources
	ENTROPY_LENGTH,	   // longer than ENTROPY_TEXT_MAX
	ENTROPY_CHARACTER, // not of this kind's alphabet
	ENTROPY_GROUP,	   // groups of different lengths: a throw was left out or typed twice
	ENTROPY_FEW,	   // fewer throws or characters than the least above
	ENTROPY_EQUAL,	   // always the same, or the same one or two groups over and over
	ENTROPY_REPEATED,  // the same as another source
	ENTROPY_WEAK,	   // people's sources give fewer than ENTROPY_PEOPLE_BITS together
};
const char *entropy_refusal_text(enum entropy_refusal refusal);

// Adds 32 bytes of the kernel's. Must be the first source (asserted).
void entropy_add_kernel(struct entropy *entropy, const uint8_t bytes[ENTROPY_KERNEL_SIZE]);

// Adds what a person typed: groups of at most ENTROPY_GROUP_MAX throws, all of one length but the last,
// with single spaces between; or text. Nothing changes on a refusal.
MUST_USE enum entropy_refusal entropy_add(struct entropy *entropy, enum entropy_kind kind, const char *text,
					  size_t length);

// SHA-256("redoubt entropy commitment 1\n" and the kernel's 32 bytes).
void entropy_commitment(const struct entropy *entropy, uint8_t ret[SHA256_SIZE]);

void entropy_source_digest(const struct entropy *entropy, size_t index, uint8_t ret[SHA256_SIZE]);

// What people gave, in bits.
unsigned entropy_people_bits(const struct entropy *entropy);

// The seed. ENTROPY_FINE, or ENTROPY_WEAK (the Wintermute rule: no key from less).
MUST_USE enum entropy_refusal entropy_seed(const struct entropy *entropy, uint8_t seed[ENTROPY_SEED_SIZE]);
