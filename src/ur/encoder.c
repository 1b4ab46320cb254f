// SPDX-License-Identifier: Apache-2.0
#include "ur/part.h"

#include "ur/bytewords.h"
#include "ur/cbor.h"

#include <stdio.h>

static size_t message_size(const struct ur_encoder *encoder)
{
	return encoder->head_size + encoder->size;
}

static size_t cbor_room(const struct ur_encoder *encoder)
{
	return encoder->fragments == 1 ? message_size(encoder) : PART_HEAD_MAX + encoder->fragment;
}

// The bytewords, and what is before them.
static size_t text_room(const struct ur_encoder *encoder)
{
	return strlen("ur:") + strlen(ur_type_name(encoder->type)) + strlen("/1000000-4096/") +
	       bytewords_length(BYTEWORDS_MINIMAL, cbor_room(encoder)) + 1;
}

// As the reference cuts: the fewest fragments that are short enough, none shorter than the least by more than rounding.
static size_t fragment_size(size_t message, size_t fragment_max)
{
	size_t count_max = message / UR_FRAGMENT_MIN, size = message;
	for (size_t count = 1; count <= count_max; count++) {
		size = (message + count - 1) / count;
		if (size <= fragment_max)
			break;
	}
	return size;
}

static bool is_string(enum ur_type type)
{
	return type == UR_BYTES || type == UR_PSBT;
}

enum ur_verdict ur_encoder_init(struct ur_encoder *encoder, enum ur_type type, const void *data, size_t size,
				size_t fragment_max)
{
	ASSERT(type < UR_TYPES && fragment_max >= UR_FRAGMENT_MIN);
	if (size > UR_PAYLOAD_MAX)
		return UR_TOO_LARGE;
	if (!size || (!is_string(type) && !cbor_valid(data, size)))
		return UR_BAD_PAYLOAD;
	struct writer w = writer_over(encoder->head, sizeof encoder->head);
	if (is_string(type))
		cbor_write_head(&w, CBOR_BYTES, size);
	encoder->type = type;
	encoder->head_size = writer_size(&w);
	encoder->data = data;
	encoder->size = size;
	size_t message = message_size(encoder);
	encoder->checksum = crc32_of(crc32_of(0, encoder->head, encoder->head_size), data, size);
	encoder->fragment = fragment_size(message, fragment_max);
	size_t fragments = (message + encoder->fragment - 1) / encoder->fragment;
	if (fragments > UR_FRAGMENTS_MAX)
		return UR_TOO_MANY_PARTS;
	encoder->fragments = (uint32_t)fragments;
	encoder->sequence = 0;
	encoder->fountain.degrees.count = 0;
	fountain_init(&encoder->fountain, encoder->fragments);
	return UR_TAKEN;
}

size_t ur_encoder_room(const struct ur_encoder *encoder)
{
	return text_room(encoder) + cbor_room(encoder);
}

static uint8_t message_byte(const struct ur_encoder *encoder, size_t at)
{
	return at < encoder->head_size ? encoder->head[at] : encoder->data[at - encoder->head_size];
}

// The last fragment is filled up with zeros.
static void fragment_mix(const struct ur_encoder *encoder, size_t index, uint8_t *to)
{
	size_t start = index * encoder->fragment, left = message_size(encoder) - start;
	size_t size = left < encoder->fragment ? left : encoder->fragment;
	for (size_t i = 0; i < size; i++)
		to[i] ^= message_byte(encoder, start + i);
}

// The part's CBOR, in the room behind the text.
static size_t cbor_make(struct ur_encoder *encoder, uint8_t *to, size_t room)
{
	struct writer w = writer_over(to, room);
	if (encoder->fragments == 1) {
		write_bytes(&w, encoder->head, encoder->head_size);
		write_bytes(&w, encoder->data, encoder->size);
	} else {
		struct part part = { encoder->sequence, encoder->fragments, message_size(encoder), encoder->checksum,
				     NULL, encoder->fragment };
		part_head_write(&part, &w);
		uint8_t *fragment = write_room(&w, encoder->fragment);
		ASSERT(fragment);
		memset(fragment, 0, encoder->fragment);
		fountain_choose(&encoder->fountain, encoder->sequence, encoder->checksum);
		for (uint32_t i = 0; i < encoder->fountain.count; i++)
			fragment_mix(encoder, encoder->fountain.index[i], fragment);
	}
	ASSERT(!w.failed);
	return writer_size(&w);
}

size_t ur_encoder_next(struct ur_encoder *encoder, char *to, size_t room)
{
	size_t text = text_room(encoder);
	ASSERT(room >= ur_encoder_room(encoder));
	// Film of a million parts begins anew, so that no number is ever refused.
	encoder->sequence = encoder->sequence == UR_SEQUENCE_MAX ? 1 : encoder->sequence + 1;
	size_t size = cbor_make(encoder, (uint8_t *)to + text, room - text);
	size_t length = (size_t)(encoder->fragments == 1 ?
		snprintf(to, text, "ur:%s/", ur_type_name(encoder->type)) :
		snprintf(to, text, "ur:%s/%u-%u/", ur_type_name(encoder->type), encoder->sequence, encoder->fragments));
	ASSERT(length + bytewords_length(BYTEWORDS_MINIMAL, size) < text);
	length += bytewords_encode(BYTEWORDS_MINIMAL, to + text, size, to + length);
	to[length] = 0;
	return length;
}
