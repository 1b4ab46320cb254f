// SPDX-License-Identifier: Apache-2.0
// Amounts as a chain counts them: satoshi, wei, a token's smallest unit. An ERC-20
// balance has 256 bits, which the ledger's 64-bit amount cannot hold, and evm/u256.h
// lies above this folder; hence 32 bytes, big-endian, which compare as they lie in
// memory and go into formats as they are. Checked: nothing wraps.
#pragma once

#include "base/bytes.h"

#define UNITS_SIZE 32

struct units {
	uint8_t bytes[UNITS_SIZE];
};

struct units units_of(uint64_t v);
bool units_zero(const struct units *a);
int units_compare(const struct units *a, const struct units *b); // < 0, 0, > 0
static inline bool units_equal(const struct units *a, const struct units *b)
{
	return units_compare(a, b) == 0;
}
// False (and *ret untouched) above 2^256 - 1, below zero, or above 64 bits. ret may be an argument.
MUST_USE bool units_add(const struct units *a, const struct units *b, struct units *ret);
MUST_USE bool units_subtract(const struct units *a, const struct units *b, struct units *ret);
MUST_USE bool units_multiply(const struct units *a, uint64_t by, struct units *ret);
MUST_USE bool units_to_u64(const struct units *a, uint64_t *ret);

// ---- what is counted ------------------------------------------------------
enum chain_kind { CHAIN_BITCOIN = 1, CHAIN_EVM = 2 };
enum chain_bitcoin { CHAIN_BITCOIN_MAIN = 1, CHAIN_BITCOIN_TEST = 2, CHAIN_BITCOIN_REGTEST = 3 };

struct chain {
	enum chain_kind kind;
	uint64_t id; // enum chain_bitcoin, or the EVM's chain id
};

#define CONTRACT_SIZE 20

struct asset {
	struct chain chain;
	uint8_t contract[CONTRACT_SIZE]; // of an ERC-20; zeros: the chain's own coin
};

static inline bool chain_equal(const struct chain *a, const struct chain *b)
{
	return a->kind == b->kind && a->id == b->id;
}
bool chain_valid(const struct chain *chain);
bool asset_equal(const struct asset *a, const struct asset *b);
bool asset_native(const struct asset *asset);

// u8 kind, u64 id; then 20 bytes. A reader fails on what is not valid (a token on Bitcoin is not).
void chain_write(const struct chain *chain, struct writer *w);
void chain_read(struct reader *r, struct chain *ret);
void asset_write(const struct asset *asset, struct writer *w);
void asset_read(struct reader *r, struct asset *ret);
