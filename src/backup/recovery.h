// SPDX-License-Identifier: Apache-2.0
// The recovery key: one seed of 32 bytes that is never on the exchange's
// machine. It opens backups (X25519) and signs the verdicts of drills
// (Ed25519); the machine has the public halves, in one line of text:
//   redoubt-recovery 1 <64 hex: X25519> <64 hex: Ed25519>
#pragma once

#include "base/base.h"

#define RECOVERY_SEED_SIZE 32
#define RECOVERY_LINE_MAX 160
#define RECOVERY_FILE_MAX 4096 // as many lines as there may be recipients, and room to spare

struct recovery_public {
	uint8_t sealing[32]; // X25519
	uint8_t signing[32]; // Ed25519
};

struct recovery_secret {
	uint8_t sealing[32];
	uint8_t signing_seed[32];
};

// Derives both halves; keep the secret in secret_alloc's memory. 0, or 1 when a key comes out invalid (2^-128).
MUST_USE int recovery_derive(const uint8_t seed[RECOVERY_SEED_SIZE], struct recovery_secret *ret_secret,
			     struct recovery_public *ret_public);

// The line with its newline and a NUL.
void recovery_format(const struct recovery_public *key, char to[RECOVERY_LINE_MAX]);
// Reads whole lines. 0, or 1 when the text is not 1 to `room` such lines (*ret_line, from 1, says which).
MUST_USE int recovery_parse(const char *text, size_t size, struct recovery_public *ret, size_t room, size_t *ret_count,
			    size_t *ret_line);
