// SPDX-License-Identifier: Apache-2.0
#include "daemons/gateway/internal.h"

#include <stdlib.h>

#define ROOM_FIRST 16384

static size_t room_for(size_t size)
{
	size_t room = ROOM_FIRST;
	while (room < size)
		room *= 2;
	return room;
}

bool bytes_append(struct gateway *g, struct bytes *b, const void *data, size_t size, size_t limit)
{
	if (size > limit || b->size > limit - size)
		return false;
	if (b->size + size > b->room) {
		size_t room = room_for(b->size + size);
		if (g->held_total + (room - b->room) > GATEWAY_HELD_MAX)
			return false;
		uint8_t *grown = realloc(b->at, room);
		if (!grown)
			return false;
		g->held_total += room - b->room;
		b->at = grown;
		b->room = room;
	}
	if (size)
		memcpy(b->at + b->size, data, size);
	b->size += size;
	return true;
}

void bytes_free(struct gateway *g, struct bytes *b)
{
	free(b->at);
	g->held_total -= b->room;
	*b = (struct bytes){ 0 };
}
