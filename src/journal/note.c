// SPDX-License-Identifier: Apache-2.0
#include "journal/note.h"

#include "base/crc32c.h"

void note_encode(const struct note *note, const uint8_t exchange_id[32], uint8_t to[NOTE_SIZE])
{
	struct writer w = writer_over(to, NOTE_SIZE);
	write_u64(&w, NOTE_MAGIC);
	write_u32(&w, NOTE_VERSION);
	write_u32(&w, note->segment);
	write_bytes(&w, exchange_id, 32);
	write_u64(&w, note->blocks);
	write_u64(&w, note->sequence);
	write_bytes(&w, note->leaf_hash, 32);
	write_u32(&w, 0);
	write_u32(&w, crc32c(0, to, NOTE_SIZE - 4));
	ASSERT(!w.failed && writer_size(&w) == NOTE_SIZE);
}

int note_decode(const uint8_t from[NOTE_SIZE], const uint8_t exchange_id[32], struct note *ret)
{
	struct reader r = reader_over(from, NOTE_SIZE);
	struct note note;
	uint8_t exchange[32];
	uint64_t magic = read_u64(&r);
	uint32_t version = read_u32(&r);
	note.segment = read_u32(&r);
	read_copy(&r, exchange, 32);
	note.blocks = read_u64(&r);
	note.sequence = read_u64(&r);
	read_copy(&r, note.leaf_hash, 32);
	uint32_t reserved = read_u32(&r), crc = read_u32(&r);
	if (magic != NOTE_MAGIC || version != NOTE_VERSION || reserved || crc != crc32c(0, from, NOTE_SIZE - 4) ||
	    memcmp(exchange, exchange_id, 32) != 0)
		return 1;
	*ret = note;
	return 0;
}

void note_load(const struct storage *storage, const uint8_t exchange_id[32], struct note *ret)
{
	uint8_t bytes[NOTE_SIZE];
	if (storage->note_read(storage->context, bytes, sizeof bytes) || note_decode(bytes, exchange_id, ret))
		*ret = (struct note){ 0 };
}
