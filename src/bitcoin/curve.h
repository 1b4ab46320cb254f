// SPDX-License-Identifier: Apache-2.0
// Keys on secp256k1, by libsecp256k1: what computes on a secret key here is
// constant time in that library (its ctime tests prove it under valgrind), and
// blinded by the seed given at the start. What computes on public keys is not.
#pragma once

#include "bitcoin/span.h"

#define SECRET_KEY_SIZE 32
#define PUBLIC_KEY_SIZE 33 // compressed, SEC 1 section 2.3.3
#define XONLY_KEY_SIZE	32 // BIP340
#define TWEAK_SIZE	32

// Call once before anything else of this folder that touches keys (asserted
// there); again to blind anew. Not while another thread computes. The 32
// random bytes come in, since this library draws none.
void curve_init(const uint8_t seed[32]);

// True for 1..n-1.
bool secret_key_valid(const uint8_t secret[SECRET_KEY_SIZE]);

// The public key of a valid secret. 0, or 1 when the secret is not valid.
MUST_USE int public_key_of(const uint8_t secret[SECRET_KEY_SIZE], uint8_t ret[PUBLIC_KEY_SIZE]);

// True for the compressed form of a point on the curve.
bool public_key_valid(const uint8_t key[PUBLIC_KEY_SIZE]);
// The 65 bytes 04, x, y of a compressed key (Ethereum's addresses are hashes of x and y). 0, or 1 when it is none.
MUST_USE int public_key_uncompress(const uint8_t key[PUBLIC_KEY_SIZE], uint8_t ret[65]);
// True for 33 or 65 bytes that are a point (hybrid forms refused).
bool public_key_valid_any(struct span key);
bool xonly_key_valid(const uint8_t key[XONLY_KEY_SIZE]);

// Adds tweak*G (BIP32). 0, or 1 when an argument is not valid or the result is
// not a key (2^-127); *ret is then untouched. ret may equal the first argument.
MUST_USE int public_key_tweak(const uint8_t key[PUBLIC_KEY_SIZE], const uint8_t tweak[TWEAK_SIZE],
			      uint8_t ret[PUBLIC_KEY_SIZE]);
MUST_USE int secret_key_tweak(const uint8_t secret[SECRET_KEY_SIZE], const uint8_t tweak[TWEAK_SIZE],
			      uint8_t ret[SECRET_KEY_SIZE]);

// The same for BIP341: the point of even Y is tweaked; *ret_odd says which Y the result has.
MUST_USE int xonly_key_tweak(const uint8_t key[XONLY_KEY_SIZE], const uint8_t tweak[TWEAK_SIZE],
			     uint8_t ret[XONLY_KEY_SIZE], bool *ret_odd);
MUST_USE int xonly_secret_tweak(const uint8_t secret[SECRET_KEY_SIZE], const uint8_t tweak[TWEAK_SIZE],
				uint8_t ret[SECRET_KEY_SIZE]);
