// SPDX-License-Identifier: Apache-2.0
#include "journal/test_disk.h"

#include <stdlib.h>

static int disk_list(void *context, uint32_t *ret_first, uint32_t *ret_count)
{
	struct test_disk *d = context;
	uint32_t first = 0, last = 0, count = 0;
	for (uint32_t k = TEST_SEGMENTS_MAX; k-- > 0;)
		if (d->segment[k]) {
			last = count++ ? last : k;
			first = k;
		}
	*ret_first = first;
	*ret_count = count;
	if (count == 0 || last - first + 1 == count)
		return 0;
	while (d->segment[*ret_first])
		++*ret_first;
	return -ENOENT;
}

static int disk_size(void *context, uint32_t segment, uint64_t *ret_size)
{
	struct test_disk *d = context;
	if (segment >= TEST_SEGMENTS_MAX || !d->segment[segment])
		return -ENOENT;
	*ret_size = d->size[segment];
	return 0;
}

static int disk_create(void *context, uint32_t segment, uint64_t size)
{
	struct test_disk *d = context;
	if (d->create_error)
		return d->create_error;
	ASSERT(segment < TEST_SEGMENTS_MAX && !d->segment[segment]);
	d->segment[segment] = calloc(1, size);
	d->size[segment] = size;
	d->creates++;
	return d->segment[segment] ? 0 : -ENOMEM;
}

static int disk_read(void *context, uint32_t segment, uint64_t offset, void *to, size_t size)
{
	struct test_disk *d = context;
	if (d->read_error)
		return d->read_error;
	ASSERT(offset % BLOCK_ALIGN == 0 && size % BLOCK_ALIGN == 0 && (uintptr_t)to % BLOCK_ALIGN == 0);
	ASSERT(d->segment[segment] && offset + size <= d->size[segment]);
	memcpy(to, d->segment[segment] + offset, size);
	d->reads++;
	return 0;
}

static int disk_write(void *context, uint32_t segment, uint64_t offset, const void *from, size_t size)
{
	struct test_disk *d = context;
	ASSERT(offset % BLOCK_ALIGN == 0 && size % BLOCK_ALIGN == 0 && (uintptr_t)from % BLOCK_ALIGN == 0);
	ASSERT(d->segment[segment] && offset + size <= d->size[segment]);
	if (d->write_error && d->write_after-- == 0)
		return d->write_error;
	memcpy(d->segment[segment] + offset, from, size);
	d->last_segment = segment;
	d->last_offset = offset;
	d->last_size = size;
	d->writes++;
	return 0;
}

static int disk_sync(void *context, uint32_t segment)
{
	struct test_disk *d = context;
	if (d->sync_error && d->sync_after-- == 0)
		return d->sync_error;
	d->syncs++;
	return 0;
}

static int disk_note_write(void *context, const void *data, size_t size)
{
	struct test_disk *d = context;
	ASSERT(size <= sizeof d->note);
	memcpy(d->note, data, size);
	d->note_size = size;
	d->notes++;
	return 0;
}

static int disk_note_read(void *context, void *data, size_t size)
{
	struct test_disk *d = context;
	if (d->note_size < size)
		return -ENOENT;
	memcpy(data, d->note, size);
	return 0;
}

static struct storage storage_over(struct test_disk *d)
{
	return (struct storage){ d, disk_list, disk_size, disk_create, disk_read,
				 disk_write, disk_sync, disk_note_write, disk_note_read };
}

void test_disk_init(struct test_disk *d, struct storage *ret_storage)
{
	*d = (struct test_disk){ 0 };
	*ret_storage = storage_over(d);
}

void test_disk_clear(struct test_disk *d)
{
	for (size_t k = 0; k < TEST_SEGMENTS_MAX; k++)
		free(d->segment[k]);
	*d = (struct test_disk){ 0 };
}

void test_disk_copy(const struct test_disk *from, struct test_disk *to, struct storage *ret_storage)
{
	*to = *from;
	for (size_t k = 0; k < TEST_SEGMENTS_MAX; k++)
		if (from->segment[k]) {
			to->segment[k] = malloc(from->size[k]);
			ASSERT(to->segment[k]);
			memcpy(to->segment[k], from->segment[k], from->size[k]);
		}
	*ret_storage = storage_over(to);
}

void test_block(struct block *b, const struct journal_place *place, uint32_t count, uint32_t size, uint8_t fill)
{
	ASSERT((uint64_t)count * size <= BLOCK_ENTRIES_MAX);
	b->first_sequence = place->sequence + 1;
	b->time_us = place->time_us + 7;
	b->digest = place->blocks * 3;
	b->count = count;
	b->size = count * size;
	for (uint32_t i = 0; i < b->size; i++)
		b->entries[i] = (uint8_t)(fill + i * 31);
}
