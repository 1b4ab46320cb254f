// SPDX-License-Identifier: Apache-2.0
#include "fold/voids.h"

#include "wire/entry.h"

bool voids_contain(const struct voids *voids, uint64_t sequence)
{
	for (uint32_t i = 0; i < voids->count; i++)
		if (voids->entry[i].names == sequence)
			return true;
	return false;
}

bool voids_blur(const struct voids *voids, const struct block_view *block)
{
	uint64_t last = block->first_sequence + block->count - 1;
	for (uint32_t i = 0; i < voids->count; i++)
		if (voids->entry[i].names <= last && voids->entry[i].at >= block->first_sequence)
			return true;
	return false;
}

uint64_t voids_lowest(const struct voids *voids)
{
	uint64_t lowest = UINT64_MAX;
	for (uint32_t i = 0; i < voids->count; i++)
		lowest = u64_min(lowest, voids->entry[i].names);
	return lowest;
}

static int void_add(struct voids *voids, const struct entry *entry, uint64_t at)
{
	struct reader r = reader_over(entry->payload, entry->payload_size);
	uint64_t names = read_u64(&r);
	if (!reader_done(&r) || names == 0 || names >= at)
		return 1;
	if (voids_contain(voids, names))
		return 0;
	if (voids->count == VOIDS_MAX)
		return 1;
	voids->entry[voids->count++] = (struct void_entry){ .names = names, .at = at };
	return 0;
}

int voids_collect(struct voids *voids, const struct block_view *block)
{
	struct reader r = reader_over(block->entries, block->entries_size);
	struct entry entry;
	for (uint32_t i = 0; i < block->count; i++) {
		if (entry_read(&r, &entry))
			return 1;
		if (entry.kind == ENTRY_VOID && void_add(voids, &entry, block->first_sequence + i))
			return 1;
	}
	return reader_done(&r) ? 0 : 1;
}
