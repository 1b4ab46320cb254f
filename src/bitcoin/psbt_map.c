// SPDX-License-Identifier: Apache-2.0
#include "bitcoin/psbt_fields.h"

// Where the key stands or would stand.
static size_t place_of(const struct psbt_map *map, struct span key, bool *ret_there)
{
	size_t low = 0, high = map->count;
	while (low < high) {
		size_t middle = (low + high) / 2;
		int order = span_compare(map->pairs[middle].key, key);
		if (order == 0) {
			*ret_there = true;
			return middle;
		}
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	*ret_there = false;
	return low;
}

const struct psbt_pair *psbt_find(const struct psbt_map *map, uint64_t type)
{
	for (size_t i = 0; i < map->count; i++) {
		if (map->pairs[i].type == type)
			return &map->pairs[i];
	}
	return NULL;
}

const struct psbt_pair *psbt_find_keyed(const struct psbt_map *map, uint64_t type, struct span key_data)
{
	for (size_t i = 0; i < map->count; i++) {
		if (map->pairs[i].type == type && span_equal(map->pairs[i].key_data, key_data))
			return &map->pairs[i];
	}
	return NULL;
}

const struct psbt_pair *psbt_find_key(const struct psbt_map *map, struct span key)
{
	bool there;
	size_t at = place_of(map, key, &there);
	return there ? &map->pairs[at] : NULL;
}

static bool room_make(struct psbt_map *map, struct arena *arena)
{
	if (map->count >= PSBT_PAIRS_MAX)
		return false;
	if (map->count < map->room)
		return true;
	size_t room = map->room ? map->room * 2 : 8;
	struct psbt_pair *pairs = arena_take(arena, room, sizeof *pairs);
	if (!pairs)
		return false;
	if (map->count)
		memcpy(pairs, map->pairs, map->count * sizeof *pairs);
	map->pairs = pairs;
	map->room = room;
	return true;
}

enum psbt_refusal psbt_put(struct psbt_map *map, struct arena *arena, uint64_t type, struct span key_data,
			   struct span value)
{
	struct sink width = { 0 };
	sink_compact(&width, type);
	size_t key_size = width.size + key_data.size;
	uint8_t *copy = arena_take(arena, 1, key_size + value.size);
	if (!copy || !room_make(map, arena))
		return PSBT_MEMORY;
	struct writer w = writer_over(copy, key_size + value.size);
	struct sink sink = { .writer = &w };
	sink_compact(&sink, type);
	sink_bytes(&sink, key_data.at, key_data.size);
	sink_bytes(&sink, value.at, value.size);
	struct psbt_pair pair = { type, span_over(copy + width.size, key_data.size),
				  span_over(copy, key_size), span_over(copy + key_size, value.size) };
	bool there;
	size_t at = place_of(map, pair.key, &there);
	if (!there) {
		memmove(&map->pairs[at + 1], &map->pairs[at], (map->count - at) * sizeof pair);
		map->count++;
	}
	map->pairs[at] = pair;
	return PSBT_FINE;
}

void psbt_remove(struct psbt_map *map, uint64_t type)
{
	size_t kept = 0;
	for (size_t i = 0; i < map->count; i++) {
		if (map->pairs[i].type != type)
			map->pairs[kept++] = map->pairs[i];
	}
	map->count = kept;
}

static void map_sink(const struct psbt_map *map, struct sink *sink)
{
	for (size_t i = 0; i < map->count; i++) {
		sink_span(sink, map->pairs[i].key);
		sink_span(sink, map->pairs[i].value);
	}
	sink_u8(sink, 0);
}

static void psbt_sink(const struct psbt *psbt, struct sink *sink)
{
	sink_bytes(sink, "psbt\xff", 5);
	map_sink(&psbt->global, sink);
	for (size_t i = 0; i < psbt->tx.input_count; i++)
		map_sink(&psbt->inputs[i].map, sink);
	for (size_t i = 0; i < psbt->tx.output_count; i++)
		map_sink(&psbt->outputs[i], sink);
}

void psbt_write(const struct psbt *psbt, struct writer *writer)
{
	struct sink sink = { .writer = writer };
	psbt_sink(psbt, &sink);
}

size_t psbt_size(const struct psbt *psbt)
{
	struct sink sink = { 0 };
	psbt_sink(psbt, &sink);
	return sink.size;
}
