// SPDX-License-Identifier: Apache-2.0
#include "base/bytes.h"
#include "base/text.h"
#include "tlog/note.h"

#include <stdio.h>

size_t checkpoint_format(const char *origin, uint64_t size, const uint8_t root[32], char to[CHECKPOINT_TEXT_MAX])
{
	char encoded[BASE64_SIZE(32)];
	ASSERT(strlen(origin) <= NOTE_NAME_MAX);
	base64_encode(root, 32, encoded);
	return (size_t)snprintf(to, CHECKPOINT_TEXT_MAX, "%s\n%llu\n%s\n", origin, (unsigned long long)size, encoded);
}

size_t checkpoint_format_counted(const char *origin, uint64_t size, const uint8_t root[32], uint64_t entries,
				 char to[CHECKPOINT_COUNTED_TEXT_MAX])
{
	size_t length = checkpoint_format(origin, size, root, to);
	ASSERT(entries >= size && entries <= INT64_MAX); // a block has an entry at least
	return length + (size_t)snprintf(to + length, CHECKPOINT_COUNTED_TEXT_MAX - length, "entries %llu\n",
					 (unsigned long long)entries);
}

struct lines {
	const char *at, *end;
};

// The next line without its newline. False when there is none.
static bool line_next(struct lines *l, const char **ret, size_t *ret_size)
{
	const char *newline = l->at < l->end ? memchr(l->at, '\n', (size_t)(l->end - l->at)) : NULL;
	if (!newline)
		return false;
	*ret = l->at;
	*ret_size = (size_t)(newline - l->at);
	l->at = newline + 1;
	return true;
}

// Decimal without leading zeros, below 2^63.
static bool size_parse(const char *text, size_t length, uint64_t *ret)
{
	uint64_t v = 0;
	if (length == 0 || length > 19 || (text[0] == '0' && length > 1))
		return false;
	for (size_t i = 0; i < length; i++) {
		if (text[i] < '0' || text[i] > '9')
			return false;
		v = v * 10 + (uint64_t)(text[i] - '0');
	}
	*ret = v;
	return v <= INT64_MAX;
}

static bool hash_parse(const char *text, size_t length, uint8_t hash[32])
{
	size_t size;
	return base64_decode(text, length, hash, 32, &size) == 0 && size == 32;
}

static bool line_is(const char *line, size_t size, const char *prefix)
{
	return size >= strlen(prefix) && memcmp(line, prefix, strlen(prefix)) == 0;
}

// None is empty, the last one ends. "entries N" is ours: the first one and in one spelling, or the text is refused, so
// that no two readers see two counts. No block is without an entry, and there is none without a block.
static bool extensions_parse(struct lines *l, struct checkpoint *c)
{
	const char *line;
	size_t size;
	for (bool first = true; line_next(l, &line, &size); first = false) {
		if (size == 0)
			return false;
		if (!line_is(line, size, "entries"))
			continue;
		if (!first || !line_is(line, size, "entries ") || !size_parse(line + 8, size - 8, &c->entries) ||
		    c->entries < c->size || (c->size == 0 && c->entries))
			return false;
		c->counted = true;
	}
	return l->at == l->end;
}

int checkpoint_parse(const char *text, size_t size, struct checkpoint *ret)
{
	struct lines l = { text, text + size };
	struct checkpoint c = { 0 };
	const char *origin, *number, *root;
	size_t origin_size, number_size, root_size;
	if (!line_next(&l, &origin, &origin_size) || !line_next(&l, &number, &number_size) ||
	    !line_next(&l, &root, &root_size))
		return 1;
	if (origin_size == 0 || origin_size > NOTE_NAME_MAX || memchr(origin, 0, origin_size) ||
	    !size_parse(number, number_size, &c.size) || !hash_parse(root, root_size, c.root))
		return 1;
	memcpy(c.origin, origin, origin_size);
	c.extra = (size_t)(l.at - text);
	if (!extensions_parse(&l, &c))
		return 1;
	*ret = c;
	return 0;
}

int checkpoint_open(const char *note, size_t size, const struct note_key *key, struct checkpoint *ret)
{
	struct note verified;
	struct checkpoint c;
	int result = note_verify(note, size, key, 1, &verified);
	if (result)
		return result;
	if (checkpoint_parse(note, verified.text_size, &c) || strcmp(c.origin, key->name))
		return 4;
	*ret = c;
	return 0;
}

// ---- receipts ----

#define RECEIPT_HEAD "c2sp.org/tlog-proof@v1\n"

size_t receipt_format(uint64_t index, const uint8_t (*proof)[32], size_t count, const char *checkpoint,
		      size_t checkpoint_size, char *to, size_t room)
{
	struct writer w = writer_over(to, room);
	char text[64];
	write_bytes(&w, RECEIPT_HEAD, sizeof RECEIPT_HEAD - 1);
	write_bytes(&w, text, (size_t)snprintf(text, sizeof text, "index %llu\n", (unsigned long long)index));
	for (size_t i = 0; i < count; i++) {
		size_t size = base64_encode(proof[i], 32, text);
		text[size] = '\n';
		write_bytes(&w, text, size + 1);
	}
	write_bytes(&w, "\n", 1);
	write_bytes(&w, checkpoint, checkpoint_size);
	write_u8(&w, 0);
	return w.failed ? 0 : writer_size(&w) - 1;
}

int receipt_parse(const char *text, size_t size, struct receipt *ret)
{
	struct lines l = { text, text + size };
	const char *line;
	size_t length;
	if (size < sizeof RECEIPT_HEAD - 1 || memcmp(text, RECEIPT_HEAD, sizeof RECEIPT_HEAD - 1))
		return 1;
	l.at += sizeof RECEIPT_HEAD - 1;
	if (!line_next(&l, &line, &length))
		return 1;
	if (line_is(line, length, "extra ")) { // bound to the entry by whoever made it; not used here
		uint8_t extra[1024];
		size_t extra_size;
		if (base64_decode(line + 6, length - 6, extra, sizeof extra, &extra_size) ||
		    !line_next(&l, &line, &length))
			return 1;
	}
	if (!line_is(line, length, "index ") || !size_parse(line + 6, length - 6, &ret->index))
		return 1;
	for (ret->count = 0;; ret->count++) {
		if (!line_next(&l, &line, &length))
			return 1;
		if (length == 0)
			break;
		if (ret->count == ARRAY_LEN(ret->proof) || !hash_parse(line, length, ret->proof[ret->count]))
			return 1;
	}
	ret->checkpoint = l.at;
	ret->checkpoint_size = (size_t)(l.end - l.at);
	return ret->checkpoint_size ? 0 : 1;
}
