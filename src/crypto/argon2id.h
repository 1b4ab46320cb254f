// SPDX-License-Identifier: Apache-2.0
// Argon2id version 0x13 (RFC 9106) with one lane, by libsodium: a key from what a person remembers.
#pragma once

#include "base/base.h"

#define ARGON2ID_SALT_SIZE 16
#define ARGON2ID_KEY_SIZE  32

// Takes `memory_kib` from the kernel and gives it back; that memory is neither locked nor wiped by libsodium,
// but the kernel clears pages before it hands them on. memory_kib >= 8, passes >= 1 (asserted). 0, or -ENOMEM
// when that memory is not to be had.
MUST_USE int argon2id(const char *password, size_t size, const uint8_t salt[ARGON2ID_SALT_SIZE],
		      uint32_t memory_kib, uint32_t passes, uint8_t key[ARGON2ID_KEY_SIZE]);
