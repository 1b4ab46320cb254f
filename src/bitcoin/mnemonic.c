// SPDX-License-Identifier: Apache-2.0
#include "bitcoin/mnemonic.h"

#include "bitcoin/word_list.h"
#include "crypto/secret.h"
#include "crypto/sha256.h"
#include "crypto/sha512.h"

#define WORD_BITS	  11
#define PBKDF2_ITERATIONS 2048

int mnemonic_word_index(const char *word, size_t length)
{
	return word_list_index(mnemonic_words, ARRAY_LEN(mnemonic_words), word, length);
}

static bool entropy_size_valid(size_t size)
{
	return size >= 16 && size <= MNEMONIC_ENTROPY_MAX && size % 4 == 0;
}

// Eleven bits from bit position `from`, most significant first.
static unsigned bits_at(const uint8_t *bytes, size_t from)
{
	unsigned value = 0;
	for (size_t i = from; i < from + WORD_BITS; i++)
		value = value << 1 | (bytes[i / 8] >> (7 - i % 8) & 1u);
	return value;
}

int mnemonic_format(const uint8_t *entropy, size_t size, char to[MNEMONIC_TEXT_MAX + 1])
{
	uint8_t bytes[MNEMONIC_ENTROPY_MAX + SHA256_SIZE];
	if (!entropy_size_valid(size))
		return 1;
	memcpy(bytes, entropy, size);
	sha256_of(entropy, size, bytes + size);
	size_t words = size * 3 / 4;
	char *at = to;
	for (size_t i = 0; i < words; i++) {
		if (i)
			*at++ = ' ';
		at = stpcpy(at, mnemonic_words[bits_at(bytes, i * WORD_BITS)]);
	}
	secret_wipe(bytes, sizeof bytes);
	return 0;
}

// The indices of the words. Results as mnemonic_parse.
static int words_read(const char *text, size_t length, uint16_t indices[MNEMONIC_WORDS_MAX],
		      size_t *ret_count, size_t *ret_word)
{
	size_t count = 0, start = 0;
	for (size_t i = 0; i <= length; i++) {
		if (i < length && text[i] != ' ')
			continue;
		if (count == MNEMONIC_WORDS_MAX || i == start)
			return 1;
		int index = mnemonic_word_index(text + start, i - start);
		if (index < 0) {
			if (ret_word)
				*ret_word = count;
			return 2;
		}
		indices[count++] = (uint16_t)index;
		start = i + 1;
	}
	*ret_count = count;
	return count >= 12 && count % 3 == 0 ? 0 : 1;
}

static int checksum_check(const uint8_t *bytes, size_t size)
{
	uint8_t digest[SHA256_SIZE];
	unsigned unused = 8 - (unsigned)size / 4; // the checksum has size/4 bits
	sha256_of(bytes, size, digest);
	int result = digest[0] >> unused == bytes[size] >> unused ? 0 : 3;
	secret_wipe(digest, sizeof digest);
	return result;
}

int mnemonic_parse(const char *text, size_t length, uint8_t entropy[MNEMONIC_ENTROPY_MAX], size_t *ret_size,
		   size_t *ret_word)
{
	uint16_t indices[MNEMONIC_WORDS_MAX];
	uint8_t bytes[MNEMONIC_ENTROPY_MAX + 1] = { 0 };
	size_t count;
	int result = words_read(text, length, indices, &count, ret_word);
	for (size_t i = 0; !result && i < count * WORD_BITS; i++) {
		unsigned bit = indices[i / WORD_BITS] >> (WORD_BITS - 1 - i % WORD_BITS) & 1u;
		bytes[i / 8] |= (uint8_t)(bit << (7 - i % 8));
	}
	if (!result)
		result = checksum_check(bytes, count * 4 / 3);
	if (!result) {
		memcpy(entropy, bytes, count * 4 / 3);
		*ret_size = count * 4 / 3;
	}
	secret_wipe(bytes, sizeof bytes);
	secret_wipe(indices, sizeof indices);
	return result;
}

int mnemonic_seed(const char *text, size_t length, const char *passphrase, size_t passphrase_length,
		  uint8_t seed[MNEMONIC_SEED_SIZE])
{
	uint8_t entropy[MNEMONIC_ENTROPY_MAX];
	size_t size;
	int result = mnemonic_parse(text, length, entropy, &size, NULL);
	secret_wipe(entropy, sizeof entropy);
	if (result)
		return result;
	if (passphrase_length > MNEMONIC_PASSPHRASE_MAX)
		return 4;
	for (size_t i = 0; i < passphrase_length; i++) {
		if (passphrase[i] < ' ' || passphrase[i] > '~')
			return 4;
	}
	struct pbkdf2_salt salt = { "mnemonic", 8, passphrase, passphrase_length };
	pbkdf2_sha512(text, length, &salt, PBKDF2_ITERATIONS, seed, MNEMONIC_SEED_SIZE);
	return 0;
}
