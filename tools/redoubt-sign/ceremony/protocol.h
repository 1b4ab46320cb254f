// SPDX-License-Identifier: Apache-2.0
// The printed protocol of a signer's ceremony: who did what when and who watched, with the digests that tie
// the paper to the machine, and lines to sign by hand. Pure text: the same facts give the same bytes.
#pragma once

#include "ceremony/ceremony.h"

#define PROTOCOL_HEAD	  "REDOUBT CEREMONY PROTOCOL\n"
#define PROTOCOL_TEXT_MAX 32768

struct protocol_facts {
	const char *version;			  // of the program
	uint64_t written;			  // seconds since 1970
	uint8_t log_key[32];			  // public key of the vault's log: "log check --key"
	const char *log_code;			  // its head
	char first_address[ADDRESS_TEXT_MAX + 1]; // "" without a wallet
};

// Writes it with a NUL; returns its length. Lines of at most 78 characters but for the descriptor's.
size_t protocol_write(const struct ceremony *ceremony, const struct protocol_facts *facts,
		      char to[PROTOCOL_TEXT_MAX + 1]);
