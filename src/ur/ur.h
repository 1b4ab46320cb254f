// SPDX-License-Identifier: Apache-2.0
// Uniform Resources (BCR-2020-005, BCR-2024-001): bytes as text for QR codes, in one
// part or in as many as a camera needs. A message that is cut in fragments travels as a
// fountain: the first parts are the fragments themselves, every later part is the XOR of
// some, so that lost frames are made up for by any others.
//
// Pure: no system call, no allocation. The encoder reads the caller's payload where it
// lies; the decoder works in memory that the caller lends. Text is ASCII without a NUL
// unless said otherwise, of either case (QR codes carry capitals).
//
//	static struct ur_decoder decoder;
//	static uint8_t memory[UR_DECODER_MEMORY];
//	ur_decoder_init(&decoder, memory, sizeof memory);
//	do verdict = ur_decoder_take(&decoder, text, length); while (verdict != UR_FINISHED ...);
//	struct ur_payload payload = ur_decoder_payload(&decoder);
#pragma once

#include "ur/fountain.h"

// What happens at a limit: the encoder and the decoder refuse with UR_TOO_LARGE or UR_TOO_MANY_PARTS.
#define UR_MESSAGE_MAX (1u << 20)  // bytes of CBOR in one message
#define UR_PAYLOAD_MAX (UR_MESSAGE_MAX - 5)
#define UR_SEQUENCE_MAX 1000000u   // part numbers above are refused: no camera films that long
#define UR_FRAGMENT_MIN 10         // bytes; the reference's least
#define UR_TEXT_MAX (2 * (UR_MESSAGE_MAX + 64) + 64) // characters of one part

// What is inside. The name in the text, and what the payload is.
enum ur_type {
	UR_BYTES,            // "bytes": any bytes
	UR_PSBT,             // "crypto-psbt" (BCR-2020-006), or "psbt" on the way in: a binary PSBT
	UR_ETH_SIGN_REQUEST, // "eth-sign-request" (EIP-4527): its CBOR, for ur/eth.h
	UR_ETH_SIGNATURE,    // "eth-signature" (EIP-4527): its CBOR, for ur/eth.h
	UR_TYPES,
};

enum ur_verdict {
	UR_TAKEN = 0,  // something new; more is needed
	UR_FINISHED,   // the message is whole, its checksum is right
	UR_KNOWN,      // a good part that adds nothing (seen, implied by the others, or after the end)
	// Refusals: this part changed nothing.
	UR_NOT_UR,           // does not begin with "ur:"
	UR_BAD_FORM,         // not ur:TYPE/BODY nor ur:TYPE/N-M/BODY
	UR_UNKNOWN_TYPE,     // a type that is not listed above
	UR_BAD_WORDS,        // characters that are no bytewords
	UR_BAD_PART_CHECKSUM, // the part's own CRC-32 is wrong: misread
	UR_BAD_PART,         // the part's CBOR is not what a part is, or contradicts its own N-M
	UR_OTHER_TYPE,       // part of a message of another type than the first one taken
	UR_OTHER_MESSAGE,    // part of another message (length, checksum or fragments differ)
	UR_CONTRADICTION,    // claims to belong here, but says something else than the other parts
	UR_TOO_LARGE,        // more than UR_MESSAGE_MAX, or than the memory lent
	UR_TOO_MANY_PARTS,   // more than UR_FRAGMENTS_MAX fragments or above UR_SEQUENCE_MAX
	// Refusals of the whole: the decoder must be initialised again (but after a single-part UR).
	UR_BAD_CHECKSUM,     // all parts are there, but the message's CRC-32 is wrong
	UR_BAD_PAYLOAD,      // the message is whole, but not one canonical CBOR item of its type
	UR_VERDICTS,
};

struct ur_payload {
	enum ur_type type;
	const uint8_t *data; // UR_BYTES and UR_PSBT: the bytes within the CBOR string; otherwise the CBOR
	size_t size;
};

// The name that is written: "crypto-psbt".
const char *ur_type_name(enum ur_type type);

// 0 and the type for its name in either case ("psbt" too); 1 when there is none.
MUST_USE int ur_type_find(const char *name, size_t length, enum ur_type *ret);

// One sentence without a full stop, for people; never NULL.
const char *ur_verdict_text(enum ur_verdict verdict);

static inline bool ur_refused(enum ur_verdict verdict)
{
	return verdict > UR_KNOWN;
}

struct ur_encoder {
	enum ur_type type;
	uint8_t head[5]; // CBOR header of the byte string
	size_t head_size;
	const uint8_t *data; // the caller's; must outlive the encoder
	size_t size;
	uint32_t checksum;   // CRC-32 of head and data
	size_t fragment;     // bytes in each
	uint32_t fragments;
	uint32_t sequence;   // of the last part given out
	struct fountain fountain;
};

// Prepares to show a payload in fragments of at most fragment_max bytes (at least UR_FRAGMENT_MIN, asserted).
// A message that fits into one becomes a single-part UR. UR_TAKEN, UR_TOO_LARGE or UR_TOO_MANY_PARTS;
// UR_BAD_PAYLOAD when there are no bytes, or an UR_ETH_* payload is not one CBOR item.
MUST_USE enum ur_verdict ur_encoder_init(struct ur_encoder *encoder, enum ur_type type, const void *data,
					 size_t size, size_t fragment_max);

// Bytes that hold any part of this encoder with its NUL.
size_t ur_encoder_room(const struct ur_encoder *encoder);

// The next part in lower case with a NUL; returns its length. Parts never end: the first
// encoder->fragments are enough for who misses none, further ones make up for lost ones.
// `room` must be ur_encoder_room or more (asserted).
size_t ur_encoder_next(struct ur_encoder *encoder, char *to, size_t room);

// One row of bits and of data for each fragment, and one more to work in.
#define UR_DECODER_MEMORY (3 * (size_t)UR_MESSAGE_MAX + (size_t)UR_FRAGMENTS_MAX * (UR_FRAGMENTS_MAX / 8 + 8) + 8192)

struct ur_decoder {
	uint8_t *memory;
	size_t memory_size;
	bool started; // the fields below are those of the first part taken
	bool finished;
	bool multipart;
	enum ur_type type;
	uint32_t checksum;
	size_t message; // bytes
	size_t fragment;
	uint32_t fragments;
	uint32_t solved; // independent parts so far; the message is whole at `fragments`
	uint32_t taken, known, refused; // verdicts given: taken counts the known ones too
	enum ur_verdict verdict; // the refusal of the whole, or UR_TAKEN
	size_t work_size; // bytes at the start of the memory where parts are read to
	uint64_t *masks;  // `fragments` rows of bits, and one to work in
	uint8_t *data;    // `fragments` rows of data
	struct ur_payload payload;
	struct fountain fountain;
};

// `memory` is aligned to 8 and stays the decoder's; UR_DECODER_MEMORY bytes do for every message
// within the limits, fewer for smaller ones.
void ur_decoder_init(struct ur_decoder *decoder, void *memory, size_t size);

// Reads one part, in any order, any number of times.
enum ur_verdict ur_decoder_take(struct ur_decoder *decoder, const char *text, size_t length);

// After UR_FINISHED (asserted): the payload, in the decoder's memory.
struct ur_payload ur_decoder_payload(const struct ur_decoder *decoder);
