// SPDX-License-Identifier: Apache-2.0
// Frames, leaves, entries, segment headers and checkpoints from a damaged or
// hostile disk. The first byte chooses; a CRC is put right, or nothing behind it would be reached.
#include "base/crc32c.h"
#include "evidence.h"
#include "segment.h"
#include "tree.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void fuzz_frame(uint8_t *bytes, size_t size)
{
	struct frame f;
	uint32_t claimed = 0;
	if (size >= FRAME_HEAD) {
		memcpy(&claimed, bytes + 12, 4);
		claimed = claimed < FRAME_HEAD || claimed > size ? (uint32_t)size : claimed;
		uint32_t crc = crc32c(crc32c(0, bytes, 92), bytes + FRAME_HEAD, claimed - FRAME_HEAD);
		memcpy(bytes + 92, &crc, 4);
	}
	if (frame_parse(bytes, size, &f) == NULL)
		ASSERT(f.size <= size && f.tag + TAG_SIZE <= bytes + f.size && f.cipher + f.plain_size == f.tag);
}

static void fuzz_leaf(uint8_t *bytes, size_t size)
{
	struct leaf l;
	if (leaf_parse(bytes, size, &l) == NULL)
		ASSERT(l.entries + l.entries_size == bytes + size);
}

// A block of entries; control entries go on into the evidence.
static void fuzz_entries(uint8_t *bytes, size_t size)
{
	static struct evidence e;
	struct reader r = reader_over(bytes, size);
	struct item item;
	if (!e.assets)
		ASSERT(evidence_init(&e) == 0);
	for (uint64_t sequence = 1; reader_left(&r) && item_next(&r, &item) == NULL; sequence++) {
		ASSERT(item.payload + item.payload_size == item.bytes + item.size && r.at == item.bytes + item.size);
		if (kind_is_control(item.kind))
			(void)evidence_add(&e, &item, sequence);
	}
	struct asset *assets = e.assets;
	memset(&e, 0, sizeof e);
	e.assets = assets;
}

static void fuzz_body(uint8_t *bytes, size_t size)
{
	if (size)
		(void)body_check(bytes[0], bytes + 1, size - 1);
}

static void fuzz_head(uint8_t *bytes, size_t size)
{
	static uint8_t page[SEGMENT_HEAD];
	struct segment_head h;
	memset(page, 0, sizeof page);
	memcpy(page, bytes, u64_min(size, sizeof page));
	uint32_t crc = crc32c(0, page, KEY_CHECKED + 32);
	if (size)
		memcpy(page + KEY_CHECKED + 32, &crc, 4);
	(void)segment_head_parse(page, &h);
}

static void fuzz_checkpoint(uint8_t *bytes, size_t size)
{
	struct signed_head head;
	uint8_t key[32] = { 1 };
	ASSERT(signed_head_parse((char *)bytes, size, "redoubt.local/demo", key, &head) != NULL);
	char *text = malloc(size + 1), name[64], again[128];
	ASSERT(text);
	memcpy(text, bytes, size);
	text[size] = 0;
	if (vkey_parse(text, name, key)) {
		vkey_format(name, key, again);
		ASSERT(strcmp(again, text) == 0);
	}
	free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static void (*const parts[])(uint8_t *, size_t) = { fuzz_frame, fuzz_leaf, fuzz_entries, fuzz_body, fuzz_head,
							    fuzz_checkpoint };
	if (size == 0 || size > 2 * FRAME_MAX)
		return 0;
	uint8_t *copy = malloc(size > 1 ? size - 1 : 1); // its own block: ASan then sees an overread
	ASSERT(copy);
	memcpy(copy, data + 1, size - 1);
	parts[data[0] % ARRAY_LEN(parts)](copy, size - 1);
	free(copy);
	return 0;
}
