// SPDX-License-Identifier: Apache-2.0
// BIP39 with the English list: entropy as 12 to 24 words, and words to a seed.
// BIP39 normalises passphrases by NFKD; here they must be printable ASCII,
// which NFKD leaves as it is. Another passphrase is refused, not mangled.
// Not constant time: words are looked up. Read and written only where people see them anyway.
#pragma once

#include "base/base.h"

#define MNEMONIC_ENTROPY_MAX	32
#define MNEMONIC_WORDS_MAX	24
#define MNEMONIC_TEXT_MAX	(MNEMONIC_WORDS_MAX * 9 - 1)
#define MNEMONIC_SEED_SIZE	64
#define MNEMONIC_PASSPHRASE_MAX 256

extern const char *const mnemonic_words[2048]; // sorted; the first four letters tell them apart

// The index of a word, or -1.
int mnemonic_word_index(const char *word, size_t length);

// The words, single spaces between, and a NUL. 0, or 1 when size is not 16, 20, 24, 28 or 32.
MUST_USE int mnemonic_format(const uint8_t *entropy, size_t size, char to[MNEMONIC_TEXT_MAX + 1]);

// 0 and the entropy, or
//   1 not 12, 15, 18, 21 or 24 lower-case words with single spaces between
//   2 a word is not in the list (*ret_word is its place from 0)   3 the checksum is wrong
// ret_word may be NULL.
MUST_USE int mnemonic_parse(const char *text, size_t length, uint8_t entropy[MNEMONIC_ENTROPY_MAX],
			    size_t *ret_size, size_t *ret_word);

// The seed for hd_master. The words are checked first: results as above, and
//   4 the passphrase is not printable ASCII or longer than MNEMONIC_PASSPHRASE_MAX
MUST_USE int mnemonic_seed(const char *text, size_t length, const char *passphrase, size_t passphrase_length,
			   uint8_t seed[MNEMONIC_SEED_SIZE]);
