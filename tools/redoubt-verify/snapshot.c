// SPDX-License-Identifier: Apache-2.0
#include "snapshot.h"

#include "base/bytes.h"
#include "base/crc32c.h"
#include "crypto/aead.h"
#include "crypto/secret.h"
#include "crypto/sha256.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define HEAD 188u
#define CHUNK (1u << 20)

static const char *head_parse(const uint8_t head[HEAD], const uint8_t exchange[32], struct snapshot *ret,
			      const uint8_t **ret_salt)
{
	struct reader r = reader_over(head, HEAD);
	const uint8_t *magic = read_bytes(&r, 8);
	uint32_t version = read_u32(&r), chunk = read_u32(&r);
	const uint8_t *of = read_bytes(&r, 32);
	*ret_salt = read_bytes(&r, 32);
	ret->sequence = read_u64(&r);
	ret->blocks = read_u64(&r);
	ret->time_us = read_u64(&r);
	ret->size = read_u64(&r);
	ret->digest = read_u64(&r);
	read_copy(&r, ret->leaf_hash, 32);
	read_copy(&r, ret->state_hash, 32);
	if (memcmp(magic, "RDBTSNP1", 8) != 0 || crc32c(0, head, HEAD - 4) != read_u32(&r))
		return "has a damaged header";
	if (version != 1 || chunk != CHUNK)
		return "has a version that this program does not know";
	return memcmp(of, exchange, 32) == 0 ? NULL : "belongs to another exchange";
}

static struct aead *snapshot_aead(const uint8_t master[32], const uint8_t salt[32])
{
	uint8_t key[32];
	hkdf_sha256(master, 32, salt, 32, "redoubt/snapshot/v1", key, sizeof key);
	struct aead *aead = aead_new(key);
	secret_wipe(key, sizeof key);
	return aead;
}

static bool read_exactly(int fd, void *to, size_t size)
{
	uint8_t *p = to;
	while (size) {
		ssize_t n = read(fd, p, size);
		if (n <= 0)
			return false;
		p += n;
		size -= (size_t)n;
	}
	return true;
}

static const char *chunks_check(int fd, const uint8_t head[HEAD], struct aead *aead, const struct snapshot *s,
				uint8_t *chunk)
{
	struct sha256 state;
	uint8_t hash[32], nonce[12], beyond;
	uint64_t left = s->size;
	sha256_init(&state);
	for (uint64_t i = 0, last = 0; !last; i++) {
		size_t size = (size_t)u64_min(left, CHUNK);
		left -= size;
		last = left == 0;
		struct writer w = writer_over(nonce, sizeof nonce);
		write_u64(&w, i);
		write_u32(&w, (uint32_t)last);
		if (!read_exactly(fd, chunk, size + AEAD_TAG_SIZE))
			return "is cut short";
		if (aead_open(aead, nonce, head, HEAD, chunk, size, chunk, chunk + size) != 0)
			return "has a chunk with a wrong tag (it is damaged, or written with another key)";
		sha256_update(&state, chunk, size);
	}
	sha256_final(&state, hash);
	if (read(fd, &beyond, 1) != 0)
		return "has bytes behind its end";
	return memcmp(hash, s->state_hash, 32) == 0 ? NULL : "is not what its state hash says";
}

static const char *snapshot_check(int fd, const uint8_t master[32], const uint8_t exchange[32], struct snapshot *s)
{
	uint8_t head[HEAD];
	const uint8_t *salt;
	if (!read_exactly(fd, head, HEAD))
		return "is shorter than its header";
	const char *wrong = head_parse(head, exchange, s, &salt);
	if (wrong)
		return wrong;
	char name[40];
	snprintf(name, sizeof name, "snapshot-%020llu", (unsigned long long)s->sequence);
	if (strcmp(name, s->name) != 0)
		return "has a name that is not its sequence";
	struct aead *aead = snapshot_aead(master, salt);
	uint8_t *chunk = malloc(CHUNK + AEAD_TAG_SIZE);
	wrong = aead && chunk ? chunks_check(fd, head, aead, s, chunk) : "cannot be read: there is no memory";
	aead_free(aead);
	if (chunk)
		secret_wipe(chunk, CHUNK + AEAD_TAG_SIZE);
	free(chunk);
	return wrong;
}

static bool is_snapshot_name(const char *name)
{
	if (strlen(name) != 29 || strncmp(name, "snapshot-", 9) != 0)
		return false;
	return strspn(name + 9, "0123456789") == 20;
}

void snapshots_read(int dir_fd, const uint8_t master[32], const uint8_t exchange[32], struct snapshots *ret,
		    struct report *report)
{
	int fd = openat(dir_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	ret->count = 0;
	if (!dir) {
		finding_add(report, "the directory of snapshots cannot be read: %s", strerror(errno));
		return;
	}
	for (struct dirent *e; (e = readdir(dir)) && ret->count < SNAPSHOTS_MAX;) {
		struct snapshot s = { 0 };
		if (!is_snapshot_name(e->d_name))
			continue;
		snprintf(s.name, sizeof s.name, "%.29s", e->d_name);
		int file = openat(dir_fd, s.name, O_RDONLY | O_CLOEXEC);
		if (file < 0)
			continue; // an older one that was just removed
		const char *wrong = snapshot_check(file, master, exchange, &s);
		close(file);
		s.whole = wrong == NULL;
		if (wrong)
			finding_add(report, "%s %s", s.name, wrong);
		ret->list[ret->count++] = s;
	}
	closedir(dir);
}

void snapshots_place(struct snapshots *s, uint64_t blocks, uint64_t sequence, const uint8_t leaf_hash[32])
{
	for (unsigned i = 0; i < s->count; i++) {
		struct snapshot *one = &s->list[i];
		if (one->whole && one->blocks == blocks)
			one->placed = one->sequence == sequence && memcmp(one->leaf_hash, leaf_hash, 32) == 0;
	}
}
