// SPDX-License-Identifier: Apache-2.0
// Bytewords (BCR-2020-012): a byte as a word of four letters, or as that word's first and last.
// The text ends with the CRC-32 of the bytes, big-endian, as four more words.
#pragma once

#include "base/base.h"

enum bytewords_style {
	BYTEWORDS_STANDARD, // "able acid also"
	BYTEWORDS_URI,      // "able-acid-also"
	BYTEWORDS_MINIMAL,  // "aeadao"
};

// CRC-32 of ISO-HDLC, that of Ethernet and zlib. Start with crc = 0; to continue pass the last result.
uint32_t crc32_of(uint32_t crc, const void *data, size_t size);

// Characters for `size` bytes with the checksum, without a NUL.
size_t bytewords_length(enum bytewords_style style, size_t size);

// Writes the words and the checksum's, no NUL; `to` holds bytewords_length. Returns the length.
size_t bytewords_encode(enum bytewords_style style, const void *data, size_t size, char *to);

enum bytewords_fault {
	BYTEWORDS_OK = 0,
	BYTEWORDS_BAD_WORD,     // no byteword, a wrong separator or length, no byte at all
	BYTEWORDS_BAD_CHECKSUM, // words, but the last four are not the checksum of the others
	BYTEWORDS_NO_ROOM,
};

// Reads text of either case into at most `room` bytes; the room must hold the checksum's four as well.
MUST_USE enum bytewords_fault bytewords_decode(enum bytewords_style style, const char *text, size_t length,
					       void *to, size_t room, size_t *ret_size);
