// SPDX-License-Identifier: Apache-2.0
// The end of a chain of manifests at one moment, in a text of its own that goes to every destination, also to one that
// could not take the backup itself. So a destination that is behind, or from which the newest was taken away, is seen
// by whoever has the head from anywhere else. docs/PROTOCOL.backup.md.
//
//   redoubt-backup-head 1
//   exchange <64 hex>
//   number <n>                    of the newest manifest
//   manifest <64 hex>             its digest
//   journal <blocks> <sequence>   how far it reaches
//   time <microseconds since 1970>
//   checkpoint <base64 of the log's newest signed checkpoint, or ->
//   signature <128 hex>           Ed25519 over everything before this line, domain first
#pragma once

#include "backup/manifest.h"

#define BACKUP_HEAD_DOMAIN "redoubt/backup/head/v1" // with its NUL, before the text that is signed
#define BACKUP_HEAD_NOTE_MAX 4096
#define BACKUP_HEAD_SIZE_MAX (1024 + 4 * ((BACKUP_HEAD_NOTE_MAX + 2) / 3))

struct backup_head {
	uint8_t exchange[32];
	uint64_t number;
	uint8_t digest[SHA256_SIZE];
	uint64_t blocks, sequence, time_us;
	char note[BACKUP_HEAD_NOTE_MAX]; // the checkpoint as it was signed; whoever reads it verifies it
	size_t note_size;		 // 0 = none was signed yet
};

// The text, signed with the key that signs manifests, and no NUL. Its size, or 0 when a field is out of range.
size_t backup_head_write(const struct backup_head *head, const uint8_t seed[32], char to[BACKUP_HEAD_SIZE_MAX]);
// Reads and checks the signature; the refusals are a manifest's. *ret is untouched unless it is fine.
MUST_USE enum backup_manifest_refusal backup_head_read(const char *text, size_t size, const uint8_t public_key[32],
						       struct backup_head *ret, size_t *ret_line);

// Whether b is further on than a: by its manifest, then by how much its checkpoint and its moment say.
bool backup_head_further(const struct backup_head *a, const struct backup_head *b);
