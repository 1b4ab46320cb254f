// SPDX-License-Identifier: Apache-2.0
#include "crypto/secret.h"
#include "journal/fault.h"
#include "journal/snapshot.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define LIST_MAX 4096

// Exactly size bytes. 0, 1 when the file ends before, or negative errno.
static int read_all(int fd, uint8_t *to, size_t size)
{
	while (size > 0) {
		ssize_t n = read(fd, to, size);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (n == 0)
			return 1;
		to += n;
		size -= (size_t)n;
	}
	return 0;
}

static int not_whole(const struct snapshot_info *info, const char *what, struct journal_error *ret_error)
{
	return fault(ret_error, JOURNAL_DAMAGED, (struct place){ 0, 0, info->blocks },
		     "the snapshot of sequence %llu %s; an older one or the journal from the start is used instead, remove it",
		     (unsigned long long)info->sequence, what);
}

static int head_fault(enum journal_fault kind, struct journal_error *ret_error)
{
	static const char *const text[] = {
		[JOURNAL_DAMAGED] = "the snapshot's header is damaged; remove the file",
		[JOURNAL_FORMAT] = "the snapshot has a format version that this program does not know; use a newer redoubt",
		[JOURNAL_OTHER] = "the snapshot belongs to another exchange; check the directory",
	};
	ASSERT(kind < ARRAY_LEN(text) && text[kind]);
	return fault(ret_error, kind, (struct place){ 0 }, "%s", text[kind]);
}

static int chunks_read(int fd, struct aead *aead, const uint8_t *head, const struct snapshot_info *info, uint8_t *data,
		       uint8_t *cipher)
{
	uint64_t chunks = snapshot_chunks(info->size), left = info->size;
	for (uint64_t i = 0; i < chunks; i++) {
		uint8_t nonce[AEAD_NONCE_SIZE];
		size_t size = (size_t)u64_min(left, SNAPSHOT_CHUNK);
		int result = read_all(fd, cipher, size + AEAD_TAG_SIZE);
		if (result)
			return result;
		snapshot_nonce(i, i + 1 == chunks, nonce);
		result = aead_open(aead, nonce, head, SNAPSHOT_HEAD_SIZE, cipher, size, data, cipher + size);
		if (result)
			return result;
		data += size;
		left -= size;
	}
	return 0;
}

static bool hash_fits(const struct snapshot_info *info, const uint8_t *data)
{
	uint8_t hash[32];
	sha256_of(data, (size_t)info->size, hash);
	return !memcmp(hash, info->state_hash, sizeof hash);
}

static int body_load(int fd, const uint8_t master_key[32], const struct snapshot_head *head, const uint8_t *bytes,
		     uint8_t **ret_data, struct journal_error *ret_error)
{
	uint8_t *data = malloc((size_t)head->info.size + 1);
	uint8_t *cipher = malloc(SNAPSHOT_CHUNK + AEAD_TAG_SIZE);
	struct aead *aead = snapshot_aead(master_key, head->salt);
	int result = data && cipher && aead ? chunks_read(fd, aead, bytes, &head->info, data, cipher) : -ENOMEM;
	aead_free(aead);
	free(cipher);
	if (result == 1)
		(void)not_whole(&head->info, "does not open with this master key, or was altered", ret_error);
	else if (!result && !hash_fits(&head->info, data))
		result = not_whole(&head->info, "has another state hash than its bytes", ret_error);
	if (result) {
		if (data)
			snapshot_free(data, (size_t)head->info.size);
		return result;
	}
	*ret_data = data;
	return 0;
}

int snapshot_load_file(int fd, const uint8_t master_key[32], const uint8_t exchange_id[32], uint64_t max_blocks,
		       struct snapshot_info *ret_info, uint8_t **ret_data, struct journal_error *ret_error)
{
	struct stat st;
	struct snapshot_head head;
	uint8_t bytes[SNAPSHOT_HEAD_SIZE];
	int result = read_all(fd, bytes, sizeof bytes);
	if (result)
		return result < 0 ? result : head_fault(JOURNAL_DAMAGED, ret_error);
	enum journal_fault kind = snapshot_head_read(bytes, exchange_id, &head);
	if (kind != JOURNAL_OK)
		return head_fault(kind, ret_error);
	if (head.info.blocks > max_blocks)
		return not_whole(&head.info, "is ahead of the journal", ret_error);
	// The size inside is believed only when the file really has it: no allocation on a stranger's word.
	if (fstat(fd, &st))
		return -errno;
	if ((uint64_t)st.st_size != snapshot_file_size(head.info.size))
		return not_whole(&head.info, "is cut short", ret_error);
	result = body_load(fd, master_key, &head, bytes, ret_data, ret_error);
	if (!result)
		*ret_info = head.info;
	return result;
}

int snapshot_load(int dir_fd, const uint8_t master_key[32], const uint8_t exchange_id[32], uint64_t max_blocks,
		  struct snapshot_info *ret_info, uint8_t **ret_data, struct journal_error *ret_error)
{
	uint64_t sequences[LIST_MAX];
	struct journal_error newest = { 0 }, error;
	int count = snapshot_list(dir_fd, sequences, LIST_MAX);
	if (count < 0)
		return count;
	for (int i = 0; i < count; i++) {
		char name[SNAPSHOT_NAME_SIZE];
		snapshot_name(sequences[i], name);
		int fd = openat(dir_fd, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
		if (fd < 0 && errno == ENOENT)
			continue; // its writer has just removed it
		if (fd < 0)
			return -errno;
		int result = snapshot_load_file(fd, master_key, exchange_id, max_blocks, ret_info, ret_data, &error);
		close(fd);
		if (result <= 0)
			return result;
		if (newest.fault == JOURNAL_OK)
			newest = error;
	}
	if (newest.fault == JOURNAL_OK)
		(void)fault(&newest, JOURNAL_OK, (struct place){ 0 }, "there is no snapshot yet");
	*ret_error = newest;
	return 1;
}

// The header, vouched for by the first chunk, whose tag covers it. 0, 1 when it is not, or negative errno.
static int head_load(int fd, const uint8_t master_key[32], const uint8_t exchange_id[32], struct snapshot_info *ret)
{
	struct snapshot_head head;
	uint8_t bytes[SNAPSHOT_HEAD_SIZE], nonce[AEAD_NONCE_SIZE];
	int result = read_all(fd, bytes, sizeof bytes);
	if (result || snapshot_head_read(bytes, exchange_id, &head) != JOURNAL_OK)
		return result ? result : 1;
	size_t size = (size_t)u64_min(head.info.size, SNAPSHOT_CHUNK);
	uint8_t *data = malloc(SNAPSHOT_CHUNK), *cipher = malloc(SNAPSHOT_CHUNK + AEAD_TAG_SIZE);
	struct aead *aead = snapshot_aead(master_key, head.salt);
	snapshot_nonce(0, snapshot_chunks(head.info.size) == 1, nonce);
	result = data && cipher && aead ? read_all(fd, cipher, size + AEAD_TAG_SIZE) : -ENOMEM;
	if (!result)
		result = aead_open(aead, nonce, bytes, sizeof bytes, cipher, size, data, cipher + size);
	aead_free(aead);
	free(cipher);
	snapshot_free(data, SNAPSHOT_CHUNK);
	if (!result)
		*ret = head.info;
	return result;
}

int snapshot_newest(int dir_fd, const uint8_t master_key[32], const uint8_t exchange_id[32], struct snapshot_info *ret)
{
	uint64_t sequences[LIST_MAX];
	int count = snapshot_list(dir_fd, sequences, LIST_MAX);
	if (count < 0)
		return count;
	for (int i = 0; i < count; i++) {
		char name[SNAPSHOT_NAME_SIZE];
		snapshot_name(sequences[i], name);
		int fd = openat(dir_fd, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
		if (fd < 0 && errno == ENOENT)
			continue; // its writer has just removed it
		if (fd < 0)
			return -errno;
		int result = head_load(fd, master_key, exchange_id, ret);
		close(fd);
		if (result <= 0)
			return result;
	}
	return 1;
}
