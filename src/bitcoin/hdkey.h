// SPDX-License-Identifier: Apache-2.0
// BIP32: trees of keys. The private and the public half are two types, so that
// code which needs only public keys cannot hold a secret by accident. Keep a
// struct hd_private in secret_alloc's memory; temporaries here are wiped.
#pragma once

#include "bitcoin/curve.h"
#include "bitcoin/network.h"
#include "bitcoin/path.h"

#define HD_SEED_MIN	    16
#define HD_SEED_MAX	    64
#define HD_TEXT_MAX	    111 // characters of "xpub..." and its like
#define HD_FINGERPRINT_SIZE 4

struct hd_public {
	uint8_t depth;
	uint8_t parent[HD_FINGERPRINT_SIZE];
	uint32_t child; // the step that led here
	uint8_t chain_code[32];
	uint8_t key[PUBLIC_KEY_SIZE];
};

struct hd_private {
	struct hd_public public;
	uint8_t secret[SECRET_KEY_SIZE];
};

// The root of a tree. 0, 1 when size is outside HD_SEED_MIN..HD_SEED_MAX, 2 when the seed gives no key
// (2^-127).
MUST_USE int hd_master(const void *seed, size_t size, struct hd_private *ret);

// One step. 0, 1 when the step gives no key (2^-127; BIP32 says take the next),
// 2 when the depth would pass 255, 3 when a public key is asked for a hardened step. ret may equal from.
MUST_USE int hd_private_child(const struct hd_private *from, uint32_t step, struct hd_private *ret);
MUST_USE int hd_public_child(const struct hd_public *from, uint32_t step, struct hd_public *ret);

// All steps of a path, results as above.
MUST_USE int hd_private_derive(const struct hd_private *from, const struct path *path,
			       struct hd_private *ret);
MUST_USE int hd_public_derive(const struct hd_public *from, const struct path *path, struct hd_public *ret);

// The first four bytes of hash160 of the key: what origins and PSBTs name it by.
void hd_fingerprint(const struct hd_public *key, uint8_t ret[HD_FINGERPRINT_SIZE]);

// "xpub..." (tpub...) and "xprv..." (tprv...). Read strictly; SLIP-132's other
// prefixes are refused. 0, or
//   1 not base58check of 78 bytes        2 another network, or the other half
//   3 the key is not on the curve, zero, or too large
//   4 depth 0 with a parent or a step
MUST_USE int hd_public_parse(const struct network *network, const char *text, size_t length,
			     struct hd_public *ret);
MUST_USE int hd_private_parse(const struct network *network, const char *text, size_t length,
			      struct hd_private *ret);
void hd_public_format(const struct network *network, const struct hd_public *key, char to[HD_TEXT_MAX + 1]);
void hd_private_format(const struct network *network, const struct hd_private *key, char to[HD_TEXT_MAX + 1]);

#define HD_BINARY_SIZE 78 // what base58check wraps; PSBT's global xpub field holds it bare
MUST_USE int hd_public_decode(const struct network *network, const uint8_t bytes[HD_BINARY_SIZE],
			      struct hd_public *ret); // results 2, 3, 4 as above
