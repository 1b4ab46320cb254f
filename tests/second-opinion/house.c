// SPDX-License-Identifier: Apache-2.0
#include "house.h"

#include "base/crc32c.h"
#include "crypto/aead.h"
#include "crypto/ed25519.h"
#include "crypto/secret.h"
#include "crypto/sha256.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static int folder(struct house *h, const char *name)
{
	ASSERT(mkdirat(h->dir_fd, name, 0700) == 0);
	int fd = openat(h->dir_fd, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	ASSERT(fd >= 0);
	return fd;
}

// lab_open with a log key of its own.
static void lab_begin(struct house *h)
{
	struct lab *lab = &h->lab;
	struct genesis *g = &lab->genesis;
	uint8_t body[1024];
	*lab = (struct lab){ .time_us = 1700000000000000u };
	memset(lab->operator_seed, 0x4c, sizeof lab->operator_seed);
	*g = (struct genesis){ .rules = EXCHANGE_RULES, .demo = true, .origin = "redoubt.local/house",
			       .capacities = lab_capacities(), .operators = 1, .hash_seed = { 1 } };
	ed25519_public(lab->operator_seed, g->operator_public[0]);
	ed25519_public(h->log_seed, g->checkpoint_public);
	lab->x = exchange_new(g);
	ASSERT(lab->x);
	size_t size = genesis_write(g, body, sizeof body);
	ASSERT(lab_control(lab, ENTRY_GENESIS, body, size, NULL) == REFUSED_NOT);
}

void house_open(struct house *h)
{
	memset(h, 0, sizeof *h);
	strcpy(h->path, "/tmp/redoubt-house-XXXXXX");
	ASSERT(mkdtemp(h->path));
	h->dir_fd = open(h->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	ASSERT(h->dir_fd >= 0);
	h->journal_fd = folder(h, "journal");
	h->snapshots_fd = folder(h, "snapshots");
	memset(h->master, 0x5a, sizeof h->master);
	memset(h->log_seed, 0x77, sizeof h->log_seed);
	tlog_tree_init(&h->tree);
	lab_begin(h);
	house_journal_open(h, 1);
	house_take(h);
	lab_asset(&h->lab, "BTC");
	house_take(h);
	lab_asset(&h->lab, "USDT");
	house_take(h);
	struct market_add terms = lab_terms("BTCUSDT", 0, 1, 1000000, 10000, 500, 1000);
	terms.price_min.units = 1000000;
	terms.price_max.units = 100000000000000;
	terms.quantity_min.units = 10000;
	terms.quantity_max.units = 1000000000000;
	terms.notional_min.units = 1;
	terms.notional_max.units = AMOUNT_MAX;
	lab_market(&h->lab, &terms);
	house_take(h);
	for (unsigned i = 0; i < 2; i++) {
		uint8_t body[512];
		struct customer_add add = { .label = "somebody" };
		struct key_add key = { .customer = i, .kind = KEY_ED25519, .scopes = SCOPE_TRADE };
		memset(key.api_key, 'a' + (int)i, API_KEY_SIZE);
		ASSERT(!lab_control(&h->lab, ENTRY_CUSTOMER_ADD, body, customer_add_write(&add, body, sizeof body), NULL));
		house_take(h);
		ASSERT(!lab_control(&h->lab, ENTRY_KEY_ADD, body, key_add_write(&key, body, sizeof body), NULL));
		house_take(h);
		for (uint16_t asset = 0; asset < 2; asset++) {
			lab_deposit(&h->lab, i, asset, 100000000000000);
			house_take(h);
		}
	}
	house_write(h);
}

static void folder_empty(int fd)
{
	DIR *dir = fdopendir(fd);
	for (struct dirent *e; dir && (e = readdir(dir));)
		unlinkat(fd, e->d_name, 0);
	closedir(dir);
}

void house_remove(struct house *h)
{
	house_journal_close(h);
	lab_close(&h->lab);
	folder_empty(h->journal_fd);
	folder_empty(h->snapshots_fd);
	unlinkat(h->dir_fd, "journal", AT_REMOVEDIR);
	unlinkat(h->dir_fd, "snapshots", AT_REMOVEDIR);
	close(h->dir_fd);
	rmdir(h->path);
}

void house_journal_open(struct house *h, uint8_t incarnation)
{
	uint8_t bytes[32];
	struct journal_error error;
	memset(bytes, incarnation, sizeof bytes);
	ASSERT(storage_directory_open(h->journal_fd, true, &h->directory, &h->storage) == 0);
	int r = journal_open(&h->storage, h->master, exchange_id(h->lab.x), bytes, HOUSE_SEGMENT, &h->journal, &h->place,
			     &error);
	if (r)
		fprintf(stderr, "# %s\n", error.text);
	ASSERT(r == 0);
}

void house_journal_close(struct house *h)
{
	journal_close(h->journal);
	storage_directory_close(h->directory);
	h->journal = NULL;
	h->directory = NULL;
}

void house_put(struct house *h, const void *entry, size_t size, uint64_t time_us)
{
	struct block *b = &h->block;
	if (b->count == 0) {
		b->first_sequence = h->place.sequence + 1;
		b->time_us = time_us;
		b->size = 0;
	}
	ASSERT(b->size + size <= BLOCK_ENTRIES_MAX);
	memcpy(b->entries + b->size, entry, size);
	entry_stamp(b->entries + b->size, (uint32_t)(time_us - b->time_us));
	b->size += (uint32_t)size;
	b->count++;
}

void house_take(struct house *h)
{
	house_put(h, h->lab.entry, h->lab.entry_size, exchange_time_us(h->lab.x));
}

void house_write_digest(struct house *h, uint64_t digest)
{
	struct block *blocks[1] = { &h->block };
	uint8_t salt[1][32];
	struct journal_error error;
	h->block.digest = digest;
	random_bytes(salt, sizeof salt);
	int r = journal_write(h->journal, blocks, 1, (const uint8_t(*)[32])salt, &h->place, &error);
	if (r)
		fprintf(stderr, "# %s\n", error.text);
	ASSERT(r == 0);
	tlog_tree_append(&h->tree, h->place.leaf_hash);
	h->block.count = 0;
}

void house_write(struct house *h)
{
	house_write_digest(h, exchange_seal_block(h->lab.x));
}

void house_trade(struct house *h, unsigned blocks)
{
	for (unsigned i = 0; i < blocks; i++) {
		for (unsigned k = 0; k < 5; k++) {
			char id[16];
			struct order_new order = { .customer = k % 2, .key = k % 2, .side = k % 2, .type = ORDER_LIMIT,
						   .price = { 6000000000000 + (i % 7) * 1000000 }, .quantity = { 10000 + k * 10000 },
						   .client_id = id };
			order.client_id_size = (uint8_t)snprintf(id, sizeof id, "o-%u-%u", i, k);
			lab_order(&h->lab, &order);
			house_take(h);
		}
		house_write(h);
	}
}

void house_sign(struct house *h)
{
	uint8_t root[32], public_key[32];
	char text[CHECKPOINT_COUNTED_TEXT_MAX];
	struct note_key key;
	ed25519_public(h->log_seed, public_key);
	ASSERT(note_key_make(h->lab.genesis.origin, NOTE_ED25519, public_key, &key) == 0);
	tlog_tree_root(&h->tree, root);
	size_t size = h->uncounted ? checkpoint_format(key.name, h->tree.size, root, text) :
				     checkpoint_format_counted(key.name, h->tree.size, root, h->place.sequence + h->count_lie, text);
	h->checkpoint_size = note_sign(&key, h->log_seed, text, size, h->checkpoint, sizeof h->checkpoint);
	ASSERT(h->checkpoint_size);
}

struct bytes {
	uint8_t *data;
	size_t size;
};

static int bytes_append(void *context, const void *data, size_t size)
{
	struct bytes *b = context;
	b->data = realloc(b->data, b->size + size);
	ASSERT(b->data);
	memcpy(b->data + b->size, data, size);
	b->size += size;
	return 0;
}

void house_snapshot_lie(struct house *h, void (*lie)(struct snapshot_info *info))
{
	struct bytes bytes = { 0 };
	struct snapshot_writer *w;
	ASSERT(exchange_snapshot(h->lab.x, bytes_append, &bytes) == 0);
	struct snapshot_info info = { .sequence = h->place.sequence, .blocks = h->place.blocks, .time_us = h->place.time_us,
				      .size = bytes.size, .digest = h->place.digest };
	memcpy(info.leaf_hash, h->place.leaf_hash, 32);
	sha256_of(bytes.data, bytes.size, info.state_hash);
	if (lie)
		lie(&info);
	ASSERT(snapshot_begin(h->snapshots_fd, h->master, exchange_id(h->lab.x), &info, &w) == 0);
	ASSERT(snapshot_append(w, bytes.data, bytes.size) == 0);
	ASSERT(snapshot_finish(w, 10) == 0);
	free(bytes.data);
}

void house_snapshot(struct house *h)
{
	house_snapshot_lie(h, NULL);
}

void house_frame_lie(struct house *h, uint64_t offset, void (*lie)(uint8_t *frame_head, uint8_t *leaf))
{
	uint8_t frame[4096], plain[4096], key[32], nonce[12];
	int fd = openat(h->journal_fd, "segment-00000000", O_RDWR | O_CLOEXEC);
	ASSERT(fd >= 0 && pread(fd, frame, sizeof frame, (off_t)offset) == sizeof frame);
	uint32_t size, crc;
	memcpy(&size, frame + 32, 4);
	hkdf_sha256(h->master, 32, frame + 40, 32, "redoubt/journal/v1", key, sizeof key);
	memcpy(nonce, frame + 16, 8);
	memset(nonce + 8, 0, 4);
	struct aead *aead = aead_new(key);
	ASSERT(aead && aead_open(aead, nonce, frame, 92, frame + 96, size, plain, frame + 96 + size) == 0);
	lie(frame, plain);
	memcpy(nonce, frame + 16, 8);
	ASSERT(aead_seal(aead, nonce, frame, 92, plain, size, frame + 96, frame + 96 + size) == 0);
	crc = crc32c(crc32c(0, frame, 92), frame + 96, sizeof frame - 96);
	memcpy(frame + 92, &crc, 4);
	ASSERT(pwrite(fd, frame, sizeof frame, (off_t)offset) == sizeof frame);
	aead_free(aead);
	close(fd);
}
