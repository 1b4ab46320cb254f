// SPDX-License-Identifier: Apache-2.0
#include "backup/layout.h"

#include "base/bytes.h"

struct sealing {
	crypto_secretstream_xchacha20poly1305_state stream;
	sealed_file_write write;
	void *context;
	struct sha256 sealed, plain;
	struct sealed_file_sum sum;
	uint8_t header_digest[SHA256_SIZE];
	bool begun; // a chunk was written: the header is bound
	int error;  // of the first write that failed: nothing is written after it
	size_t filled;
	uint8_t buffer[SEALED_FILE_CHUNK];
	uint8_t chunk[SEALED_FILE_CHUNK + SEALED_FILE_OVERHEAD];
};

static int emit(struct sealing *s, const void *data, size_t size)
{
	if (s->error)
		return s->error;
	sha256_update(&s->sealed, data, size);
	s->sum.sealed_size += size;
	return s->error = s->write(s->context, data, size);
}

// The data key into a box for each recipient. 0 or -EINVAL.
static int recipients_write(struct writer *w, const uint8_t (*recipients)[SEALED_PUBLIC_SIZE], size_t count,
			    const uint8_t key[SEALED_FILE_KEY])
{
	for (size_t i = 0; i < count; i++) {
		uint8_t box[SEALED_FILE_KEY + SEALED_OVERHEAD];
		if (sealed_seal(recipients[i], key, SEALED_FILE_KEY, box))
			return -EINVAL;
		write_bytes(w, recipients[i], SEALED_PUBLIC_SIZE);
		write_bytes(w, box, sizeof box);
	}
	return 0;
}

static int header_write(struct sealing *s, const uint8_t (*recipients)[SEALED_PUBLIC_SIZE], size_t count)
{
	uint8_t header[SEALED_FILE_HEAD_MAX], key[SEALED_FILE_KEY], stream_head[SEALED_FILE_STREAM_HEAD];
	struct writer w = writer_over(header, sizeof header);
	random_bytes(key, sizeof key);
	crypto_secretstream_xchacha20poly1305_init_push(&s->stream, stream_head, key);
	write_bytes(&w, SEALED_FILE_MAGIC, 16);
	write_u8(&w, (uint8_t)count);
	write_bytes(&w, "\0\0", 3);
	write_u32(&w, SEALED_FILE_CHUNK);
	int r = recipients_write(&w, recipients, count, key);
	secret_wipe(key, sizeof key);
	if (r)
		return r;
	write_bytes(&w, stream_head, sizeof stream_head);
	ASSERT(!w.failed && writer_size(&w) == sealed_file_head_size(count));
	sha256_of(header, writer_size(&w), s->header_digest);
	return emit(s, header, writer_size(&w));
}

int sealing_open(const uint8_t (*recipients)[SEALED_PUBLIC_SIZE], size_t count, sealed_file_write write, void *context,
		 struct sealing **ret)
{
	if (count < 1 || count > SEALED_FILE_RECIPIENTS_MAX)
		return -EINVAL;
	struct sealing *s = secret_alloc(sizeof *s);
	if (!s)
		return -ENOMEM;
	memset(s, 0, sizeof *s);
	s->write = write;
	s->context = context;
	sha256_init(&s->sealed);
	sha256_init(&s->plain);
	int r = header_write(s, recipients, count);
	if (r)
		sealing_abandon(s);
	else
		*ret = s;
	return r;
}

static int chunk_write(struct sealing *s, uint8_t tag)
{
	unsigned long long size;
	const uint8_t *associated = s->begun ? NULL : s->header_digest;
	size_t associated_size = s->begun ? 0 : sizeof s->header_digest;
	ASSERT(crypto_secretstream_xchacha20poly1305_push(&s->stream, s->chunk, &size, s->buffer, s->filled, associated,
							  associated_size, tag) == 0);
	s->begun = true;
	s->filled = 0;
	return emit(s, s->chunk, (size_t)size);
}

int sealing_append(struct sealing *s, const void *data, size_t size)
{
	const uint8_t *from = data;
	sha256_update(&s->plain, data, size);
	s->sum.plain_size += size;
	while (size) {
		// A full buffer waits until it is known not to be the last.
		if (s->filled == sizeof s->buffer) {
			int r = chunk_write(s, crypto_secretstream_xchacha20poly1305_TAG_MESSAGE);
			if (r)
				return r;
		}
		size_t room = sizeof s->buffer - s->filled, n = size < room ? size : room;
		memcpy(s->buffer + s->filled, from, n);
		s->filled += n;
		from += n;
		size -= n;
	}
	return 0;
}

int sealing_finish(struct sealing *s, struct sealed_file_sum *ret)
{
	int r = chunk_write(s, crypto_secretstream_xchacha20poly1305_TAG_FINAL);
	if (!r) {
		sha256_final(&s->sealed, s->sum.sealed_digest);
		sha256_final(&s->plain, s->sum.plain_digest);
		*ret = s->sum;
	}
	sealing_abandon(s);
	return r;
}

void sealing_abandon(struct sealing *s)
{
	secret_free(s);
}
