// SPDX-License-Identifier: Apache-2.0
#include "tools/redoubt-qr/part_source.h"

static unsigned lines_count(const struct input *input)
{
	unsigned count = 0;
	for (size_t i = 0; i < input->size; i++)
		count += input->data[i] == '\n';
	return count;
}

int part_source_open(struct part_source *source, const struct input *input, size_t frame_bytes)
{
	source->input = *input;
	source->at = source->shown = 0;
	if (input->kind == INPUT_LINES) {
		source->needed = lines_count(input);
		return 0;
	}
	enum ur_verdict verdict = ur_encoder_init(&source->encoder, input->type, input->data, input->size, frame_bytes);
	if (verdict == UR_TOO_MANY_PARTS)
		say("%zu bytes do not fit into 4096 frames of %zu bytes: raise --frame-bytes", input->size, frame_bytes);
	else if (verdict == UR_BAD_PAYLOAD)
		say("the input is not what %s holds: one canonical CBOR item", ur_type_name(input->type));
	else if (verdict)
		say("%zu bytes cannot be shown: %s", input->size, ur_verdict_text(verdict));
	if (verdict)
		return EXIT_REFUSED;
	source->needed = source->encoder.fragments;
	return 0;
}

static void capitals_make(char *text)
{
	for (; *text; text++)
		if (*text >= 'a' && *text <= 'z')
			*text = (char)(*text - 'a' + 'A');
}

static bool line_take(struct part_source *source)
{
	const uint8_t *line = source->input.data + source->at;
	const uint8_t *end = memchr(line, '\n', source->input.size - source->at);
	size_t length = (size_t)(end - line);
	source->at += length + 1;
	if (source->at >= source->input.size)
		source->at = 0;
	while (length && line[length - 1] == '\r')
		length--;
	if (length >= PART_TEXT_MAX)
		return false;
	memcpy(source->text, line, length);
	source->text[length] = 0;
	return true;
}

const char *part_source_next(struct part_source *source)
{
	bool fits = source->input.kind == INPUT_LINES ? line_take(source) :
		    ur_encoder_room(&source->encoder) <= sizeof source->text;
	if (!fits) {
		say("a part is longer than a QR code holds: lower --frame-bytes");
		return NULL;
	}
	if (source->input.kind == INPUT_PAYLOAD)
		ur_encoder_next(&source->encoder, source->text, sizeof source->text);
	capitals_make(source->text);
	source->shown++;
	return source->text;
}
