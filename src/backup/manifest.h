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

#define BACKUP_MANIFEST_DOMAIN "redoubt/backup/manifest/v1" // with its NUL, before the text that is signed
#define BACKUP_MANIFEST_ITEMS_MAX 200000u		       // pieces of a journal of 256 MiB segments, and room to spare
#define BACKUP_MANIFEST_NAME_MAX 127			       // [a-z0-9._/-], no "..", no empty part, not at the ends
#define BACKUP_MANIFEST_LINE_MAX (BACKUP_MANIFEST_NAME_MAX + 2 * 20 + 2 * 64 + 10)
#define BACKUP_MANIFEST_HEAD_MAX 1024
#define BACKUP_MANIFEST_SIZE_MAX (BACKUP_MANIFEST_HEAD_MAX + BACKUP_MANIFEST_ITEMS_MAX * BACKUP_MANIFEST_LINE_MAX)

enum backup_manifest_kind { BACKUP_MANIFEST_FULL = 1, BACKUP_MANIFEST_SHIP = 2 };

struct backup_manifest_item {
	char name[BACKUP_MANIFEST_NAME_MAX + 1];
	struct sealed_file_sum sum;
};

struct backup_manifest {
	uint8_t exchange[32];
	uint64_t number;
	uint8_t previous[SHA256_SIZE];
	enum backup_manifest_kind kind;
	uint64_t time_us;
	uint64_t blocks, sequence; // how far the journal reaches in it
	uint8_t leaf_hash[32];
	struct backup_manifest_item *items; // the caller's array
	size_t item_count;
};

bool backup_manifest_name_valid(const char *name);

// The text, signed with the seed, and no NUL. Its size, or 0 when it does not fit or a field is out of range (names
// invalid, twice or out of order, a number of zero). room: BACKUP_MANIFEST_HEAD_MAX + items * BACKUP_MANIFEST_LINE_MAX suffices.
size_t backup_manifest_write(const struct backup_manifest *manifest, const uint8_t seed[32], char *to, size_t room);

enum backup_manifest_refusal {
	BACKUP_MANIFEST_FINE,
	BACKUP_MANIFEST_FORMAT,    // not such a text; *ret_line says where (from 1)
	BACKUP_MANIFEST_ITEMS,	    // more items than the caller has room for
	BACKUP_MANIFEST_SIGNATURE, // not signed by this key: altered, or another machine's
	BACKUP_MANIFEST_EXCHANGE,  // of another exchange
	BACKUP_MANIFEST_GAP,	    // its number or previous digest does not follow the one before
	BACKUP_MANIFEST_BACKWARDS, // its journal or time is behind the one before
};
const char *backup_manifest_refusal_text(enum backup_manifest_refusal refusal);

// Reads and checks the signature. items: the caller's, item_room of them.
MUST_USE enum backup_manifest_refusal backup_manifest_read(const char *text, size_t size, const uint8_t public_key[32],
					     struct backup_manifest_item *items, size_t item_room, struct backup_manifest *ret,
					     size_t *ret_line);

// The same for one whose digest a manifest that was verified names as `previous`: one signature vouches for the whole chain
// before it. BACKUP_MANIFEST_GAP: it is another.
MUST_USE enum backup_manifest_refusal backup_manifest_read_pinned(const char *text, size_t size, const uint8_t digest[SHA256_SIZE],
								  struct backup_manifest_item *items, size_t item_room,
								  struct backup_manifest *ret, size_t *ret_line);

// What the next manifest names as `previous`.
void backup_manifest_digest(const char *text, size_t size, uint8_t digest[SHA256_SIZE]);

// Whether `next` follows `before`, whose digest is given.
MUST_USE enum backup_manifest_refusal backup_manifest_follows(const struct backup_manifest *before, const uint8_t before_digest[SHA256_SIZE],
						const struct backup_manifest *next);
