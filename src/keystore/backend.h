// SPDX-License-Identifier: Apache-2.0
// Inside this folder only: what a backend gives. Its own struct begins with struct keystore and lies in
// secret_alloc's memory.
#pragma once

#include "keystore/keystore.h"

struct keystore_backend {
	int (*public_key)(struct keystore *keystore, const struct path *path, struct hd_public *ret);
	int (*ecdsa)(struct keystore *keystore, const struct path *path, const uint8_t digest[32],
		     uint8_t raw[64]);
	int (*schnorr)(struct keystore *keystore, const struct path *path, const struct taproot_tweak *tweak,
		       const uint8_t digest[32], const uint8_t random[32],
		       uint8_t signature[SCHNORR_SIGNATURE_SIZE]); // NULL: it cannot
	// The secret where it lies; NULL: it cannot be had.
	void (*secret)(const struct keystore *keystore, struct keystore_secret *ret);
	size_t size; // of its struct, which keystore_close wipes
};

struct keystore {
	const struct keystore_backend *backend;
	enum keystore_kind kind;
	char label[KEYSTORE_LABEL_MAX + 1];
	uint64_t created_s;
	uint8_t fingerprint[HD_FINGERPRINT_SIZE];
};

// 1..KEYSTORE_LABEL_MAX printable ASCII characters.
bool keystore_label_valid(const char *label);
