// SPDX-License-Identifier: Apache-2.0
// The acts log: one line an act, chained by hashes, signed by a key that only
// the opened keystore gives (docs/PROTOCOL.vault.md).
//
//   SEQUENCE TIME ACT NAME=VALUE ... previous=HEX64 signature=HEX128
//
// SEQUENCE counts from 0 without a gap; TIME (2026-11-22T01:55:00Z) is never
// before that of the last signed line; previous is the SHA-256 of the line before (zeros at 0); the signature is Ed25519 over
// "redoubt acts log v1\n" and the line up to " signature=". An act without the key open (a refusal, a wrong
// passphrase) has "signature=-": it changes no file, and the next signed line vouches for it.
// Values are printable ASCII; anything else, blanks, '%' and '=' become %XX.
#pragma once

#include "crypto/ed25519.h"
#include "crypto/sha256.h"

#define LOG_LINE_MAX   4096 // bytes with the newline
#define LOG_SIZE_MAX   (64u << 20)
#define LOG_FIELDS_MAX 48
#define LOG_ACT_MAX    32   // a-z, 0-9 and '-'
#define LOG_NAME_MAX   80   // of a field: a-z, 0-9, '-', '.', '_', '/', ':'

// The key of a vault's log, derived from the keystore's secret (vault.h). Lives in secret memory.
struct log_key {
	uint8_t seed[ED25519_SEED_SIZE];
	uint8_t public_key[ED25519_PUBLIC_SIZE];
};

struct log_field {
	const char *name;
	const char *value; // any text; what is not printable is escaped
};

struct log_line {
	uint64_t sequence;
	uint64_t seconds; // since 1970
	char act[LOG_ACT_MAX + 1];
	struct {
		char name[LOG_NAME_MAX + 1];
		const char *value; // decoded, with a NUL, in `text`
	} fields[LOG_FIELDS_MAX]; // without previous and signature
	size_t field_count;
	uint8_t previous[SHA256_SIZE];
	bool is_signed;
	uint8_t signature[ED25519_SIGNATURE_SIZE];
	uint8_t hash[SHA256_SIZE]; // of this line
	char text[LOG_LINE_MAX];
};
// The value of a field, or NULL.
const char *log_value(const struct log_line *line, const char *name);

enum log_refusal {
	LOG_FINE,
	LOG_FORMAT,    // not a line of this log
	LOG_LONG,      // longer than LOG_LINE_MAX, or the log than LOG_SIZE_MAX
	LOG_SEQUENCE,  // a line is missing, doubled or moved
	LOG_PREVIOUS,  // the line before was altered
	LOG_SIGNATURE, // not by the log's key
	LOG_KEY,       // line 0 names no key, or a key is changed by an unsigned line
	LOG_TIME,      // earlier than the last signed line before
	LOG_TAIL,      // the last line is cut off
	LOG_EMPTY,
};
const char *log_refusal_text(enum log_refusal refusal);

// Parses one line without its newline.
MUST_USE enum log_refusal log_line_parse(const char *text, size_t length, struct log_line *ret);

// Whether a line up to (without) " signature=" was signed by that key.
bool log_line_verify(const char *line, size_t size, const uint8_t key[ED25519_PUBLIC_SIZE],
		     const uint8_t signature[ED25519_SIGNATURE_SIZE]);

// Where a log stands after the lines read so far.
struct log_head {
	uint64_t next;                 // sequence of the next line
	uint64_t seconds;              // of the last signed line: an unsigned one, which anybody can write, moves no clock
	uint8_t hash[SHA256_SIZE];     // of the last line
	uint8_t key[ED25519_PUBLIC_SIZE]; // of the log from here on
	bool has_key;
	uint64_t signed_next;          // one after the last signed line
	uint8_t signed_hash[SHA256_SIZE]; // of the last signed line
	size_t size;                   // bytes of whole lines
};

// Walks over a whole log: chain, times and signatures. `each` (may be NULL) is told every line that passed; a result
// other than 0 ends the walk and is handed back through *ret_stopped. On a refusal *ret_at is the line's number in the
// file, from 1. LOG_TAIL comes only after every whole line was seen: *ret is set then, too.
typedef int log_each(void *context, const struct log_line *line);
MUST_USE enum log_refusal log_walk(const char *text, size_t size, log_each *each, void *context, struct log_head *ret,
				   size_t *ret_at, int *ret_stopped);

// Writes the line that would follow `head` into `to` (with newline and NUL), and moves the head. `key` NULL makes an
// unsigned line. 0, or 1 when it does not fit LOG_LINE_MAX, 2 when `seconds` is before the head's time.
MUST_USE int log_line_format(struct log_head *head, uint64_t seconds, const char *act, const struct log_field *fields,
			     size_t count, const struct log_key *key, char to[LOG_LINE_MAX + 1], size_t *ret_size);

// A head for people to compare with paper: "act 17, K3QF-7M2A" (LOG_CODE_SIZE with the NUL). 40 bits of the hash of the
// last signed line: unsigned ones can be written by anybody, who would try until an old vault shows the paper's code.
#define LOG_CODE_SIZE 40
void log_head_code(const struct log_head *head, char to[LOG_CODE_SIZE]);
