// SPDX-License-Identifier: Apache-2.0
#include "tail.h"

#include "base/crc32c.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#define NOTE_SIZE (8 + 4 + 4 + 32 + 8 + 8 + 32 + 4 + 4)

struct mark note_read(int dir_fd)
{
	uint8_t bytes[NOTE_SIZE + 1];
	struct mark m = { 0 };
	int fd = openat(dir_fd, "durable", O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : pread(fd, bytes, sizeof bytes, 0);
	if (fd >= 0)
		close(fd);
	if (n != NOTE_SIZE)
		return m;
	struct reader r = reader_over(bytes, NOTE_SIZE);
	const uint8_t *magic = read_bytes(&r, 8);
	uint32_t version = read_u32(&r);
	(void)read_bytes(&r, 4 + 32);
	m.blocks = read_u64(&r);
	m.sequence = read_u64(&r);
	read_copy(&r, m.leaf_hash, 32);
	(void)read_u32(&r);
	m.present = memcmp(magic, "RDBTNOTE", 8) == 0 && version == 1 && read_u32(&r) == crc32c(0, bytes, NOTE_SIZE - 4);
	return m;
}

// A frame that is whole, tag and all.
static bool frame_holds(struct opener *o, const uint8_t *bytes, size_t size, struct frame *ret)
{
	static uint8_t plain[LEAF_MAX];
	return frame_parse(bytes, size, ret) == NULL && opener_open(o, ret, plain) == 0;
}

// The CRC of a frame with one flipped bit differs by a value that depends on
// the bit's place only, so the place is found by walking the values, not by trying each.
static bool flip_in_content(struct opener *o, uint8_t *bytes, size_t size)
{
	struct frame f;
	uint32_t stored, step[8];
	memcpy(&stored, bytes + 92, 4);
	uint32_t difference = stored ^ crc32c(crc32c(0, bytes, 92), bytes + FRAME_HEAD, size - FRAME_HEAD);
	uint8_t zero = 0;
	for (unsigned bit = 0; bit < 8; bit++) {
		uint8_t one = (uint8_t)(1u << bit);
		step[bit] = crc32c(0, &one, 1) ^ crc32c(0, &zero, 1);
	}
	for (size_t at = size; at-- > 0; at = at == FRAME_HEAD ? 92 : at) {
		for (unsigned bit = 0; bit < 8; bit++) {
			if (step[bit] == difference) {
				bytes[at] ^= (uint8_t)(1u << bit);
				if (frame_holds(o, bytes, size, &f))
					return true;
				bytes[at] ^= (uint8_t)(1u << bit);
			}
			// one more zero byte behind it: linear, so the constant part cancels
			step[bit] = crc32c_portable(~step[bit], &zero, 1) ^ 0xffffffffu;
		}
	}
	return false;
}

// True when flipping exactly one bit makes a whole frame of it: rot, since a torn write looks different.
static bool one_bit_away(struct opener *o, const uint8_t *bytes, size_t available)
{
	static uint8_t copy[FRAME_MAX];
	struct frame f;
	uint32_t size;
	memcpy(copy, bytes, available);
	for (size_t bit = 0; bit < 8 * (size_t)FRAME_HEAD && available >= FRAME_HEAD; bit++) {
		copy[bit / 8] ^= (uint8_t)(1u << bit % 8);
		if (frame_holds(o, copy, available, &f))
			return true;
		copy[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
	if (available < FRAME_HEAD)
		return false;
	memcpy(&size, copy + 12, 4);
	if (size < FRAME_ALIGN || size > available || size % FRAME_ALIGN)
		return false;
	return flip_in_content(o, copy, size);
}

// On a journal that is being written, the frame may have come in the meantime.
static bool come_by_now(struct tail *t)
{
	struct segment_file f;
	struct frame frame;
	size_t size = 0;
	int error;
	if (segment_open(&f, t->dir_fd, t->segment))
		return false;
	const uint8_t *bytes = segment_bytes(&f, t->offset, &size, &error);
	bool whole = bytes && frame_holds(t->opener, bytes, size, &frame);
	segment_close(&f);
	return whole;
}

// Looks through what follows. False: an I/O error, or a frame that proves the missing one was durable.
static bool rest_scan(struct tail *t, struct segment_file *f, uint32_t segment, uint64_t from)
{
	for (uint64_t at = from; at < f->size; at += FRAME_ALIGN) {
		size_t size;
		int error;
		struct frame frame;
		const uint8_t *bytes = segment_bytes(f, at, &size, &error);
		if (!bytes) {
			finding_add(t->report, "segment %u cannot be read at offset %llu: %s", segment,
				    (unsigned long long)at, strerror(-error));
			return false;
		}
		size_t page = u64_min(size, FRAME_ALIGN), i = 0;
		while (i < page && bytes[i] == 0)
			i++;
		if (i == page)
			continue;
		t->torn_bytes += page;
		if (frame_holds(t->opener, bytes, size, &frame) && frame.batch_first > t->block && !come_by_now(t)) {
			finding_add(t->report,
				    "segment %u, offset %llu: block %llu is damaged: its frame %s, but block %llu behind it "
				    "(segment %u, offset %llu) was written after it was durable",
				    t->segment, (unsigned long long)t->offset, (unsigned long long)t->block, t->wrong,
				    (unsigned long long)frame.number, segment, (unsigned long long)at);
			return false;
		}
	}
	return true;
}

static bool segments_scan(struct tail *t)
{
	for (uint32_t segment = t->segment; segment < t->segments; segment++) {
		struct segment_file f;
		int error = segment_open(&f, t->dir_fd, segment);
		if (error) {
			finding_add(t->report, "segment %u cannot be opened: %s", segment, strerror(-error));
			return false;
		}
		bool good = rest_scan(t, &f, segment, segment == t->segment ? t->offset : SEGMENT_HEAD);
		segment_close(&f);
		if (!good)
			return false;
	}
	return true;
}

static bool rotten(struct tail *t)
{
	struct segment_file f;
	if (segment_open(&f, t->dir_fd, t->segment))
		return false;
	size_t size = 0;
	int error;
	const uint8_t *bytes = segment_bytes(&f, t->offset, &size, &error);
	bool rot = bytes && one_bit_away(t->opener, bytes, size);
	segment_close(&f);
	return rot;
}

bool end_judge(struct tail *t)
{
	if (t->note.present && t->note.blocks > t->block) {
		finding_add(t->report,
			    "segment %u, offset %llu: block %llu is damaged or gone: its frame %s, but the durable note "
			    "counts %llu blocks",
			    t->segment, (unsigned long long)t->offset, (unsigned long long)t->block, t->wrong,
			    (unsigned long long)t->note.blocks);
		return false;
	}
	if (!segments_scan(t))
		return false;
	if (t->torn_bytes && rotten(t) && !come_by_now(t)) {
		finding_add(t->report,
			    "segment %u, offset %llu: block %llu is damaged: its frame %s, and one flipped bit is all that is "
			    "wrong with it",
			    t->segment, (unsigned long long)t->offset, (unsigned long long)t->block, t->wrong);
		return false;
	}
	return true;
}
