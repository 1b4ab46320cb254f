// SPDX-License-Identifier: Apache-2.0
// The sealed file's header, read and written.
#include "keystore/file.h"

bool file_cost_valid(const struct keystore_cost *cost)
{
	return cost->memory_kib >= KEYSTORE_MEMORY_KIB_MIN && cost->memory_kib <= KEYSTORE_MEMORY_KIB_MAX &&
	       cost->passes >= KEYSTORE_PASSES_MIN && cost->passes <= KEYSTORE_PASSES_MAX;
}

// A field of KEYSTORE_LABEL_MAX bytes, zeros behind the text. False when it is something else.
static bool text_read(struct reader *r, char to[KEYSTORE_LABEL_MAX + 1])
{
	static const char zero[KEYSTORE_LABEL_MAX];
	read_copy(r, to, KEYSTORE_LABEL_MAX);
	to[KEYSTORE_LABEL_MAX] = 0;
	size_t size = strlen(to);
	return (size == 0 || keystore_label_valid(to)) &&
	       memcmp(to + size, zero, KEYSTORE_LABEL_MAX - size) == 0;
}

static void text_write(struct writer *w, const char *text)
{
	char field[KEYSTORE_LABEL_MAX] = "";
	memcpy(field, text, strlen(text));
	write_bytes(w, field, sizeof field);
}

// Every field has one form: what a lock does not use is zero.
static int fields_check(const struct file *file, uint8_t kind, uint8_t locks, bool texts_fine)
{
	const struct keystore_header *h = &file->header;
	if ((kind != KEYSTORE_SEED && kind != KEYSTORE_FIXED) || locks < FILE_LOCK_PASSPHRASE ||
	    locks > (FILE_LOCK_PASSPHRASE | FILE_LOCK_TOKEN) || !texts_fine || !h->label[0] ||
	    h->needs_token != (h->wrap_name[0] != 0) || h->needs_token != (file->wrapped_size != 0))
		return KEYSTORE_HEADER;
	if (!h->needs_passphrase)
		return h->cost.memory_kib || h->cost.passes ? KEYSTORE_HEADER : 0;
	return file_cost_valid(&h->cost) ? 0 : KEYSTORE_PARAMETERS;
}

// Magic and version: what later versions keep.
static int begin(struct reader *r)
{
	size_t there = reader_left(r) < FILE_MAGIC_SIZE ? reader_left(r) : FILE_MAGIC_SIZE;
	if (memcmp(r->at, FILE_MAGIC, there) != 0)
		return KEYSTORE_FORMAT;
	read_bytes(r, FILE_MAGIC_SIZE);
	uint16_t version = read_u16(r);
	if (r->failed)
		return KEYSTORE_TRUNCATED;
	return version == FILE_VERSION ? 0 : KEYSTORE_VERSION;
}

static int rest(struct reader *r, const uint8_t *start, struct file *to)
{
	struct keystore_header *h = &to->header;
	uint8_t kind = read_u8(r), locks = read_u8(r);
	h->kind = kind;
	h->needs_passphrase = locks & FILE_LOCK_PASSPHRASE;
	h->needs_token = locks & FILE_LOCK_TOKEN;
	h->created_s = read_u64(r);
	read_copy(r, h->fingerprint, sizeof h->fingerprint);
	h->cost.memory_kib = read_u32(r);
	h->cost.passes = read_u32(r);
	read_copy(r, to->salt, sizeof to->salt);
	read_copy(r, to->nonce, sizeof to->nonce);
	bool texts_fine = text_read(r, h->label);
	texts_fine &= text_read(r, h->wrap_name);
	to->wrapped_size = read_u16(r);
	if (to->wrapped_size > KEYSTORE_WRAPPED_MAX)
		return KEYSTORE_HEADER;
	read_copy(r, to->wrapped, to->wrapped_size);
	read_copy(r, to->commitment, sizeof to->commitment);
	to->header_size = (size_t)(r->at - start);
	read_copy(r, to->body, sizeof to->body);
	read_copy(r, to->tag, sizeof to->tag);
	if (r->failed)
		return KEYSTORE_TRUNCATED;
	if (!reader_done(r))
		return KEYSTORE_TRAILING;
	return fields_check(to, kind, locks, texts_fine);
}

int keystore_file_read(const void *bytes, size_t size, struct file *ret)
{
	struct file file = { .header_size = 0 };
	struct reader r = reader_over(bytes, size);
	int result = size ? begin(&r) : KEYSTORE_TRUNCATED;
	if (!result)
		result = rest(&r, bytes, &file);
	if (!result)
		*ret = file;
	return result;
}

void file_header_write(const struct file *file, struct writer *w)
{
	const struct keystore_header *h = &file->header;
	write_bytes(w, FILE_MAGIC, FILE_MAGIC_SIZE);
	write_u16(w, FILE_VERSION);
	write_u8(w, (uint8_t)h->kind);
	write_u8(w, (uint8_t)((h->needs_passphrase ? FILE_LOCK_PASSPHRASE : 0) |
			      (h->needs_token ? FILE_LOCK_TOKEN : 0)));
	write_u64(w, h->created_s);
	write_bytes(w, h->fingerprint, sizeof h->fingerprint);
	write_u32(w, h->cost.memory_kib);
	write_u32(w, h->cost.passes);
	write_bytes(w, file->salt, sizeof file->salt);
	write_bytes(w, file->nonce, sizeof file->nonce);
	text_write(w, h->label);
	text_write(w, h->wrap_name);
	write_u16(w, (uint16_t)file->wrapped_size);
	write_bytes(w, file->wrapped, file->wrapped_size);
	write_bytes(w, file->commitment, sizeof file->commitment);
}

int keystore_describe(const void *bytes, size_t size, struct keystore_header *ret)
{
	struct file file;
	int result = keystore_file_read(bytes, size, &file);
	if (!result)
		*ret = file.header;
	return result;
}
