// SPDX-License-Identifier: Apache-2.0
// Lines of text into one decoder. What arrives must be sent and arrive again.
#include "ur/ur.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct ur_decoder decoder;
static struct ur_encoder encoder;
static _Alignas(8) uint8_t memory[1 << 16], memory_again[1 << 16];
static char text[1 << 18];

static void payload_sent_again(struct ur_payload payload)
{
	// what was read can be written
	ASSERT(ur_encoder_init(&encoder, payload.type, payload.data, payload.size, 1000) == UR_TAKEN);
	if (ur_encoder_room(&encoder) > sizeof text)
		return;
	ur_decoder_init(&decoder, memory_again, sizeof memory_again);
	enum ur_verdict verdict = UR_TAKEN;
	for (uint32_t i = 0; i < encoder.fragments; i++) {
		size_t length = ur_encoder_next(&encoder, text, sizeof text);
		verdict = ur_decoder_take(&decoder, text, length);
		if (verdict == UR_TOO_LARGE)
			return; // the memory lent here is small
	}
	ASSERT(verdict == UR_FINISHED);
	struct ur_payload again = ur_decoder_payload(&decoder);
	ASSERT(again.type == payload.type && again.size == payload.size && !memcmp(again.data, payload.data, payload.size));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *at = (const char *)data, *end = at + size;
	ur_decoder_init(&decoder, memory, sizeof memory);
	while (at < end && !decoder.finished) {
		const char *line = memchr(at, '\n', (size_t)(end - at));
		const char *stop = line ? line : end;
		enum ur_verdict verdict = ur_decoder_take(&decoder, at, (size_t)(stop - at));
		ASSERT(verdict < UR_VERDICTS && (verdict == UR_FINISHED) == decoder.finished);
		ASSERT(decoder.solved <= decoder.fragments);
		at = line ? line + 1 : end;
	}
	if (decoder.finished)
		payload_sent_again(ur_decoder_payload(&decoder));
	return 0;
}
