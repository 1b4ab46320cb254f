// SPDX-License-Identifier: Apache-2.0
// For tests: a journal's storage in memory that can be damaged and can fail.
#pragma once

#include "journal/journal.h"

#define TEST_SEGMENTS_MAX 128

struct test_disk {
	uint8_t *segment[TEST_SEGMENTS_MAX]; // NULL = not there
	uint64_t size[TEST_SEGMENTS_MAX];
	uint8_t note[4096];
	size_t note_size;
	// the last write, for torn tails
	uint32_t last_segment;
	uint64_t last_offset;
	size_t last_size;
	unsigned writes, syncs, creates, notes;
	// failures: negative errno, given once `*_after` more calls went well
	int write_error, sync_error, create_error, read_error;
	unsigned write_after, sync_after;
	unsigned reads;
};

void test_disk_init(struct test_disk *d, struct storage *ret_storage);
void test_disk_clear(struct test_disk *d);
void test_disk_copy(const struct test_disk *from, struct test_disk *to, struct storage *ret_storage); // deep

// A small deterministic block: `count` entries of `size` bytes each, continuing the place.
void test_block(struct block *b, const struct journal_place *place, uint32_t count, uint32_t size, uint8_t fill);
