// SPDX-License-Identifier: Apache-2.0
// Signed notes (c2sp.org/signed-note), checkpoints (c2sp.org/tlog-checkpoint),
// cosignatures (c2sp.org/tlog-cosignature, v1) and offline receipts (c2sp.org/tlog-proof@v1).
#pragma once

#include "base/base.h"

#define NOTE_NAME_MAX 127
#define NOTE_SIZE_MAX 65536     // a longer note is refused
#define NOTE_SIGNATURES_MAX 100 // as Go's note package: more are refused
#define NOTE_VKEY_MAX (NOTE_NAME_MAX + 1 + 8 + 1 + 44 + 1) // with the NUL
#define NOTE_LINE_MAX (4 + NOTE_NAME_MAX + 1 + 104 + 2)    // one signature line, with the NUL

enum note_key_type { NOTE_ED25519 = 0x01, NOTE_COSIGNATURE = 0x04 };

struct note_key {
	char name[NOTE_NAME_MAX + 1];
	uint8_t type; // enum note_key_type
	uint32_t id;  // as the first four bytes read big-endian
	uint8_t public_key[32];
};

// A name is not empty, has no space and no '+'. 0, or 1 when it is not a name or too long.
MUST_USE int note_key_make(const char *name, uint8_t type, const uint8_t public_key[32], struct note_key *ret);
// "name+id+base64(type || public key)". 0, or 1 when it is not that or the id does not fit the key.
MUST_USE int note_key_parse(const char *vkey, size_t length, struct note_key *ret);
size_t note_key_format(const struct note_key *key, char to[NOTE_VKEY_MAX]); // returns the length

// The signature line ("— name base64\n") over `text`, which ends in a newline and
// has no empty line at its end. time_s counts for NOTE_COSIGNATURE only. Returns the length.
size_t note_signature_line(const struct note_key *key, const uint8_t seed[32], const char *text, size_t text_size,
			   uint64_t time_s, char to[NOTE_LINE_MAX]);
// The whole note: text, empty line, signature line. Returns its size (NUL after it), or 0 when it does not fit.
size_t note_sign(const struct note_key *key, const uint8_t seed[32], const char *text, size_t text_size, char *to,
		 size_t room);

struct note {
	size_t text_size;   // the signed text is the note's first text_size bytes
	uint64_t verified;  // bit i: keys[i] signed it
	uint64_t time_s[64]; // of keys[i]'s cosignature, else 0
};

// Checks a note against keys that are known (at most 64). 0 when at least one
// of them signed; 1 malformed; 2 a known key's signature is wrong (the whole
// note is to be refused); 3 no known key signed it.
MUST_USE int note_verify(const char *note, size_t size, const struct note_key *keys, size_t key_count,
			 struct note *ret);

struct checkpoint {
	char origin[NOTE_NAME_MAX + 1];
	uint64_t size;
	uint8_t root[32];
	size_t extra; // offset of extension lines in the text; the text's size when there are none
	bool counted; // it has our extension line "entries N": the leaves together hold entries 1 to N
	uint64_t entries;
};

#define CHECKPOINT_TEXT_MAX (NOTE_NAME_MAX + 1 + 20 + 1 + 44 + 1 + 1) // without extensions, with the NUL
#define CHECKPOINT_COUNTED_TEXT_MAX (CHECKPOINT_TEXT_MAX + sizeof "entries " + 20) // with "entries N"

// "origin\nsize\nbase64(root)\n". Returns the length.
size_t checkpoint_format(const char *origin, uint64_t size, const uint8_t root[32], char to[CHECKPOINT_TEXT_MAX]);
// The same and the extension line "entries N\n" (docs/PROTOCOL.log.md). Returns the length.
size_t checkpoint_format_counted(const char *origin, uint64_t size, const uint8_t root[32], uint64_t entries,
				 char to[CHECKPOINT_COUNTED_TEXT_MAX]);
// The text of a checkpoint (without signatures). 0 or 1. Verify the note first. Other extension lines are passed over;
// one that begins with the word "entries" is refused unless it is the first, and a number as above.
MUST_USE int checkpoint_parse(const char *text, size_t size, struct checkpoint *ret);

// Verifies a signed checkpoint under the log's key, whose name must be its
// origin. 0, or what note_verify returns, or 4 when the text is not a checkpoint of that origin.
MUST_USE int checkpoint_open(const char *note, size_t size, const struct note_key *key, struct checkpoint *ret);

// ---- offline receipt: "c2sp.org/tlog-proof@v1" ----
struct receipt {
	uint64_t index;
	size_t count;
	uint8_t proof[65][32];
	const char *checkpoint; // the signed checkpoint that follows the proof
	size_t checkpoint_size;
};
// Returns the size (NUL after it), or 0 when it does not fit.
size_t receipt_format(uint64_t index, const uint8_t (*proof)[32], size_t count, const char *checkpoint,
		      size_t checkpoint_size, char *to, size_t room);
MUST_USE int receipt_parse(const char *text, size_t size, struct receipt *ret); // 0 or 1; points into text
