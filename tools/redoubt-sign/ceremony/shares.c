// SPDX-License-Identifier: Apache-2.0
#include "ceremony/shares.h"

#include "crypto/secret.h"

#define RANDOM_MAX (2 + (SHARES_MAX - 1) * SLIP39_SECRET_MAX)

static struct slip39_plan plan_of(const struct shares_plan *plan)
{
	return (struct slip39_plan){
		.group_threshold = 1,
		.group_count = 1,
		.groups = { { .threshold = plan->threshold, .count = plan->count } },
		.exponent = SHARES_EXPONENT,
	};
}

bool shares_plan_possible(const struct shares_plan *plan)
{
	return plan->threshold >= 2 && plan->threshold <= plan->count && plan->count <= SHARES_MAX;
}

int shares_split(const struct shares_plan *plan, const uint8_t *seed, size_t size,
		 const uint8_t salt[SHARES_SALT_SIZE], struct slip39_share *ret_shares)
{
	struct slip39_plan whole = plan_of(plan);
	uint8_t random[RANDOM_MAX];
	size_t need, count;
	if (!shares_plan_possible(plan) || slip39_plan_check(&whole, size, &need, &count))
		return 1;
	ASSERT(need <= sizeof random && count == plan->count);
	hkdf_sha256(seed, size, salt, SHARES_SALT_SIZE, "redoubt shares 1", random, need);
	int result = slip39_split(&whole, seed, size, "", 0, random, ret_shares);
	secret_wipe(random, sizeof random);
	return result;
}

void shares_digest(const uint8_t salt[SHARES_SALT_SIZE], const struct slip39_share *share,
		   uint8_t ret[SHA256_SIZE])
{
	static const char domain[] = "redoubt share 1\n";
	char text[sizeof domain + SLIP39_TEXT_MAX];
	struct hmac_key key;
	memcpy(text, domain, sizeof domain - 1);
	slip39_share_format(share, text + sizeof domain - 1);
	hmac_key_init(&key, salt, SHARES_SALT_SIZE);
	hmac_sha256(&key, text, strlen(text), ret);
	secret_wipe(text, sizeof text);
	secret_wipe(&key, sizeof key);
}

size_t shares_tidy(const char *text, size_t length, char *to)
{
	size_t size = 0;
	for (size_t i = 0; i < length; i++) {
		char c = text[i];
		bool space = c == ' ' || c == '\t';
		if (space && (size == 0 || to[size - 1] == ' '))
			continue;
		to[size++] = space ? ' ' : c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
	}
	if (size > 0 && to[size - 1] == ' ')
		size--;
	to[size] = '\0';
	return size;
}

bool shares_word(const char *text, size_t place, const char **ret_word, size_t *ret_length)
{
	while (place-- > 0) {
		text = strchr(text, ' ');
		if (!text)
			return false;
		text++;
	}
	*ret_word = text;
	*ret_length = strcspn(text, " ");
	return *ret_length > 0;
}

size_t shares_word_count(const char *text)
{
	const char *word;
	size_t length, count = 0;
	while (shares_word(text, count, &word, &length))
		count++;
	return count;
}

bool shares_word_same(const char *shown, size_t place, const char *typed)
{
	const char *word;
	size_t length;
	return shares_word(shown, place, &word, &length) && strlen(typed) == length &&
	       memcmp(typed, word, length) == 0;
}

void shares_choose(const uint8_t *random, size_t want, size_t count, uint8_t *ret_places)
{
	bool chosen[SLIP39_WORDS_MAX] = { false };
	ASSERT(want <= count && count <= SLIP39_WORDS_MAX);
	for (size_t i = 0, j = count - want; j < count; i++, j++) {
		size_t draw = random[i] % (j + 1);
		chosen[chosen[draw] ? j : draw] = true;
	}
	for (size_t i = 0; i < count; i++) {
		if (chosen[i])
			*ret_places++ = (uint8_t)i;
	}
}

const char *shares_parse_text(int result)
{
	static const char *const texts[] = {
		"accepted",
		"not 20 to 33 words with single spaces between",
		"a word is not in the list of SLIP-39",
		"the checksum is wrong: a word was misread or misplaced",
		"the share's own numbers are out of range: it was not written by a program that keeps to "
		"SLIP-39",
	};
	return texts[result];
}

const char *shares_combine_text(int result)
{
	static const char *const texts[] = {
		"combined",
		"these shares are not of one set: their identifiers or parameters differ",
		"too few shares, or more than needed",
		"one share was given twice",
		"the shares do not fit together: one is forged or belongs to another set",
		"the passphrase is not plain ASCII or too long",
	};
	return texts[result];
}
