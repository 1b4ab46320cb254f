// SPDX-License-Identifier: Apache-2.0
#include "sim/disk.h"

#include <stdlib.h>

static bool due(unsigned *countdown)
{
	return *countdown && --*countdown == 0;
}

// Counts one operation; true when the power fails in it.
static bool power_fails(struct disk *d)
{
	if (d->crashed)
		return true;
	if (d->crash_in == 0 || --d->crash_in)
		return false;
	return d->crashed = true;
}

static int disk_list(void *context, uint32_t *ret_first, uint32_t *ret_count)
{
	struct disk *d = context;
	*ret_first = *ret_count = 0;
	while (*ret_count < DISK_SEGMENTS_MAX && d->now[*ret_count])
		++*ret_count;
	return 0;
}

static int disk_size(void *context, uint32_t segment, uint64_t *ret_size)
{
	struct disk *d = context;
	if (segment >= DISK_SEGMENTS_MAX || !d->now[segment])
		return -ENOENT;
	*ret_size = d->size[segment];
	return 0;
}

static int disk_create(void *context, uint32_t segment, uint64_t size)
{
	struct disk *d = context;
	if (power_fails(d))
		return -EIO;
	if (due(&d->create_fails_in)) {
		d->failed = true;
		return -ENOSPC;
	}
	ASSERT(segment < DISK_SEGMENTS_MAX && !d->now[segment]);
	d->now[segment] = calloc(1, size);
	d->stable[segment] = calloc(1, size);
	d->size[segment] = size;
	ASSERT(d->now[segment] && d->stable[segment]);
	return 0;
}

static int disk_read(void *context, uint32_t segment, uint64_t offset, void *to, size_t size)
{
	struct disk *d = context;
	if (d->crashed)
		return -EIO;
	if (due(&d->read_fails_in)) {
		d->failed = true;
		return -EIO;
	}
	ASSERT(segment < DISK_SEGMENTS_MAX && d->now[segment] && offset + size <= d->size[segment]);
	memcpy(to, d->now[segment] + offset, size);
	return 0;
}

static void seal_watch(struct disk *d, const uint8_t *frame, const struct frame_head *head)
{
	struct seal seal = { .number = head->number, .kind = head->kind };
	memcpy(seal.incarnation, head->incarnation, 32);
	memcpy(&seal.crc, frame + FRAME_ASSOCIATED_SIZE, sizeof seal.crc);
	for (size_t i = d->seal_count; i-- > 0;) {
		const struct seal *s = &d->seals[i];
		if (s->number == seal.number && s->kind == seal.kind && !memcmp(s->incarnation, seal.incarnation, 32)) {
			d->nonce_reused |= s->crc != seal.crc;
			return;
		}
	}
	if (d->seal_count == d->seal_room) {
		d->seal_room = d->seal_room ? 2 * d->seal_room : 256;
		d->seals = realloc(d->seals, d->seal_room * sizeof *d->seals);
		ASSERT(d->seals);
	}
	d->seals[d->seal_count++] = seal;
}

static void write_watch(struct disk *d, const uint8_t *from, size_t size)
{
	struct frame_head head;
	for (size_t at = 0; at < size; at += BLOCK_ALIGN)
		if (frame_check(from + at, size - at, &head) == FRAME_WHOLE) {
			seal_watch(d, from + at, &head);
			at += head.size - BLOCK_ALIGN;
		}
}

static int disk_write(void *context, uint32_t segment, uint64_t offset, const void *from, size_t size)
{
	struct disk *d = context;
	if (d->crashed)
		return -EIO;
	write_watch(d, from, size); // encrypted is used, whatever becomes of it
	bool fails = power_fails(d);
	ASSERT(segment < DISK_SEGMENTS_MAX && d->now[segment] && offset + size <= d->size[segment]);
	ASSERT(d->dirty_count < DISK_DIRTY_MAX);
	memcpy(d->now[segment] + offset, from, size);
	d->dirty[d->dirty_count++] = (struct dirty){ segment, offset, size };
	d->last = d->dirty[d->dirty_count - 1];
	d->writes++;
	return fails ? -EIO : 0;
}

static int disk_sync(void *context, uint32_t segment)
{
	struct disk *d = context;
	if (power_fails(d))
		return -EIO;
	if (due(&d->sync_fails_in)) {
		d->failed = true;
		return -EIO;
	}
	size_t kept = 0;
	for (size_t i = 0; i < d->dirty_count; i++) {
		const struct dirty *w = &d->dirty[i];
		if (w->segment == segment)
			memcpy(d->stable[segment] + w->offset, d->now[segment] + w->offset, w->size);
		else
			d->dirty[kept++] = *w;
	}
	d->dirty_count = kept;
	d->syncs++;
	return 0;
}

static int disk_note_write(void *context, const void *data, size_t size)
{
	struct disk *d = context;
	if (power_fails(d)) {
		d->note_missed = true;
		return -EIO;
	}
	if (chance_percent(d->chance, 30)) { // the cache wrote the older one back in between
		memcpy(d->note_stable, d->note, sizeof d->note);
		d->note_stable_there = d->note_there;
	}
	ASSERT(size <= sizeof d->note);
	memcpy(d->note, data, size);
	d->note_there = true;
	return 0;
}

static int disk_note_read(void *context, void *data, size_t size)
{
	struct disk *d = context;
	if (!d->note_there)
		return -ENOENT;
	memcpy(data, d->note, size);
	return 0;
}

void disk_init(struct disk *d, struct chance *chance, struct storage *ret_storage)
{
	*d = (struct disk){ .chance = chance };
	*ret_storage = (struct storage){ d, disk_list, disk_size, disk_create, disk_read,
					 disk_write, disk_sync, disk_note_write, disk_note_read };
}

void disk_clear(struct disk *d)
{
	for (size_t k = 0; k < DISK_SEGMENTS_MAX; k++) {
		free(d->now[k]);
		free(d->stable[k]);
	}
	free(d->seals);
}

// Old, new or torn.
static void sector_settle(struct disk *d, uint8_t *now, const uint8_t *stable)
{
	switch (chance_below(d->chance, 5)) {
	case 0:
	case 1:
		memcpy(now, stable, DISK_SECTOR);
		break;
	case 2: {
		size_t cut = chance_below(d->chance, DISK_SECTOR);
		memcpy(now + cut, stable + cut, DISK_SECTOR - cut);
		d->torn++;
		break;
	}
	default:
		break;
	}
}

// Often a whole run of sectors shares its fate: the disk got so far and no further.
static void range_settle(struct disk *d, const struct dirty *w)
{
	uint8_t *now = d->now[w->segment] + w->offset;
	const uint8_t *stable = d->stable[w->segment] + w->offset;
	unsigned style = (unsigned)chance_below(d->chance, 4);
	size_t cut = chance_below(d->chance, w->size / DISK_SECTOR + 1) * DISK_SECTOR;
	if (style == 0)
		memcpy(now + cut, stable + cut, w->size - cut);
	else if (style == 1)
		memcpy(now, stable, cut);
	else
		for (size_t at = 0; at < w->size; at += DISK_SECTOR)
			sector_settle(d, now + at, stable + at);
}

static void note_settle(struct disk *d)
{
	unsigned fate = (unsigned)chance_below(d->chance, 4);
	d->note_current &= fate > 1;
	if (fate == 0) { // torn
		size_t cut = chance_below(d->chance, 128);
		memcpy(d->note + cut, d->note_stable + cut, sizeof d->note - cut);
	} else if (fate == 1) {
		memcpy(d->note, d->note_stable, sizeof d->note);
		d->note_there = d->note_stable_there;
	}
}

void disk_crash(struct disk *d, bool power)
{
	d->note_current = !d->note_missed;
	d->note_missed = false;
	if (power) {
		for (size_t i = 0; i < d->dirty_count; i++)
			range_settle(d, &d->dirty[i]);
		note_settle(d);
	}
	for (size_t i = 0; i < d->dirty_count && power; i++) {
		const struct dirty *w = &d->dirty[i];
		memcpy(d->stable[w->segment] + w->offset, d->now[w->segment] + w->offset, w->size);
	}
	if (power)
		d->dirty_count = 0; // after a kill they are still on their way
	memcpy(d->note_stable, d->note, sizeof d->note);
	d->note_stable_there = d->note_there;
	d->crashed = d->failed = false;
	d->crash_in = 0;
	d->sync_fails_in = d->create_fails_in = d->read_fails_in = 0;
	d->crashes++;
}

void disk_rot(struct disk *d, struct rot *ret)
{
	uint32_t count, first;
	*ret = (struct rot){ 0 };
	(void)disk_list(d, &first, &count);
	if (count == 0)
		return;
	ret->there = true;
	ret->segment = (uint32_t)chance_below(d->chance, count);
	uint64_t at = chance_below(d->chance, d->size[ret->segment]);
	if (d->last.size && chance_percent(d->chance, 60)) {
		ret->segment = d->last.segment;
		at = d->last.offset + chance_below(d->chance, d->last.size);
	}
	ret->offset = at / BLOCK_ALIGN * BLOCK_ALIGN;
	ret->size = BLOCK_ALIGN;
	uint8_t *page = d->now[ret->segment] + ret->offset;
	memcpy(ret->before, page, BLOCK_ALIGN);
	if (d->note_current && chance_percent(d->chance, 30))
		memset(page, (int)(chance_next(d->chance) & 0xff) & -(int)(at & 1), BLOCK_ALIGN);
	else
		page[at % BLOCK_ALIGN] ^= (uint8_t)(1u << chance_below(d->chance, 8));
	memcpy(d->stable[ret->segment] + ret->offset, page, BLOCK_ALIGN);
}

void disk_heal(struct disk *d, struct rot *rot)
{
	if (!rot->there)
		return;
	memcpy(d->now[rot->segment] + rot->offset, rot->before, rot->size);
	memcpy(d->stable[rot->segment] + rot->offset, rot->before, rot->size);
	rot->there = false;
}
