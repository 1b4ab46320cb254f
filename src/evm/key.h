// SPDX-License-Identifier: Apache-2.0
// Keys and recoverable signatures on secp256k1, by libsecp256k1: constant time
// where a secret key is touched. Each signature is verified and its recovery
// tried before it is handed out, so that a fault in memory or CPU releases none
// that gives the key away or pays from another account.
#pragma once

#include "evm/address.h"

#define EVM_SECRET_SIZE 32
#define EVM_SIGNATURE_TEXT 65 // r, s, v: 27 or 28, as Safe and eth_sign have it

struct evm_signature {
	uint8_t r[32];
	uint8_t s[32];     // at most n/2 (EIP-2)
	uint8_t y_parity;  // 0 or 1
};

// Call once before anything else of this file (asserted there); again to blind
// anew. Not while another thread computes. The library draws no randomness.
void evm_keys_init(const uint8_t seed[32]);

// 0, or 1 when the secret is not 1..n-1.
MUST_USE int evm_key_address(const uint8_t secret[EVM_SECRET_SIZE], struct evm_address *ret);

// Nonce by RFC 6979 without extra entropy, low S. 0, 1 when the secret is not
// valid, or -EIO when the result did not verify.
MUST_USE int evm_sign(const uint8_t secret[EVM_SECRET_SIZE], const uint8_t digest[32], struct evm_signature *ret);
// The same for an account that the caller knows from elsewhere: stronger, since a secret that was damaged in
// memory is noticed (-EIO), and faster, since the public key is not computed again.
MUST_USE int evm_sign_for(const uint8_t secret[EVM_SECRET_SIZE], const struct evm_address *account,
			  const uint8_t digest[32], struct evm_signature *ret);

// From a foreign signer (PKCS#11: r then s, S as it pleased): S made low, the
// parity found by trial against the account. 0, or 1 when it is not that account's signature of the digest.
MUST_USE int evm_signature_from_raw(const uint8_t raw[64], const struct evm_address *account, const uint8_t digest[32],
				    struct evm_signature *ret);

// r and s in 1..n-1, s low, y_parity 0 or 1.
bool evm_signature_valid(const struct evm_signature *signature);

// The account that signed. 0, or 1 when the signature is not valid or recovers no key.
MUST_USE int evm_recover(const uint8_t digest[32], const struct evm_signature *signature, struct evm_address *ret);

void evm_signature_write(const struct evm_signature *signature, uint8_t to[EVM_SIGNATURE_TEXT]);
// 0, or 1 when v is neither 27 nor 28 or the signature is not valid.
MUST_USE int evm_signature_read(const uint8_t from[EVM_SIGNATURE_TEXT], struct evm_signature *ret);
