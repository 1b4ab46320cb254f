// SPDX-License-Identifier: Apache-2.0
// Bytes from a disk that nobody vouches for. The first byte says how they are met:
// as a frame (raw, then with its CRC made right), as a leaf inside a whole frame,
// as a segment header, as the durable note.
#include "base/crc32c.h"
#include "crypto/secret.h"
#include "journal/note.h"
#include "journal/rot.h"
#include "journal/segment.h"
#include "journal/test_disk.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const uint8_t master[32] = { 1 }, exchange[32] = { 2 }, incarnation[32] = { 3 };
static struct journal_keys keys;
static uint8_t frame[BLOCK_FRAME_MAX], plain[BLOCK_FRAME_MAX];

static void as_frame(const uint8_t *data, size_t size)
{
	struct frame_head head;
	size_t available = u64_round_up(size, BLOCK_ALIGN) > sizeof frame ? sizeof frame : u64_round_up(size, BLOCK_ALIGN);
	memset(frame, 0, sizeof frame);
	memcpy(frame, data, size < available ? size : available);
	if (frame_check(frame, available, &head) == FRAME_WHOLE)
		(void)frame_open(&keys, frame, &head, plain);
	uint64_t magic = FRAME_MAGIC;
	uint32_t claimed;
	memcpy(frame, &magic, sizeof magic);
	memcpy(&claimed, frame + 12, sizeof claimed);
	if (claimed >= BLOCK_ALIGN && claimed <= available) {
		uint32_t crc = crc32c(0, frame, FRAME_ASSOCIATED_SIZE);
		crc = crc32c(crc, frame + FRAME_HEAD_SIZE, claimed - FRAME_HEAD_SIZE);
		memcpy(frame + FRAME_ASSOCIATED_SIZE, &crc, sizeof crc);
		if (frame_check(frame, available, &head) == FRAME_WHOLE)
			ASSERT(frame_open(&keys, frame, &head, plain) != FRAME_WHOLE); // nobody guesses a tag
		frame[20] ^= 1;
	}
	(void)frame_rotten(&keys, frame, available, plain, &head);
}

// A frame that is whole, with a leaf that is anything.
static void as_leaf(const uint8_t *data, size_t size)
{
	struct test_disk disk;
	struct storage s;
	struct journal_reader *r;
	struct journal_error error;
	struct block_view v;
	struct segment_head segment = { .size = SEGMENT_SIZE_MIN, .first_sequence = 1 };
	struct frame_head head = { .plain_size = (uint32_t)u64_min(size, BLOCK_LEAF_MAX) };
	if (head.plain_size <= BLOCK_LEAF_HEAD)
		return;
	test_disk_init(&disk, &s);
	ASSERT(!s.create(s.context, 0, SEGMENT_SIZE_MIN));
	memcpy(segment.exchange_id, exchange, 32);
	memcpy(head.incarnation, incarnation, 32);
	segment_head_write(&segment, &keys, disk.segment[0]);
	int sealed = journal_keys_use(&keys, incarnation) || frame_seal(&keys, &head, data, disk.segment[0] + BLOCK_ALIGN);
	ASSERT(!sealed);
	if (!journal_reader_open(&s, master, exchange, 0, &r, &error)) {
		while (!journal_reader_next(r, UINT64_MAX, &v, &error))
			ASSERT(v.entries_size + BLOCK_LEAF_HEAD == v.leaf_size && v.count > 0);
		journal_reader_close(r);
	}
	test_disk_clear(&disk);
}

static void as_header_or_note(const uint8_t *data, size_t size)
{
	uint8_t page[SEGMENT_HEAD_SIZE] = { 0 };
	struct segment_head head;
	struct note note;
	memcpy(page, data, size < sizeof page ? size : sizeof page);
	if (!note_decode(page, exchange, &note))
		ASSERT(data[0] == 'R'); // its magic
	(void)segment_head_read(page, &keys, exchange, 0, &head);
	uint32_t crc = crc32c(0, page, 184);
	memcpy(page + 184, &crc, sizeof crc);
	(void)segment_head_read(page, &keys, exchange, 0, &head);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (!keys.master) {
		int error = crypto_init();
		if (!error)
			error = journal_keys_init(&keys, master, exchange);
		ASSERT(!error);
	}
	if (size == 0)
		return 0;
	static void (*const ways[])(const uint8_t *, size_t) = { as_frame, as_leaf, as_header_or_note };
	ways[data[0] % ARRAY_LEN(ways)](data + 1, size - 1);
	return 0;
}
