// SPDX-License-Identifier: Apache-2.0
// A snapshot's header and names: what writing, loading and the fuzzer share.
#pragma once

#include "journal/keys.h"

#define SNAPSHOT_NAME_SIZE 48

struct snapshot_head {
	uint8_t exchange_id[32];
	uint8_t salt[32];
	struct snapshot_info info;
};

void snapshot_head_write(const struct snapshot_head *head, uint8_t to[SNAPSHOT_HEAD_SIZE]);
// JOURNAL_OK or what is wrong with it.
enum journal_fault snapshot_head_read(const uint8_t from[SNAPSHOT_HEAD_SIZE], const uint8_t exchange_id[32],
				      struct snapshot_head *ret);

// The cipher of one snapshot. NULL without memory.
struct aead *snapshot_aead(const uint8_t master_key[32], const uint8_t salt[32]);
void snapshot_nonce(uint64_t chunk, bool last, uint8_t nonce[AEAD_NONCE_SIZE]);

static inline uint64_t snapshot_chunks(uint64_t size)
{
	return size ? (size + SNAPSHOT_CHUNK - 1) / SNAPSHOT_CHUNK : 1;
}
static inline uint64_t snapshot_file_size(uint64_t size)
{
	return SNAPSHOT_HEAD_SIZE + size + snapshot_chunks(size) * AEAD_TAG_SIZE;
}

void snapshot_name(uint64_t sequence, char name[SNAPSHOT_NAME_SIZE]);
// Sequences of the snapshots in a directory, newest first; at most `room`. Their number or negative errno.
MUST_USE int snapshot_list(int dir_fd, uint64_t *to, size_t room);

// Loads one open file. 0, 1 with the error, or negative errno.
MUST_USE int snapshot_load_file(int fd, const uint8_t master_key[32], const uint8_t exchange_id[32],
				uint64_t max_blocks, struct snapshot_info *ret_info, uint8_t **ret_data,
				struct journal_error *ret_error);
