// SPDX-License-Identifier: Apache-2.0
// One part's text and CBOR, read on the way in and written on the way out.
#pragma once

#include "base/bytes.h"
#include "ur/ur.h"

// The CBOR around a fragment: an array of five with four numbers, then the string's head.
#define PART_HEAD_MAX (1 + 4 * 5 + 5)
#define PART_CHECKSUM 4

struct part_text {
	enum ur_type type;
	bool multipart;
	uint32_t sequence, fragments; // of a multi-part text
	const char *body;
	size_t body_length;
};

struct part {
	uint32_t sequence, fragments;
	size_t message;    // bytes of the whole message
	uint32_t checksum; // of the whole message
	const uint8_t *data;
	size_t size;
};

// Takes the text apart without reading its body. UR_TAKEN, or why not.
enum ur_verdict part_split(const char *text, size_t length, struct part_text *ret);

// Reads the body's words into room (with PART_CHECKSUM bytes to spare). UR_TOO_LARGE when they do not fit.
enum ur_verdict part_words(const struct part_text *text, uint8_t *room, size_t room_size, size_t *ret_size);

// Reads a multi-part's CBOR, which must agree with its text.
enum ur_verdict part_read(const struct part_text *text, const uint8_t *cbor, size_t size, struct part *ret);

// Writes the CBOR before the fragment's bytes.
void part_head_write(const struct part *part, struct writer *w);
