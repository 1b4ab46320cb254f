// SPDX-License-Identifier: Apache-2.0
// BIP129, Bitcoin Secure Multisig Setup: the two records that signers and a
// coordinator exchange. The texts as BIP129 writes them after decryption; its
// encryption is not done here (files pass between people in one room).
//
// Key record:         "BSMS 1.0" / token / [origin]key / description / signature by that key
// Descriptor record:  "BSMS 1.0" / descriptor / path restrictions / first address
//
// Lines end in one newline; the last may go without. No carriage returns.
#pragma once

#include "bitcoin/descriptor.h"

#define BSMS_TEXT_MAX	     (DESCRIPTOR_TEXT_MAX + 256)
#define BSMS_TOKEN_MAX	     32 // hex digits: "00", 16 or 32 of them
#define BSMS_DESCRIPTION_MAX 80

enum bsms_refusal {
	BSMS_FINE,
	BSMS_LINES,	   // not the right number of lines, or too long
	BSMS_VERSION,	   // the first line is not "BSMS 1.0"
	BSMS_TOKEN,	   // malformed, or not the one of this ceremony
	BSMS_KEY,	   // no origin, or not a key of this network
	BSMS_DESCRIPTION,  // longer than 80 characters or not printable ASCII
	BSMS_SIGNATURE,	   // not by the key that it names
	BSMS_RESTRICTIONS, // neither "No path restrictions" nor a list of /n/*
	BSMS_DESCRIPTOR,   // *ret_why says more
	BSMS_ADDRESS,	   // not the descriptor's first address: one of the two was altered
};
const char *bsms_refusal_text(enum bsms_refusal refusal);

struct bsms_key {
	char token[BSMS_TOKEN_MAX + 1];
	struct descriptor_key key;
	char description[BSMS_DESCRIPTION_MAX + 1];
};

// `token` is the one that this ceremony gave out, or NULL to take any.
MUST_USE enum bsms_refusal bsms_key_parse(const struct network *network, const char *text, size_t length,
					  const char *token, struct bsms_key *ret);

// The record of one's own key, signed with its secret, with a NUL: first the four lines' contents, as
// text. BSMS_KEY when the secret is not the key's; BSMS_LINES when room does not suffice.
MUST_USE enum bsms_refusal bsms_key_format(const struct network *network, const char *token,
					   const char *key_text, const char *description,
					   const uint8_t secret[SECRET_KEY_SIZE], char *to, size_t room);

// A descriptor with a checksum, or a template with /** and restrictions, which become <a;b>/*.
MUST_USE enum bsms_refusal bsms_descriptor_parse(const struct network *network, const char *text,
						 size_t length, struct descriptor *ret,
						 enum descriptor_refusal *ret_why);

// Writes a descriptor record with a NUL, as a descriptor with checksum and without restrictions. 0, or
// BSMS_LINES when room does not suffice, BSMS_ADDRESS when there is none.
MUST_USE enum bsms_refusal bsms_descriptor_format(const struct descriptor *descriptor, char *to, size_t room);
