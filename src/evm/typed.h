// SPDX-License-Identifier: Apache-2.0
// EIP-712 typed data. The caller describes the types and gives the values as
// tables; nothing is allocated and every shape is bounded. A value must be the
// canonical word of its type (a bool of 2, a uint8 of 256, an address with
// bytes above it are refused), so that what a person was shown is what is hashed.
#pragma once

#include "evm/address.h"
#include "evm/u256.h"

#define TYPED_STRUCTS_MAX 32
#define TYPED_MEMBERS_MAX 64 // of one struct
#define TYPED_NAME_MAX 64    // bytes of a name or a type
#define TYPED_DEPTH_MAX 16   // structs and arrays in one another
#define TYPED_ITEMS_MAX 1024 // of one array

struct typed_member {
	const char *name;
	const char *type; // "uint256", "bytes32", "string", "Person", with "[]" or "[3]" behind, as often as you like
};

struct typed_struct {
	const char *name;
	const struct typed_member *members;
	size_t count;
};

struct typed_types {
	const struct typed_struct *structs;
	size_t count;
};

// One of two: for string and bytes the content, for every other atom its word
// of 32 bytes (as the ABI encodes it); for a struct its members in their order, for an array its items.
struct typed_value {
	struct evm_bytes atom;
	const struct typed_value *items;
	size_t count;
};

enum typed_refusal {
	TYPED_FINE = 0,
	TYPED_LIMIT, // one of the limits above
	TYPED_NAME,  // a name that is no identifier, or twice there
	TYPED_TYPE,  // a type that is neither an atom of EIP-712 nor one of the structs
	TYPED_VALUE, // a value of another shape than its type, or not canonical
};

// Types that every other function here accepts.
MUST_USE enum typed_refusal typed_types_check(const struct typed_types *types);

// keccak256 of encodeType: the struct, then those it refers to, by name. The name must be there (TYPED_TYPE).
MUST_USE enum typed_refusal typed_type_hash(const struct typed_types *types, const char *name, uint8_t digest[32]);
// hashStruct. Checks the types first.
MUST_USE enum typed_refusal typed_struct_hash(const struct typed_types *types, const char *name,
					      const struct typed_value *value, uint8_t digest[32]);

// EIP712Domain: the fields that are there, in the standard's order.
struct typed_domain {
	bool has_name, has_version, has_chain_id, has_contract, has_salt;
	struct evm_bytes name;
	struct evm_bytes version;
	struct u256 chain_id;
	struct evm_address contract;
	uint8_t salt[32];
};
void typed_domain_separator(const struct typed_domain *domain, uint8_t digest[32]);
