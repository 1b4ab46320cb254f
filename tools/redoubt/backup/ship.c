// SPDX-License-Identifier: Apache-2.0
#include "ship.h"

#include "../programs.h"

#include "journal/journal.h"
#include "journal/layout.h"
#include "journal/note.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <unistd.h>

struct shipment {
	struct batch *batch;
	uint8_t *key;
	int dir_fd;
	struct storage_directory *directory;
	struct storage storage;
	struct journal_reader *reader;
	uint64_t durable;   // blocks
	uint32_t segment;   // of the stretch that is being gathered
	uint64_t from, to;
};

static int fault_tell(int r, const struct journal_error *error)
{
	complain("%s", r < 0 ? strerror(-r) : error->text);
	return r < 0 ? EXIT_FAILED : EXIT_DAMAGED;
}

// How many blocks are durable: by the writer's note; a journal at rest is durable to its end.
static int durable_find(struct shipment *s)
{
	struct note note;
	note_load(&s->storage, s->batch->place->exchange, &note);
	s->durable = note.blocks;
	if (!note.blocks && supervisor_pid() == 0)
		s->durable = UINT64_MAX;
	return EXIT_DONE;
}

static int open_at(struct shipment *s, struct batch *batch, uint64_t block)
{
	struct journal_error error;
	*s = (struct shipment){ .batch = batch, .dir_fd = -1 };
	s->key = key_load("keys/journal.key", NULL, 32);
	if (!s->key)
		return EXIT_FAILED;
	s->dir_fd = open(path_in("journal").text, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int r = s->dir_fd < 0 ? -errno : storage_directory_open(s->dir_fd, false, &s->directory, &s->storage);
	if (r < 0) {
		complain("cannot open %s: %s", path_in("journal").text, strerror(-r));
		return EXIT_FAILED;
	}
	r = durable_find(s);
	if (r)
		return r;
	r = journal_reader_open(&s->storage, s->key, batch->place->exchange, block, &s->reader, &error);
	return r ? fault_tell(r, &error) : EXIT_DONE;
}

static void close_all(struct shipment *s)
{
	journal_reader_close(s->reader);
	storage_directory_close(s->directory);
	secret_free(s->key);
	if (s->dir_fd >= 0)
		close(s->dir_fd);
}

// A stretch of a segment's file under a name. The file is read past the writer's page cache bypass: what the note calls
// durable is on the disk.
static int stretch(struct shipment *s, const char *name, uint64_t from, uint64_t to)
{
	char file[32];
	snprintf(file, sizeof file, "segment-%08" PRIu32, s->segment);
	int fd = openat(s->dir_fd, file, O_RDONLY | O_CLOEXEC);
	if (fd < 0) {
		complain("cannot open %s/%s: %s", path_in("journal").text, file, strerror(errno));
		return EXIT_FAILED;
	}
	int r = batch_file(s->batch, name, fd, from, to - from);
	close(fd);
	return r;
}

static int piece(struct shipment *s)
{
	char name[BACKUP_MANIFEST_NAME_MAX + 1];
	if (s->from == s->to)
		return EXIT_DONE;
	snprintf(name, sizeof name, "journal/%08" PRIu32 "/%012" PRIu64 "-%012" PRIu64, s->segment, s->from, s->to);
	int r = stretch(s, name, s->from, s->to);
	s->from = s->to;
	return r;
}

// The segment has ended: its seal is the frame after its last block.
static int closed(struct shipment *s)
{
	char name[BACKUP_MANIFEST_NAME_MAX + 1];
	s->to += BLOCK_ALIGN;
	if (s->from)
		return piece(s);
	snprintf(name, sizeof name, "journal/%08" PRIu32 "/closed", s->segment);
	return stretch(s, name, 0, s->to);
}

static int block_gather(struct shipment *s, const struct block_view *block)
{
	struct position *p = &s->batch->position;
	if (block->segment != s->segment) {
		int r = closed(s);
		if (r)
			return r;
		s->segment = block->segment;
		s->from = s->to = 0;
	}
	s->to = block->offset + u64_round_up(FRAME_HEAD_SIZE + block->leaf_size + AEAD_TAG_SIZE, BLOCK_ALIGN);
	p->blocks = block->number + 1;
	p->sequence = block->first_sequence + block->count - 1;
	memcpy(p->leaf_hash, block->leaf_hash, 32);
	return EXIT_DONE;
}

static int gather(struct shipment *s)
{
	struct journal_error error;
	struct block_view block;
	int r, result = EXIT_DONE;
	while (!result && !(r = journal_reader_next(s->reader, s->durable, &block, &error)))
		result = block_gather(s, &block);
	if (!result && r != 2)
		return fault_tell(r, &error);
	if (!result)
		result = piece(s);
	s->batch->position.segment = s->segment;
	s->batch->position.offset = s->to;
	return result;
}

int ship_journal(struct batch *batch, uint64_t *ret_blocks)
{
	struct shipment s;
	uint64_t before = batch->position.blocks;
	int r = open_at(&s, batch, before);
	s.segment = batch->position.segment;
	s.from = s.to = batch->position.offset;
	if (!r)
		r = gather(&s);
	close_all(&s);
	if (!r)
		*ret_blocks = batch->position.blocks - before;
	return r;
}

// How many segments, from the first on, a former full manifest has whole.
static int keep_closed(struct shipment *s, const struct backup_manifest *former)
{
	char name[BACKUP_MANIFEST_NAME_MAX + 1];
	for (size_t i = 0; former && i < former->item_count; i++) {
		snprintf(name, sizeof name, "journal/%08" PRIu32 "/closed", s->segment);
		if (strcmp(former->items[i].name, name) != 0)
			continue;
		int r = batch_keep(s->batch, &former->items[i]);
		if (r)
			return r;
		s->segment++;
	}
	return EXIT_DONE;
}

// The number of the segment's first block, from its header.
static int first_block(struct shipment *s, uint64_t *ret)
{
	uint8_t *head = aligned_alloc(BLOCK_ALIGN, BLOCK_ALIGN);
	if (!head)
		return -ENOMEM;
	int r = s->storage.read(s->storage.context, s->segment, 0, head, BLOCK_ALIGN);
	if (!r)
		memcpy(ret, head + 56, sizeof *ret); // PROTOCOL.journal.md, segment header
	free(head);
	return r;
}

int ship_journal_whole(struct batch *batch, const struct backup_manifest *former)
{
	struct shipment s;
	struct journal_error error;
	uint64_t block = 0;
	int r = open_at(&s, batch, 0);
	if (!r)
		r = keep_closed(&s, former);
	if (!r && s.segment) {
		int e = first_block(&s, &block);
		journal_reader_close(s.reader);
		s.reader = NULL;
		if (!e)
			e = journal_reader_open(&s.storage, s.key, batch->place->exchange, block, &s.reader, &error);
		if (e)
			r = fault_tell(e, &error);
	}
	if (!r)
		r = gather(&s);
	close_all(&s);
	return r;
}
