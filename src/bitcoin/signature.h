// SPDX-License-Identifier: Apache-2.0
// ECDSA and Schnorr signatures. Each one that is made here is verified against
// the public key before it is handed out, so that a fault in memory or CPU
// cannot release one that gives the key away. Signing is constant time
// (libsecp256k1); verifying is not and need not be.
#pragma once

#include "bitcoin/curve.h"

#define ECDSA_DER_MAX	       72
#define SCHNORR_SIGNATURE_SIZE 64

// Nonce by RFC 6979 (no extra entropy: the same digest gives the same
// signature), low S, strict DER. 0, 1 when the secret is not valid, or -EIO
// when the result did not verify.
MUST_USE int ecdsa_sign(const uint8_t secret[SECRET_KEY_SIZE], const uint8_t digest[32],
			uint8_t der[ECDSA_DER_MAX], size_t *ret_size);
// The same, verified against a public key that the caller knows from elsewhere: stronger, since a secret that
// was damaged in memory is noticed (-EIO), and faster, since the key is not computed again. 1 also when `key`
// is none.
MUST_USE int ecdsa_sign_for(const uint8_t secret[SECRET_KEY_SIZE], const uint8_t key[PUBLIC_KEY_SIZE],
			    const uint8_t digest[32], uint8_t der[ECDSA_DER_MAX], size_t *ret_size);

// The same as r and s, 32 bytes each.
MUST_USE int ecdsa_sign_raw_for(const uint8_t secret[SECRET_KEY_SIZE], const uint8_t key[PUBLIC_KEY_SIZE],
				const uint8_t digest[32], uint8_t raw[64]);

// From a foreign signer (PKCS#11: r then s, 32 bytes each, nonce and S as it
// pleased): S made low, verified for that key and digest. 0, or 1 when it is not a signature of it.
MUST_USE int ecdsa_from_raw(const uint8_t raw[64], struct span public_key, const uint8_t digest[32],
			    uint8_t der[ECDSA_DER_MAX], size_t *ret_size);
// The same with r and s out again; raw may equal ret.
MUST_USE int ecdsa_raw_normalize(const uint8_t raw[64], struct span public_key, const uint8_t digest[32],
				 uint8_t ret[64]);

// Strict DER (BIP66) with r and s in 1..n-1 and s low (BIP146).
bool ecdsa_der_valid(struct span der);
// The key in 33 or 65 bytes; the signature as above, without a sighash byte.
bool ecdsa_verify(struct span public_key, const uint8_t digest[32], struct span der);

// BIP340 over a message of any size; `random` is 32 fresh bytes (or zeros). Results as ecdsa_sign.
MUST_USE int schnorr_sign(const uint8_t secret[SECRET_KEY_SIZE], const uint8_t random[32],
			  const void *message, size_t size, uint8_t signature[SCHNORR_SIGNATURE_SIZE]);
bool schnorr_verify(const uint8_t public_key[XONLY_KEY_SIZE], const void *message, size_t size,
		    const uint8_t signature[SCHNORR_SIGNATURE_SIZE]);
