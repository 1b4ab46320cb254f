// SPDX-License-Identifier: Apache-2.0
// What is signed, and by what. The signature covers the raw bytes as they were
// received: the query string, then the body, up to `&signature=`, which comes
// last and once.
#pragma once

#include "api/error.h"
#include "crypto/sha256.h"

struct signed_parts {
	struct slice bytes;     // what the signature covers; query and body lie back to back in the record
	struct slice signature; // raw, percent-encoded perhaps
	struct slice timestamp;
	struct slice recv_window; // at = NULL when absent
};

// Finds the parts in `query`, then `body`, which must be adjacent in memory. API_OK, or why not (ret_detail names the parameter).
enum api_error signed_parts_find(struct slice query, struct slice body, struct signed_parts *ret,
				 const char **ret_detail);

// Checks an HMAC-SHA256 in hex of either case, in constant time. ret_digest: the MAC that we computed.
bool signature_check_hmac(const struct hmac_key *key, const struct signed_parts *parts, uint8_t ret_digest[32]);

// Checks an Ed25519 signature in base64, percent-encoded (a raw '+' is a space). ret_digest: its first half.
bool signature_check_ed25519(const uint8_t public_key[32], const struct signed_parts *parts, uint8_t ret_digest[32]);
