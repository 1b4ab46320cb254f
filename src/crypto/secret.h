// SPDX-License-Identifier: Apache-2.0
// Randomness, secret memory, secrets on file descriptors, sealed boxes.
#pragma once

#include "base/base.h"

// Call once at start, before the sandbox: libsodium's self-test, OpenSSL's fetches. 0 or negative errno.
MUST_USE int crypto_init(void);

void random_bytes(void *to, size_t size); // getrandom(2); aborts if the kernel has none

// Locked (mlock), not dumped, guard pages around it; freed memory is wiped. NULL without memory.
void *secret_alloc(size_t size);
void secret_free(void *secret); // accepts NULL
void secret_wipe(void *data, size_t size);

// Reads exactly `size` bytes from the start of fd (a key file). 0, 1 when the file has another size, or negative errno.
MUST_USE int secret_read(int fd, void *to, size_t size);

// A sealed box to an X25519 public key (libsodium crypto_box_seal): anyone can
// seal, only the owner opens. API secrets enter the journal this way.
#define SEALED_PUBLIC_SIZE 32
#define SEALED_SECRET_SIZE 32
#define SEALED_OVERHEAD 48
void sealed_keypair(uint8_t public_key[32], uint8_t secret_key[32]);
MUST_USE int sealed_public(const uint8_t secret_key[32], uint8_t public_key[32]);
MUST_USE int sealed_seal(const uint8_t public_key[32], const void *data, size_t size, void *to);
// 0, or 1 when it was not sealed to this key or was altered. `size` counts the sealed bytes.
MUST_USE int sealed_open(const uint8_t public_key[32], const uint8_t secret_key[32], const void *sealed, size_t size,
			 void *to);
