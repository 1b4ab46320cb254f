// SPDX-License-Identifier: Apache-2.0
// Addresses to scriptPubKeys and back: pay to key hash and to script hash
// (base58check), segwit version 0 (BIP173) and 1 to 16 (BIP350).
#pragma once

#include "bitcoin/network.h"
#include "bitcoin/span.h"

#define ADDRESS_TEXT_MAX  90
#define OUTPUT_SCRIPT_MAX 42 // the longest scriptPubKey that an address can name

enum output_kind {
	OUTPUT_OTHER,	       // no address names it
	OUTPUT_KEY_HASH,       // P2PKH
	OUTPUT_SCRIPT_HASH,    // P2SH
	OUTPUT_WITNESS_KEY,    // P2WPKH
	OUTPUT_WITNESS_SCRIPT, // P2WSH
	OUTPUT_TAPROOT,	       // P2TR
	OUTPUT_WITNESS_FUTURE, // a witness version or program without a meaning yet: anyone may spend it
			       // today
};

struct output_script {
	uint8_t bytes[OUTPUT_SCRIPT_MAX];
	size_t size;
};

static inline struct span output_span(const struct output_script *script)
{
	return span_over(script->bytes, script->size);
}

// What a scriptPubKey is; *ret_payload (may be NULL) is its hash, key or program.
enum output_kind output_kind_of(struct span script, struct span *ret_payload);

// Whether it is a witness program (BIP141): *ret_version 0..16 and its program.
bool output_witness_program(struct span script, unsigned *ret_version, struct span *ret_program);

// Builds OP_n <program>. Sizes are asserted: version <= 16, 2..40 bytes.
void output_witness(unsigned version, const uint8_t *program, size_t size, struct output_script *ret);
void output_key_hash(const uint8_t hash[20], struct output_script *ret);
void output_script_hash(const uint8_t hash[20], struct output_script *ret);

// The scriptPubKey of an address. 0, or
//   1 not an address of this network (text, length, checksum, version)
// An OUTPUT_WITNESS_FUTURE is read; who pays decides whether to refuse it.
MUST_USE int address_parse(const struct network *network, const char *text, size_t length,
			   struct output_script *ret);

// The address of a scriptPubKey and a NUL. 0, or 1 when no address names it.
MUST_USE int address_format(const struct network *network, struct span script, char to[ADDRESS_TEXT_MAX + 1]);
