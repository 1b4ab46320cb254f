// SPDX-License-Identifier: Apache-2.0
// Writing and reading back: round trips, rolling, reopening, followers, errors.
#include "crypto/secret.h"
#include "journal/layout.h"
#include "journal/test_disk.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static const uint8_t master[32] = { 1, 2, 3 }, exchange[32] = { 9, 8, 7 };
static uint8_t life;
static struct block blocks[BATCH_BLOCKS_MAX];
static uint8_t salts[BATCH_BLOCKS_MAX][32];

static void incarnation(uint8_t to[32])
{
	memset(to, ++life, 32);
}

static struct journal *open_writer(const struct storage *s, struct journal_place *ret)
{
	struct journal *j = NULL;
	struct journal_error error;
	uint8_t fresh[32];
	incarnation(fresh);
	if (journal_open(s, master, exchange, fresh, SEGMENT_SIZE_MIN, &j, ret, &error))
		fail_msg("%s", error.text);
	return j;
}

// Writes one batch of `count` blocks of `entries` entries of 40 bytes.
static int write_batch(struct journal *j, struct journal_place *place, size_t count, uint32_t entries,
		       struct journal_error *ret_error)
{
	struct block *list[BATCH_BLOCKS_MAX];
	struct journal_place at = *place;
	for (size_t i = 0; i < count; i++) {
		test_block(&blocks[i], &at, entries, 40, (uint8_t)at.blocks);
		memset(salts[i], (int)(at.blocks + 100), 32);
		at.blocks++;
		at.sequence += entries;
		at.time_us = blocks[i].time_us;
		list[i] = &blocks[i];
	}
	return journal_write(j, list, count, (const uint8_t(*)[32])salts, place, ret_error);
}

static uint64_t read_all(const struct storage *s, uint64_t from, struct journal_place *last)
{
	struct journal_reader *r;
	struct journal_error error;
	struct block_view v;
	uint64_t n = from;
	if (journal_reader_open(s, master, exchange, from, &r, &error))
		fail_msg("%s", error.text);
	int result;
	while ((result = journal_reader_next(r, UINT64_MAX, &v, &error)) == 0) {
		assert_int_equal(v.number, n++);
		for (size_t i = 0; i < v.entries_size; i++)
			assert_int_equal(v.entries[i], (uint8_t)(v.number + i * 31));
		uint8_t hash[32], leaf[1 + BLOCK_LEAF_MAX];
		leaf[0] = 0;
		memcpy(leaf + 1, v.leaf, v.leaf_size);
		sha256_of(leaf, v.leaf_size + 1, hash);
		assert_memory_equal(hash, v.leaf_hash, 32);
		last->sequence = v.first_sequence + v.count - 1;
		memcpy(last->leaf_hash, v.leaf_hash, 32);
	}
	if (result != 2)
		fail_msg("%s", error.text);
	journal_reader_close(r);
	return n;
}

static void round_trip(void **state)
{
	struct test_disk disk;
	struct storage s;
	struct journal_place place, last;
	struct journal_error error;
	test_disk_init(&disk, &s);
	for (int opening = 0; opening < 5; opening++) {
		struct journal *j = open_writer(&s, &place);
		for (size_t n = 1; n <= 12; n++)
			assert_int_equal(write_batch(j, &place, n, (uint32_t)(n * 37), &error), 0);
		journal_close(j);
		assert_int_equal(place.blocks, 78 * (opening + 1));
		assert_int_equal(read_all(&s, 0, &last), place.blocks);
		assert_int_equal(last.sequence, place.sequence);
		assert_memory_equal(last.leaf_hash, place.leaf_hash, 32);
	}
	assert_true(disk.segment[5] != NULL);
	for (uint64_t from = 0; from <= place.blocks; from += 13)
		assert_int_equal(read_all(&s, from, &last), place.blocks);
	test_disk_clear(&disk);
}

static void largest_blocks(void **state)
{
	struct test_disk disk;
	struct storage s;
	struct journal_place place, last;
	struct journal_error error;
	test_disk_init(&disk, &s);
	struct journal *j = open_writer(&s, &place);
	for (int i = 0; i < 3; i++)
		assert_int_equal(write_batch(j, &place, 3, BLOCK_ENTRIES_MAX / 40, &error), 0);
	journal_close(j);
	assert_int_equal(read_all(&s, 0, &last), 9);
	test_disk_clear(&disk);
}

static void one_sync_a_batch(void **state)
{
	struct test_disk disk;
	struct storage s;
	struct journal_place place;
	struct journal_error error;
	test_disk_init(&disk, &s);
	struct journal *j = open_writer(&s, &place);
	unsigned writes = disk.writes, syncs = disk.syncs;
	assert_int_equal(write_batch(j, &place, 5, 10, &error), 0);
	assert_int_equal(disk.writes, writes + 1);
	assert_int_equal(disk.syncs, syncs + 1);
	journal_close(j);
	test_disk_clear(&disk);
}

static void follower_stops_at_durable(void **state)
{
	struct test_disk disk;
	struct storage s;
	struct journal_place place;
	struct journal_reader *r;
	struct journal_error error;
	struct block_view v;
	test_disk_init(&disk, &s);
	struct journal *j = open_writer(&s, &place);
	assert_int_equal(journal_reader_open(&s, master, exchange, 0, &r, &error), 0);
	uint64_t seen = 0;
	for (int i = 0; i < 200; i++) {
		assert_int_equal(write_batch(j, &place, 1 + (size_t)i % 7, 50, &error), 0);
		while (seen < place.blocks) {
			int result = journal_reader_next(r, place.blocks, &v, &error);
			if (result)
				fail_msg("%d %s", result, error.text);
			assert_int_equal(v.number, seen++);
		}
		unsigned reads = disk.reads;
		assert_int_equal(journal_reader_next(r, place.blocks, &v, &error), 2);
		assert_int_equal(disk.reads, reads);
		if (place.blocks > 700)
			break;
	}
	// The writer promises more than there is: that is damage, not an end.
	assert_int_equal(journal_reader_next(r, place.blocks + 1, &v, &error), 1);
	assert_int_equal(error.fault, JOURNAL_DAMAGED);
	journal_reader_close(r);
	journal_close(j);
	test_disk_clear(&disk);
}

// The same blocks, light and ahead; the reader goes on by itself afterwards.
static void light_and_ahead(void **state)
{
	struct test_disk disk;
	struct storage s;
	struct journal_place place;
	struct journal_reader *r;
	struct journal_ahead *a;
	struct journal_error error;
	struct block_view v;
	test_disk_init(&disk, &s);
	struct journal *j = open_writer(&s, &place);
	for (size_t n = 0; n < 60; n++)
		assert_int_equal(write_batch(j, &place, 1 + n % 5, 60, &error), 0);
	for (int light = 0; light < 2; light++) {
		uint64_t seen = 0, durable = place.blocks;
		int result;
		assert_int_equal(journal_reader_open(&s, master, exchange, 0, &r, &error), 0);
		if (light)
			journal_reader_light(r);
		assert_int_equal(journal_ahead_open(r, durable, &a), 0);
		while ((result = journal_ahead_next(a, &v, &error)) == 0) {
			assert_int_equal(v.number, seen);
			assert_int_equal(v.entries[7], (uint8_t)(seen + 7 * 31));
			seen++;
		}
		assert_int_equal(result, 2);
		assert_int_equal(seen, durable);
		assert_int_equal(journal_ahead_next(a, &v, &error), 2);
		assert_ptr_equal(journal_ahead_close(a), r);
		assert_int_equal(write_batch(j, &place, 2, 60, &error), 0);
		assert_int_equal(journal_reader_next(r, place.blocks, &v, &error), 0);
		assert_int_equal(v.number, seen);
		assert_int_equal(journal_ahead_open(r, UINT64_MAX, &a), 0); // ended before its time
		assert_int_equal(journal_ahead_next(a, &v, &error), 0);
		assert_int_equal(v.number, seen + 1);
		journal_reader_close(journal_ahead_close(a));
	}
	journal_close(j);
	// Damage is told, after everything before it.
	disk.segment[1][disk.size[1] / 2] ^= 1;
	uint64_t seen = 0;
	int result;
	assert_int_equal(journal_reader_open(&s, master, exchange, 0, &r, &error), 0);
	assert_int_equal(journal_ahead_open(r, place.blocks, &a), 0);
	while ((result = journal_ahead_next(a, &v, &error)) == 0)
		seen++;
	assert_int_equal(result, 1);
	assert_int_equal(error.fault, JOURNAL_DAMAGED);
	assert_int_equal(error.block, seen);
	journal_reader_close(journal_ahead_close(a));
	test_disk_clear(&disk);
}

struct failure {
	int write, sync, create;
	enum journal_fault fault;
};

// After any error the writer is dead, and what it acknowledged before is there.
static void errors_kill_the_writer(void **state)
{
	static const struct failure failures[] = {
		{ .write = -EIO, .fault = JOURNAL_IO },	  { .write = -EROFS, .fault = JOURNAL_IO },
		{ .write = -ENOSPC, .fault = JOURNAL_FULL }, { .sync = -EIO, .fault = JOURNAL_IO },
		{ .sync = -ENOSPC, .fault = JOURNAL_FULL },  { .create = -ENOSPC, .fault = JOURNAL_FULL },
		{ .create = -EROFS, .fault = JOURNAL_IO },
	};
	for (size_t i = 0; i < ARRAY_LEN(failures); i++) {
		struct test_disk disk;
		struct storage s;
		struct journal_place place, last;
		struct journal_error error = { 0 }, again;
		test_disk_init(&disk, &s);
		struct journal *j = open_writer(&s, &place);
		assert_int_equal(write_batch(j, &place, 2, 10, &error), 0);
		disk.write_error = failures[i].write;
		disk.sync_error = failures[i].sync;
		disk.create_error = failures[i].create;
		int result = 0;
		for (int n = 0; n < 40 && !result; n++)
			result = write_batch(j, &place, 4, 100, &error);
		assert_int_equal(result, 1);
		assert_int_equal(error.fault, failures[i].fault);
		assert_true(strlen(error.text) > 20);
		disk.write_error = disk.sync_error = disk.create_error = 0;
		unsigned writes = disk.writes, syncs = disk.syncs;
		assert_int_equal(write_batch(j, &place, 1, 1, &again), 1);
		assert_string_equal(again.text, error.text);
		journal_close(j);
		assert_int_equal(disk.writes, writes); // not even a close mark
		assert_int_equal(disk.syncs, syncs);
		uint64_t acknowledged = place.blocks;
		j = open_writer(&s, &place);
		assert_true(place.blocks >= acknowledged);
		assert_int_equal(write_batch(j, &place, 4, 100, &error), 0);
		journal_close(j);
		assert_int_equal(read_all(&s, 0, &last), place.blocks);
		test_disk_clear(&disk);
	}
}

static void open_reports_errors(void **state)
{
	struct test_disk disk;
	struct storage s;
	struct journal_place place;
	struct journal_error error;
	struct journal *j;
	uint8_t fresh[32];
	incarnation(fresh);
	test_disk_init(&disk, &s);
	disk.create_error = -EROFS;
	assert_int_equal(journal_open(&s, master, exchange, fresh, SEGMENT_SIZE_MIN, &j, &place, &error), 1);
	assert_int_equal(error.fault, JOURNAL_IO);
	assert_int_equal(error.error, EROFS);
	disk.create_error = -ENOSPC;
	assert_int_equal(journal_open(&s, master, exchange, fresh, SEGMENT_SIZE_MIN, &j, &place, &error), 1);
	assert_int_equal(error.fault, JOURNAL_FULL);
	disk.create_error = 0;
	journal_close(open_writer(&s, &place));
	disk.read_error = -EIO;
	assert_int_equal(journal_open(&s, master, exchange, fresh, SEGMENT_SIZE_MIN, &j, &place, &error), 1);
	assert_int_equal(error.fault, JOURNAL_IO);
	test_disk_clear(&disk);
}

static void prepared_segment_is_used(void **state)
{
	struct test_disk disk;
	struct storage s;
	struct journal_place place, last;
	struct journal_error error;
	test_disk_init(&disk, &s);
	struct journal *j = open_writer(&s, &place);
	assert_int_equal(journal_prepare_segment(j, &error), 0);
	assert_int_equal(journal_prepare_segment(j, &error), 0); // nothing more to do
	assert_int_equal(disk.creates, 2);
	assert_int_equal(read_all(&s, 0, &last), 0);
	journal_close(j);
	j = open_writer(&s, &place); // an unused segment at the end is no fault
	while (journal_segment(j) == 0)
		assert_int_equal(write_batch(j, &place, 3, 300, &error), 0);
	assert_int_equal(disk.creates, 2);
	journal_close(j);
	assert_int_equal(read_all(&s, 0, &last), place.blocks);
	test_disk_clear(&disk);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(round_trip),
		cmocka_unit_test(largest_blocks),
		cmocka_unit_test(one_sync_a_batch),
		cmocka_unit_test(follower_stops_at_durable),
		cmocka_unit_test(light_and_ahead),
		cmocka_unit_test(errors_kill_the_writer),
		cmocka_unit_test(open_reports_errors),
		cmocka_unit_test(prepared_segment_is_used),
	};
	ASSERT(crypto_init() == 0);
	return cmocka_run_group_tests_name("journal", tests, NULL, NULL);
}
