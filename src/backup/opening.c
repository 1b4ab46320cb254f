// SPDX-License-Identifier: Apache-2.0
#include "backup/layout.h"

#include "base/bytes.h"

struct opening {
	crypto_secretstream_xchacha20poly1305_state stream;
	sealed_file_read read;
	void *context;
	struct sha256 sealed, plain;
	struct sealed_file_sum sum;
	uint8_t header_digest[SHA256_SIZE];
	bool begun, ended;
	uint8_t chunk[SEALED_FILE_CHUNK + SEALED_FILE_OVERHEAD];
	uint8_t plaintext[SEALED_FILE_CHUNK];
};

// As much as there is, at most `size`. 0 or negative errno.
static int fill(struct opening *o, void *to, size_t size, size_t *ret_got)
{
	uint8_t *at = to;
	size_t got = 0;
	while (got < size) {
		long n = o->read(o->context, at + got, size - got);
		if (n < 0)
			return (int)n;
		if (n == 0)
			break;
		ASSERT((size_t)n <= size - got);
		got += (size_t)n;
	}
	sha256_update(&o->sealed, to, got);
	o->sum.sealed_size += got;
	*ret_got = got;
	return 0;
}

// The data key, from the box that is addressed to this secret's public key.
static int key_find(struct reader *r, size_t count, const uint8_t secret[SEALED_SECRET_SIZE],
		    uint8_t key[SEALED_FILE_KEY])
{
	uint8_t public_key[SEALED_PUBLIC_SIZE];
	int result = SEALED_FILE_RECIPIENT;
	if (sealed_public(secret, public_key))
		return -EINVAL;
	for (size_t i = 0; i < count; i++) {
		const uint8_t *recipient = read_bytes(r, SEALED_PUBLIC_SIZE);
		const uint8_t *box = read_bytes(r, SEALED_FILE_KEY + SEALED_OVERHEAD);
		if (!recipient || !box)
			return SEALED_FILE_HEADER;
		if (memcmp(recipient, public_key, sizeof public_key) == 0 &&
		    sealed_open(public_key, secret, box, SEALED_FILE_KEY + SEALED_OVERHEAD, key) == 0)
			result = SEALED_FILE_FINE;
	}
	return result;
}

static int head_check(const uint8_t *head, size_t got, size_t *ret_count)
{
	static const uint8_t zeros[3];
	struct reader r = reader_over(head + 16, SEALED_FILE_HEAD - 16);
	if (got < 16 || memcmp(head, SEALED_FILE_MAGIC, 16) != 0)
		return SEALED_FILE_MAGIC_BAD;
	if (got < SEALED_FILE_HEAD)
		return SEALED_FILE_HEADER;
	size_t count = read_u8(&r);
	const uint8_t *reserved = read_bytes(&r, 3);
	uint32_t chunk = read_u32(&r);
	if (!reader_done(&r) || memcmp(reserved, zeros, 3) != 0 || chunk != SEALED_FILE_CHUNK || count < 1 ||
	    count > SEALED_FILE_RECIPIENTS_MAX)
		return SEALED_FILE_HEADER;
	*ret_count = count;
	return SEALED_FILE_FINE;
}

static int header_read(struct opening *o, const uint8_t secret[SEALED_SECRET_SIZE])
{
	uint8_t header[SEALED_FILE_HEAD_MAX], key[SEALED_FILE_KEY];
	size_t got, count = 0;
	int r = fill(o, header, SEALED_FILE_HEAD, &got);
	if (r || (r = head_check(header, got, &count)))
		return r;
	size_t size = sealed_file_head_size(count);
	r = fill(o, header + SEALED_FILE_HEAD, size - SEALED_FILE_HEAD, &got);
	if (r || got < size - SEALED_FILE_HEAD)
		return r ? r : SEALED_FILE_HEADER;
	struct reader boxes = reader_over(header + SEALED_FILE_HEAD, size - SEALED_FILE_HEAD);
	r = key_find(&boxes, count, secret, key);
	if (!r && crypto_secretstream_xchacha20poly1305_init_pull(&o->stream, header + size - SEALED_FILE_STREAM_HEAD, key))
		r = SEALED_FILE_HEADER;
	secret_wipe(key, sizeof key);
	sha256_of(header, size, o->header_digest);
	return r;
}

int opening_open(const uint8_t secret[SEALED_SECRET_SIZE], sealed_file_read read, void *context, struct opening **ret)
{
	struct opening *o = secret_alloc(sizeof *o);
	if (!o)
		return -ENOMEM;
	memset(o, 0, sizeof *o);
	o->read = read;
	o->context = context;
	sha256_init(&o->sealed);
	sha256_init(&o->plain);
	int r = header_read(o, secret);
	if (r)
		opening_close(o);
	else
		*ret = o;
	return r;
}

static int end_check(struct opening *o)
{
	uint8_t beyond;
	size_t got = 0;
	int r = fill(o, &beyond, 1, &got);
	if (r || got)
		return r ? r : SEALED_FILE_TRAILING;
	return SEALED_FILE_FINE;
}

int opening_next(struct opening *o, const uint8_t **ret_data, size_t *ret_size)
{
	unsigned long long size;
	unsigned char tag;
	size_t got;
	if (o->ended)
		return SEALED_FILE_END;
	int r = fill(o, o->chunk, sizeof o->chunk, &got);
	if (r)
		return r;
	if (got < SEALED_FILE_OVERHEAD)
		return SEALED_FILE_TRUNCATED;
	if (crypto_secretstream_xchacha20poly1305_pull(&o->stream, o->plaintext, &size, &tag, o->chunk, got,
						       o->begun ? NULL : o->header_digest,
						       o->begun ? 0 : sizeof o->header_digest))
		return SEALED_FILE_ALTERED;
	o->begun = true;
	if (tag == crypto_secretstream_xchacha20poly1305_TAG_FINAL) {
		if ((r = end_check(o)))
			return r;
		o->ended = true;
	} else if (got < sizeof o->chunk) {
		return SEALED_FILE_TRUNCATED;
	}
	sha256_update(&o->plain, o->plaintext, (size_t)size);
	o->sum.plain_size += size;
	*ret_data = o->plaintext;
	*ret_size = (size_t)size;
	return SEALED_FILE_FINE;
}

void opening_sum(const struct opening *o, struct sealed_file_sum *ret)
{
	struct sha256 sealed = o->sealed, plain = o->plain;
	ASSERT(o->ended);
	*ret = o->sum;
	sha256_final(&sealed, ret->sealed_digest);
	sha256_final(&plain, ret->plain_digest);
}

void opening_close(struct opening *o)
{
	secret_free(o);
}
