// SPDX-License-Identifier: Apache-2.0
#include "journal/snapshot.h"

#include "base/crc32c.h"
#include "crypto/secret.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define CRC_AT 184u

void snapshot_head_write(const struct snapshot_head *head, uint8_t to[SNAPSHOT_HEAD_SIZE])
{
	struct writer w = writer_over(to, SNAPSHOT_HEAD_SIZE);
	write_u64(&w, SNAPSHOT_MAGIC);
	write_u32(&w, SNAPSHOT_VERSION);
	write_u32(&w, SNAPSHOT_CHUNK);
	write_bytes(&w, head->exchange_id, 32);
	write_bytes(&w, head->salt, 32);
	write_u64(&w, head->info.sequence);
	write_u64(&w, head->info.blocks);
	write_u64(&w, head->info.time_us);
	write_u64(&w, head->info.size);
	write_u64(&w, head->info.digest);
	write_bytes(&w, head->info.leaf_hash, 32);
	write_bytes(&w, head->info.state_hash, 32);
	ASSERT(!w.failed && writer_size(&w) == CRC_AT);
	write_u32(&w, crc32c(0, to, CRC_AT));
}

enum journal_fault snapshot_head_read(const uint8_t from[SNAPSHOT_HEAD_SIZE], const uint8_t exchange_id[32],
				      struct snapshot_head *ret)
{
	struct reader r = reader_over(from, SNAPSHOT_HEAD_SIZE);
	struct snapshot_head head;
	uint64_t magic = read_u64(&r);
	uint32_t version = read_u32(&r), chunk = read_u32(&r);
	read_copy(&r, head.exchange_id, 32);
	read_copy(&r, head.salt, 32);
	head.info.sequence = read_u64(&r);
	head.info.blocks = read_u64(&r);
	head.info.time_us = read_u64(&r);
	head.info.size = read_u64(&r);
	head.info.digest = read_u64(&r);
	read_copy(&r, head.info.leaf_hash, 32);
	read_copy(&r, head.info.state_hash, 32);
	uint32_t crc = read_u32(&r);
	if (magic != SNAPSHOT_MAGIC || crc != crc32c(0, from, CRC_AT) || head.info.size > SNAPSHOT_SIZE_MAX)
		return JOURNAL_DAMAGED;
	if (version != SNAPSHOT_VERSION || chunk != SNAPSHOT_CHUNK)
		return JOURNAL_FORMAT;
	if (memcmp(head.exchange_id, exchange_id, 32) != 0)
		return JOURNAL_OTHER;
	*ret = head;
	return JOURNAL_OK;
}

struct aead *snapshot_aead(const uint8_t master_key[32], const uint8_t salt[32])
{
	uint8_t key[AEAD_KEY_SIZE];
	hkdf_sha256(master_key, 32, salt, 32, "redoubt/snapshot/v1", key, sizeof key);
	struct aead *aead = aead_new(key);
	secret_wipe(key, sizeof key);
	return aead;
}

void snapshot_nonce(uint64_t chunk, bool last, uint8_t nonce[AEAD_NONCE_SIZE])
{
	struct writer w = writer_over(nonce, AEAD_NONCE_SIZE);
	write_u64(&w, chunk);
	write_u32(&w, last);
}

void snapshot_name(uint64_t sequence, char name[SNAPSHOT_NAME_SIZE])
{
	(void)snprintf(name, SNAPSHOT_NAME_SIZE, "snapshot-%020llu", (unsigned long long)sequence);
}

static bool name_read(const char *name, uint64_t *ret)
{
	char again[SNAPSHOT_NAME_SIZE];
	if (strncmp(name, "snapshot-", 9) != 0 || strlen(name) != 29)
		return false;
	*ret = strtoull(name + 9, NULL, 10);
	snapshot_name(*ret, again);
	return !strcmp(name, again);
}

static int newest_first(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
	return x > y ? -1 : x < y;
}

int snapshot_list(int dir_fd, uint64_t *to, size_t room)
{
	int fd = openat(dir_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *stream = fd < 0 ? NULL : fdopendir(fd);
	if (!stream) {
		int error = -errno;
		if (fd >= 0)
			close(fd);
		return error;
	}
	size_t count = 0;
	uint64_t sequence;
	for (struct dirent *e; (e = readdir(stream)) && count < room;)
		if (name_read(e->d_name, &sequence))
			to[count++] = sequence;
	closedir(stream);
	qsort(to, count, sizeof *to, newest_first);
	return (int)count;
}

void snapshot_free(uint8_t *data, size_t size)
{
	if (data)
		secret_wipe(data, size);
	free(data);
}
