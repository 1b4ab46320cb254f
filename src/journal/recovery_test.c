// SPDX-License-Identifier: Apache-2.0
// What recovery makes of torn tails, rot, missing segments, wrong keys. The rule:
// a block that was durable is there afterwards, or the opening refuses and says where.
#include "base/crc32c.h"
#include "crypto/secret.h"
#include "journal/frame.h"
#include "journal/test_disk.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static const uint8_t master[32] = { 1, 2, 3 }, exchange[32] = { 9, 8, 7 };
static struct block blocks[8];
static uint64_t random_state = 88172645463325252u;

static uint64_t random_next(void)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	return random_state ^= random_state << 17;
}

static int try_open(const struct storage *s, struct journal **ret, struct journal_place *ret_place,
		    struct journal_error *ret_error)
{
	uint8_t fresh[32];
	for (size_t i = 0; i < sizeof fresh; i++)
		fresh[i] = (uint8_t)random_next();
	return journal_open(s, master, exchange, fresh, SEGMENT_SIZE_MIN, ret, ret_place, ret_error);
}

static struct journal *must_open(const struct storage *s, struct journal_place *ret_place)
{
	struct journal *j = NULL;
	struct journal_error error;
	if (try_open(s, &j, ret_place, &error))
		fail_msg("%s", error.text);
	return j;
}

static void write_batch(struct journal *j, struct journal_place *place, size_t count, uint32_t entries)
{
	static uint8_t salts[8][32];
	struct block *list[8];
	struct journal_place at = *place;
	struct journal_error error;
	for (size_t i = 0; i < count; i++) {
		test_block(&blocks[i], &at, entries, 40, (uint8_t)random_next());
		for (size_t k = 0; k < 32; k++)
			salts[i][k] = (uint8_t)random_next();
		at.blocks++;
		at.sequence += entries;
		at.time_us = blocks[i].time_us;
		list[i] = &blocks[i];
	}
	if (journal_write(j, list, count, (const uint8_t(*)[32])salts, place, &error))
		fail_msg("%s", error.text);
}

#define HASHES_MAX 256

// Reads everything; how many blocks, their hashes; -1 when the reader refused.
static int read_hashes(const struct storage *s, uint8_t (*to)[32], struct journal_error *ret_error)
{
	struct journal_reader *r;
	struct block_view v;
	int n = 0, result;
	if (journal_reader_open(s, master, exchange, 0, &r, ret_error))
		return -1;
	while ((result = journal_reader_next(r, UINT64_MAX, &v, ret_error)) == 0 && n < HASHES_MAX)
		memcpy(to[n++], v.leaf_hash, 32);
	journal_reader_close(r);
	return result == 2 ? n : -1;
}

// Three batches over two segments. `closed` or killed.
static uint64_t make_journal(struct test_disk *disk, struct storage *s, bool closed)
{
	struct journal_place place;
	test_disk_init(disk, s);
	struct journal *j = must_open(s, &place);
	write_batch(j, &place, 3, 100);
	write_batch(j, &place, 8, 300); // ends segment 0
	write_batch(j, &place, 2, 150);
	assert_int_equal(journal_segment(j), 1);
	if (closed) {
		journal_close(j);
		return place.blocks;
	}
	struct storage other;
	struct test_disk killed;
	test_disk_copy(disk, &killed, &other);
	journal_close(j);
	test_disk_clear(disk);
	*disk = killed;
	s->context = disk;
	return place.blocks;
}

// The disk as a crash may leave it: some of the last write's sectors old, some new, one of them torn.
static void tear(struct test_disk *d, const struct test_disk *before, unsigned sector, int style, size_t keep)
{
	uint8_t *now = d->segment[d->last_segment];
	const uint8_t *old = before->segment[d->last_segment];
	for (size_t i = 0; i < d->last_size; i += sector) {
		bool is_new = style == 0 ? i + sector <= keep : style == 1 ? i >= keep : random_next() & 1;
		if (!is_new)
			memcpy(now + d->last_offset + i, old + d->last_offset + i, sector);
	}
	if (style == 3 && keep < d->last_size) // garbage in the torn sector
		for (size_t i = 0; i < 256 && keep + i < d->last_size; i++)
			now[d->last_offset + keep + i] = (uint8_t)random_next();
}

static void check_after_tear(const struct test_disk *torn, uint64_t acknowledged, uint8_t (*wanted)[32])
{
	static uint8_t hashes[HASHES_MAX][32];
	struct test_disk disk;
	struct storage s;
	struct journal_place place;
	struct journal_error error;
	test_disk_copy(torn, &disk, &s);
	int n = read_hashes(&s, hashes, &error); // a reader says the same before recovery
	if (n < (int)acknowledged)
		fail_msg("reader: %d %s", n, error.text);
	struct journal *j = must_open(&s, &place);
	assert_true(place.blocks >= acknowledged);
	assert_int_equal(place.blocks, n);
	write_batch(j, &place, 1, 20);
	journal_close(j);
	n = read_hashes(&s, hashes, &error);
	if (n != (int)place.blocks)
		fail_msg("%d %s", n, error.text);
	assert_memory_equal(hashes, wanted, acknowledged * 32);
	test_disk_clear(&disk);
}

static void torn_tails(void **state)
{
	static uint8_t wanted[HASHES_MAX][32];
	for (int clean_before = 0; clean_before < 2; clean_before++) {
		struct test_disk disk, before, torn;
		struct storage s, ignored;
		struct journal_place place;
		struct journal_error error;
		uint64_t acknowledged = make_journal(&disk, &s, clean_before);
		struct journal *j = must_open(&s, &place);
		assert_int_equal(read_hashes(&s, wanted, &error), acknowledged);
		test_disk_copy(&disk, &before, &ignored);
		write_batch(j, &place, 5, 90);
		memcpy(disk.note, before.note, sizeof disk.note); // it was never acknowledged
		for (int style = 0; style < 4; style++)
			for (size_t keep = 0; keep <= disk.last_size; keep += 512) {
				test_disk_copy(&disk, &torn, &ignored);
				tear(&torn, &before, keep % BLOCK_ALIGN ? 512 : BLOCK_ALIGN, style, keep);
				check_after_tear(&torn, acknowledged, wanted);
				test_disk_clear(&torn);
			}
		for (int i = 0; i < 200; i++) { // cut at any byte
			test_disk_copy(&disk, &torn, &ignored);
			tear(&torn, &before, 1, 0, random_next() % disk.last_size);
			check_after_tear(&torn, acknowledged, wanted);
			test_disk_clear(&torn);
		}
		journal_close(j);
		test_disk_clear(&disk);
		test_disk_clear(&before);
	}
}

// A tear in the write that ends one segment, and crashes between seal, header and the next frames.
static void torn_roll(void **state)
{
	for (unsigned die_after = 0; die_after < 4; die_after++) {
		struct test_disk disk;
		struct storage s;
		struct journal_place place, reached;
		struct journal_error error;
		static uint8_t hashes[HASHES_MAX][32];
		test_disk_init(&disk, &s);
		struct journal *j = must_open(&s, &place);
		write_batch(j, &place, 3, 100);
		struct block *list[8];
		static uint8_t salts[8][32];
		struct journal_place at = place;
		for (size_t i = 0; i < 8; i++) {
			test_block(&blocks[i], &at, 330, 40, 1);
			at.blocks++;
			at.sequence += 330;
			at.time_us = blocks[i].time_us;
			list[i] = &blocks[i];
		}
		disk.write_error = -EIO;
		disk.write_after = die_after;
		int result = journal_write(j, list, 8, (const uint8_t(*)[32])salts, &reached, &error);
		assert_int_equal(result, die_after < 3);
		journal_close(j);
		disk.write_error = 0;
		j = must_open(&s, &place);
		assert_true(place.blocks >= (result ? 3 : 11));
		write_batch(j, &place, 2, 100);
		journal_close(j);
		int n = read_hashes(&s, hashes, &error);
		if (n != (int)place.blocks)
			fail_msg("%d: %s", n, error.text);
		test_disk_clear(&disk);
	}
}

// A flip in a closed journal, then in a killed one, then in one whose note is gone.
static void every_flip(void **state)
{
	static uint8_t wanted[HASHES_MAX][32], hashes[HASHES_MAX][32];
	unsigned refused = 0, harmless = 0; // both must happen
	for (int variant = 0; variant < 3; variant++) {
		struct test_disk disk, copy;
		struct storage s;
		struct journal_place place;
		struct journal_error error;
		uint64_t durable = make_journal(&disk, &s, variant == 0);
		assert_int_equal(read_hashes(&s, wanted, &error), durable);
		test_disk_copy(&disk, &copy, &s);
		for (uint32_t segment = 0; segment < 2; segment++)
			for (uint64_t at = 0; at < disk.size[segment];) {
				uint8_t bit = (uint8_t)(1u << random_next() % 8);
				copy.segment[segment][at] ^= bit;
				copy.note_size = variant == 2 ? 0 : disk.note_size;
				struct journal *j;
				int result = try_open(&s, &j, &place, &error);
				if (!result)
					journal_close(j);
				int n = result ? -1 : read_hashes(&s, hashes, &error);
				if (n >= 0) {
					assert_int_equal(n, durable);
					assert_memory_equal(hashes, wanted, durable * 32);
					harmless++;
				} else {
					assert_true(error.fault != JOURNAL_OK && strlen(error.text) > 20);
					refused++;
				}
				for (uint32_t k = 0; k < 2; k++)
					memcpy(copy.segment[k], disk.segment[k], disk.size[k]);
				memcpy(copy.note, disk.note, sizeof copy.note);
				// Every byte of the heads, a sample of the rest.
				at += at % BLOCK_ALIGN < 200 && disk.segment[segment][at / BLOCK_ALIGN * BLOCK_ALIGN] ?
					      1 + 6 * (uint64_t)(variant != 0) :
					      197;
			}
		test_disk_clear(&copy);
		test_disk_clear(&disk);
	}
	assert_true(refused > 3000);
	assert_true(harmless > 100); // zeros after the end, header padding excluded
}

// Damage wider than a bit in anything but the last batch is proven by what follows it, even without a note.
static void wide_damage(void **state)
{
	for (int kind = 0; kind < 3; kind++) {
		struct test_disk disk;
		struct storage s;
		struct journal_place place;
		struct journal_error error;
		struct journal *j;
		(void)make_journal(&disk, &s, false);
		j = must_open(&s, &place);
		uint64_t offset = disk.last_offset; // of the batch that the next ones follow
		write_batch(j, &place, 2, 100);
		offset = disk.last_offset;
		write_batch(j, &place, 1, 100);
		disk.note_size = kind == 2 ? disk.note_size : 0;
		if (kind == 2)
			offset = disk.last_offset; // the last batch itself: the note proves it
		memset(disk.segment[1] + offset, kind ? 0 : 0xaa, BLOCK_ALIGN);
		journal_close(j);
		assert_int_equal(try_open(&s, &j, &place, &error), 1);
		assert_int_equal(error.fault, JOURNAL_DAMAGED);
		assert_int_equal(error.segment, 1);
		assert_int_equal(error.offset, offset);
		test_disk_clear(&disk);
	}
}

// The last batch of a killed writer, damaged wider than a bit: only the note proves it. Without
// the note it looks like a tear; that is the limit that PROTOCOL.journal.md names.
static void last_batch_and_note(void **state)
{
	for (int note = 0; note < 2; note++)
		for (int kind = 0; kind < 3; kind++) {
			struct test_disk disk;
			struct storage s;
			struct journal_place place;
			struct journal_error error;
			struct journal *j;
			uint64_t durable = make_journal(&disk, &s, false);
			uint8_t *page = disk.segment[1] + disk.last_offset;
			memset(page, kind == 0 ? 0 : 0xaa, kind == 2 ? 64 : BLOCK_ALIGN);
			if (note == 0)
				disk.note_size = 0;
			int result = try_open(&s, &j, &place, &error);
			assert_int_equal(result, note);
			if (note) {
				assert_int_equal(error.fault, JOURNAL_DAMAGED);
				assert_int_equal(error.offset, disk.last_offset);
				assert_non_null(strstr(error.text, "durable note"));
			} else {
				assert_true(place.blocks < durable);
				journal_close(j);
			}
			test_disk_clear(&disk);
		}
}

static void segment_gone(struct test_disk *disk, uint32_t k)
{
	free(disk->segment[k]);
	disk->segment[k] = NULL;
}

static void missing_segments(void **state)
{
	for (int which = 0; which < 4; which++)
		for (int note = 0; note < 2; note++) {
			struct test_disk disk;
			struct storage s;
			struct journal_place place;
			struct journal_error error;
			struct journal *j;
			(void)make_journal(&disk, &s, true);
			j = must_open(&s, &place);
			while (journal_segment(j) < 2)
				write_batch(j, &place, 3, 300);
			journal_close(j);
			for (uint32_t k = 0; k < 3; k++)
				if (which == 3 || which == (int)k)
					segment_gone(&disk, k);
			if (!note)
				disk.note_size = 0;
			if (which == 3 && !note) {
				test_disk_clear(&disk);
				continue; // an empty directory is a new journal
			}
			assert_int_equal(try_open(&s, &j, &place, &error), 1);
			assert_int_equal(error.fault, JOURNAL_MISSING);
			assert_int_equal(error.segment, which == 3 ? 0 : which);
			struct journal_reader *r;
			struct block_view v;
			int result = journal_reader_open(&s, master, exchange, 0, &r, &error);
			while (!result && !(result = journal_reader_next(r, UINT64_MAX, &v, &error)))
				;
			assert_int_equal(result, 1);
			if (which == 2)
				journal_reader_close(r);
			test_disk_clear(&disk);
		}
}

static void refuses_untouched(const struct storage *s, struct test_disk *disk, const uint8_t *key, const uint8_t *id,
			      enum journal_fault wanted)
{
	struct test_disk before;
	struct storage ignored;
	struct journal_place place;
	struct journal_error error;
	struct journal *j;
	struct journal_reader *r;
	uint8_t fresh[32] = { 77 };
	test_disk_copy(disk, &before, &ignored);
	unsigned writes = disk->writes;
	assert_int_equal(journal_open(s, key, id, fresh, SEGMENT_SIZE_MIN, &j, &place, &error), 1);
	assert_int_equal(error.fault, wanted);
	assert_int_equal(disk->writes, writes);
	for (uint32_t k = 0; k < 2; k++)
		assert_memory_equal(disk->segment[k], before.segment[k], disk->size[k]);
	assert_int_equal(journal_reader_open(s, key, id, 0, &r, &error), 1);
	assert_int_equal(error.fault, wanted);
	test_disk_clear(&before);
}

static void wrong_key_or_exchange(void **state)
{
	struct test_disk disk;
	struct storage s;
	uint8_t other[32] = { 5 };
	(void)make_journal(&disk, &s, false);
	refuses_untouched(&s, &disk, other, exchange, JOURNAL_WRONG_KEY);
	refuses_untouched(&s, &disk, master, other, JOURNAL_OTHER);
	disk.segment[0][8] = 2; // a version that does not exist yet
	uint32_t crc = crc32c(0, disk.segment[0], 184);
	memcpy(disk.segment[0] + 184, &crc, 4);
	refuses_untouched(&s, &disk, master, exchange, JOURNAL_FORMAT);
	test_disk_clear(&disk);
}

static void swapped_and_cut(void **state)
{
	struct test_disk disk;
	struct storage s;
	struct journal_place place;
	struct journal_error error;
	struct journal *j;
	(void)make_journal(&disk, &s, false);
	uint8_t *first = disk.segment[0];
	disk.segment[0] = disk.segment[1];
	disk.segment[1] = first;
	assert_int_equal(try_open(&s, &j, &place, &error), 1);
	assert_int_equal(error.fault, JOURNAL_DAMAGED);
	disk.segment[1] = disk.segment[0];
	disk.segment[0] = first;
	disk.size[1] -= BLOCK_ALIGN;
	assert_int_equal(try_open(&s, &j, &place, &error), 1);
	assert_int_equal(error.fault, JOURNAL_DAMAGED);
	disk.size[1] += BLOCK_ALIGN;
	journal_close(must_open(&s, &place));
	test_disk_clear(&disk);
}

// Crash, tear, open, write, again and again: no (incarnation, number, kind) is ever sealed twice with other bytes.
static void no_nonce_twice(void **state)
{
	struct seen {
		struct frame_head head;
		uint8_t frame[BLOCK_FRAME_MAX];
	} *seen = calloc(600, sizeof *seen);
	size_t count = 0, rewritten = 0;
	struct test_disk disk, before;
	struct storage s, ignored;
	struct journal_place place;
	uint64_t acknowledged = make_journal(&disk, &s, false);
	for (int life = 0; life < 60; life++) {
		struct journal *j = must_open(&s, &place);
		assert_true(place.blocks >= acknowledged);
		acknowledged = place.blocks;
		test_disk_copy(&disk, &before, &ignored);
		write_batch(j, &place, 1 + random_next() % 4, 30);
		if (disk.last_segment == before.last_segment) {
			uint8_t *at = disk.segment[disk.last_segment] + disk.last_offset;
			for (size_t i = 0; i < disk.last_size; i += BLOCK_ALIGN) {
				struct frame_head head;
				if (frame_check(at + i, disk.last_size - i, &head) != FRAME_WHOLE)
					continue;
				for (size_t k = 0; k < count; k++) {
					bool same_number = seen[k].head.number == head.number;
					bool same_key = !memcmp(seen[k].head.incarnation, head.incarnation, 32);
					rewritten += same_number && !same_key;
					assert_false(same_number && same_key && seen[k].head.kind == head.kind &&
						     memcmp(seen[k].frame, at + i, head.size) != 0);
				}
				assert_true(count < 600);
				seen[count].head = head;
				memcpy(seen[count++].frame, at + i, head.size);
			}
			tear(&disk, &before, BLOCK_ALIGN, 2, 0);
			memcpy(disk.note, before.note, sizeof disk.note);
		} else {
			acknowledged = place.blocks;
		}
		struct storage other;
		struct test_disk killed;
		test_disk_copy(&disk, &killed, &other);
		journal_close(j);
		test_disk_clear(&disk);
		test_disk_clear(&before);
		disk = killed;
	}
	assert_true(rewritten > 20); // tails really were written again
	test_disk_clear(&disk);
	free(seen);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(torn_tails),
		cmocka_unit_test(torn_roll),
		cmocka_unit_test(every_flip),
		cmocka_unit_test(wide_damage),
		cmocka_unit_test(last_batch_and_note),
		cmocka_unit_test(missing_segments),
		cmocka_unit_test(wrong_key_or_exchange),
		cmocka_unit_test(swapped_and_cut),
		cmocka_unit_test(no_nonce_twice),
	};
	ASSERT(crypto_init() == 0);
	return cmocka_run_group_tests_name("journal-recovery", tests, NULL, NULL);
}
