// SPDX-License-Identifier: Apache-2.0
// What a seed is made into: its public facts, and the sealed keystore of a new vault.
#pragma once

#include "ceremony/room.h"

#define PASSPHRASE_MIN 12

// The account's private key, for the plan. `ret` is in secret memory. 0 or an exit code.
MUST_USE int seed_account(const struct ceremony_plan *plan, const uint8_t *seed, size_t size,
			  struct hd_private *ret);
// Fingerprint, key and EVM address (m/44'/60'/0'/0/0, when the plan names a chain) into the ceremony.
MUST_USE int seed_facts(struct ceremony *ceremony, const uint8_t *seed, size_t size);

struct seed_file {
	uint8_t bytes[KEYSTORE_FILE_MAX];
	size_t size;
};
// Asks for the passphrase twice, seals the seed, opens what was sealed and compares it; room->unlocked then
// holds the key. memory_mib is Argon2id's, 0 for the default. The passphrase stays in secret memory until
// seed_forget.
MUST_USE int seed_seal(struct room *room, const uint8_t *seed, size_t size, uint64_t memory_mib,
		       struct seed_file *ret);
// Makes the new vault durable: keystore, policy and ceremony in one act; then reads the keystore from the
// disk.
MUST_USE int seed_store(struct room *room, const struct seed_file *file, const char *act,
			const struct log_field *details, size_t detail_count,
			const struct vault_change *more);
// SHA-256 of this program's own file. Call it before confine().
MUST_USE int program_digest(uint8_t ret[SHA256_SIZE]);
