// SPDX-License-Identifier: Apache-2.0
// Notes, checkpoints, vkeys, receipts and tile paths from strangers.
#include "tlog/tlog.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_vkey(const char *text, size_t size)
{
	struct note_key key;
	char again[NOTE_VKEY_MAX];
	if (note_key_parse(text, size, &key) == 0)
		ASSERT(note_key_format(&key, again) == size && memcmp(again, text, size) == 0);
}

static void check_checkpoint(const char *text, size_t size)
{
	struct checkpoint c;
	char again[CHECKPOINT_COUNTED_TEXT_MAX];
	if (checkpoint_parse(text, size, &c))
		return;
	ASSERT(checkpoint_format(c.origin, c.size, c.root, again) == c.extra && memcmp(again, text, c.extra) == 0);
	if (c.counted) {
		size_t counted = checkpoint_format_counted(c.origin, c.size, c.root, c.entries, again);
		ASSERT(counted <= size && memcmp(again, text, counted) == 0);
	}
}

static void check_path(const char *text, size_t size)
{
	int level;
	uint64_t n;
	unsigned width;
	char again[TLOG_PATH_MAX];
	if (tlog_tile_path_parse(text, size, &level, &n, &width) == 0)
		ASSERT(tlog_tile_path(level, n, width, again) == size && memcmp(again, text, size) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct note_key keys[2] = {
		{ .name = "PeterNeumann", .type = NOTE_ED25519, .id = 0xc74f20a3 },
		{ .name = "witness.example.org", .type = NOTE_COSIGNATURE, .id = 0xb8a2cf20 },
	};
	const char *text = (const char *)data;
	struct note note;
	struct receipt receipt;
	ASSERT(note_verify(text, size, keys, 2, &note) != 0); // nobody has these keys
	check_vkey(text, size);
	check_checkpoint(text, size);
	check_path(text, size);
	if (receipt_parse(text, size, &receipt) == 0)
		ASSERT(receipt.checkpoint + receipt.checkpoint_size == text + size && receipt.count <= TLOG_PROOF_MAX);
	return 0;
}
