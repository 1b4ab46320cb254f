// SPDX-License-Identifier: Apache-2.0
// Wallet import format: one private key as base58check text. Needed to try
// published vectors and to read foreign keys; our own keys travel as BIP32 or SLIP-39.
#pragma once

#include "bitcoin/curve.h"
#include "bitcoin/network.h"

#define WIF_TEXT_MAX 52

// 0, or 1 when it is not a private key of this network. The caller wipes secret.
MUST_USE int wif_parse(const struct network *network, const char *text, size_t length,
		       uint8_t secret[SECRET_KEY_SIZE], bool *ret_compressed);
// 0, or 1 when the secret is not valid.
MUST_USE int wif_format(const struct network *network, const uint8_t secret[SECRET_KEY_SIZE], bool compressed,
			char to[WIF_TEXT_MAX + 1]);
