// SPDX-License-Identifier: Apache-2.0
#include "journal/segment.h"

#include "base/crc32c.h"

#define CHECKED_SIZE 152u // bytes under the key check
#define CRC_AT 184u       // bytes under the CRC

void segment_head_write(const struct segment_head *head, const struct journal_keys *keys,
			uint8_t to[SEGMENT_HEAD_SIZE])
{
	memset(to, 0, SEGMENT_HEAD_SIZE);
	struct writer w = writer_over(to, SEGMENT_HEAD_SIZE);
	write_u64(&w, SEGMENT_MAGIC);
	write_u32(&w, SEGMENT_VERSION);
	write_u32(&w, head->index);
	write_bytes(&w, head->exchange_id, 32);
	write_u64(&w, head->size);
	write_u64(&w, head->first_block);
	write_u64(&w, head->first_sequence);
	write_bytes(&w, head->previous, 32);
	write_u64(&w, head->time_us);
	write_u64(&w, head->digest);
	write_bytes(&w, head->incarnation, 32);
	ASSERT(writer_size(&w) == CHECKED_SIZE);
	uint8_t check[32];
	journal_keys_check(keys, to, CHECKED_SIZE, check);
	write_bytes(&w, check, sizeof check);
	write_u32(&w, crc32c(0, to, CRC_AT));
}

static bool all_zero(const uint8_t *p, size_t size)
{
	return p[0] == 0 && !memcmp(p, p + 1, size - 1);
}

static void fields_read(const uint8_t *from, struct segment_head *ret, uint64_t *ret_magic, uint32_t *ret_version)
{
	struct reader r = reader_over(from, SEGMENT_HEAD_SIZE);
	*ret_magic = read_u64(&r);
	*ret_version = read_u32(&r);
	ret->index = read_u32(&r);
	read_copy(&r, ret->exchange_id, 32);
	ret->size = read_u64(&r);
	ret->first_block = read_u64(&r);
	ret->first_sequence = read_u64(&r);
	read_copy(&r, ret->previous, 32);
	ret->time_us = read_u64(&r);
	ret->digest = read_u64(&r);
	read_copy(&r, ret->incarnation, 32);
}

static bool makes_sense(const struct segment_head *head, uint32_t index)
{
	return head->index == index && head->size >= SEGMENT_SIZE_MIN && head->size <= SEGMENT_SIZE_MAX &&
	       head->size % BLOCK_ALIGN == 0 && head->first_sequence > 0 && (head->first_block == 0) == (index == 0);
}

enum segment_state segment_head_read(const uint8_t from[SEGMENT_HEAD_SIZE], const struct journal_keys *keys,
				     const uint8_t exchange_id[32], uint32_t index, struct segment_head *ret)
{
	struct segment_head head;
	uint64_t magic;
	uint32_t version, crc;
	uint8_t check[32];
	if (all_zero(from, SEGMENT_HEAD_SIZE))
		return SEGMENT_UNUSED;
	fields_read(from, &head, &magic, &version);
	memcpy(&crc, from + CRC_AT, sizeof crc);
	if (magic != SEGMENT_MAGIC || crc != crc32c(0, from, CRC_AT) ||
	    !all_zero(from + CRC_AT + 4, SEGMENT_HEAD_SIZE - CRC_AT - 4))
		return SEGMENT_BROKEN;
	if (version != SEGMENT_VERSION)
		return SEGMENT_VERSION_UNKNOWN;
	if (memcmp(head.exchange_id, exchange_id, 32) != 0)
		return SEGMENT_OTHER_EXCHANGE;
	journal_keys_check(keys, from, CHECKED_SIZE, check);
	if (!equal_constant_time(check, from + CHECKED_SIZE, sizeof check))
		return SEGMENT_KEY_WRONG;
	if (!makes_sense(&head, index))
		return SEGMENT_NONSENSE;
	*ret = head;
	return SEGMENT_WHOLE;
}

bool segment_head_rotten(const uint8_t from[SEGMENT_HEAD_SIZE], const struct journal_keys *keys,
			 const uint8_t exchange_id[32], uint32_t index)
{
	uint8_t copy[SEGMENT_HEAD_SIZE];
	struct segment_head head;
	memcpy(copy, from, sizeof copy);
	for (size_t bit = 0; bit < SEGMENT_HEAD_SIZE * 8; bit++) {
		copy[bit / 8] ^= (uint8_t)(1u << bit % 8);
		if (segment_head_read(copy, keys, exchange_id, index, &head) == SEGMENT_WHOLE)
			return true;
		copy[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
	return false;
}
