// SPDX-License-Identifier: Apache-2.0
#include "batch.h"

#include "files.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/text.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define POSITION_MAX 1024
#define READ_SIZE (1u << 20)

void batch_begin(struct batch *b, const struct backup_place *place, const struct position *position,
		 enum backup_manifest_kind kind)
{
	*b = (struct batch){ .place = place, .kind = kind, .position = *position };
}

void batch_end(struct batch *b)
{
	free(b->items);
}

static int trouble(const char *what, int error)
{
	complain("cannot write %s: %s%s", what, strerror(-error),
		 error == -ENOSPC ? "; make room there, nothing that was shipped is lost" : "");
	return EXIT_FAILED;
}

static int item_add(struct batch *b, const char *name, const struct sealed_file_sum *sum)
{
	if (b->count == b->room) {
		size_t room = b->room ? b->room * 2 : 64;
		struct backup_manifest_item *items = room > BACKUP_MANIFEST_ITEMS_MAX * 2 ? NULL : realloc(b->items, room * sizeof *items);
		if (!items) {
			complain("a backup of more than %zu items cannot be listed", b->count);
			return EXIT_FAILED;
		}
		b->items = items;
		b->room = room;
	}
	struct backup_manifest_item *item = &b->items[b->count++];
	memset(item, 0, sizeof *item);
	snprintf(item->name, sizeof item->name, "%s", name);
	item->sum = *sum;
	return EXIT_DONE;
}

int batch_keep(struct batch *b, const struct backup_manifest_item *item)
{
	return item_add(b, item->name, &item->sum);
}

// ---- sealing into the spool ----

static int to_file(void *context, const void *data, size_t size)
{
	return descriptor_write(*(int *)context, data, size);
}

static int seal_from(struct sealing *s, int fd, uint64_t from, uint64_t size)
{
	static uint8_t buffer[READ_SIZE];
	while (size) {
		ssize_t n = pread(fd, buffer, size < sizeof buffer ? (size_t)size : sizeof buffer, (off_t)from);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (n == 0)
			return size > UINT64_MAX / 2 ? 0 : -EIO; // a stretch that was said to be there is not
		int r = sealing_append(s, buffer, (size_t)n);
		if (r)
			return r;
		from += (uint64_t)n;
		size -= (uint64_t)n;
	}
	return 0;
}

struct source {
	const void *data; // or NULL: from the file
	size_t data_size;
	int fd;
	uint64_t from, size;
};

static int seal_into(const struct backup_place *p, int fd, const struct source *source, struct sealed_file_sum *ret)
{
	uint8_t recipients[SEALED_FILE_RECIPIENTS_MAX][SEALED_PUBLIC_SIZE];
	struct sealing *s;
	for (size_t i = 0; i < p->recovery_count; i++)
		memcpy(recipients[i], p->recovery[i].sealing, SEALED_PUBLIC_SIZE);
	int r = sealing_open(recipients, p->recovery_count, to_file, &fd, &s);
	if (r)
		return r;
	r = source->data ? sealing_append(s, source->data, source->data_size) :
			   seal_from(s, source->fd, source->from, source->size);
	if (r) {
		sealing_abandon(s);
		return r;
	}
	r = sealing_finish(s, ret);
	return !r && fsync(fd) ? -errno : r;
}

static int object_seal(struct batch *b, const char *name, const struct source *source)
{
	char beside[PATH_MAX], path[PATH_MAX];
	struct sealed_file_sum sum;
	ASSERT(path_join(beside, b->place->spool, "objects/new"));
	int r = file_folders_make(AT_FDCWD, beside, 0700);
	int fd = r ? -1 : open(beside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0400);
	if (!r && fd < 0)
		r = -errno;
	if (!r)
		r = seal_into(b->place, fd, source, &sum);
	if (fd >= 0)
		close(fd);
	if (!r) {
		ASSERT(object_path(path, b->place->spool, sum.sealed_digest));
		r = file_folders_make(AT_FDCWD, path, 0700);
	}
	if (!r && rename(beside, path))
		r = -errno;
	if (!r)
		r = file_folder_sync(AT_FDCWD, path);
	if (r)
		return trouble(beside, r);
	b->plain_bytes += sum.plain_size;
	return item_add(b, name, &sum);
}

int batch_bytes(struct batch *b, const char *name, const void *data, size_t size)
{
	const struct source source = { .data = data, .data_size = size };
	return object_seal(b, name, &source);
}

int batch_file(struct batch *b, const char *name, int fd, uint64_t from, uint64_t size)
{
	const struct source source = { .fd = fd, .from = from, .size = size };
	return object_seal(b, name, &source);
}

// ---- the manifest ----

static int item_order(const void *a, const void *b)
{
	return strcmp(((const struct backup_manifest_item *)a)->name, ((const struct backup_manifest_item *)b)->name);
}

static struct backup_manifest manifest_of(const struct batch *b)
{
	struct backup_manifest m = { .number = b->position.number + 1, .kind = b->kind, .blocks = b->position.blocks,
			      .sequence = b->position.sequence, .items = b->items, .item_count = b->count };
	struct timespec now;
	clock_gettime(CLOCK_REALTIME, &now);
	m.time_us = (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
	if (m.time_us < b->position.time_us) // a clock that was set back does not turn the chain around
		m.time_us = b->position.time_us;
	memcpy(m.exchange, b->place->exchange, 32);
	memcpy(m.previous, b->position.digest, SHA256_SIZE);
	memcpy(m.leaf_hash, b->position.leaf_hash, 32);
	return m;
}

int position_store(const struct position *p)
{
	char text[POSITION_MAX], digest[65], leaf[65];
	hex_encode(p->digest, 32, digest);
	hex_encode(p->leaf_hash, 32, leaf);
	int n = snprintf(text, sizeof text,
			 "redoubt-backup-position 1\n%" PRIu64 " %s %" PRIu64 " %" PRIu64 " %" PRIu64 " %s %" PRIu32 " %" PRIu64
			 " %" PRIu64 " %" PRIu64 "\n",
			 p->number, digest, p->blocks, p->sequence, p->time_us, leaf, p->segment, p->offset, p->full_number,
			 p->full_time_us);
	ASSERT(n > 0 && (size_t)n < sizeof text);
	return whole_file_write(backup_path("position").text, 0600, text, (size_t)n);
}

int position_load(struct position *ret)
{
	char *text, digest[65], leaf[65], end;
	size_t size;
	struct position p = { 0 };
	int r = whole_file_read(backup_path("position").text, POSITION_MAX, &text, &size);
	if (r)
		return r == -ENOENT || r == -EFBIG ? 1 : r;
	int n = sscanf(text,
		       "redoubt-backup-position 1\n%" SCNu64 " %64[0-9a-f] %" SCNu64 " %" SCNu64 " %" SCNu64
		       " %64[0-9a-f] %" SCNu32 " %" SCNu64 " %" SCNu64 " %" SCNu64 "%c",
		       &p.number, digest, &p.blocks, &p.sequence, &p.time_us, leaf, &p.segment, &p.offset, &p.full_number,
		       &p.full_time_us, &end);
	free(text);
	if (n != 11 || end != '\n' || hex_decode(digest, strlen(digest), p.digest, 32) ||
	    hex_decode(leaf, strlen(leaf), p.leaf_hash, 32))
		return 1;
	*ret = p;
	return 0;
}

static int manifest_store(struct batch *b, const struct backup_manifest *m, const char *text, size_t size)
{
	char path[PATH_MAX];
	ASSERT(manifest_path(path, b->place->spool, m->number));
	int r = whole_file_write(path, 0400, text, size);
	if (!r && m->kind == BACKUP_MANIFEST_FULL)
		r = whole_file_write(backup_path("last-full").text, 0600, text, size);
	if (r)
		return trouble(path, r);
	b->position.number = m->number;
	b->position.time_us = m->time_us;
	backup_manifest_digest(text, size, b->position.digest);
	if (m->kind == BACKUP_MANIFEST_FULL) {
		b->position.full_number = m->number;
		b->position.full_time_us = m->time_us;
	}
	r = position_store(&b->position);
	return r ? trouble(backup_path("position").text, r) : EXIT_DONE;
}

int batch_commit(struct batch *b)
{
	if (b->count)
		qsort(b->items, b->count, sizeof *b->items, item_order);
	struct backup_manifest m = manifest_of(b);
	size_t room = BACKUP_MANIFEST_HEAD_MAX + b->count * BACKUP_MANIFEST_LINE_MAX;
	char *text = malloc(room);
	size_t size = text ? backup_manifest_write(&m, b->place->seed, text, room) : 0;
	int r = EXIT_FAILED;
	if (size)
		r = manifest_store(b, &m, text, size);
	else
		complain("the backup's manifest cannot be made: %zu items, or a name that must not be", b->count);
	free(text);
	return r;
}
