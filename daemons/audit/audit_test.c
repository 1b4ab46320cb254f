// SPDX-License-Identifier: Apache-2.0
// The auditor over a real journal: what it writes verifies, what was touched is not signed.
#include "daemons/audit/audit.h"
#include "crypto/ed25519.h"
#include "fold/journal_lab.h"
#include "fold/test_dir.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

struct world {
	struct test_dir dir;
	int journal_fd, log_fd;
	struct journal_lab l;
	uint8_t seed[32];
};

static int world_open(void **state)
{
	struct world *w = calloc(1, sizeof *w);
	struct capacities c = lab_capacities();
	w->dir = test_dir_make();
	w->journal_fd = test_dir_sub(&w->dir, "journal");
	w->log_fd = test_dir_sub(&w->dir, "log");
	journal_lab_open(&w->l, w->journal_fd, &c);
	journal_lab_commit(&w->l);
	memset(w->seed, 0x77, sizeof w->seed);
	ed25519_public(w->seed, w->l.founding.genesis.checkpoint_public);
	*state = w;
	return 0;
}

static int world_close(void **state)
{
	struct world *w = *state;
	journal_lab_close(&w->l);
	close(w->journal_fd);
	close(w->log_fd);
	test_dir_remove(&w->dir);
	free(w);
	return 0;
}

static void blocks_add(struct world *w, unsigned count)
{
	uint8_t tick[16];
	for (unsigned i = 0; i < count; i++) {
		struct writer wr = writer_over(tick, sizeof tick);
		journal_lab_entry(&w->l, tick, entry_write(&wr, ENTRY_TICK, NULL, 0));
		journal_lab_commit(&w->l);
	}
}

static struct audit *begin(struct world *w)
{
	struct audit_options o = { .storage = &w->l.storage, .master_key = w->l.key, .founding = &w->l.founding,
				   .log_fd = w->log_fd, .seed = w->seed, .durable = w->l.place.blocks,
				   .interval_ns = 0 };
	struct journal_error error;
	struct audit *a = NULL;
	int r = audit_open(&o, &a, &error);
	if (r)
		print_message("audit_open: %d %s\n", r, error.text);
	assert_int_equal(r, 0);
	return a;
}

static void run(struct world *w, struct audit *a)
{
	struct journal_error error;
	int r;
	while (!(r = audit_step(a, w->l.place.blocks, 1000000000, &error)))
		;
	assert_int_equal(r, 2);
}

static void checkpoint_read(struct world *w, struct checkpoint *ret)
{
	char text[512], vkey[512];
	struct note_key key;
	int fd = openat(w->log_fd, "checkpoint", O_RDONLY), vfd = openat(w->log_fd, "log.vkey", O_RDONLY);
	ssize_t n = read(fd, text, sizeof text), v = read(vfd, vkey, sizeof vkey);
	assert_true(n > 0 && v > 1);
	assert_int_equal(note_key_parse(vkey, (size_t)v - 1, &key), 0);
	assert_int_equal(checkpoint_open(text, (size_t)n, &key, ret), 0);
	close(fd);
	close(vfd);
}

// The root over all leaves as RFC 6962 says, recursively.
static void naive_root(const uint8_t (*leaf)[32], size_t count, uint8_t root[32])
{
	uint8_t left[32], right[32];
	if (count == 1) {
		memcpy(root, leaf[0], 32);
		return;
	}
	size_t split = 1;
	while (split * 2 < count)
		split *= 2;
	naive_root(leaf, split, left);
	naive_root(leaf + split, count - split, right);
	tlog_node_hash(left, right, root);
}

static size_t leaves_read(struct world *w, uint8_t (*leaf)[32], size_t room)
{
	struct journal_reader *reader;
	struct journal_error error;
	struct block_view block;
	size_t count = 0;
	assert_int_equal(journal_reader_open(&w->l.storage, w->l.key, w->l.founding.exchange_id, 0, &reader, &error), 0);
	while (journal_reader_next(reader, UINT64_MAX, &block, &error) == 0) {
		assert_true(count < room);
		uint8_t hash[32];
		tlog_leaf_hash(block.leaf, block.leaf_size, hash);
		assert_memory_equal(hash, block.leaf_hash, 32);
		memcpy(leaf[count++], hash, 32);
	}
	journal_reader_close(reader);
	return count;
}

static void assert_log_whole(struct world *w)
{
	static uint8_t leaf[2000][32];
	uint8_t root[32];
	struct checkpoint c;
	size_t count = leaves_read(w, leaf, ARRAY_LEN(leaf));
	checkpoint_read(w, &c);
	assert_int_equal(c.size, count);
	naive_root((const uint8_t(*)[32])leaf, count, root);
	assert_memory_equal(c.root, root, 32);
	assert_true(c.counted);
	assert_int_equal(c.entries, w->l.place.sequence);
	// Inclusion of some, from the tiles alone.
	struct tiles_reader reader = { .dir_fd = w->log_fd, .size = c.size };
	struct tlog_source source = { .context = &reader, .hash_at = tiles_hash_at };
	uint8_t proof[TLOG_PROOF_MAX][32];
	for (uint64_t i = 0; i < count; i += 1 + count / 7) {
		size_t hashes;
		assert_int_equal(tlog_inclusion_proof(&source, i, c.size, proof, &hashes), 0);
		assert_true(tlog_inclusion_verify(leaf[i], i, c.size, (const uint8_t(*)[32])proof, hashes, c.root));
	}
}

static void test_grows_and_verifies(void **state)
{
	struct world *w = *state;
	struct audit *a = begin(w);
	const unsigned steps[] = { 1, 2, 5, 100, 148, 1, 254, 300, 3 }; // over the edges of tiles
	struct checkpoint before = { 0 }, now;
	for (size_t i = 0; i < ARRAY_LEN(steps); i++) {
		blocks_add(w, steps[i]);
		run(w, a);
		assert_null(audit_fault(a));
		assert_log_whole(w);
		checkpoint_read(w, &now);
		if (before.size) {
			struct tiles_reader reader = { .dir_fd = w->log_fd, .size = now.size };
			struct tlog_source source = { .context = &reader, .hash_at = tiles_hash_at };
			uint8_t proof[TLOG_PROOF_MAX][32];
			size_t hashes;
			assert_int_equal(tlog_consistency_proof(&source, before.size, now.size, proof, &hashes), 0);
			assert_true(tlog_consistency_verify(before.size, now.size, (const uint8_t(*)[32])proof,
							    hashes, before.root, now.root));
		}
		before = now;
		if (i & 1) { // a new process goes on where the old one was
			audit_close(a);
			a = begin(w);
			assert_null(audit_fault(a));
		}
	}
	audit_close(a);
}

static void test_full_tiles_leave_no_partial(void **state)
{
	struct world *w = *state;
	struct audit *a = begin(w);
	run(w, a);
	blocks_add(w, 100);
	run(w, a);
	assert_int_equal(faccessat(w->log_fd, "tile/0/000.p/101", F_OK, 0), 0);
	blocks_add(w, 160);
	run(w, a);
	assert_int_equal(faccessat(w->log_fd, "tile/0/000", F_OK, 0), 0);
	assert_int_equal(faccessat(w->log_fd, "tile/0/000.p", F_OK, 0), -1);
	assert_int_equal(faccessat(w->log_fd, "tile/0/001.p/5", F_OK, 0), 0);
	assert_int_equal(faccessat(w->log_fd, "tile/1/000.p/1", F_OK, 0), 0);
	audit_close(a);
}

static void byte_flip(int dir_fd, const char *path, off_t at)
{
	uint8_t byte;
	int fd = openat(dir_fd, path, O_RDWR);
	assert_true(fd >= 0);
	assert_int_equal(pread(fd, &byte, 1, at), 1);
	byte ^= 0x20;
	assert_int_equal(pwrite(fd, &byte, 1, at), 1);
	close(fd);
}

static void assert_refuses(struct world *w, const char *why)
{
	char a_text[512], b_text[512];
	int fd = openat(w->log_fd, "checkpoint", O_RDONLY);
	ssize_t n = read(fd, a_text, sizeof a_text);
	close(fd);
	struct audit *a = begin(w);
	assert_non_null(audit_fault(a));
	if (!strstr(audit_fault(a), why))
		print_message("said: %s\n", audit_fault(a));
	assert_non_null(strstr(audit_fault(a), why));
	blocks_add(w, 3);
	run(w, a); // nothing is signed
	audit_close(a);
	fd = openat(w->log_fd, "checkpoint", O_RDONLY);
	assert_int_equal(read(fd, b_text, sizeof b_text), n);
	assert_memory_equal(a_text, b_text, (size_t)n);
	close(fd);
}

static void log_make(struct world *w, unsigned blocks)
{
	struct audit *a = begin(w);
	blocks_add(w, blocks);
	run(w, a);
	audit_close(a);
}

static void test_flipped_partial_tile(void **state)
{
	struct world *w = *state;
	log_make(w, 9);
	byte_flip(w->log_fd, "tile/0/000.p/10", 40);
	assert_refuses(*state, "do not give the root");
}

static void test_flipped_full_tile(void **state)
{
	struct world *w = *state;
	log_make(w, 299);
	byte_flip(w->log_fd, "tile/0/000", 3000);
	assert_refuses(*state, "tile/0/000 is not what the tile above");
}

static void test_missing_tile(void **state)
{
	struct world *w = *state;
	log_make(w, 299);
	unlinkat(w->log_fd, "tile/0/000", 0);
	assert_refuses(*state, "missing");
}

static void test_flipped_checkpoint(void **state)
{
	struct world *w = *state;
	log_make(w, 9);
	byte_flip(w->log_fd, "checkpoint", 30);
	assert_refuses(*state, "not one that this log signed");
}

// Another journal of the same exchange, as long as the first: an honest log refuses it.
static void test_rewritten_journal(void **state)
{
	struct world *w = *state;
	log_make(w, 20);
	struct world other = { 0 };
	struct capacities c = lab_capacities();
	other.dir = test_dir_make();
	other.journal_fd = test_dir_sub(&other.dir, "journal");
	journal_lab_open(&other.l, other.journal_fd, &c);
	other.l.founding = w->l.founding;
	other.log_fd = w->log_fd;
	memcpy(other.seed, w->seed, 32);
	journal_lab_market(&other.l, 1);
	blocks_add(&other, 30);
	assert_refuses(&other, "not the one that was signed");
	journal_lab_close(&other.l);
	close(other.journal_fd);
	test_dir_remove(&other.dir);
}

static void test_shorter_journal(void **state)
{
	struct world *w = *state;
	log_make(w, 20);
	w->l.place.blocks -= 5;
	struct audit *a = begin(w);
	assert_non_null(strstr(audit_fault(a), "shorter"));
	audit_close(a);
	w->l.place.blocks += 5;
}

// The checkpoint was lost and the journal rewritten: the full tiles still know.
static void test_fork_behind_a_lost_checkpoint(void **state)
{
	struct world *w = *state;
	log_make(w, 299);
	unlinkat(w->log_fd, "checkpoint", 0);
	byte_flip(w->log_fd, "tile/0/000", 100);
	struct audit *a = begin(w);
	run(w, a);
	assert_non_null(audit_fault(a));
	assert_non_null(strstr(audit_fault(a), "with other hashes"));
	audit_close(a);
	assert_int_equal(faccessat(w->log_fd, "checkpoint", F_OK, 0), -1);
}

// Signs what stands on the disk again: the same tree, with another count of entries, or none.
static void checkpoint_resign(struct world *w, bool counted, uint64_t entries)
{
	struct checkpoint c;
	struct note_key key;
	uint8_t public_key[32];
	char text[CHECKPOINT_COUNTED_TEXT_MAX], note[1024];
	checkpoint_read(w, &c);
	ed25519_public(w->seed, public_key);
	assert_int_equal(note_key_make(c.origin, NOTE_ED25519, public_key, &key), 0);
	size_t size = counted ? checkpoint_format_counted(c.origin, c.size, c.root, entries, text) :
				checkpoint_format(c.origin, c.size, c.root, text);
	size = note_sign(&key, w->seed, text, size, note, sizeof note);
	int fd = openat(w->log_fd, "checkpoint", O_WRONLY | O_TRUNC);
	assert_int_equal(write(fd, note, size), size);
	close(fd);
}

static void test_a_count_that_the_journal_does_not_hold(void **state)
{
	struct world *w = *state;
	log_make(w, 9);
	checkpoint_resign(w, true, w->l.place.sequence + 1);
	assert_refuses(w, "which is not what its blocks hold");
}

// A log from before checkpoints had a count goes on, and has one from its next checkpoint on.
static void test_a_checkpoint_without_a_count(void **state)
{
	struct world *w = *state;
	struct checkpoint c;
	log_make(w, 9);
	checkpoint_resign(w, false, 0);
	checkpoint_read(w, &c);
	assert_false(c.counted);
	log_make(w, 1);
	assert_log_whole(w);
}

static void test_wrong_key_and_second_process(void **state)
{
	struct world *w = *state;
	log_make(w, 3);
	w->seed[0] ^= 1;
	struct audit *a = begin(w);
	assert_non_null(strstr(audit_fault(a), "genesis"));
	audit_close(a);
	w->seed[0] ^= 1;
	a = begin(w);
	assert_null(audit_fault(a));
	struct audit *b = begin(w);
	assert_non_null(strstr(audit_fault(b), "another process"));
	audit_close(b);
	audit_close(a);
}

int main(void)
{
#define WITH_WORLD(t) cmocka_unit_test_setup_teardown(t, world_open, world_close)
	const struct CMUnitTest tests[] = {
		WITH_WORLD(test_grows_and_verifies), WITH_WORLD(test_full_tiles_leave_no_partial),
		WITH_WORLD(test_flipped_partial_tile), WITH_WORLD(test_flipped_full_tile),
		WITH_WORLD(test_missing_tile), WITH_WORLD(test_flipped_checkpoint),
		WITH_WORLD(test_rewritten_journal), WITH_WORLD(test_shorter_journal),
		WITH_WORLD(test_fork_behind_a_lost_checkpoint), WITH_WORLD(test_wrong_key_and_second_process),
		WITH_WORLD(test_a_count_that_the_journal_does_not_hold), WITH_WORLD(test_a_checkpoint_without_a_count),
	};
	return cmocka_run_group_tests_name("audit", tests, NULL, NULL);
}
