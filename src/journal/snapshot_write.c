// SPDX-License-Identifier: Apache-2.0
#include "crypto/secret.h"
#include "journal/snapshot.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define LIST_MAX 4096

struct snapshot_writer {
	int dir_fd, fd;
	struct aead *aead;
	struct snapshot_head head;
	uint8_t head_bytes[SNAPSHOT_HEAD_SIZE];
	char name[SNAPSHOT_NAME_SIZE], making[SNAPSHOT_NAME_SIZE + 4];
	uint64_t chunk, total;
	size_t held;
	uint8_t plain[SNAPSHOT_CHUNK];
	uint8_t cipher[SNAPSHOT_CHUNK + AEAD_TAG_SIZE];
};

static int write_all(int fd, const uint8_t *from, size_t size)
{
	while (size > 0) {
		ssize_t n = write(fd, from, size);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n < 0 ? -errno : -EIO;
		from += n;
		size -= (size_t)n;
	}
	return 0;
}

static void writer_free(struct snapshot_writer *s)
{
	if (s->fd >= 0)
		close(s->fd);
	aead_free(s->aead);
	secret_wipe(s->plain, sizeof s->plain);
	free(s);
}

int snapshot_begin(int dir_fd, const uint8_t master_key[32], const uint8_t exchange_id[32],
		   const struct snapshot_info *info, struct snapshot_writer **ret)
{
	struct snapshot_writer *s = malloc(sizeof *s);
	if (!s)
		return -ENOMEM;
	*s = (struct snapshot_writer){ .dir_fd = dir_fd, .fd = -1, .head.info = *info };
	memcpy(s->head.exchange_id, exchange_id, 32);
	random_bytes(s->head.salt, sizeof s->head.salt);
	snapshot_head_write(&s->head, s->head_bytes);
	snapshot_name(info->sequence, s->name);
	(void)snprintf(s->making, sizeof s->making, "%s.new", s->name);
	s->aead = snapshot_aead(master_key, s->head.salt);
	int error = s->aead ? 0 : -ENOMEM;
	if (!error) {
		s->fd = openat(dir_fd, s->making, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0640);
		error = s->fd < 0 ? -errno : write_all(s->fd, s->head_bytes, SNAPSHOT_HEAD_SIZE);
	}
	if (error) {
		snapshot_abandon(s);
		return error;
	}
	*ret = s;
	return 0;
}

static int chunk_write(struct snapshot_writer *s, bool last)
{
	uint8_t nonce[AEAD_NONCE_SIZE];
	snapshot_nonce(s->chunk++, last, nonce);
	int error = aead_seal(s->aead, nonce, s->head_bytes, SNAPSHOT_HEAD_SIZE, s->plain, s->held, s->cipher,
			      s->cipher + s->held);
	if (!error)
		error = write_all(s->fd, s->cipher, s->held + AEAD_TAG_SIZE);
	s->held = 0;
	return error;
}

int snapshot_append(struct snapshot_writer *s, const void *data, size_t size)
{
	const uint8_t *from = data;
	s->total += size;
	while (size > 0) {
		if (s->held == SNAPSHOT_CHUNK) { // more follows, so this one is not the last
			int error = chunk_write(s, false);
			if (error)
				return error;
		}
		size_t n = (size_t)u64_min(size, SNAPSHOT_CHUNK - s->held);
		memcpy(s->plain + s->held, from, n);
		s->held += n;
		from += n;
		size -= n;
	}
	return 0;
}

static void remove_older(int dir_fd, unsigned keep)
{
	uint64_t sequences[LIST_MAX];
	char name[SNAPSHOT_NAME_SIZE];
	int count = snapshot_list(dir_fd, sequences, LIST_MAX);
	for (int i = (int)keep; i < count; i++) {
		snapshot_name(sequences[i], name);
		(void)unlinkat(dir_fd, name, 0);
	}
}

int snapshot_finish(struct snapshot_writer *s, unsigned keep)
{
	ASSERT(keep > 0);
	int error = s->total == s->head.info.size ? chunk_write(s, true) : -EINVAL;
	if (!error && fsync(s->fd))
		error = -errno;
	if (!error && renameat(s->dir_fd, s->making, s->dir_fd, s->name))
		error = -errno;
	if (!error && fsync(s->dir_fd))
		error = -errno;
	if (error) {
		snapshot_abandon(s);
		return error;
	}
	remove_older(s->dir_fd, keep);
	writer_free(s);
	return 0;
}

void snapshot_abandon(struct snapshot_writer *s)
{
	if (!s)
		return;
	(void)unlinkat(s->dir_fd, s->making, 0);
	writer_free(s);
}
