// SPDX-License-Identifier: Apache-2.0
// The fountain's end: linear equations over GF(2), kept in echelon form. A part says which
// fragments it mixes (a row of bits) and what they add up to (a row of bytes); the row in slot i has
// its lowest bit at i. So memory is bounded by the message, whatever parts come, a part that is implied by the
// others is known to be, and one that contradicts them is found. It needs no more parts
// than the reference's peeling, often fewer.
#include "ur/part.h"

#include "ur/bytewords.h"
#include "ur/cbor.h"

#define WORD_BITS 64
#define WORK_SPARE (PART_HEAD_MAX + PART_CHECKSUM)

void ur_decoder_init(struct ur_decoder *decoder, void *memory, size_t size)
{
	ASSERT((uintptr_t)memory % sizeof(uint64_t) == 0);
	decoder->fountain.degrees.count = 0;
	decoder->memory = memory;
	decoder->memory_size = size;
	decoder->started = decoder->finished = decoder->multipart = false;
	decoder->verdict = UR_TAKEN;
	decoder->fragment = decoder->message = 0;
	decoder->fragments = decoder->solved = 0;
	decoder->taken = decoder->known = decoder->refused = 0;
}

static size_t mask_words(const struct ur_decoder *decoder)
{
	return (decoder->fragments + WORD_BITS - 1) / WORD_BITS;
}

static uint64_t *mask_of(const struct ur_decoder *decoder, size_t row)
{
	return decoder->masks + row * mask_words(decoder);
}

static uint8_t *data_of(const struct ur_decoder *decoder, size_t row)
{
	return decoder->data + row * decoder->fragment;
}

static bool is_solved(const struct ur_decoder *decoder, size_t row)
{
	return mask_of(decoder, row)[row / WORD_BITS] >> (row % WORD_BITS) & 1;
}

static void xor_into(uint8_t *to, const uint8_t *from, size_t size)
{
	for (size_t i = 0; i < size; i++)
		to[i] ^= from[i];
}

// The first part's bytes lie at the start of the memory, where every later part is read to.
static enum ur_verdict layout_make(struct ur_decoder *decoder, const struct part *part)
{
	size_t work = (size_t)u64_round_up(part->size + WORK_SPARE, sizeof(uint64_t));
	size_t words = (part->fragments + WORD_BITS - 1) / WORD_BITS;
	size_t masks = (part->fragments + 1) * words * sizeof(uint64_t);
	// Within size_t: a fragment and their number times it are at most two messages, masks some MiB.
	if (work + masks + part->fragments * part->size > decoder->memory_size)
		return UR_TOO_LARGE;
	decoder->work_size = work;
	decoder->masks = (uint64_t *)(void *)(decoder->memory + work);
	decoder->data = decoder->memory + work + masks;
	memset(decoder->masks, 0, masks);
	decoder->checksum = part->checksum;
	decoder->message = part->message;
	decoder->fragment = part->size;
	decoder->fragments = part->fragments;
	fountain_init(&decoder->fountain, part->fragments);
	return UR_TAKEN;
}

// The bits of the fragments that a part mixes, in the row after the last.
static uint64_t *mask_make(struct ur_decoder *decoder, uint32_t sequence)
{
	uint64_t *mask = mask_of(decoder, decoder->fragments);
	memset(mask, 0, mask_words(decoder) * sizeof *mask);
	fountain_choose(&decoder->fountain, sequence, decoder->checksum);
	for (uint32_t i = 0; i < decoder->fountain.count; i++) {
		uint32_t index = decoder->fountain.index[i];
		mask[index / WORD_BITS] |= (uint64_t)1 << (index % WORD_BITS);
	}
	return mask;
}

static bool all_zero(const uint8_t *data, size_t size)
{
	uint8_t any = 0;
	for (size_t i = 0; i < size; i++)
		any |= data[i];
	return !any;
}

// Subtracts the rows that are there, from the lowest bit on; stores what is left in the slot of its lowest bit.
static enum ur_verdict row_take(struct ur_decoder *decoder, uint64_t *mask, uint8_t *data)
{
	size_t words = mask_words(decoder);
	for (size_t word = 0; word < words; word++) {
		while (mask[word]) {
			size_t row = word * WORD_BITS + (size_t)__builtin_ctzll(mask[word]);
			uint64_t *pivot = mask_of(decoder, row);
			if (!is_solved(decoder, row)) {
				memcpy(pivot, mask, words * sizeof *mask);
				memcpy(data_of(decoder, row), data, decoder->fragment);
				decoder->solved++;
				return UR_TAKEN;
			}
			for (size_t i = word; i < words; i++)
				mask[i] ^= pivot[i];
			xor_into(data, data_of(decoder, row), decoder->fragment);
		}
	}
	return all_zero(data, decoder->fragment) ? UR_KNOWN : UR_CONTRADICTION;
}

// From the last row up: every bit above a row's own stands for a row that is a plain fragment already.
static void rows_substitute(struct ur_decoder *decoder)
{
	size_t words = mask_words(decoder);
	for (size_t row = decoder->fragments; row-- > 0;) {
		uint64_t *mask = mask_of(decoder, row);
		mask[row / WORD_BITS] &= ~((uint64_t)1 << (row % WORD_BITS));
		for (size_t word = row / WORD_BITS; word < words; word++) {
			while (mask[word]) {
				size_t other = word * WORD_BITS + (size_t)__builtin_ctzll(mask[word]);
				xor_into(data_of(decoder, row), data_of(decoder, other), decoder->fragment);
				mask[word] &= mask[word] - 1;
			}
		}
	}
}

// What the message holds, by its type.
static enum ur_verdict message_take(struct ur_decoder *decoder, const uint8_t *cbor, size_t size)
{
	struct ur_payload payload = { decoder->type, cbor, size };
	struct reader r = reader_over(cbor, size);
	if (decoder->type == UR_BYTES || decoder->type == UR_PSBT)
		payload.data = cbor_read_string(&r, CBOR_BYTES, &payload.size);
	else
		cbor_skip(&r);
	if (!reader_done(&r) || !payload.size)
		return UR_BAD_PAYLOAD;
	decoder->payload = payload;
	decoder->finished = true;
	return UR_FINISHED;
}

static enum ur_verdict message_join(struct ur_decoder *decoder)
{
	rows_substitute(decoder);
	if (crc32_of(0, decoder->data, decoder->message) != decoder->checksum)
		return UR_BAD_CHECKSUM;
	return message_take(decoder, decoder->data, decoder->message);
}

static bool same_message(const struct ur_decoder *decoder, const struct part *part)
{
	return part->fragments == decoder->fragments && part->message == decoder->message &&
	       part->checksum == decoder->checksum && part->size == decoder->fragment;
}

static enum ur_verdict multipart_take(struct ur_decoder *decoder, const struct part_text *text, size_t size)
{
	struct part part;
	enum ur_verdict verdict = part_read(text, decoder->memory, size, &part);
	if (verdict == UR_TAKEN && decoder->started && !same_message(decoder, &part))
		return UR_OTHER_MESSAGE;
	if (verdict == UR_TAKEN && !decoder->started)
		verdict = layout_make(decoder, &part);
	if (verdict)
		return verdict;
	decoder->started = decoder->multipart = true;
	decoder->type = text->type;
	// Within the memory; const only for the reader.
	uint8_t *data = decoder->memory + (part.data - decoder->memory);
	verdict = row_take(decoder, mask_make(decoder, part.sequence), data);
	return verdict == UR_TAKEN && decoder->solved == decoder->fragments ? message_join(decoder) : verdict;
}

static enum ur_verdict single_take(struct ur_decoder *decoder, const struct part_text *text, size_t size)
{
	if (decoder->started)
		return UR_OTHER_MESSAGE;
	if (size > UR_MESSAGE_MAX)
		return UR_TOO_LARGE;
	decoder->type = text->type;
	enum ur_verdict verdict = message_take(decoder, decoder->memory, size);
	if (verdict == UR_FINISHED) {
		decoder->started = true;
		decoder->fragments = decoder->solved = 1;
		decoder->message = decoder->fragment = size;
	}
	return verdict;
}

static enum ur_verdict text_take(struct ur_decoder *decoder, const char *text, size_t length)
{
	struct part_text part;
	size_t size = 0;
	enum ur_verdict verdict = part_split(text, length, &part);
	if (verdict)
		return verdict;
	if (decoder->started && part.type != decoder->type)
		return UR_OTHER_TYPE;
	size_t room = decoder->started ? decoder->work_size : decoder->memory_size;
	verdict = part_words(&part, decoder->memory, room, &size);
	if (verdict == UR_TOO_LARGE && decoder->started)
		return UR_OTHER_MESSAGE; // longer than any part of this one
	if (verdict)
		return verdict;
	return part.multipart ? multipart_take(decoder, &part, size) : single_take(decoder, &part, size);
}

enum ur_verdict ur_decoder_take(struct ur_decoder *decoder, const char *text, size_t length)
{
	enum ur_verdict verdict = decoder->verdict ? decoder->verdict :
				  decoder->finished ? UR_KNOWN : text_take(decoder, text, length);
	decoder->taken += !ur_refused(verdict);
	decoder->known += verdict == UR_KNOWN;
	decoder->refused += ur_refused(verdict);
	if (verdict >= UR_BAD_CHECKSUM && decoder->started)
		decoder->verdict = verdict;
	return verdict;
}

struct ur_payload ur_decoder_payload(const struct ur_decoder *decoder)
{
	ASSERT(decoder->finished);
	return decoder->payload;
}
