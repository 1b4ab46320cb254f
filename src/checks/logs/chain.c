// SPDX-License-Identifier: Apache-2.0
// LOG-03: whether our own log is whole, and the one that others saw. Its checkpoint is verified with the log's key, the root
// of RFC 6962 is computed over all leaf hashes in tile/0 and compared; on the way, at its size, each checkpoint that lies
// with the backups, and each leaf that a signed manifest names.
#include "checks/backups/kept.h"
#include "checks/logs/logs.h"
#include "checks/look.h"

#include "base/text.h"
#include "crypto/ed25519.h"
#include "crypto/secret.h"
#include "tlog/tlog.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#define TILES_MAX 65536u // 16 million leaves, 512 MiB: some ten seconds
#define TILE_SIZE (TLOG_TILE_WIDTH * TLOG_HASH_SIZE)
#define PUBLISHED_S 60 // the audit daemon follows the journal; a backup may be ahead of it for a moment
#define ANCHORS_MAX (1 + 2 * DESTINATIONS_MAX)

// What somebody knows of the log: its root at a size, or its last leaf at that size.
struct anchor {
	const char *path;
	uint64_t size, made_s;
	bool leaf;
	uint8_t hash[TLOG_HASH_SIZE];
};

struct known {
	struct examination *e;
	const char *exchange;
	struct note_key key;
	struct anchor anchor[ANCHORS_MAX]; // the first is our own checkpoint
	size_t count, off_host;
};

// --- the log's key -------------------------------------------------------------------------------------------------

// keys/log.key, whose public half stands in genesis: a log that was forged whole, with a log.vkey to it, has another.
static bool own_public(struct host *h, const char *exchange, uint8_t public_key[32])
{
	uint8_t seed[32];
	int fd = host_openat(h, host_print(h, "%s/keys/log.key", exchange), O_RDONLY | O_NONBLOCK);
	bool there = fd >= 0 && pread(fd, seed, sizeof seed, 0) == sizeof seed;
	if (fd >= 0)
		close(fd);
	if (there)
		ed25519_public(seed, public_key);
	secret_wipe(seed, sizeof seed);
	return there;
}

static bool key_read(struct known *k)
{
	const struct host_file *f = host_file(k->e->host, host_print(k->e->host, "%s/log/log.vkey", k->exchange));
	uint8_t public_key[32];
	size_t size = strcspn(f->text, "\n");
	if (f->error || note_key_parse(f->text, size, &k->key)) {
		found_fail(k->e, NULL, "%s is not there, or no key of a log: the checkpoint cannot be verified", f->path);
		return false;
	}
	if (!own_public(k->e->host, k->exchange, public_key)) {
		found_read(k->e, "%s/keys/log.key cannot be read: %s is believed", k->exchange, f->path);
		return true;
	}
	if (!memcmp(public_key, k->key.public_key, sizeof public_key))
		return true;
	found_fail(k->e, NULL, "%s is not the public half of %s/keys/log.key: the log is another's", f->path, k->exchange);
	return false;
}

// --- what is known -------------------------------------------------------------------------------------------------

static bool checkpoint_take(struct known *k, const char *path, const char *note, size_t size, uint64_t made_s)
{
	struct checkpoint c;
	int r = checkpoint_open(note, size, &k->key, &c);
	if (r) {
		found_fail(k->e, NULL, "%s: %s", path, r == 1 || r == 4 ? "it has no checkpoint of this log" : "the log's key did not sign its checkpoint");
		return false;
	}
	struct anchor *a = &k->anchor[k->count++];
	*a = (struct anchor){ .path = path, .size = c.size, .made_s = made_s };
	memcpy(a->hash, c.root, sizeof a->hash);
	return true;
}

static void head_take(struct known *k, const struct signer *signer, const char *folder)
{
	static struct backup_head head;
	const char *path;
	if (kept_head(k->e->host, folder, signer, &head, &path) || !head.note_size)
		return; // BAK-01 says so
	k->off_host += checkpoint_take(k, path, head.note, head.note_size, head.time_us / 1000000);
}

static void manifest_take(struct known *k, const struct signer *signer, const struct destination *d)
{
	struct kept s;
	if (kept_load(k->e->host, d->folder, d->manifest, signer, &s))
		return; // BAK-01 says so
	if (s.manifest.blocks) {
		struct anchor *a = &k->anchor[k->count++];
		*a = (struct anchor){ .path = s.path, .size = s.manifest.blocks, .made_s = s.manifest.time_us / 1000000, .leaf = true };
		memcpy(a->hash, s.manifest.leaf_hash, sizeof a->hash);
	}
	k->off_host++;
	kept_free(&s);
}

// --- the tree ------------------------------------------------------------------------------------------------------

// The first `width` leaf hashes of tile n: in the partial tile of that width, a wider one, or the full one.
static bool tile_read(struct known *k, uint64_t n, unsigned width, uint8_t to[TILE_SIZE])
{
	for (unsigned w = width; w <= TLOG_TILE_WIDTH; w++) {
		char path[TLOG_PATH_MAX];
		tlog_tile_path(0, n, w, path);
		int fd = host_openat(k->e->host, host_print(k->e->host, "%s/log/%s", k->exchange, path), O_RDONLY | O_NONBLOCK);
		if (fd < 0)
			continue;
		ssize_t size = pread(fd, to, TILE_SIZE, 0);
		close(fd);
		if (size == (ssize_t)(w * TLOG_HASH_SIZE))
			return true;
	}
	return false;
}

static void anchor_compare(struct known *k, const struct anchor *a, const struct tlog_tree *tree, const uint8_t *leaf)
{
	uint8_t root[TLOG_HASH_SIZE];
	if (a->size != tree->size)
		return;
	tlog_tree_root(tree, root);
	if (a->leaf && memcmp(leaf, a->hash, sizeof root))
		found_fail(k->e, NULL, "leaf %" PRIu64 " of %s/log is not the one in %s: the log was rewritten", a->size - 1, k->exchange, a->path);
	else if (!a->leaf && memcmp(root, a->hash, sizeof root))
		found_fail(k->e, NULL, "the first %" PRIu64 " leaves of %s/log do not give the root in %s: the log was rewritten", a->size,
			   k->exchange, a->path);
	else
		found_read(k->e, "%s of %" PRIu64 " leaves of %s/log is that of %s", a->leaf ? "the last" : "the root", a->size, k->exchange,
			   a->path);
}

static void tree_grow(struct known *k, struct tlog_tree *tree, const uint8_t *leaf)
{
	tlog_tree_append(tree, leaf);
	for (size_t i = 0; i < k->count; i++)
		anchor_compare(k, &k->anchor[i], tree, leaf);
}

static void tree_judge(struct known *k)
{
	uint64_t size = k->anchor[0].size;
	struct tlog_tree tree;
	tlog_tree_init(&tree);
	if (size > (uint64_t)TILES_MAX * TLOG_TILE_WIDTH) {
		found_unknown(k->e, "%s/log: not exhausted: it has %" PRIu64 " leaves, and %u tiles are read; redoubt-verify reads them all", k->exchange,
			      size, TILES_MAX);
		return;
	}
	while (tree.size < size) {
		uint8_t tile[TILE_SIZE];
		unsigned width = size - tree.size < TLOG_TILE_WIDTH ? (unsigned)(size - tree.size) : TLOG_TILE_WIDTH;
		if (!tile_read(k, tree.size / TLOG_TILE_WIDTH, width, tile)) {
			found_fail(k->e, NULL, "%s/log has no leaf %" PRIu64 ", which its checkpoint counts: the log was cut", k->exchange, size - 1);
			return;
		}
		for (unsigned i = 0; i < width; i++)
			tree_grow(k, &tree, tile + i * TLOG_HASH_SIZE);
	}
}

// What others have seen of the log and it does not reach to.
static void reach_judge(struct known *k)
{
	for (size_t i = 1; i < k->count; i++) {
		const struct anchor *a = &k->anchor[i];
		if (a->size <= k->anchor[0].size)
			continue;
		if (a->leaf && a->made_s + PUBLISHED_S > host_now(k->e->host))
			found_unknown(k->e, "%s/log has no leaf %" PRIu64 " yet: the backup that has it is seconds old", k->exchange, a->size - 1);
		else
			found_fail(k->e, NULL, "%s/log has no leaf %" PRIu64 ", which %s has: the log was cut", k->exchange, a->size - 1, a->path);
	}
}

static void log_judge(struct examination *e, const struct catalogue *c)
{
	struct known k = { .e = e, .exchange = c->folder, .count = 1 }; // what was seen elsewhere is read first: the log grows
	struct signer signer;
	if (!key_read(&k))
		return;
	if (signer_read(e, c->folder, &signer))
		for (size_t i = 0; i < c->count; i++) {
			head_take(&k, &signer, c->destination[i].folder);
			manifest_take(&k, &signer, &c->destination[i]);
		}
	size_t count = k.count;
	const struct host_file *f = host_file(e->host, host_print(e->host, "%s/log/checkpoint", c->folder));
	k.count = 0;
	if (f->error == -ENOENT)
		found_fail(e, NULL, "there is no %s", f->path);
	else if (found_file(e, f) && checkpoint_take(&k, f->path, f->text, f->size, 0)) {
		k.count = count;
		tree_judge(&k);
		reach_judge(&k);
	}
	if (!k.off_host)
		found_unknown(e, "%s: no destination of the backups has a manifest or a head to compare the log with", c->folder);
}

void log_03(struct examination *e)
{
	each_catalogue(e, log_judge);
}
