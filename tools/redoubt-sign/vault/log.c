// SPDX-License-Identifier: Apache-2.0
// One line: reading and writing. log_walk.c follows the chain.
#include "vault/log.h"

#include "base/text.h"
#include "utc.h"

#include <stdio.h>

static const char domain[] = "redoubt acts log v1\n";

const char *log_refusal_text(enum log_refusal refusal)
{
	static const char *const texts[] = {
		[LOG_FINE] = "fine",
		[LOG_FORMAT] = "it is not a line of an acts log",
		[LOG_LONG] = "it is longer than a line or a log may be",
		[LOG_SEQUENCE] = "its number does not follow the line before: a line was taken out, added or moved",
		[LOG_PREVIOUS] = "it does not name the line before it: that one was altered, or a line was taken out",
		[LOG_SIGNATURE] = "its signature is not by the log's key: it was altered, or written by somebody else",
		[LOG_KEY] = "it does not name the log's key as it must",
		[LOG_TIME] = "it is earlier than the last signed line before it: the clock was set back",
		[LOG_TAIL] = "the last line is cut off",
		[LOG_EMPTY] = "there is no line in it",
	};
	return texts[refusal];
}

const char *log_value(const struct log_line *line, const char *name)
{
	for (size_t i = 0; i < line->field_count; i++)
		if (!strcmp(line->fields[i].name, name))
			return line->fields[i].value;
	return NULL;
}

static bool is_name(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (c && strchr("-._/:", c));
}

// ---- reading ------------------------------------------------------------
// The next word of a line that has single blanks between words.
static bool word_next(const char **at, const char *end, const char **ret, size_t *ret_size)
{
	if (*at > end)
		return false;
	const char *blank = memchr(*at, ' ', (size_t)(end - *at));
	const char *stop = blank ? blank : end;
	*ret = *at;
	*ret_size = (size_t)(stop - *at);
	*at = stop + 1;
	return *ret_size > 0;
}

static bool sequence_read(const char *word, size_t size, uint64_t *ret)
{
	uint64_t value = 0;
	if (!size || size > 15 || (size > 1 && word[0] == '0'))
		return false;
	for (size_t i = 0; i < size; i++) {
		if (word[i] < '0' || word[i] > '9')
			return false;
		value = value * 10 + (uint64_t)(word[i] - '0');
	}
	*ret = value;
	return true;
}

// Decodes %XX (capital digits, never a NUL) into `to`, with a NUL. False when it is not canonical.
static bool value_decode(const char *from, size_t size, char *to)
{
	for (size_t i = 0; i < size; i++) {
		uint8_t byte = (uint8_t)from[i];
		if (byte <= ' ' || byte > '~' || byte == '=')
			return false;
		if (byte == '%') {
			if (size - i < 3 || hex_decode(from + i + 1, 2, &byte, 1) || !byte ||
			    (byte > ' ' && byte <= '~' && byte != '%' && byte != '='))
				return false;
			i += 2;
		}
		*to++ = (char)byte;
	}
	*to = '\0';
	return true;
}

static bool field_read(const char *word, size_t size, char **text, struct log_line *ret)
{
	const char *equals = memchr(word, '=', size);
	size_t name = equals ? (size_t)(equals - word) : 0;
	if (!name || name > LOG_NAME_MAX || ret->field_count == LOG_FIELDS_MAX)
		return false;
	for (size_t i = 0; i < name; i++)
		if (!is_name(word[i]))
			return false;
	char *to = ret->fields[ret->field_count].name;
	memcpy(to, word, name);
	to[name] = '\0';
	if (!strcmp(to, "signature") || !strcmp(to, "previous") || log_value(ret, to)) // a name occurs once
		return false;
	if (!value_decode(equals + 1, size - name - 1, *text))
		return false;
	ret->fields[ret->field_count++].value = *text;
	*text += strlen(*text) + 1;
	return true;
}

static bool act_read(const char *word, size_t size, struct log_line *ret)
{
	if (size > LOG_ACT_MAX)
		return false;
	for (size_t i = 0; i < size; i++)
		if (!is_name(word[i]) || strchr("._/:", word[i]))
			return false;
	memcpy(ret->act, word, size);
	ret->act[size] = '\0';
	return true;
}

static bool seal_read(const char *word, size_t size, struct log_line *ret)
{
	static const char name[] = "signature=";
	if (size < sizeof name || memcmp(word, name, sizeof name - 1))
		return false;
	word += sizeof name - 1;
	size -= sizeof name - 1;
	ret->is_signed = !(size == 1 && *word == '-');
	return !ret->is_signed || hex_decode(word, size, ret->signature, sizeof ret->signature) == 0;
}

static bool words_read(const char *at, const char *end, struct log_line *ret)
{
	const char *word;
	size_t size;
	char *text = ret->text;
	if (!word_next(&at, end, &word, &size) || !sequence_read(word, size, &ret->sequence) ||
	    !word_next(&at, end, &word, &size) || utc_parse(word, size, &ret->seconds) ||
	    !word_next(&at, end, &word, &size) || !act_read(word, size, ret))
		return false;
	while (word_next(&at, end, &word, &size)) {
		if (size == 9 + 2 * SHA256_SIZE && !memcmp(word, "previous=", 9))
			return hex_decode(word + 9, size - 9, ret->previous, SHA256_SIZE) == 0 &&
			       word_next(&at, end, &word, &size) && seal_read(word, size, ret) && at > end;
		if (!field_read(word, size, &text, ret))
			return false;
	}
	return false;
}

enum log_refusal log_line_parse(const char *text, size_t length, struct log_line *ret)
{
	if (length >= LOG_LINE_MAX)
		return LOG_LONG;
	ret->field_count = 0;
	if (!words_read(text, text + length, ret))
		return LOG_FORMAT;
	sha256_of(text, length, ret->hash);
	return LOG_FINE;
}

// ---- writing ------------------------------------------------------------
struct text {
	char *at;
	char *end; // where the NUL fits
	bool full;
};

static void put(struct text *to, const char *text, size_t size)
{
	to->full |= (size_t)(to->end - to->at) < size;
	if (to->full)
		return;
	memcpy(to->at, text, size);
	to->at += size;
}

static void put_text(struct text *to, const char *text)
{
	put(to, text, strlen(text));
}

static void put_hex(struct text *to, const void *data, size_t size)
{
	char digits[2 * ED25519_SIGNATURE_SIZE + 1];
	ASSERT(size <= ED25519_SIGNATURE_SIZE);
	hex_encode(data, size, digits);
	put_text(to, digits);
}

static void put_value(struct text *to, const char *value)
{
	for (; *value; value++) {
		char escaped[8];
		uint8_t byte = (uint8_t)*value;
		if (byte > ' ' && byte <= '~' && byte != '%' && byte != '=')
			put(to, value, 1);
		else
			put(to, escaped, (size_t)snprintf(escaped, sizeof escaped, "%%%02X", byte));
	}
}

static void put_fields(struct text *to, const struct log_field *fields, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		ASSERT(*fields[i].name && strlen(fields[i].name) <= LOG_NAME_MAX);
		for (const char *c = fields[i].name; *c; c++)
			ASSERT(is_name(*c));
		put_text(to, " ");
		put_text(to, fields[i].name);
		put_text(to, "=");
		put_value(to, fields[i].value);
	}
}

static void line_sign(const struct log_key *key, const char *line, size_t size, uint8_t signature[64])
{
	char message[sizeof domain + LOG_LINE_MAX];
	memcpy(message, domain, sizeof domain - 1);
	memcpy(message + sizeof domain - 1, line, size);
	ed25519_sign(key->seed, message, sizeof domain - 1 + size, signature);
}

bool log_line_verify(const char *line, size_t size, const uint8_t key[ED25519_PUBLIC_SIZE],
		     const uint8_t signature[ED25519_SIGNATURE_SIZE])
{
	char message[sizeof domain + LOG_LINE_MAX];
	if (size > LOG_LINE_MAX)
		return false;
	memcpy(message, domain, sizeof domain - 1);
	memcpy(message + sizeof domain - 1, line, size);
	return ed25519_verify(key, message, sizeof domain - 1 + size, signature);
}

int log_line_format(struct log_head *head, uint64_t seconds, const char *act, const struct log_field *fields,
		    size_t count, const struct log_key *key, char to[LOG_LINE_MAX + 1], size_t *ret_size)
{
	char start[64], when[UTC_TEXT_SIZE];
	uint8_t signature[ED25519_SIGNATURE_SIZE];
	struct text text = { .at = to, .end = to + LOG_LINE_MAX - 1 }; // and a newline
	ASSERT(count <= LOG_FIELDS_MAX && strlen(act) <= LOG_ACT_MAX);
	if (head->next && seconds < head->seconds)
		return 2;
	utc_format(seconds, when);
	snprintf(start, sizeof start, "%llu %s ", (unsigned long long)head->next, when);
	put_text(&text, start);
	put_text(&text, act);
	put_fields(&text, fields, count);
	put_text(&text, " previous=");
	put_hex(&text, head->hash, sizeof head->hash);
	if (text.full)
		return 1;
	if (key)
		line_sign(key, to, (size_t)(text.at - to), signature);
	put_text(&text, " signature=");
	if (key)
		put_hex(&text, signature, sizeof signature);
	else
		put_text(&text, "-");
	if (text.full)
		return 1;
	size_t size = (size_t)(text.at - to);
	sha256_of(to, size, head->hash);
	head->next++;
	if (key) {
		head->seconds = seconds;
		head->signed_next = head->next;
		memcpy(head->signed_hash, head->hash, sizeof head->hash);
	}
	head->size += size + 1;
	memcpy(text.at, "\n", 2);
	*ret_size = size + 1;
	return 0;
}
