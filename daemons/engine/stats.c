// SPDX-License-Identifier: Apache-2.0
// Counters by name, for `redoubt status` and `dev/bench order`.
#include "daemons/engine/engine.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define COUNTED(field) { #field, offsetof(struct sequencer_counters, field) }
#define WRITTEN(field) { #field, offsetof(struct pipeline_counters, field) }

struct counted { const char *name; size_t offset; };

static const struct counted of_sequencer[] = {
	COUNTED(commands), COUNTED(refused), COUNTED(queries), COUNTED(controls), COUNTED(malformed),
	COUNTED(clock_held), COUNTED(clock_hurried), COUNTED(received_sum_us), COUNTED(received_count),
	COUNTED(received_max_us), COUNTED(durable_sum_us), COUNTED(durable_count), COUNTED(durable_max_us),
};
static const struct counted of_pipeline[] = {
	WRITTEN(batches), WRITTEN(blocks), WRITTEN(bytes), WRITTEN(write_us_sum), WRITTEN(write_us_max),
	WRITTEN(segments_prepared),
};

struct engine_counters {
	_Atomic uint64_t *sequencer[ARRAY_LEN(of_sequencer)], *pipeline[ARRAY_LEN(of_pipeline)];
	_Atomic uint64_t *sequence, *durable_sequence, *durable_blocks, *held_bytes, *customers, *keys, *journal_error;
};

void stats_open(struct engine *e)
{
	struct engine_counters *c = calloc(1, sizeof *c);
	ASSERT(c);
	e->counters = c;
	e->stats->pid = (uint32_t)getpid();
	for (size_t i = 0; i < ARRAY_LEN(of_sequencer); i++)
		c->sequencer[i] = stats_counter(e->stats, of_sequencer[i].name);
	for (size_t i = 0; i < ARRAY_LEN(of_pipeline); i++)
		c->pipeline[i] = stats_counter(e->stats, of_pipeline[i].name);
	c->sequence = stats_counter(e->stats, "sequence");
	c->durable_sequence = stats_counter(e->stats, "durable_sequence");
	c->durable_blocks = stats_counter(e->stats, "durable_blocks");
	c->held_bytes = stats_counter(e->stats, "held_bytes");
	c->customers = stats_counter(e->stats, "customers");
	c->keys = stats_counter(e->stats, "keys");
	c->journal_error = stats_counter(e->stats, "journal_error");
	atomic_store(c->journal_error, 0);
	e->inbox[ORIGIN_AUTH].fill = stats_counter(e->stats, "fill.auth");
	e->inbox[ORIGIN_CONTROL].fill = stats_counter(e->stats, "fill.control");
	e->auth.cut = e->inbox[ORIGIN_AUTH].cut = stats_counter(e->stats, "cut.auth");
	e->control.cut = e->inbox[ORIGIN_CONTROL].cut = stats_counter(e->stats, "cut.control");
	for (unsigned g = 0; g < e->gateways; g++) {
		char name[STATS_NAME_MAX];
		snprintf(name, sizeof name, "cut.gateway%u", g);
		e->gateway[g].cut = stats_counter(e->stats, name);
	}
}

static void put(_Atomic uint64_t *counter, uint64_t value)
{
	atomic_store_explicit(counter, value, memory_order_relaxed);
}

static void fills_publish(struct engine *e)
{
	for (size_t i = 0; i < ARRAY_LEN(e->inbox); i++) {
		uint64_t used = 0, size;
		if (e->inbox[i].open)
			channel_fill(&e->inbox[i].reader, &used, &size);
		put(e->inbox[i].fill, used);
	}
}

void stats_publish(struct engine *e, uint64_t realtime_us)
{
	struct engine_counters *c = e->counters;
	const struct sequencer_counters *s = sequencer_counters(e->sequencer);
	struct pipeline_counters p;
	pipeline_counters(e->pipeline, &p);
	for (size_t i = 0; i < ARRAY_LEN(of_sequencer); i++)
		put(c->sequencer[i], *(const uint64_t *)((const char *)s + of_sequencer[i].offset));
	for (size_t i = 0; i < ARRAY_LEN(of_pipeline); i++)
		put(c->pipeline[i], *(const uint64_t *)((const char *)&p + of_pipeline[i].offset));
	const struct durable_page *page = e->durable;
	put(c->sequence, exchange_sequence(e->exchange));
	put(c->durable_sequence, atomic_load_explicit(&page->sequence, memory_order_relaxed));
	put(c->durable_blocks, pipeline_durable(e->pipeline));
	put(c->held_bytes, sequencer_held(e->sequencer));
	put(c->customers, exchange_customer_count(e->exchange));
	put(c->keys, exchange_key_count(e->exchange));
	put(c->journal_error, !pipeline_alive(e->pipeline, NULL));
	fills_publish(e);
	atomic_store_explicit(&e->stats->heartbeat_us, realtime_us, memory_order_relaxed);
}
