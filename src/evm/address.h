// SPDX-License-Identifier: Apache-2.0
// Addresses: 20 bytes, written with the checksum of EIP-55 (the case of each
// letter comes from the Keccak-256 of the lower-case text).
#pragma once

#include "evm/bytes.h"

#define EVM_ADDRESS_SIZE 20
#define EVM_ADDRESS_TEXT 43 // "0x", 40 digits and a NUL

struct evm_address {
	uint8_t bytes[EVM_ADDRESS_SIZE];
};

static inline bool evm_address_equal(const struct evm_address *a, const struct evm_address *b)
{
	return memcmp(a, b, sizeof *a) == 0;
}

bool evm_address_zero(const struct evm_address *address);

// Always with the checksum.
void evm_address_format(const struct evm_address *address, char to[EVM_ADDRESS_TEXT]);

enum evm_address_refusal {
	EVM_ADDRESS_FINE = 0,
	EVM_ADDRESS_MALFORMED = 1,    // not "0x" and 40 digits
	EVM_ADDRESS_CHECKSUM = 2,     // letters of both cases and not those of EIP-55: a typing error, or another address
	EVM_ADDRESS_UNCHECKED = 3,    // letters of one case where EIP-55 wants both: nothing guards against a typing error
};

// Strict: only the checksummed form. `ret` untouched on a refusal.
MUST_USE enum evm_address_refusal evm_address_parse(const char *text, size_t length, struct evm_address *ret);
// Also takes letters all lower or all upper, as machines send them; never from a person's hand.
MUST_USE enum evm_address_refusal evm_address_parse_unchecked(const char *text, size_t length,
							      struct evm_address *ret);

// Where a contract comes to stand. CREATE: the last 20 bytes of
// keccak256(rlp([sender, nonce])). CREATE2 (EIP-1014): those of
// keccak256(0xff ++ sender ++ salt ++ keccak256(init code)).
void evm_create_address(const struct evm_address *sender, uint64_t nonce, struct evm_address *ret);
void evm_create2_address(const struct evm_address *sender, const uint8_t salt[32], const uint8_t init_code_hash[32],
			 struct evm_address *ret);

// The account of an uncompressed public key without its leading 4.
void evm_address_of_point(const uint8_t point[64], struct evm_address *ret);
