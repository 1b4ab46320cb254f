// SPDX-License-Identifier: Apache-2.0
#include "evm/message.h"

#include "evm/keccak.h"
#include "evm/u256.h"

void evm_message_hash(const void *message, size_t size, uint8_t digest[32])
{
	static const char prefix[] = "\x19" "Ethereum Signed Message:\n";
	struct u256 count = u256_of(size);
	char length[U256_TEXT_MAX];
	struct keccak256 k;
	keccak256_init(&k);
	keccak256_update(&k, prefix, sizeof prefix - 1);
	keccak256_update(&k, length, u256_format(&count, 0, length));
	keccak256_update(&k, message, size);
	keccak256_final(&k, digest);
}

void evm_validator_hash(const struct evm_address *validator, const void *data, size_t size, uint8_t digest[32])
{
	struct keccak256 k;
	keccak256_init(&k);
	keccak256_update(&k, "\x19\x00", 2);
	keccak256_update(&k, validator->bytes, sizeof validator->bytes);
	keccak256_update(&k, data, size);
	keccak256_final(&k, digest);
}

void evm_typed_digest(const uint8_t domain_separator[32], const uint8_t struct_hash[32], uint8_t digest[32])
{
	struct keccak256 k;
	keccak256_init(&k);
	keccak256_update(&k, "\x19\x01", 2);
	keccak256_update(&k, domain_separator, 32);
	keccak256_update(&k, struct_hash, 32);
	keccak256_final(&k, digest);
}
