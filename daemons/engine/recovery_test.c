// SPDX-License-Identifier: Apache-2.0
// Journals written by hand: what stops a recovery, by which name, and what passes it.
#include "daemons/engine/engine.h"
#include "daemons/engine/recovery.h"

#include "crypto/secret.h"
#include "exchange/lab.h"

#include <fcntl.h>
#include <ftw.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

struct archive {
	char dir[64];
	int fd;
	uint8_t key[32];
	struct storage_directory *directory;
	struct storage storage;
	struct journal *journal;
	struct journal_place place;
	struct lab lab;      // the engine whose journal it is
	struct founding founding;
	struct block *block;
};

static void archive_open(struct archive *a)
{
	struct capacities capacities = lab_capacities();
	memset(a, 0, sizeof *a);
	assert_int_equal(crypto_init(), 0);
	snprintf(a->dir, sizeof a->dir, "/tmp/redoubt-recovery-XXXXXX");
	assert_non_null(mkdtemp(a->dir));
	a->fd = open(a->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	lab_open(&a->lab, &capacities);
	a->founding.genesis = a->lab.genesis;
	memcpy(a->founding.exchange_id, exchange_id(a->lab.x), 32);
	a->block = calloc(1, sizeof *a->block);
	assert_int_equal(storage_directory_open(a->fd, true, &a->directory, &a->storage), 0);
}

static int remove_one(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
	return remove(path);
}

static void journal_reopen(struct archive *a)
{
	struct journal_error error;
	uint8_t incarnation[32];
	random_bytes(incarnation, sizeof incarnation);
	journal_close(a->journal);
	if (journal_open(&a->storage, a->key, a->founding.exchange_id, incarnation, 1 << 20, &a->journal, &a->place, &error))
		fail_msg("%s", error.text);
}

static void archive_close(struct archive *a)
{
	journal_close(a->journal);
	storage_directory_close(a->directory);
	lab_close(&a->lab);
	free(a->block);
	close(a->fd);
	nftw(a->dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

// One block of the entries given, with the digest given.
static void block_write(struct archive *a, const void *entries, size_t size, uint32_t count, uint64_t time_us, uint64_t digest)
{
	uint8_t salt[1][32];
	struct journal_error error;
	random_bytes(salt, sizeof salt);
	memset(a->block, 0, offsetof(struct block, entries));
	a->block->first_sequence = a->place.sequence + 1;
	a->block->time_us = time_us;
	a->block->count = count;
	a->block->size = (uint32_t)size;
	a->block->digest = digest;
	memcpy(a->block->entries, entries, size);
	if (journal_write(a->journal, &a->block, 1, (const uint8_t(*)[32])salt, &a->place, &error))
		fail_msg("%s", error.text);
}

// The lab's last entry, as the engine would have written it.
static void last_write(struct archive *a)
{
	block_write(a, a->lab.entry, a->lab.entry_size, 1, exchange_time_us(a->lab.x), exchange_seal_block(a->lab.x));
}

static void found(struct archive *a)
{
	journal_reopen(a);
	last_write(a); // genesis
	lab_asset(&a->lab, "BTC");
	last_write(a);
	lab_asset(&a->lab, "USDT");
	last_write(a);
}

static volatile uint64_t applying;

static int recover(struct archive *a, struct recovery *ret, struct journal_error *error)
{
	struct recovery_options how = { .storage = &a->storage, .master_key = a->key, .founding = &a->founding,
					.snapshots_fd = -1, .blocks = a->place.blocks, .applying = &applying };
	*error = (struct journal_error){ 0 };
	return recovery_run(&how, ret, error);
}

static void test_state_comes_back(void **state)
{
	struct archive a;
	struct recovery done;
	struct journal_error error;
	uint8_t ours[32], theirs[32];
	archive_open(&a);
	found(&a);
	assert_int_equal(recover(&a, &done, &error), 0);
	assert_int_equal(done.entries, 3);
	assert_int_equal(done.from_sequence, 0);
	assert_int_equal(applying, 4);
	exchange_hash(a.lab.x, ours);
	exchange_hash(done.exchange, theirs);
	assert_memory_equal(ours, theirs, 32);
	exchange_free(done.exchange);
	archive_close(&a);
}

static void test_a_digest_that_differs_stops_by_block(void **state)
{
	struct archive a;
	struct recovery done;
	struct journal_error error;
	archive_open(&a);
	found(&a);
	lab_asset(&a.lab, "ETH");
	block_write(&a, a.lab.entry, a.lab.entry_size, 1, exchange_time_us(a.lab.x), exchange_seal_block(a.lab.x) ^ 1);
	assert_int_equal(recover(&a, &done, &error), 1);
	assert_non_null(strstr(error.text, "block 3 (entries 4 to 4)"));
	archive_close(&a);
}

static void void_write(struct archive *a, uint64_t names)
{
	uint8_t entry[64];
	struct writer w = writer_over(entry, sizeof entry);
	size_t size = entry_write(&w, ENTRY_VOID, &names, sizeof names);
	block_write(a, entry, size, 1, a->place.time_us, 0);
}

static void test_a_poison_entry_is_named_and_void_passes_it(void **state)
{
	struct archive a;
	struct recovery done;
	struct journal_error error;
	uint8_t entry[64], payload[8] = { 0 };
	archive_open(&a);
	found(&a);
	struct writer w = writer_over(entry, sizeof entry);
	size_t size = entry_write(&w, 200, payload, sizeof payload); // a kind that no rules know
	block_write(&a, entry, size, 1, a.place.time_us, 12345);
	assert_int_equal(recover(&a, &done, &error), 1);
	assert_non_null(strstr(error.text, "entry 4"));
	assert_int_equal(applying, 4);
	journal_reopen(&a); // as redoubt-engine does for `redoubt journal void 4`
	void_write(&a, 4);
	assert_int_equal(recover(&a, &done, &error), 0);
	assert_int_equal(exchange_sequence(done.exchange), 5);
	assert_int_equal(exchange_asset_count(done.exchange), 2);
	exchange_free(done.exchange);
	archive_close(&a);
}

static void test_a_journal_that_ends_early_is_said(void **state)
{
	struct archive a;
	struct recovery done;
	struct journal_error error;
	archive_open(&a);
	found(&a);
	a.place.blocks += 2;
	assert_int_equal(recover(&a, &done, &error), 1);
	assert_true(strlen(error.text) > 20);
	archive_close(&a);
}

// What a crash says, of a child that crashes.
static void crash_text(int signal_number, bool replaying, char *to, size_t size)
{
	int ends[2];
	assert_int_equal(pipe(ends), 0);
	pid_t pid = fork();
	if (pid == 0) {
		static volatile uint64_t at = 18446744073709551615ull;
		dup2(ends[1], 2);
		crash_watch(&at, replaying);
		raise(signal_number);
		_exit(0);
	}
	close(ends[1]);
	int status;
	ssize_t n = read(ends[0], to, size - 1);
	to[n > 0 ? n : 0] = '\0';
	close(ends[0]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), signal_number);
}

static void test_a_crash_in_apply_names_the_entry(void **state)
{
	char text[512];
	crash_text(SIGABRT, true, text, sizeof text);
	assert_non_null(strstr(text, "while replaying entry 18446744073709551615;"));
	assert_non_null(strstr(text, "`redoubt journal void 18446744073709551615`"));
	crash_text(SIGSEGV, false, text, sizeof text);
	assert_non_null(strstr(text, "crashed by signal 11 at or after applying entry 18446744073709551615"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_state_comes_back),
		cmocka_unit_test(test_a_digest_that_differs_stops_by_block),
		cmocka_unit_test(test_a_poison_entry_is_named_and_void_passes_it),
		cmocka_unit_test(test_a_journal_that_ends_early_is_said),
		cmocka_unit_test(test_a_crash_in_apply_names_the_entry),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
