// SPDX-License-Identifier: Apache-2.0
#include "treasury/units.h"

struct units units_of(uint64_t v)
{
	struct units u = { { 0 } };
	for (size_t i = 0; i < 8; i++)
		u.bytes[UNITS_SIZE - 1 - i] = (uint8_t)(v >> (8 * i));
	return u;
}

bool units_zero(const struct units *a)
{
	static const struct units zero;
	return memcmp(a, &zero, sizeof zero) == 0;
}

int units_compare(const struct units *a, const struct units *b)
{
	return memcmp(a->bytes, b->bytes, UNITS_SIZE);
}

bool units_add(const struct units *a, const struct units *b, struct units *ret)
{
	struct units sum;
	unsigned carry = 0;
	for (size_t i = UNITS_SIZE; i-- > 0;) {
		carry += (unsigned)a->bytes[i] + b->bytes[i];
		sum.bytes[i] = (uint8_t)carry;
		carry >>= 8;
	}
	if (carry)
		return false;
	*ret = sum;
	return true;
}

bool units_subtract(const struct units *a, const struct units *b, struct units *ret)
{
	struct units difference;
	unsigned borrow = 0;
	for (size_t i = UNITS_SIZE; i-- > 0;) {
		unsigned byte = 256u + a->bytes[i] - b->bytes[i] - borrow;
		difference.bytes[i] = (uint8_t)byte;
		borrow = byte < 256;
	}
	if (borrow)
		return false;
	*ret = difference;
	return true;
}

bool units_multiply(const struct units *a, uint64_t by, struct units *ret)
{
	struct units product;
	unsigned __int128 carry = 0;
	for (size_t i = UNITS_SIZE; i-- > 0;) {
		carry += (unsigned __int128)a->bytes[i] * by;
		product.bytes[i] = (uint8_t)carry;
		carry >>= 8;
	}
	if (carry)
		return false;
	*ret = product;
	return true;
}

bool units_to_u64(const struct units *a, uint64_t *ret)
{
	uint64_t v = 0;
	for (size_t i = 0; i < UNITS_SIZE; i++) {
		if (i < UNITS_SIZE - 8 && a->bytes[i])
			return false;
		v = v << 8 | a->bytes[i];
	}
	*ret = v;
	return true;
}

bool chain_valid(const struct chain *chain)
{
	if (chain->kind == CHAIN_BITCOIN)
		return chain->id >= CHAIN_BITCOIN_MAIN && chain->id <= CHAIN_BITCOIN_REGTEST;
	return chain->kind == CHAIN_EVM && chain->id > 0;
}

bool asset_equal(const struct asset *a, const struct asset *b)
{
	return chain_equal(&a->chain, &b->chain) && memcmp(a->contract, b->contract, CONTRACT_SIZE) == 0;
}

bool asset_native(const struct asset *asset)
{
	static const uint8_t zero[CONTRACT_SIZE];
	return memcmp(asset->contract, zero, CONTRACT_SIZE) == 0;
}

void chain_write(const struct chain *chain, struct writer *w)
{
	write_u8(w, (uint8_t)chain->kind);
	write_u64(w, chain->id);
}

void chain_read(struct reader *r, struct chain *ret)
{
	ret->kind = (enum chain_kind)read_u8(r);
	ret->id = read_u64(r);
	r->failed |= !chain_valid(ret);
}

void asset_write(const struct asset *asset, struct writer *w)
{
	chain_write(&asset->chain, w);
	write_bytes(w, asset->contract, CONTRACT_SIZE);
}

void asset_read(struct reader *r, struct asset *ret)
{
	chain_read(r, &ret->chain);
	read_copy(r, ret->contract, CONTRACT_SIZE);
	r->failed |= ret->chain.kind == CHAIN_BITCOIN && !asset_native(ret);
}
