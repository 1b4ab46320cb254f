// SPDX-License-Identifier: Apache-2.0
// Keccak-256 as Ethereum uses it: the submission of 2011, whose padding byte is
// 0x01. It is not SHA3-256 (FIPS 202, padding 0x06), and OpenSSL 3.0 has only that one.
// Constant time: no branch and no index depends on the data.
#pragma once

#include "base/base.h"

#define KECCAK256_SIZE 32
#define KECCAK256_RATE 136 // bytes absorbed by one permutation

struct keccak256 {
	uint64_t state[25];
	size_t at; // bytes absorbed since the last permutation, < KECCAK256_RATE
};

void keccak256_init(struct keccak256 *k);
void keccak256_update(struct keccak256 *k, const void *data, size_t size);
// Wipes the state: the context takes keccak256_init before it is used again.
void keccak256_final(struct keccak256 *k, uint8_t digest[KECCAK256_SIZE]);
void keccak256_of(const void *data, size_t size, uint8_t digest[KECCAK256_SIZE]);
