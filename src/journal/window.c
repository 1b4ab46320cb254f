// SPDX-License-Identifier: Apache-2.0
#include "journal/window.h"

#include <stdlib.h>

int window_init(struct window *w, const struct storage *storage)
{
	*w = (struct window){ .storage = storage, .bytes = aligned_alloc(BLOCK_ALIGN, WINDOW_SIZE) };
	return w->bytes ? 0 : -ENOMEM;
}

void window_clear(struct window *w)
{
	free(w->bytes);
	w->bytes = NULL;
}

void window_enter(struct window *w, uint32_t segment, uint64_t segment_size)
{
	w->segment = segment;
	w->segment_size = segment_size;
	w->offset = 0;
	w->size = 0;
	w->ahead = WINDOW_SIZE_MIN;
}

static int fill(struct window *w, uint64_t offset, bool fresh)
{
	w->ahead = fresh ? WINDOW_SIZE_MIN : (size_t)u64_min(w->ahead * 2, WINDOW_SIZE);
	size_t size = (size_t)u64_min(w->ahead, w->segment_size - offset);
	w->size = 0;
	int error = w->storage->read(w->storage->context, w->segment, offset, w->bytes, size);
	if (error)
		return error;
	w->offset = offset;
	w->size = size;
	return 0;
}

int window_at(struct window *w, uint64_t offset, bool fresh, const uint8_t **ret, size_t *ret_available)
{
	ASSERT(offset % BLOCK_ALIGN == 0);
	*ret = w->bytes;
	*ret_available = 0;
	if (offset >= w->segment_size)
		return 0;
	size_t wanted = (size_t)u64_min(BLOCK_FRAME_MAX, w->segment_size - offset);
	bool inside = offset >= w->offset && offset + wanted <= w->offset + w->size;
	if (!inside || fresh) {
		int error = fill(w, offset, fresh);
		if (error)
			return error;
	}
	*ret = w->bytes + (offset - w->offset);
	*ret_available = wanted;
	return 0;
}
