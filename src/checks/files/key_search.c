// SPDX-License-Identifier: Apache-2.0
#include "checks/files/key_forms.h"
#include "checks/files/key_search.h"

#include "bitcoin/base58.h"
#include "bitcoin/mnemonic.h"
#include "crypto/secret.h"

#define HEAD_MAX 40       // characters before "PRIVATE KEY"
#define BODY_MIN 32       // characters of a PEM body in one run
#define BODY_WITHIN 512   // of the head: encrypted keys have two lines of parameters before it
#define SEPARATOR_MAX 6   // between two words of a seed phrase: ", " or "\",\n\"" or "\n12. "
#define WORD_MIN 3        // letters of BIP39's English words
#define WORD_MAX 8
#define WIDE_MIN 40       // letters in UTF-16 that are looked at: a key has more
#define WIDE_AGAIN 512    // letters that two pieces of a long text in UTF-16 share
#define EXTENDED_SIZE 111 // characters of a BIP32 key
#define EXTENDED_DATA 78

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_base64(char c)
{
	return is_letter(c) || is_digit(c) || c == '+' || c == '/';
}

// --- keys that say what they are -----------------------------------------------------------------------------------

static unsigned kind_of(char c)
{
	return is_digit(c) ? 1u : c >= 'a' && c <= 'z' ? 2u : is_letter(c) ? 4u : 0;
}

#define ALL_KINDS 7u // digits, small and capital letters: no word or name of a program

// The head is whole, and its body follows: that is what a library that writes such heads has not.
static bool pem_proven(const char *start, const char *at, const char *end)
{
	static const char BEGIN[] = "-----BEGIN ", DASHES[] = "-----";
	const char *from = at - start > HEAD_MAX ? at - HEAD_MAX : start;
	const char *head = memmem(from, (size_t)(at - from), BEGIN, sizeof BEGIN - 1);
	const char *limit = end - at > BODY_WITHIN ? at + BODY_WITHIN : end;
	const char *body = head ? memmem(at, (size_t)(limit - at), DASHES, sizeof DASHES - 1) : NULL;
	unsigned kinds = 0;
	size_t run = 0;
	for (body = body ? body + sizeof DASHES - 1 : limit; body < limit; body++) {
		bool inside = is_base64(*body);
		run = inside ? run + 1 : 0;
		kinds = inside ? kinds | kind_of(*body) : 0;
		if (run >= BODY_MIN && kinds == ALL_KINDS)
			return true;
		if (*body == '-' && limit - body >= 5 && !memcmp(body, DASHES, sizeof DASHES - 1))
			return false; // the next head
	}
	return false;
}

static bool putty_proven(const char *start, const char *at, const char *end)
{
	return (at == start || at[-1] == '\n') && end - at > 22 && is_digit(at[20]) && at[21] == ':';
}

static bool age_proven(const char *start, const char *at, const char *end)
{
	size_t run = 0;
	(void)start;
	for (at += 16; at < end && ((*at >= 'A' && *at <= 'Z') || is_digit(*at)); at++)
		run++;
	return run == 58;
}

// secret_access_key = "40 characters", of all kinds, and not the manual's.
static bool amazon_proven(const char *start, const char *at, const char *end)
{
	unsigned kinds = 0;
	size_t run = 0;
	(void)start;
	for (at += 17; at < end && (*at == ' ' || *at == '=' || *at == ':' || *at == '"' || *at == '\''); at++)
		;
	for (; at + run < end && is_base64(at[run]); run++)
		kinds |= kind_of(at[run]);
	return run == 40 && kinds == ALL_KINDS && !memmem(at, run, "EXAMPLE", 7);
}

static const struct {
	const char *mark, *what;
	bool (*proven)(const char *start, const char *mark, const char *end);
} MARKED[] = {
	{ "PRIVATE KEY", "a private key in PEM", pem_proven },
	{ "PuTTY-User-Key-File-", "a private key of PuTTY", putty_proven },
	{ "AGE-SECRET-KEY-1", "a secret key of age", age_proven },
	{ "secret_access_key", "a secret access key", amazon_proven },
	{ "SECRET_ACCESS_KEY", "a secret access key", amazon_proven },
};

static const char *marked_find(const char *bytes, size_t size)
{
	for (size_t i = 0; i < ARRAY_LEN(MARKED); i++) {
		const char *end = bytes + size, *at = bytes;
		size_t length = strlen(MARKED[i].mark);
		for (; (at = memmem(at, (size_t)(end - at), MARKED[i].mark, length)); at++)
			if (MARKED[i].proven(bytes, at, end))
				return MARKED[i].what;
	}
	return NULL;
}

// --- keys and seeds that prove themselves by their checksum ---------------------------------------------------------

static const char *wallet_key(const char *text, size_t length)
{
	uint8_t data[EXTENDED_DATA];
	size_t size = 0;
	const char *what = NULL;
	bool extended = length == EXTENDED_SIZE && !memcmp(text + 1, "prv", 3), wif = length == 51 || length == 52;
	if ((extended || wif) && !base58check_decode(text, length, data, sizeof data, &size)) {
		if (extended && size == EXTENDED_DATA)
			what = "an extended private key (BIP32)";
		else if (wif && (data[0] == 0x80 || data[0] == 0xef) && (size == 33 || size == 34))
			what = "a private key of a wallet (WIF)";
	}
	secret_wipe(data, sizeof data);
	return what;
}

struct phrase {
	size_t count;                       // words in a row, at most the newest of which are kept
	char text[2 * MNEMONIC_TEXT_MAX];   // with a single space behind each
	size_t size;
	size_t start[MNEMONIC_WORDS_MAX];   // of the newest words in the text, as a ring
};

static void phrase_word(struct phrase *p, const char *word, size_t length)
{
	if (p->size + length + 1 > sizeof p->text) { // only the newest are asked about
		size_t keep = p->start[(p->count + 1) % MNEMONIC_WORDS_MAX];
		memmove(p->text, p->text + keep, p->size - keep);
		p->size -= keep;
		for (size_t i = 0; i < MNEMONIC_WORDS_MAX; i++)
			p->start[i] -= keep;
	}
	p->start[p->count++ % MNEMONIC_WORDS_MAX] = p->size;
	memcpy(p->text + p->size, word, length);
	p->size += length;
	p->text[p->size++] = ' ';
}

static bool phrase_proven(const struct phrase *p)
{
	uint8_t entropy[MNEMONIC_ENTROPY_MAX];
	size_t size;
	bool found = false;
	for (size_t words = 12; !found && words <= MNEMONIC_WORDS_MAX && words <= p->count; words += 3) {
		size_t from = p->start[(p->count - words) % MNEMONIC_WORDS_MAX];
		found = !mnemonic_parse(p->text + from, p->size - 1 - from, entropy, &size, NULL);
	}
	secret_wipe(entropy, sizeof entropy);
	return found;
}

static bool separates(const char *from, const char *to)
{
	static const char BETWEEN[] = " \t\r\n\"',.;:-)0123456789";
	if (to - from > SEPARATOR_MAX)
		return false;
	for (; from < to; from++)
		if (!memchr(BETWEEN, *from, sizeof BETWEEN - 1))
			return false;
	return true;
}

// A token is what stands between other characters than letters and digits.
static const char *token_look(struct phrase *p, const char *token, size_t length, const char *behind)
{
	bool word = length >= WORD_MIN && length <= WORD_MAX;
	for (size_t i = 0; word && i < length; i++)
		word = token[i] >= 'a' && token[i] <= 'z';
	if (word) {
		if (!behind || !separates(behind, token))
			p->count = p->size = 0;
		phrase_word(p, token, length);
		return phrase_proven(p) ? "a seed phrase (BIP39)" : NULL;
	}
	if (!(length <= 2 && is_digit(*token))) // "12." stands between words
		p->count = p->size = 0;
	return length < 51 ? NULL : wallet_key(token, length);
}

static const char *token_find(const char *bytes, size_t size)
{
	struct phrase p = { 0 };
	const char *end = bytes + size, *behind = NULL, *found = NULL;
	for (const char *at = bytes; !found && at < end;) {
		const char *token = at;
		while (at < end && (is_letter(*at) || is_digit(*at)))
			at++;
		if (at == token) {
			at++;
			continue;
		}
		found = token_look(&p, token, (size_t)(at - token), behind);
		behind = p.count && !is_digit(*token) ? at : p.count ? behind : NULL;
	}
	secret_wipe(&p, sizeof p);
	return found;
}

static const char *narrow_search(const char *bytes, size_t size)
{
	const char *found = marked_find(bytes, size);
	if (!found)
		found = named_key_find(bytes, size);
	return found ? found : token_find(bytes, size);
}

// UTF-16 of either order: letters with a zero between them. Read without the zeros.
static const char *wide_search(const char *bytes, size_t size)
{
	char text[KEY_SEARCH_OVERLAP];
	const char *found = NULL;
	for (size_t at = 0; !found && at + 2 * WIDE_MIN <= size;) {
		size_t from = at, count = 0;
		while (count < sizeof text && at + 1 < size && bytes[at] && !bytes[at + 1] && (unsigned char)bytes[at] < 0x80) {
			text[count++] = bytes[at];
			at += 2;
		}
		if (count && count < sizeof text && from && !bytes[from - 1] && at < size && (unsigned char)bytes[at] < 0x80)
			text[count++] = bytes[at]; // the big end first: no zero behind the last letter
		if (count >= WIDE_MIN)
			found = narrow_search(text, count);
		if (count == sizeof text)
			at -= 2 * WIDE_AGAIN;
		at += !count;
	}
	secret_wipe(text, sizeof text);
	return found;
}

const char *key_search(const char *bytes, size_t size)
{
	const char *found = narrow_search(bytes, size);
	if (!found)
		found = der_key_find(bytes, size);
	return found ? found : wide_search(bytes, size);
}
