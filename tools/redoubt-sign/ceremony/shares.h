// SPDX-License-Identifier: Apache-2.0
// A seed as SLIP-39 shares for persons: one group, k of n, each share words on paper in one person's hand. No
// SLIP-39 passphrase: one more thing to lose, and a wrong one cannot be noticed.
//
// The polynomial's random bytes are HKDF-SHA256(seed, salt, "redoubt shares 1"), where the salt is drawn anew
// for each split and kept in the open: after an interruption the same split goes on, so that no half set of
// another one is left in anyone's hand. Without the seed the bytes cannot be told from random ones.
//
// A share's digest is HMAC-SHA256(salt, "redoubt share 1\n" and its words): kept in the open too, it lets one
// holder alone prove that his paper still reads. A share holds 256 bits that nobody can guess.
#pragma once

#include "bitcoin/slip39.h"
#include "crypto/sha256.h"

#define SHARES_SALT_SIZE 32
#define SHARES_MAX	 SLIP39_MEMBERS_MAX
#define SHARES_EXPONENT	 1 // 20,000 rounds, as the other programs that write such shares have it

struct shares_plan {
	uint8_t threshold; // 2 and more: a single share that is enough is a copy, not a share
	uint8_t count;
};
bool shares_plan_possible(const struct shares_plan *plan);

// 0, or 1 when the plan or the size is not possible. ret_shares: plan->count of them, in secret memory.
MUST_USE int shares_split(const struct shares_plan *plan, const uint8_t *seed, size_t size,
			  const uint8_t salt[SHARES_SALT_SIZE], struct slip39_share *ret_shares);

void shares_digest(const uint8_t salt[SHARES_SALT_SIZE], const struct slip39_share *share,
		   uint8_t ret[SHA256_SIZE]);

// What a person typed: spaces made single, letters small, nothing else changed. Returns the length; `to`
// holds length + 1 bytes.
size_t shares_tidy(const char *text, size_t length, char *to);

// The words of a share: where the place'th (from 0) begins and how long it is. False when there is none.
bool shares_word(const char *text, size_t place, const char **ret_word, size_t *ret_length);
size_t shares_word_count(const char *text);

// Whether `typed` (tidy) is exactly the place'th word of `shown`.
bool shares_word_same(const char *shown, size_t place, const char *typed);

// Chooses `want` different places below `count` (asserted: want <= count <= SLIP39_WORDS_MAX), rising, from
// `want` random bytes, one for each draw (Floyd), even but for the bias of a remainder, which no secret
// depends on.
void shares_choose(const uint8_t *random, size_t want, size_t count, uint8_t *ret_places);

const char *shares_parse_text(int result);   // of slip39_share_parse
const char *shares_combine_text(int result); // of slip39_combine
