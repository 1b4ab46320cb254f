// SPDX-License-Identifier: Apache-2.0
// Ed25519 (RFC 8032) by libsodium: no allocation, small-order and non-canonical
// points refused.
#pragma once

#include "base/base.h"

#define ED25519_PUBLIC_SIZE 32
#define ED25519_SEED_SIZE 32
#define ED25519_SIGNATURE_SIZE 64

// The public key of a 32-byte seed.
void ed25519_public(const uint8_t seed[32], uint8_t public_key[32]);
void ed25519_sign(const uint8_t seed[32], const void *message, size_t size, uint8_t signature[64]);
bool ed25519_verify(const uint8_t public_key[32], const void *message, size_t size, const uint8_t signature[64]);
