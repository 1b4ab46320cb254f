// SPDX-License-Identifier: Apache-2.0
// The part of Solidity's contract ABI that our calls need, strict: offsets in
// the one order that every encoder writes, nothing between or behind, padding
// of zeros, no bits above a type's own. The virtual machine would read more;
// what it would read otherwise than a person was shown is refused here.
#pragma once

#include "evm/address.h"
#include "evm/keccak.h"
#include "evm/u256.h"

#define ABI_DATA_MAX (128u * 1024)
#define ABI_ITEMS_MAX 64 // of one array; longer ones are refused

enum abi_type {
	ABI_ADDRESS,
	ABI_UINT256,
	ABI_UINT8,
	ABI_BYTES32,
	ABI_BYTES,     // from here on with a tail
	ABI_ADDRESSES, // address[]
	ABI_UINTS,     // uint256[]
	ABI_BYTES_LIST, // bytes[]
};

struct abi_value {
	enum abi_type type;
	// The word; for bytes the content; for arrays all after the count, as encoded.
	struct evm_bytes bytes;
	size_t count; // of an array's items
};

const char *abi_type_name(enum abi_type type);

// The arguments of a call without its selector. 0, or 1 when they are not the canonical encoding.
MUST_USE int abi_decode(const enum abi_type *types, size_t count, struct evm_bytes data, struct abi_value *ret);

// Values of their type (asserted) and bounded sizes. 0 and *ret_size, or 1 when they do not fit.
MUST_USE int abi_encode(const struct abi_value *values, size_t count, void *to, size_t room, size_t *ret_size);
// keccak256 of the encoding, without a place to put it.
void abi_hash(const struct abi_value *values, size_t count, uint8_t digest[32]);

struct evm_address abi_address(const struct abi_value *value);      // ABI_ADDRESS (asserted)
struct u256 abi_number(const struct abi_value *value);              // ABI_UINT256, ABI_UINT8 (asserted)
struct evm_address abi_item_address(const struct abi_value *value, size_t i); // ABI_ADDRESSES, i < count (asserted)
struct u256 abi_item_number(const struct abi_value *value, size_t i);         // ABI_UINTS
struct evm_bytes abi_item_bytes(const struct abi_value *value, size_t i);     // ABI_BYTES_LIST
