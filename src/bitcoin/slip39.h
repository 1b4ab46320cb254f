// SPDX-License-Identifier: Apache-2.0
// SLIP-39: a master secret as shares in words, in two levels: some of the
// groups, and in each of them some of its members. Field arithmetic on secret
// bytes is without branches and tables; looking words up is not, and happens only
// where people see them. Keep secrets, shares and random bytes in secret_alloc's memory.
#pragma once

#include "base/base.h"

#define SLIP39_SECRET_MIN     16
#define SLIP39_SECRET_MAX     32 // 256 bits; the standard would allow more
#define SLIP39_WORDS_MAX      33
#define SLIP39_TEXT_MAX	      (SLIP39_WORDS_MAX * 9 - 1)
#define SLIP39_GROUPS_MAX     16
#define SLIP39_MEMBERS_MAX    16
#define SLIP39_PASSPHRASE_MAX 256
#define SLIP39_EXPONENT_MAX   5 // 320,000 rounds in all; the field would hold 15, which takes hours

extern const char *const slip39_words[1024];

struct slip39_share {
	uint16_t identifier; // 15 bits, the same in all shares of one secret
	bool extendable;
	uint8_t exponent;
	uint8_t group_index; // from 0
	uint8_t group_threshold;
	uint8_t group_count;
	uint8_t member_index; // from 0
	uint8_t member_threshold;
	uint8_t size;
	uint8_t value[SLIP39_SECRET_MAX];
};

// Reads one share. 0, or
//   1 not 20 to 33 lower-case words with single spaces between
//   2 a word is not in the list (*ret_word is its place from 0; may be NULL)
//   3 the checksum is wrong
//   4 padding, length, thresholds or exponent are out of range
MUST_USE int slip39_share_parse(const char *text, size_t length, struct slip39_share *ret, size_t *ret_word);
// The words and a NUL. The share must be one that was read or made here (asserted).
void slip39_share_format(const struct slip39_share *share, char to[SLIP39_TEXT_MAX + 1]);

struct slip39_group {
	uint8_t threshold;
	uint8_t count;
};

struct slip39_plan {
	uint8_t group_threshold;
	uint8_t group_count;
	struct slip39_group groups[SLIP39_GROUPS_MAX];
	uint8_t exponent; // 10,000 * 2^exponent rounds of PBKDF2 in all
};

// How many random bytes slip39_split needs, and how many shares it makes. 0, or
// 1 when the plan or the size is not possible (a threshold of 1 with more than one member is not).
MUST_USE int slip39_plan_check(const struct slip39_plan *plan, size_t secret_size, size_t *ret_random,
			       size_t *ret_shares);

// Makes the shares, group by group. `random` are that many bytes of the
// kernel's. The extendable form (SLIP-39 of 2024). Results as above, and
//   2 the passphrase is not printable ASCII or too long
MUST_USE int slip39_split(const struct slip39_plan *plan, const uint8_t *secret, size_t size,
			  const char *passphrase, size_t passphrase_length, const uint8_t *random,
			  struct slip39_share *ret_shares);

// From exactly as many shares as the thresholds say. 0, or
//   1 they are not of one secret (identifier, parameters, lengths)
//   2 too few, or more than needed, of a group's members or of groups
//   3 a share occurs twice
//   4 the digest is wrong: a share was forged or belongs elsewhere
//   5 the passphrase is not printable ASCII or too long
// A wrong passphrase cannot be noticed: it gives another secret.
MUST_USE int slip39_combine(const struct slip39_share *shares, size_t count, const char *passphrase,
			    size_t passphrase_length, uint8_t secret[SLIP39_SECRET_MAX], size_t *ret_size);
