// SPDX-License-Identifier: Apache-2.0
#include "daemons/engine/output.h"

#include <sys/mman.h>

static uint64_t span_of(size_t size)
{
	return sizeof(struct output_record) + u64_round_up(size, 8);
}

int output_init(struct output *o, size_t size)
{
	ASSERT(size % 4096 == 0);
	void *p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (p == MAP_FAILED)
		return -ENOMEM;
	*o = (struct output){ .memory = p, .size = size };
	return 0;
}

void output_free(struct output *o)
{
	if (o->memory)
		munmap(o->memory, o->size);
	*o = (struct output){ 0 };
}

uint64_t output_room(const struct output *o, uint64_t record_max)
{
	uint64_t left = o->size - (o->head - o->tail), kept = span_of(record_max) + sizeof(struct output_record);
	return left > kept ? left - kept : 0;
}

// What is left before the memory's end becomes filler when the next record does not fit there.
static void wrap(struct output *o, uint64_t span)
{
	uint64_t offset = o->head % o->size, end = o->size - offset;
	if (end >= span)
		return;
	if (end >= sizeof(struct output_record))
		*(struct output_record *)(o->memory + offset) = (struct output_record){ .span = (uint32_t)end, .skip = 1 };
	o->head += end;
}

void *output_add(struct output *o, const struct output_record *record)
{
	uint64_t span = span_of(record->size);
	if (o->head == o->tail) // empty: start where nothing wraps
		o->head = o->tail = 0;
	wrap(o, span);
	ASSERT(o->head + span - o->tail <= o->size);
	struct output_record *at = (struct output_record *)(o->memory + o->head % o->size);
	*at = *record;
	at->span = (uint32_t)span;
	at->skip = 0;
	o->head += span;
	return at + 1;
}

const struct output_record *output_front(struct output *o, const void **ret_data)
{
	while (o->tail != o->head) {
		uint64_t offset = o->tail % o->size, end = o->size - offset;
		const struct output_record *at = (const struct output_record *)(o->memory + offset);
		if (end >= sizeof *at && !at->skip) {
			*ret_data = at + 1;
			return at;
		}
		o->tail += end;
	}
	return NULL;
}

void output_pop(struct output *o)
{
	const struct output_record *at = (const struct output_record *)(o->memory + o->tail % o->size);
	o->tail += at->span;
}
