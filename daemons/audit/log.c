// SPDX-License-Identifier: Apache-2.0
#include "daemons/audit/log.h"

#include "crypto/ed25519.h"
#include "daemons/audit/files.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <unistd.h>

#define REFUSE "no checkpoint is signed until somebody has looked; restore the log's directory from a copy"

static int refuse(struct signed_log *log, const char *format, const char *what, unsigned long long n)
{
	char said[160];
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	snprintf(said, sizeof said, format, what, n);
#pragma GCC diagnostic pop
	snprintf(log->fault, sizeof log->fault, "%s; " REFUSE, said);
	return 1;
}

static int lock_take(struct signed_log *log)
{
	log->lock_fd = openat(log->dir_fd, ".lock", O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (log->lock_fd < 0)
		return -errno;
	if (flock(log->lock_fd, LOCK_EX | LOCK_NB) == 0)
		return 0;
	return errno == EWOULDBLOCK ? refuse(log, "another process signs this log%s", "", 0) : -errno;
}

static int key_take(struct signed_log *log, const char *origin, const uint8_t expected_public[32])
{
	uint8_t public_key[32];
	ed25519_public(log->seed, public_key);
	if (memcmp(public_key, expected_public, 32))
		return refuse(log, "the log's key is not the one that genesis names%s", "", 0);
	if (note_key_make(origin, NOTE_ED25519, public_key, &log->key))
		return refuse(log, "the origin '%s' is not a key name", origin, 0);
	return 0;
}

// What verifiers are given: the log's name and key in one line. Written once.
static int vkey_write(struct signed_log *log)
{
	char line[NOTE_VKEY_MAX + 1], there[NOTE_VKEY_MAX + 1];
	size_t size = note_key_format(&log->key, line), have = 0;
	line[size++] = '\n';
	int r = log_file_read(log->dir_fd, "log.vkey", there, sizeof there, &have);
	if (r < 0 || (r == 0 && have == size && !memcmp(line, there, size)))
		return r;
	return log_file_write(log->dir_fd, "log.vkey", line, size);
}

// 0 with size 0 when there is none yet.
static int checkpoint_load(struct signed_log *log, struct checkpoint *ret)
{
	char *note = malloc(NOTE_SIZE_MAX);
	size_t size = 0;
	if (!note)
		return -ENOMEM;
	*ret = (struct checkpoint){ .size = 0 };
	int r = log_file_read(log->dir_fd, "checkpoint", note, NOTE_SIZE_MAX, &size);
	if (r == 1)
		r = 0;
	else if (r == 2 || (r == 0 && checkpoint_open(note, size, &log->key, ret)))
		r = refuse(log, "the checkpoint on the disk is not one that this log signed%s", "", 0);
	free(note);
	return r;
}

// Each hash of a level is the root of the tile below it.
static int tile_check(struct signed_log *log, uint64_t size, unsigned level, uint64_t n)
{
	uint8_t hash[TLOG_TILE_WIDTH][TLOG_HASH_SIZE], below[TLOG_HASH_SIZE], above[TLOG_HASH_SIZE];
	struct tiles_reader reader = { .dir_fd = log->dir_fd, .size = size };
	unsigned width;
	char path[TLOG_PATH_MAX];
	tlog_tile_path((int)level, n, TLOG_TILE_WIDTH, path);
	int r = tile_read(log->dir_fd, size, level, n, hash, &width);
	if (r)
		return r < 0 ? r : refuse(log, "%s is missing or cut short", path, 0);
	tile_root((const uint8_t(*)[TLOG_HASH_SIZE])hash, below);
	r = tiles_hash_at(&reader, level + 1, n, above);
	if (r && r != -ENOENT)
		return r;
	return r || memcmp(below, above, sizeof below) ? refuse(log, "%s is not what the tile above it says", path, 0)
						       : 0;
}

static int tiles_check(struct signed_log *log, uint64_t size)
{
	for (unsigned level = 0; level + 1 < TLOG_TILE_LEVELS; level++) {
		uint64_t full;
		tlog_tile_partial(level, size, &full);
		for (uint64_t n = full > LOG_CHECK_TILES ? full - LOG_CHECK_TILES : 0; n < full; n++) {
			int r = tile_check(log, size, level, n);
			if (r)
				return r;
		}
	}
	return 0;
}

static int tree_restore(struct signed_log *log, const struct checkpoint *checkpoint)
{
	struct tiles_reader reader = { .dir_fd = log->dir_fd, .size = checkpoint->size };
	struct tlog_source source = { .context = &reader, .hash_at = tiles_hash_at };
	char path[TLOG_PATH_MAX];
	uint8_t root[TLOG_HASH_SIZE];
	int r = tiles_open(&log->tiles, log->dir_fd, checkpoint->size, path);
	if (r == 1)
		return refuse(log, "%s is missing or cut short", path, 0);
	if (!r)
		r = tlog_tree_load(&log->tree, checkpoint->size, &source);
	if (r == -ENOENT)
		return refuse(log, "a tile of the log's right edge is missing%s", "", 0);
	if (r)
		return r;
	tlog_tree_root(&log->tree, root);
	if (checkpoint->size && memcmp(root, checkpoint->root, sizeof root))
		return refuse(log, "the tiles do not give the root of the signed checkpoint%s of size %llu", "",
			      (unsigned long long)checkpoint->size);
	log->signed_size = checkpoint->size;
	log->entries = checkpoint->entries;
	log->counted = checkpoint->counted || checkpoint->size == 0;
	return checkpoint->size ? tiles_hash_at(&reader, 0, checkpoint->size - 1, log->last_leaf) : 0;
}

int log_open_dir(struct signed_log *log, int dir_fd, const char *origin, const uint8_t seed[32],
		 const uint8_t expected_public[32])
{
	struct checkpoint checkpoint;
	*log = (struct signed_log){ .dir_fd = dir_fd, .lock_fd = -1, .seed = seed };
	tlog_tree_init(&log->tree);
	int r = lock_take(log);
	if (!r)
		r = key_take(log, origin, expected_public);
	if (!r)
		r = checkpoint_load(log, &checkpoint);
	if (!r)
		r = tree_restore(log, &checkpoint);
	if (!r)
		r = tiles_check(log, checkpoint.size);
	return r ? r : vkey_write(log);
}

void log_close_dir(struct signed_log *log)
{
	if (log->lock_fd >= 0)
		close(log->lock_fd);
	log->lock_fd = -1;
}

int log_count(struct signed_log *log, uint64_t entries)
{
	if (log->counted && log->entries != entries)
		return refuse(log, "the signed checkpoint%s counts %llu entries, which is not what its blocks hold", "",
			      (unsigned long long)log->entries);
	log->counted = true;
	log->entries = entries;
	return 0;
}

int log_append(struct signed_log *log, const uint8_t leaf_hash[32], uint64_t entries)
{
	char path[TLOG_PATH_MAX];
	ASSERT(log->counted && entries > log->entries);
	log->entries = entries;
	tlog_tree_append(&log->tree, leaf_hash);
	memcpy(log->last_leaf, leaf_hash, sizeof log->last_leaf);
	int r = tiles_append(&log->tiles, &log->tree, path);
	return r == 1 ? refuse(log, "%s is on the disk with other hashes: the journal was rewritten", path, 0) : r;
}

int log_sign(struct signed_log *log)
{
	char text[CHECKPOINT_COUNTED_TEXT_MAX], note[CHECKPOINT_COUNTED_TEXT_MAX + 1 + NOTE_LINE_MAX];
	uint8_t root[TLOG_HASH_SIZE];
	if (log->tree.size <= log->signed_size)
		return 0;
	int r = tiles_sync(&log->tiles);
	if (r)
		return r;
	tlog_tree_root(&log->tree, root);
	size_t text_size = checkpoint_format_counted(log->key.name, log->tree.size, root, log->entries, text);
	size_t size = note_sign(&log->key, log->seed, text, text_size, note, sizeof note);
	ASSERT(size > 0);
	r = log_file_write(log->dir_fd, "checkpoint", note, size);
	if (!r)
		log->signed_size = log->tree.size;
	return r;
}
