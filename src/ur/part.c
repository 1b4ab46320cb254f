// SPDX-License-Identifier: Apache-2.0
#include "ur/part.h"

#include "ur/bytewords.h"
#include "ur/cbor.h"

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + 'a' - 'A') : c;
}

// The characters up to the next slash or the end; `at` moves behind it. *ret_last tells that no slash followed.
static size_t component_take(const char **at, const char *end, bool *ret_last)
{
	const char *slash = memchr(*at, '/', (size_t)(end - *at));
	const char *stop = slash ? slash : end;
	size_t length = (size_t)(stop - *at);
	*ret_last = !slash;
	*at = slash ? slash + 1 : end;
	return length;
}

// Digits without a leading zero, from 1 to 10^9. 0 when they are not that.
static uint32_t number_take(const char **at, const char *end)
{
	uint32_t value = 0;
	const char *start = *at;
	while (*at < end && **at >= '0' && **at <= '9' && *at - start < 9)
		value = value * 10 + (uint32_t)(*(*at)++ - '0');
	return *start == '0' ? 0 : value;
}

static enum ur_verdict sequence_read(const char *text, size_t length, struct part_text *part)
{
	const char *at = text, *end = text + length;
	if (!length)
		return UR_BAD_FORM;
	part->sequence = number_take(&at, end);
	if (!part->sequence || at == end || *at++ != '-' || at == end)
		return UR_BAD_FORM;
	part->fragments = number_take(&at, end);
	if (!part->fragments || at != end)
		return UR_BAD_FORM;
	return part->fragments > UR_FRAGMENTS_MAX || part->sequence > UR_SEQUENCE_MAX ? UR_TOO_MANY_PARTS : UR_TAKEN;
}

static bool type_letters(const char *text, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		char c = lower(text[i]);
		if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') && c != '-')
			return false;
	}
	return length > 0;
}

static bool scheme_read(const char *text, size_t length)
{
	return length >= 3 && lower(text[0]) == 'u' && lower(text[1]) == 'r' && text[2] == ':';
}

enum ur_verdict part_split(const char *text, size_t length, struct part_text *ret)
{
	struct part_text part = { .type = UR_BYTES };
	if (!scheme_read(text, length))
		return UR_NOT_UR;
	if (length > UR_TEXT_MAX)
		return UR_TOO_LARGE;
	const char *at = text + 3, *end = text + length, *component = at;
	bool last;
	size_t size = component_take(&at, end, &last);
	if (last || !type_letters(component, size))
		return UR_BAD_FORM;
	if (ur_type_find(component, size, &part.type))
		return UR_UNKNOWN_TYPE;
	part.body = at;
	part.body_length = component_take(&at, end, &last);
	part.multipart = !last;
	if (part.multipart) {
		enum ur_verdict verdict = sequence_read(part.body, part.body_length, &part);
		if (verdict)
			return verdict;
		part.body = at;
		part.body_length = component_take(&at, end, &last);
	}
	if (!last || !part.body_length)
		return UR_BAD_FORM;
	*ret = part;
	return UR_TAKEN;
}

enum ur_verdict part_words(const struct part_text *text, uint8_t *room, size_t room_size, size_t *ret_size)
{
	static const enum ur_verdict verdicts[] = {
		[BYTEWORDS_OK] = UR_TAKEN,
		[BYTEWORDS_BAD_WORD] = UR_BAD_WORDS,
		[BYTEWORDS_BAD_CHECKSUM] = UR_BAD_PART_CHECKSUM,
		[BYTEWORDS_NO_ROOM] = UR_TOO_LARGE,
	};
	return verdicts[bytewords_decode(BYTEWORDS_MINIMAL, text->body, text->body_length, room, room_size, ret_size)];
}

enum ur_verdict part_read(const struct part_text *text, const uint8_t *cbor, size_t size, struct part *ret)
{
	struct reader r = reader_over(cbor, size);
	if (cbor_read_head(&r, CBOR_ARRAY) != 5)
		return UR_BAD_PART;
	uint64_t sequence = cbor_read_unsigned(&r), fragments = cbor_read_unsigned(&r);
	uint64_t message = cbor_read_unsigned(&r), checksum = cbor_read_unsigned(&r);
	size_t fragment = 0;
	const uint8_t *data = cbor_read_string(&r, CBOR_BYTES, &fragment);
	if (!reader_done(&r) || !fragment || !message || checksum > UINT32_MAX)
		return UR_BAD_PART;
	if (sequence != text->sequence || fragments != text->fragments)
		return UR_BAD_PART;
	if (message > UR_MESSAGE_MAX)
		return UR_TOO_LARGE;
	if ((message + fragment - 1) / fragment != fragments)
		return UR_BAD_PART;
	*ret = (struct part){ (uint32_t)sequence, (uint32_t)fragments, (size_t)message, (uint32_t)checksum, data, fragment };
	return UR_TAKEN;
}

void part_head_write(const struct part *part, struct writer *w)
{
	cbor_write_head(w, CBOR_ARRAY, 5);
	cbor_write_head(w, CBOR_UNSIGNED, part->sequence);
	cbor_write_head(w, CBOR_UNSIGNED, part->fragments);
	cbor_write_head(w, CBOR_UNSIGNED, part->message);
	cbor_write_head(w, CBOR_UNSIGNED, part->checksum);
	cbor_write_head(w, CBOR_BYTES, part->size);
}
