// SPDX-License-Identifier: Apache-2.0
// EIP-191: what may be signed that is not a transaction. Each form begins with
// 0x19, which no RLP list does, so that no such signature is ever a transaction's.
#pragma once

#include "evm/address.h"

// 0x45, personal_sign: "\x19Ethereum Signed Message:\n", the length in decimal, the message.
void evm_message_hash(const void *message, size_t size, uint8_t digest[32]);
// 0x00: data for one contract that validates it.
void evm_validator_hash(const struct evm_address *validator, const void *data, size_t size, uint8_t digest[32]);
// 0x01, EIP-712: a domain separator and the hash of a struct.
void evm_typed_digest(const uint8_t domain_separator[32], const uint8_t struct_hash[32], uint8_t digest[32]);
