// SPDX-License-Identifier: Apache-2.0
#include "journal/frame.h"

#include "base/crc32c.h"

static const uint8_t zeros[BLOCK_ALIGN];

static void nonce_of(const struct frame_head *head, uint8_t nonce[AEAD_NONCE_SIZE])
{
	struct writer w = writer_over(nonce, AEAD_NONCE_SIZE);
	write_u64(&w, head->number);
	write_u32(&w, head->kind);
}

static uint32_t crc_of(const uint8_t *frame, uint32_t size)
{
	uint32_t crc = crc32c(0, frame, FRAME_ASSOCIATED_SIZE);
	return crc32c(crc, frame + FRAME_HEAD_SIZE, size - FRAME_HEAD_SIZE);
}

static void head_write(const struct frame_head *head, uint32_t size, uint8_t *to)
{
	struct writer w = writer_over(to, FRAME_ASSOCIATED_SIZE);
	write_u64(&w, FRAME_MAGIC);
	write_u16(&w, FRAME_VERSION);
	write_u16(&w, head->kind);
	write_u32(&w, size);
	write_u64(&w, head->number);
	write_u64(&w, head->batch_first);
	write_u32(&w, head->plain_size);
	write_u32(&w, 0);
	write_bytes(&w, head->incarnation, 32);
	write_bytes(&w, zeros, 20);
	ASSERT(!w.failed && writer_size(&w) == FRAME_ASSOCIATED_SIZE);
}

int frame_seal(struct journal_keys *keys, const struct frame_head *head, const void *plain, uint8_t *to)
{
	uint32_t size = frame_size(head->plain_size);
	uint8_t nonce[AEAD_NONCE_SIZE], *cipher = to + FRAME_HEAD_SIZE, *tag = cipher + head->plain_size;
	ASSERT(size <= BLOCK_FRAME_MAX);
	ASSERT(keys->keyed && !memcmp(keys->incarnation, head->incarnation, 32));
	head_write(head, size, to);
	nonce_of(head, nonce);
	int error = aead_seal(keys->aead, nonce, to, FRAME_ASSOCIATED_SIZE, plain, head->plain_size, cipher, tag);
	if (error)
		return error;
	uint8_t *padding = tag + AEAD_TAG_SIZE;
	memset(padding, 0, (size_t)(to + size - padding));
	uint32_t crc = crc_of(to, size);
	memcpy(to + FRAME_ASSOCIATED_SIZE, &crc, sizeof crc);
	return 0;
}

// Reads the fields; false when they contradict each other or the format.
static bool head_read(const uint8_t *from, struct frame_head *ret, uint16_t *ret_version)
{
	struct reader r = reader_over(from + 8, FRAME_ASSOCIATED_SIZE - 8);
	*ret_version = read_u16(&r);
	ret->kind = read_u16(&r);
	ret->size = read_u32(&r);
	ret->number = read_u64(&r);
	ret->batch_first = read_u64(&r);
	ret->plain_size = read_u32(&r);
	uint32_t reserved = read_u32(&r);
	read_copy(&r, ret->incarnation, 32);
	const uint8_t *rest = read_bytes(&r, 20);
	if (*ret_version != FRAME_VERSION) // its size alone is known to mean the same in every version
		return ret->size % BLOCK_ALIGN == 0 && ret->size > 0 && ret->size <= BLOCK_FRAME_MAX;
	if (reserved || memcmp(rest, zeros, 20) != 0 || ret->kind >= FRAME_KINDS || ret->batch_first > ret->number)
		return false;
	if (ret->kind != FRAME_BLOCK)
		return ret->plain_size == FRAME_MARK_SIZE && ret->size == frame_size(FRAME_MARK_SIZE);
	return ret->plain_size > BLOCK_LEAF_HEAD && ret->plain_size <= BLOCK_LEAF_MAX &&
	       ret->size == frame_size(ret->plain_size);
}

enum frame_state frame_check(const uint8_t *from, size_t available, struct frame_head *ret)
{
	uint64_t magic;
	uint32_t crc;
	uint16_t version;
	struct frame_head head;
	if (available < BLOCK_ALIGN)
		return FRAME_NONE;
	memcpy(&magic, from, sizeof magic);
	if (magic != FRAME_MAGIC)
		return FRAME_NONE;
	memcpy(&crc, from + FRAME_ASSOCIATED_SIZE, sizeof crc);
	if (!head_read(from, &head, &version) || head.size > available || crc != crc_of(from, head.size))
		return FRAME_BROKEN;
	if (version != FRAME_VERSION)
		return FRAME_VERSION_UNKNOWN;
	uint32_t used = FRAME_HEAD_SIZE + head.plain_size + AEAD_TAG_SIZE;
	if (memcmp(from + used, zeros, head.size - used) != 0)
		return FRAME_BROKEN;
	*ret = head;
	return FRAME_WHOLE;
}

enum frame_state frame_peek(const uint8_t *from, size_t available, struct frame_head *ret)
{
	uint64_t magic;
	uint16_t version;
	struct frame_head head;
	if (available < BLOCK_ALIGN)
		return FRAME_NONE;
	memcpy(&magic, from, sizeof magic);
	if (magic != FRAME_MAGIC)
		return FRAME_NONE;
	if (!head_read(from, &head, &version) || version != FRAME_VERSION || head.size > available)
		return FRAME_BROKEN;
	*ret = head;
	return FRAME_WHOLE;
}

enum frame_state frame_open(struct journal_keys *keys, const uint8_t *from, const struct frame_head *head, void *to)
{
	uint8_t nonce[AEAD_NONCE_SIZE];
	const uint8_t *cipher = from + FRAME_HEAD_SIZE;
	if (journal_keys_use(keys, head->incarnation))
		return FRAME_UNREADABLE;
	nonce_of(head, nonce);
	int result = aead_open(keys->aead, nonce, from, FRAME_ASSOCIATED_SIZE, cipher, head->plain_size, to,
			       cipher + head->plain_size);
	if (result < 0)
		return FRAME_UNREADABLE;
	return result ? FRAME_FORGED : FRAME_WHOLE;
}
