// SPDX-License-Identifier: Apache-2.0
// What a backup consists of, at one moment: a text that is signed and carries
// the digest of the one before it. So a missing, exchanged or older manifest is
// noticed by whoever knows the last one. docs/PROTOCOL.backup.md has an example.
//
//   redoubt-backup 1
//   exchange <64 hex>
//   number <n>                 1, 2, 3 ... without a gap
//   previous <64 hex>          SHA-256 of the manifest before, signature included; zeros for the first
//   kind full | ship           full: all that a restore needs; ship: what came after the one before
//   time <microseconds since 1970>
//   journal <blocks> <sequence> <64 hex: leaf hash of the last block>
//   item <name> <sealed size> <sealed SHA-256> <plain size> <plain SHA-256>
//   ...                        in the order of their names, none twice
//   items <count>
//   signature <128 hex>        Ed25519 over everything before this line, domain first
//
// Lines end in one newline. Numbers are decimal without leading zeros.
#pragma once

#include "backup/sealed_file.h"

#define MANIFEST_DOMAIN "redoubt/backup/manifest/v1" // with its NUL, before the text that is signed
#define MANIFEST_ITEMS_MAX 200000u		       // pieces of a journal of 256 MiB segments, and room to spare
#define MANIFEST_NAME_MAX 127			       // [a-z0-9._/-], no "..", no empty part, not at the ends
#define MANIFEST_LINE_MAX (MANIFEST_NAME_MAX + 2 * 20 + 2 * 64 + 10)
#define MANIFEST_HEAD_MAX 1024
#define MANIFEST_SIZE_MAX (MANIFEST_HEAD_MAX + MANIFEST_ITEMS_MAX * MANIFEST_LINE_MAX)

enum manifest_kind { MANIFEST_FULL = 1, MANIFEST_SHIP = 2 };

struct manifest_item {
	char name[MANIFEST_NAME_MAX + 1];
	struct sealed_file_sum sum;
};

struct manifest {
	uint8_t exchange[32];
	uint64_t number;
	uint8_t previous[SHA256_SIZE];
	enum manifest_kind kind;
	uint64_t time_us;
	uint64_t blocks, sequence; // how far the journal reaches in it
	uint8_t leaf_hash[32];
	struct manifest_item *items; // the caller's array
	size_t item_count;
};

bool manifest_name_valid(const char *name);

// The text, signed with the seed, and no NUL. Its size, or 0 when it does not fit or a field is out of range (names
// invalid, twice or out of order, a number of zero). room: MANIFEST_HEAD_MAX + items * MANIFEST_LINE_MAX suffices.
size_t manifest_write(const struct manifest *manifest, const uint8_t seed[32], char *to, size_t room);

enum manifest_refusal {
	MANIFEST_FINE,
	MANIFEST_FORMAT,    // not such a text; *ret_line says where (from 1)
	MANIFEST_ITEMS,	    // more items than the caller has room for
	MANIFEST_SIGNATURE, // not signed by this key: altered, or another machine's
	MANIFEST_EXCHANGE,  // of another exchange
	MANIFEST_GAP,	    // its number or previous digest does not follow the one before
	MANIFEST_BACKWARDS, // its journal or time is behind the one before
};
const char *manifest_refusal_text(enum manifest_refusal refusal);

// Reads and checks the signature. items: the caller's, item_room of them.
MUST_USE enum manifest_refusal manifest_read(const char *text, size_t size, const uint8_t public_key[32],
					     struct manifest_item *items, size_t item_room, struct manifest *ret,
					     size_t *ret_line);

// What the next manifest names as `previous`.
void manifest_digest(const char *text, size_t size, uint8_t digest[SHA256_SIZE]);

// Whether `next` follows `before`, whose digest is given.
MUST_USE enum manifest_refusal manifest_follows(const struct manifest *before, const uint8_t before_digest[SHA256_SIZE],
						const struct manifest *next);
