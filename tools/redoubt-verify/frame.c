// SPDX-License-Identifier: Apache-2.0
#include "block.h"

#include "base/crc32c.h"

#define CRC_AT 92u

static uint32_t frame_crc(const uint8_t *bytes, size_t size)
{
	return crc32c(crc32c(0, bytes, CRC_AT), bytes + FRAME_HEAD, size - FRAME_HEAD);
}

static bool all_zero(const uint8_t *p, size_t size)
{
	uint8_t any = 0;
	for (size_t i = 0; i < size; i++)
		any |= p[i];
	return any == 0;
}

// What the head's fields must be among themselves.
static const char *head_check(const struct frame *f, uint32_t zero, const uint8_t *reserved)
{
	uint64_t needed = (uint64_t)FRAME_HEAD + f->plain_size + TAG_SIZE;
	if (f->kind > FRAME_CLOSE)
		return "has a kind that the format does not know";
	if (zero != 0 || !all_zero(reserved, 20))
		return "has reserved bytes that are not zero";
	if (f->plain_size > LEAF_MAX || u64_round_up(needed, FRAME_ALIGN) != f->size)
		return "has a size that does not fit its content";
	if (f->kind != FRAME_BLOCK && f->plain_size != 40)
		return "marks the end of a segment but has another content";
	if (f->kind == FRAME_BLOCK && f->plain_size < LEAF_HEAD)
		return "is too short for a block";
	return NULL;
}

const char *frame_parse(const uint8_t *bytes, size_t available, struct frame *ret)
{
	struct frame f = { 0 };
	struct reader r = reader_over(bytes, available);
	const uint8_t *magic = read_bytes(&r, 8);
	uint16_t version = read_u16(&r);
	f.kind = read_u16(&r);
	f.size = read_u32(&r);
	f.number = read_u64(&r);
	f.batch_first = read_u64(&r);
	f.plain_size = read_u32(&r);
	uint32_t zero = read_u32(&r);
	f.incarnation = read_bytes(&r, 32);
	const uint8_t *reserved = read_bytes(&r, 20);
	uint32_t crc = read_u32(&r);
	if (r.failed)
		return "is cut short";
	if (memcmp(magic, "RDBTBLK1", 8) != 0)
		return "does not begin with RDBTBLK1";
	if (f.size % FRAME_ALIGN || f.size < FRAME_ALIGN || f.size > FRAME_MAX || f.size > available)
		return "has an impossible size";
	if (frame_crc(bytes, f.size) != crc)
		return "has a wrong CRC";
	if (version != 1)
		return "has a version that this program does not know";
	const char *wrong = head_check(&f, zero, reserved);
	if (wrong)
		return wrong;
	f.associated = bytes;
	f.associated_size = CRC_AT;
	f.cipher = bytes + FRAME_HEAD;
	f.tag = f.cipher + f.plain_size;
	if (!all_zero(f.tag + TAG_SIZE, f.size - FRAME_HEAD - f.plain_size - TAG_SIZE))
		return "has padding that is not zero";
	*ret = f;
	return NULL;
}

const char *leaf_parse(const uint8_t *bytes, size_t size, struct leaf *ret)
{
	struct leaf l = { 0 };
	struct reader r = reader_over(bytes, size);
	l.number = read_u64(&r);
	l.first_sequence = read_u64(&r);
	l.time_us = read_u64(&r);
	l.count = read_u32(&r);
	uint32_t entries_size = read_u32(&r);
	l.digest = read_u64(&r);
	l.previous = read_bytes(&r, 32);
	(void)read_bytes(&r, 32); // the salt
	l.entries = r.at;
	l.entries_size = reader_left(&r);
	if (r.failed || size > LEAF_MAX)
		return "is not as long as a block is";
	if (l.count == 0)
		return "has no entry";
	if (entries_size != l.entries_size)
		return "says another size of its entries than they have";
	*ret = l;
	return NULL;
}
