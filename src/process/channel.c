// SPDX-License-Identifier: Apache-2.0
// Reading and writing records. Nothing that the other side can write is trusted:
// each shared word is loaded once, checked against what it may be, and only then used.
#include "process/channel_layout.h"

// Copies into the ring at byte position `at`, around its end where needed.
static void ring_put(struct channel_writer *w, uint64_t at, const void *from, size_t size)
{
	if (!size)
		return;
	size_t offset = (size_t)(at & (w->size - 1));
	size_t first = (size_t)u64_min(size, w->size - offset);
	memcpy(w->ring + offset, from, first);
	if (first < size)
		memcpy(w->ring, (const uint8_t *)from + first, size - first);
}

static void ring_get(const struct channel_reader *r, uint64_t at, void *to, size_t size)
{
	if (!size)
		return;
	size_t offset = (size_t)(at & (r->size - 1));
	size_t first = (size_t)u64_min(size, r->size - offset);
	memcpy(to, r->ring + offset, first);
	if (first < size)
		memcpy((uint8_t *)to + first, r->ring, size - first);
}

// The reader's tail may be anything between what it was and what was published.
static void tail_look(struct channel_writer *w)
{
	uint64_t tail = atomic_load_explicit(&w->cursor->tail, memory_order_acquire);
	if (UNLIKELY(tail < w->tail_seen || tail > w->published || tail % 8 != 0))
		w->broken = true;
	else
		w->tail_seen = tail;
}

uint64_t channel_room(struct channel_writer *w)
{
	tail_look(w);
	return w->broken ? 0 : w->size - (w->head - w->tail_seen);
}

int channel_write2(struct channel_writer *w, uint32_t kind, const void *head, size_t head_size, const void *data,
		   size_t size)
{
	ASSERT(head_size <= CHANNEL_RECORD_MAX && size <= CHANNEL_RECORD_MAX - head_size);
	uint64_t span = record_span(head_size + size);
	if (UNLIKELY(w->broken))
		return 1;
	if (w->size - (w->head - w->tail_seen) < span && channel_room(w) < span)
		return 1;
	struct channel_record record = { .size = (uint32_t)(head_size + size), .kind = kind };
	ring_put(w, w->head, &record, sizeof record);
	ring_put(w, w->head + sizeof record, head, head_size);
	ring_put(w, w->head + sizeof record + head_size, data, size);
	w->head += span;
	return 0;
}

int channel_write(struct channel_writer *w, uint32_t kind, const void *data, size_t size)
{
	return channel_write2(w, kind, data, size, NULL, 0);
}

void channel_publish(struct channel_writer *w)
{
	if (w->head == w->published)
		return;
	w->published = w->head;
	atomic_store_explicit(&w->map->head, w->head, memory_order_release);
	// Against channel_sleeping: either we see the sleeper, or it sees our head.
	atomic_thread_fence(memory_order_seq_cst);
	uint32_t sleeps = atomic_load_explicit(&w->cursor->sleeps, memory_order_relaxed);
	if (sleeps % 2 == 1 && sleeps != w->rang) {
		w->rang = sleeps;
		doorbell_ring(w->doorbell);
	}
}

// How many bytes lie between tail and head. False when head cannot be true.
static bool queued(const struct channel_reader *r, uint64_t head, uint64_t *ret)
{
	if (UNLIKELY(head < r->head_seen || head - r->tail > r->size || head % 8 != 0))
		return false;
	*ret = head - r->tail;
	return true;
}

// Checks one record's frame against what was published. The frame was copied first.
static bool frame_valid(const struct channel_record *record, uint64_t available)
{
	return record->size <= CHANNEL_RECORD_MAX && record_span(record->size) <= available;
}

int channel_read(struct channel_reader *r, void *to, uint32_t *ret_kind, size_t *ret_size)
{
	if (UNLIKELY(r->broken))
		return -EPROTO;
	uint64_t available = r->head_seen - r->tail;
	if (available == 0) {
		uint64_t head = atomic_load_explicit(&r->map->head, memory_order_acquire);
		if (!queued(r, head, &available))
			goto broken;
		r->head_seen = head;
		if (available == 0)
			return 0;
	}
	struct channel_record record;
	ring_get(r, r->tail, &record, sizeof record);
	// The copy is what counts: the compiler must not read the shared bytes again.
	__asm__ volatile("" : "+m"(record) : : "memory");
	if (UNLIKELY(!frame_valid(&record, available)))
		goto broken;
	ring_get(r, r->tail + sizeof record, to, record.size);
	__asm__ volatile("" : : : "memory");
	r->tail += record_span(record.size);
	*ret_kind = record.kind;
	*ret_size = record.size;
	return 1;
broken:
	r->broken = true;
	return -EPROTO;
}

void channel_release(struct channel_reader *r)
{
	atomic_store_explicit(&r->cursor->tail, r->tail, memory_order_release);
}

void channel_sleeping(struct channel_reader *r, bool asleep)
{
	uint32_t now = atomic_load_explicit(&r->cursor->sleeps, memory_order_relaxed);
	uint32_t next = now % 2 == (asleep ? 1 : 0) ? now + (asleep ? 2 : 0) : now + 1;
	if (next != now)
		atomic_store_explicit(&r->cursor->sleeps, next, memory_order_relaxed);
	if (asleep)
		atomic_thread_fence(memory_order_seq_cst);
}

bool channel_empty(const struct channel_reader *r)
{
	return !r->broken && atomic_load_explicit(&r->map->head, memory_order_acquire) == r->tail;
}

void channel_fill(const struct channel_reader *r, uint64_t *ret_used, uint64_t *ret_size)
{
	uint64_t head = atomic_load_explicit(&r->map->head, memory_order_relaxed);
	uint64_t used;
	*ret_used = queued(r, head, &used) ? used : r->size;
	*ret_size = r->size;
}
