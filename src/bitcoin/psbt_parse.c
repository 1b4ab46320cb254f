// SPDX-License-Identifier: Apache-2.0
#include "bitcoin/psbt_fields.h"
#include "bitcoin/timelock.h"

static bool pair_read(struct reader *r, struct psbt_pair *ret)
{
	struct span key = read_span(r);
	struct reader k = reader_over(key.at, key.size);
	ret->type = read_compact(&k);
	ret->key = key;
	ret->key_data = span_over(k.at, reader_left(&k));
	ret->value = read_span(r);
	r->failed |= k.failed;
	return !r->failed;
}

static int pair_order(const void *a, const void *b)
{
	return span_compare(((const struct psbt_pair *)a)->key, ((const struct psbt_pair *)b)->key);
}

// In place and without memory, since what comes from outside may be in the worst order and qsort(3) may
// allocate.
static void pairs_sort(struct psbt_pair *pairs, size_t count)
{
	for (size_t start = count / 2, end = count; end > 1;) {
		if (start) {
			start--;
		} else {
			struct psbt_pair top = pairs[--end];
			pairs[end] = pairs[0];
			pairs[0] = top;
		}
		for (size_t root = start, child; (child = 2 * root + 1) < end; root = child) {
			if (child + 1 < end && pair_order(&pairs[child], &pairs[child + 1]) < 0)
				child++;
			if (pair_order(&pairs[root], &pairs[child]) >= 0)
				break;
			struct psbt_pair swap = pairs[root];
			pairs[root] = pairs[child];
			pairs[child] = swap;
		}
	}
}

// One map with its closing zero; counted first, so that memory is taken once.
static enum psbt_refusal map_read(struct reader *r, struct arena *arena, struct psbt_map *ret)
{
	struct reader ahead = *r;
	struct psbt_map map = { 0 };
	struct psbt_pair pair;
	while (reader_left(&ahead) && ahead.at[0] != 0 && pair_read(&ahead, &pair))
		map.count++;
	if (ahead.failed || reader_left(&ahead) == 0 || map.count > PSBT_PAIRS_MAX)
		return PSBT_STRUCTURE;
	map.room = map.count;
	map.pairs = arena_take(arena, map.count, sizeof *map.pairs);
	if (!map.pairs)
		return PSBT_MEMORY;
	for (size_t i = 0; i < map.count; i++)
		ASSERT(pair_read(r, &map.pairs[i]));
	read_u8(r);
	pairs_sort(map.pairs, map.count);
	for (size_t i = 1; i < map.count; i++) {
		if (pair_order(&map.pairs[i - 1], &map.pairs[i]) == 0)
			return PSBT_DUPLICATE;
	}
	*ret = map;
	return PSBT_FINE;
}

static enum psbt_refusal map_check(enum psbt_scope scope, unsigned version, const struct psbt_map *map,
				   const struct arena *arena)
{
	enum psbt_refusal refusal = PSBT_FINE;
	for (size_t i = 0; i < map->count && !refusal; i++)
		refusal = psbt_field_check(scope, version, &map->pairs[i], *arena);
	return refusal ? refusal : psbt_fields_required(scope, version, map);
}

static enum psbt_refusal version_read(const struct psbt_map *global, unsigned *ret)
{
	const struct psbt_pair *pair = psbt_find(global, PSBT_GLOBAL_VERSION);
	if (pair && pair->value.size != 4)
		return PSBT_FIELD;
	*ret = pair ? psbt_u32(pair->value) : 0;
	return *ret == 0 || *ret == 2 ? PSBT_FINE : PSBT_VERSION;
}

static uint64_t count_of(const struct psbt_map *global, uint64_t type)
{
	struct span value = psbt_find(global, type)->value;
	struct reader r = reader_over(value.at, value.size);
	return read_compact(&r);
}

// Version 2 says how many; version 0's transaction does.
static enum psbt_refusal counts_read(struct psbt *psbt, const struct reader *r, struct arena *arena)
{
	if (psbt->version == 0) {
		struct span bytes = psbt_find(&psbt->global, PSBT_GLOBAL_UNSIGNED_TX)->value;
		int result = transaction_parse(bytes, TRANSACTION_UNSIGNED, arena, &psbt->tx);
		return result == 0 ? PSBT_FINE : result < 0 ? PSBT_MEMORY : PSBT_TRANSACTION;
	}
	uint64_t inputs = count_of(&psbt->global, PSBT_GLOBAL_INPUT_COUNT);
	uint64_t outputs = count_of(&psbt->global, PSBT_GLOBAL_OUTPUT_COUNT);
	if (inputs > reader_left(r) || outputs > reader_left(r)) // each takes a byte at least
		return PSBT_STRUCTURE;
	psbt->tx.input_count = (size_t)inputs;
	psbt->tx.output_count = (size_t)outputs;
	psbt->tx.inputs = arena_take(arena, psbt->tx.input_count, sizeof *psbt->tx.inputs);
	psbt->tx.outputs = arena_take(arena, psbt->tx.output_count, sizeof *psbt->tx.outputs);
	return psbt->tx.inputs && psbt->tx.outputs ? PSBT_FINE : PSBT_MEMORY;
}

static enum psbt_refusal maps_read(struct psbt *psbt, struct reader *r, struct arena *arena)
{
	enum psbt_refusal refusal = PSBT_FINE;
	if (psbt->tx.input_count > PSBT_INPUTS_MAX || psbt->tx.output_count > PSBT_OUTPUTS_MAX)
		return PSBT_STRUCTURE;
	psbt->inputs = arena_take(arena, psbt->tx.input_count, sizeof *psbt->inputs);
	psbt->outputs = arena_take(arena, psbt->tx.output_count, sizeof *psbt->outputs);
	if (!psbt->inputs || !psbt->outputs)
		return PSBT_MEMORY;
	for (size_t i = 0; i < psbt->tx.input_count && !refusal; i++) {
		refusal = map_read(r, arena, &psbt->inputs[i].map);
		if (!refusal)
			refusal = map_check(PSBT_SCOPE_INPUT, psbt->version, &psbt->inputs[i].map, arena);
	}
	for (size_t i = 0; i < psbt->tx.output_count && !refusal; i++) {
		refusal = map_read(r, arena, &psbt->outputs[i]);
		if (!refusal)
			refusal = map_check(PSBT_SCOPE_OUTPUT, psbt->version, &psbt->outputs[i], arena);
	}
	return !refusal && !reader_done(r) ? PSBT_STRUCTURE : refusal;
}

static uint32_t u32_or(const struct psbt_map *map, uint64_t type, uint32_t otherwise)
{
	const struct psbt_pair *pair = psbt_find(map, type);
	return pair ? psbt_u32(pair->value) : otherwise;
}

// BIP370 "Determining Lock Time": a height if all inputs that demand anything can have one.
static enum psbt_refusal locktime_choose(struct psbt *psbt)
{
	bool heights = true, times = true, any = false;
	uint32_t height = 0, time = 0;
	for (size_t i = 0; i < psbt->tx.input_count; i++) {
		uint32_t h = u32_or(&psbt->inputs[i].map, PSBT_IN_HEIGHT_LOCKTIME, 0);
		uint32_t t = u32_or(&psbt->inputs[i].map, PSBT_IN_TIME_LOCKTIME, 0);
		if (!h && !t)
			continue;
		any = true;
		heights &= h != 0;
		times &= t != 0;
		height = h > height ? h : height;
		time = t > time ? t : time;
	}
	if (any && !heights && !times)
		return PSBT_LOCKTIME;
	psbt->tx.locktime = !any      ? u32_or(&psbt->global, PSBT_GLOBAL_FALLBACK_LOCKTIME, 0)
			    : heights ? height
				      : time;
	return PSBT_FINE;
}

static enum psbt_refusal transaction_build(struct psbt *psbt)
{
	psbt->tx.version = u32_or(&psbt->global, PSBT_GLOBAL_TX_VERSION, 2);
	for (size_t i = 0; i < psbt->tx.input_count; i++) {
		const struct psbt_map *map = &psbt->inputs[i].map;
		struct tx_input *input = &psbt->tx.inputs[i];
		memcpy(input->previous.txid, psbt_find(map, PSBT_IN_PREVIOUS_TXID)->value.at, TXID_SIZE);
		input->previous.index = psbt_u32(psbt_find(map, PSBT_IN_OUTPUT_INDEX)->value);
		input->sequence = u32_or(map, PSBT_IN_SEQUENCE, SEQUENCE_FINAL);
	}
	for (size_t i = 0; i < psbt->tx.output_count; i++) {
		memcpy(&psbt->tx.outputs[i].value, psbt_find(&psbt->outputs[i], PSBT_OUT_AMOUNT)->value.at,
		       8);
		psbt->tx.outputs[i].script = psbt_find(&psbt->outputs[i], PSBT_OUT_SCRIPT)->value;
	}
	return locktime_choose(psbt);
}

// What spans several fields of an input.
static enum psbt_refusal input_check(struct psbt *psbt, size_t i, const struct arena *arena)
{
	const struct psbt_map *map = &psbt->inputs[i].map;
	const struct psbt_pair *type = psbt_find(map, PSBT_IN_SIGHASH);
	for (size_t p = 0; type && p < map->count; p++) {
		const struct psbt_pair *pair = &map->pairs[p];
		if (pair->type == PSBT_IN_PARTIAL_SIG &&
		    pair->value.at[pair->value.size - 1] != psbt_u32(type->value))
			return PSBT_SIGHASH;
	}
	return psbt_spent_read(psbt, i, *arena);
}

enum psbt_refusal psbt_parse(struct span bytes, struct arena *arena, struct psbt *ret)
{
	struct psbt psbt = { 0 };
	struct reader r = reader_over(bytes.at, bytes.size);
	enum psbt_refusal refusal;
	if (bytes.size > PSBT_SIZE_MAX)
		return PSBT_SIZE;
	const uint8_t *magic = read_bytes(&r, 5);
	if (!magic || memcmp(magic, "psbt\xff", 5) != 0)
		return PSBT_MAGIC;
	if ((refusal = map_read(&r, arena, &psbt.global)) ||
	    (refusal = version_read(&psbt.global, &psbt.version)) ||
	    (refusal = map_check(PSBT_SCOPE_GLOBAL, psbt.version, &psbt.global, arena)) ||
	    (refusal = counts_read(&psbt, &r, arena)) || (refusal = maps_read(&psbt, &r, arena)))
		return refusal;
	if (psbt.version == 2 && (refusal = transaction_build(&psbt)))
		return refusal;
	for (size_t i = 0; i < psbt.tx.input_count; i++) {
		if ((refusal = input_check(&psbt, i, arena)))
			return refusal;
	}
	*ret = psbt;
	return PSBT_FINE;
}
