// SPDX-License-Identifier: Apache-2.0
// Snapshots: round trips at the edges of chunks, rotation, and files that nobody vouches for.
#include "crypto/secret.h"
#include "crypto/sha256.h"
#include "journal/snapshot.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

static const uint8_t master[32] = { 4, 4 }, exchange[32] = { 6, 6 };
static char path[64];

static int dir_make(void **state)
{
	(void)snprintf(path, sizeof path, "snapshot-test-XXXXXX");
	if (!mkdtemp(path))
		return -1;
	int fd = open(path, O_RDONLY | O_DIRECTORY);
	*state = (void *)(intptr_t)fd;
	return fd < 0 ? -1 : 0;
}

static int dir_remove(void **state)
{
	char command[128];
	close((int)(intptr_t)*state);
	(void)snprintf(command, sizeof command, "rm -rf ./%s", path);
	return system(command);
}

static uint8_t *pattern(size_t size, uint64_t seed)
{
	uint8_t *data = malloc(size + 1);
	assert_non_null(data);
	for (size_t i = 0; i < size; i++)
		data[i] = (uint8_t)(seed + i * 7 + (i >> 8));
	return data;
}

static void save(int dir, uint64_t sequence, size_t size, size_t piece, unsigned keep)
{
	struct snapshot_info info = { .sequence = sequence, .blocks = sequence / 10, .time_us = 5, .size = size,
				      .digest = 77 };
	struct snapshot_writer *w;
	uint8_t *data = pattern(size, sequence);
	sha256_of(data, size, info.state_hash);
	assert_int_equal(snapshot_begin(dir, master, exchange, &info, &w), 0);
	for (size_t at = 0; at < size; at += piece)
		assert_int_equal(snapshot_append(w, data + at, size - at < piece ? size - at : piece), 0);
	assert_int_equal(snapshot_finish(w, keep), 0);
	free(data);
}

static void check(int dir, uint64_t max_blocks, uint64_t sequence, size_t size)
{
	struct snapshot_info info;
	struct journal_error error;
	uint8_t *data, *wanted = pattern(size, sequence);
	int result = snapshot_load(dir, master, exchange, max_blocks, &info, &data, &error);
	if (result)
		fail_msg("%d %s", result, result == 1 ? error.text : "");
	assert_int_equal(info.sequence, sequence);
	assert_int_equal(info.size, size);
	assert_int_equal(info.digest, 77);
	assert_memory_equal(data, wanted, size);
	snapshot_free(data, size);
	free(wanted);
}

static void round_trips(void **state)
{
	int dir = (int)(intptr_t)*state;
	static const size_t sizes[] = { 0, 1, 1000, SNAPSHOT_CHUNK - 1, SNAPSHOT_CHUNK, SNAPSHOT_CHUNK + 1,
					3 * SNAPSHOT_CHUNK, 3 * SNAPSHOT_CHUNK + 77 };
	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		save(dir, 1000 + i, sizes[i], 4097 + i, 2);
		check(dir, UINT64_MAX, 1000 + i, sizes[i]);
	}
	uint64_t found[16];
	assert_int_equal(snapshot_list(dir, found, 16), 2);
}

static void not_ahead_of_the_journal(void **state)
{
	int dir = (int)(intptr_t)*state;
	save(dir, 1000, 50, 10, 9);
	save(dir, 2000, 60, 10, 9);
	check(dir, 200, 2000, 60);
	check(dir, 199, 1000, 50);
	struct snapshot_info info;
	struct journal_error error;
	uint8_t *data;
	assert_int_equal(snapshot_load(dir, master, exchange, 99, &info, &data, &error), 1);
	assert_int_equal(error.fault, JOURNAL_DAMAGED);
}

static void none(void **state)
{
	struct snapshot_info info;
	struct journal_error error;
	uint8_t *data;
	assert_int_equal(snapshot_load((int)(intptr_t)*state, master, exchange, 99, &info, &data, &error), 1);
	assert_int_equal(error.fault, JOURNAL_OK);
}

// Any changed byte, any shortening: the older snapshot is taken, and the newest one's fault is told when there is none.
static void damage(void **state)
{
	int dir = (int)(intptr_t)*state;
	char name[SNAPSHOT_NAME_SIZE];
	struct snapshot_info info;
	struct journal_error error;
	uint8_t *data, byte;
	save(dir, 500, 300, 300, 9);
	snapshot_name(500, name);
	int fd = openat(dir, name, O_RDWR);
	off_t size = lseek(fd, 0, SEEK_END);
	assert_int_equal(size, snapshot_file_size(300));
	for (off_t at = 0; at < size; at++) {
		assert_int_equal(pread(fd, &byte, 1, at), 1);
		byte ^= (uint8_t)(1u << at % 8);
		assert_int_equal(pwrite(fd, &byte, 1, at), 1);
		assert_int_equal(snapshot_load(dir, master, exchange, 9999, &info, &data, &error), 1);
		assert_true(error.fault != JOURNAL_OK && strlen(error.text) > 20);
		byte ^= (uint8_t)(1u << at % 8);
		assert_int_equal(pwrite(fd, &byte, 1, at), 1);
	}
	save(dir, 400, 10, 10, 9);
	for (off_t at = 0; at < size; at++) {
		assert_int_equal(ftruncate(fd, size - 1 - at), 0);
		check(dir, 9999, 400, 10);
	}
	close(fd);
}

static void wrong_key_or_exchange(void **state)
{
	int dir = (int)(intptr_t)*state;
	static const uint8_t other[32] = { 1 };
	struct snapshot_info info;
	struct journal_error error;
	uint8_t *data;
	save(dir, 500, 300, 300, 9);
	assert_int_equal(snapshot_load(dir, other, exchange, 9999, &info, &data, &error), 1);
	assert_int_equal(error.fault, JOURNAL_DAMAGED);
	assert_int_equal(snapshot_load(dir, master, other, 9999, &info, &data, &error), 1);
	assert_int_equal(error.fault, JOURNAL_OTHER);
}

static void wrong_size_is_refused(void **state)
{
	int dir = (int)(intptr_t)*state;
	struct snapshot_info info = { .sequence = 1, .size = 10 };
	struct snapshot_writer *w;
	uint64_t found[4];
	assert_int_equal(snapshot_begin(dir, master, exchange, &info, &w), 0);
	assert_int_equal(snapshot_append(w, "123", 3), 0);
	assert_int_equal(snapshot_finish(w, 1), -EINVAL);
	assert_int_equal(snapshot_list(dir, found, 4), 0);
}

// How far the newest one reaches is known although its body is damaged, but only by the key's word.
static void newest_header(void **state)
{
	int dir = (int)(intptr_t)*state;
	struct snapshot_info info = { 0 };
	uint8_t other[32] = { 5 }, byte = 0;
	char name[SNAPSHOT_NAME_SIZE];
	assert_int_equal(snapshot_newest(dir, master, exchange, &info), 1);
	save(dir, 100, 0, 1, 3);
	assert_int_equal(snapshot_newest(dir, master, exchange, &info), 0);
	assert_int_equal(info.blocks, 10);
	save(dir, 200, 3u << 20, 1u << 20, 3);
	assert_int_equal(snapshot_newest(dir, other, exchange, &info), 1);
	assert_int_equal(snapshot_newest(dir, master, other, &info), 1);
	snapshot_name(200, name);
	int fd = openat(dir, name, O_RDWR);
	assert_int_equal(pwrite(fd, &byte, 1, (2 << 20) + 77), 1);
	assert_int_equal(pwrite(fd, "!", 1, (2 << 20) + 78), 1);
	assert_int_equal(snapshot_newest(dir, master, exchange, &info), 0);
	assert_int_equal(info.blocks, 20);
	assert_int_equal(ftruncate(fd, SNAPSHOT_HEAD_SIZE + 100), 0); // the first chunk is not whole: an older one
	assert_int_equal(snapshot_newest(dir, master, exchange, &info), 0);
	assert_int_equal(info.blocks, 10);
	close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(round_trips, dir_make, dir_remove),
		cmocka_unit_test_setup_teardown(not_ahead_of_the_journal, dir_make, dir_remove),
		cmocka_unit_test_setup_teardown(none, dir_make, dir_remove),
		cmocka_unit_test_setup_teardown(damage, dir_make, dir_remove),
		cmocka_unit_test_setup_teardown(wrong_key_or_exchange, dir_make, dir_remove),
		cmocka_unit_test_setup_teardown(wrong_size_is_refused, dir_make, dir_remove),
		cmocka_unit_test_setup_teardown(newest_header, dir_make, dir_remove),
	};
	ASSERT(crypto_init() == 0);
	return cmocka_run_group_tests_name("journal-snapshot", tests, NULL, NULL);
}
