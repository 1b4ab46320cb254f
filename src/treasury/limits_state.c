// SPDX-License-Identifier: Apache-2.0
// The record's bytes: "RDLIMITS", u16 1, the last time, counters by wallet, spends by time.
#include "treasury/limits.h"

#define MAGIC	"RDLIMITS"
#define VERSION 1

void limits_state_write(const struct limits_state *state, struct writer *w)
{
	write_bytes(w, MAGIC, 8);
	write_u16(w, VERSION);
	write_u64(w, state->time_last);
	write_u16(w, (uint16_t)state->counter_count);
	for (size_t i = 0; i < state->counter_count; i++) {
		write_bytes(w, state->counters[i].wallet, INTENT_WALLET_SIZE);
		write_u64(w, state->counters[i].last);
	}
	write_u16(w, (uint16_t)state->spend_count);
	for (size_t i = 0; i < state->spend_count; i++) {
		write_u64(w, state->spends[i].time);
		asset_write(&state->spends[i].asset, w);
		write_bytes(w, state->spends[i].amount.bytes, UNITS_SIZE);
	}
}

static void counters_read(struct reader *r, struct limits_state *state)
{
	size_t count = read_u16(r);
	r->failed |= count > LIMIT_COUNTERS_MAX;
	for (size_t i = 0; i < count && !r->failed; i++) {
		read_copy(r, state->counters[i].wallet, INTENT_WALLET_SIZE);
		r->failed |= limits_counter_last(state, state->counters[i].wallet) != 0; // twice
		state->counters[i].last = read_u64(r);
		r->failed |= state->counters[i].last == 0;
		state->counter_count = i + 1;
	}
}

static void spends_read(struct reader *r, struct limits_state *state)
{
	uint64_t before = 0;
	size_t count = read_u16(r);
	r->failed |= count > LIMIT_SPENDS_MAX;
	for (size_t i = 0; i < count && !r->failed; i++) {
		struct limit_spend *spend = &state->spends[i];
		spend->time = read_u64(r);
		asset_read(r, &spend->asset);
		read_copy(r, spend->amount.bytes, UNITS_SIZE);
		r->failed |= spend->time < before || spend->time > state->time_last;
		before = spend->time;
		state->spend_count = i + 1;
	}
}

int limits_state_read(const void *data, size_t size, struct limits_state *ret)
{
	struct reader r = reader_over(data, size);
	const uint8_t *magic = read_bytes(&r, 8);
	if (!magic || memcmp(magic, MAGIC, 8) != 0 || read_u16(&r) != VERSION)
		return 1;
	// Filled in place: a record is too large for the stack. On failure it is emptied, and never half filled.
	memset(ret, 0, sizeof *ret);
	ret->time_last = read_u64(&r);
	counters_read(&r, ret);
	spends_read(&r, ret);
	if (reader_done(&r))
		return 0;
	memset(ret, 0, sizeof *ret);
	return 1;
}
