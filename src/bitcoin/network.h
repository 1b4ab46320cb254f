// SPDX-License-Identifier: Apache-2.0
// What differs between Bitcoin's networks in text: prefixes and version bytes.
#pragma once

#include "base/base.h"

struct network {
	const char *name;
	const char *segwit_prefix; // BIP173
	uint8_t key_hash_version;  // base58 addresses
	uint8_t script_hash_version;
	uint8_t private_key_version; // WIF
	uint32_t extended_public;    // BIP32
	uint32_t extended_private;
	uint32_t coin_type; // BIP44, before hardening
};

extern const struct network network_main;
extern const struct network network_test; // testnet3, testnet4 and signet write alike
extern const struct network network_regtest;

// The network of that name ("main", "test", "regtest"), or NULL.
const struct network *network_named(const char *name);
