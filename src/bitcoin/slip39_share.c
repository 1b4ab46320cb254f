// SPDX-License-Identifier: Apache-2.0
// A share in words: ten bits each, four words of parameters, the padded value, three words of checksum
// (RS1024).
#include "bitcoin/slip39.h"

#include "bitcoin/word_list.h"
#include "crypto/secret.h"

#define WORD_BITS   10
#define HEAD_WORDS  4
#define CHECK_WORDS 3
#define WORDS_MIN   20

static uint32_t checksum_step(uint32_t sum, unsigned value)
{
	static const uint32_t generator[10] = { 0xe0e040,   0x1c1c080,	0x3838100,  0x7070200,	0xe0e0009,
						0x1c0c2412, 0x38086c24, 0x3090fc48, 0x21b1f890, 0x3f3f120 };
	uint32_t top = sum >> 20;
	sum = (sum & 0xfffff) << 10 ^ value;
	for (int i = 0; i < 10; i++)
		sum ^= top >> i & 1 ? generator[i] : 0;
	return sum;
}

static uint32_t checksum_of(bool extendable, const uint16_t *words, size_t count)
{
	uint32_t sum = 1;
	for (const char *c = extendable ? "shamir_extendable" : "shamir"; *c; c++)
		sum = checksum_step(sum, (unsigned char)*c);
	for (size_t i = 0; i < count; i++)
		sum = checksum_step(sum, words[i]);
	return sum;
}

static int words_read(const char *text, size_t length, uint16_t words[SLIP39_WORDS_MAX], size_t *ret_count,
		      size_t *ret_word)
{
	size_t count = 0, start = 0;
	for (size_t i = 0; i <= length; i++) {
		if (i < length && text[i] != ' ')
			continue;
		if (count == SLIP39_WORDS_MAX || i == start)
			return 1;
		int index = word_list_index(slip39_words, ARRAY_LEN(slip39_words), text + start, i - start);
		if (index < 0) {
			if (ret_word)
				*ret_word = count;
			return 2;
		}
		words[count++] = (uint16_t)index;
		start = i + 1;
	}
	*ret_count = count;
	return count < WORDS_MIN;
}

// 20 bits of two words, then 20 of the next two.
static bool head_read(const uint16_t *words, struct slip39_share *share)
{
	uint32_t first = (uint32_t)words[0] << WORD_BITS | words[1],
		 second = (uint32_t)words[2] << WORD_BITS | words[3];
	share->identifier = (uint16_t)(first >> 5);
	share->extendable = first >> 4 & 1;
	share->exponent = first & 15;
	share->group_index = second >> 16 & 15;
	share->group_threshold = (uint8_t)((second >> 12 & 15) + 1);
	share->group_count = (uint8_t)((second >> 8 & 15) + 1);
	share->member_index = second >> 4 & 15;
	share->member_threshold = (uint8_t)((second & 15) + 1);
	return share->group_threshold <= share->group_count && share->group_index < share->group_count &&
	       share->exponent <= SLIP39_EXPONENT_MAX;
}

// The value is right-aligned in its words; at most 8 bits of padding, all zero.
static bool value_read(const uint16_t *words, size_t count, struct slip39_share *share)
{
	size_t bits = count * WORD_BITS, padding = bits % 16;
	share->size = (uint8_t)(bits / 16 * 2);
	if (padding > 8 || share->size < SLIP39_SECRET_MIN || share->size > SLIP39_SECRET_MAX)
		return false;
	for (size_t i = 0; i < bits; i++) {
		unsigned bit = words[i / WORD_BITS] >> (WORD_BITS - 1 - i % WORD_BITS) & 1u;
		if (i < padding) {
			if (bit)
				return false;
			continue;
		}
		size_t at = i - padding;
		share->value[at / 8] = (uint8_t)(share->value[at / 8] << 1 | bit);
	}
	return true;
}

int slip39_share_parse(const char *text, size_t length, struct slip39_share *ret, size_t *ret_word)
{
	uint16_t words[SLIP39_WORDS_MAX];
	struct slip39_share share = { .size = 0 };
	size_t count;
	int result = words_read(text, length, words, &count, ret_word);
	if (!result) {
		bool head = head_read(words, &share);
		if (checksum_of(share.extendable, words, count) != 1)
			result = 3;
		else if (!head || !value_read(words + HEAD_WORDS, count - HEAD_WORDS - CHECK_WORDS, &share))
			result = 4;
	}
	if (!result)
		*ret = share;
	secret_wipe(words, sizeof words);
	secret_wipe(&share, sizeof share);
	return result;
}

static void head_write(const struct slip39_share *share, uint16_t *words)
{
	uint32_t first =
		(uint32_t)share->identifier << 5 | (uint32_t)share->extendable << 4 | share->exponent;
	uint32_t second = (uint32_t)share->group_index << 16 | (uint32_t)(share->group_threshold - 1) << 12 |
			  (uint32_t)(share->group_count - 1) << 8 | (uint32_t)share->member_index << 4 |
			  (uint32_t)(share->member_threshold - 1);
	words[0] = first >> WORD_BITS & 1023;
	words[1] = first & 1023;
	words[2] = second >> WORD_BITS & 1023;
	words[3] = second & 1023;
}

void slip39_share_format(const struct slip39_share *share, char to[SLIP39_TEXT_MAX + 1])
{
	uint16_t words[SLIP39_WORDS_MAX] = { 0 };
	size_t bits = share->size * 8u, value_words = (bits + WORD_BITS - 1) / WORD_BITS;
	size_t padding = value_words * WORD_BITS - bits, data = HEAD_WORDS + value_words;
	ASSERT(share->size >= SLIP39_SECRET_MIN && share->size <= SLIP39_SECRET_MAX && share->size % 2 == 0);
	head_write(share, words);
	for (size_t i = 0; i < bits; i++) {
		unsigned bit = share->value[i / 8] >> (7 - i % 8) & 1u;
		size_t at = i + padding;
		words[HEAD_WORDS + at / WORD_BITS] |= (uint16_t)(bit << (WORD_BITS - 1 - at % WORD_BITS));
	}
	uint32_t sum = checksum_of(share->extendable, words, data + CHECK_WORDS) ^
		       1; // the last three are still zero
	for (size_t i = 0; i < CHECK_WORDS; i++)
		words[data + i] = sum >> WORD_BITS * (CHECK_WORDS - 1 - i) & 1023;
	for (size_t i = 0; i < data + CHECK_WORDS; i++) {
		if (i)
			*to++ = ' ';
		to = stpcpy(to, slip39_words[words[i]]);
	}
	secret_wipe(words, sizeof words);
}
