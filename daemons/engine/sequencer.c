// SPDX-License-Identifier: Apache-2.0
#include "daemons/engine/sequencer_internal.h"

#include <stdlib.h>

// A COMMAND's or CONTROL's answers, and the events of one control entry for auth.
#define OUTPUT_SIZE_MIN (1u << 20)

struct sequencer *sequencer_new(const struct sequencer_options *options)
{
	struct sequencer *s = calloc(1, sizeof *s);
	if (!s)
		return NULL;
	s->exchange = options->exchange;
	s->blocks = options->blocks;
	s->time_us = options->time_us;
	s->applying = exchange_sequence(s->exchange) + 1;
	s->feed_stage = FEED_COMPLETE;
	s->reply_max = reply_bytes_max(exchange_genesis(s->exchange), &s->record_max);
	uint64_t size = u64_max(options->output_size, u64_max(OUTPUT_SIZE_MIN, 4 * s->reply_max));
	if (output_init(&s->output, u64_round_up(size, 4096)) < 0) {
		free(s);
		return NULL;
	}
	return s;
}

void sequencer_free(struct sequencer *s)
{
	if (!s)
		return;
	output_free(&s->output);
	free(s);
}

void sequencer_begin(struct sequencer *s, struct block *block)
{
	ASSERT(!s->block);
	block->count = block->size = 0;
	s->block = block;
}

uint32_t sequencer_filled(const struct sequencer *s)
{
	return s->block ? s->block->count : 0;
}

bool sequencer_has_room(const struct sequencer *s)
{
	return s->block && BLOCK_ENTRIES_MAX - s->block->size >= ENTRY_SIZE_MAX;
}

struct block *sequencer_seal(struct sequencer *s)
{
	struct block *block = s->block;
	if (!block || block->count == 0)
		return NULL;
	block->digest = exchange_seal_block(s->exchange);
	s->block = NULL;
	s->blocks++;
	return block;
}

// ---- time ----

// How far the stamp may move: what the monotonic clock allows, never more than a clock that is right would use.
static void time_advance(struct sequencer *s, struct sequencer_clock now)
{
	uint64_t elapsed = now.monotonic_us > s->monotonic_us ? now.monotonic_us - s->monotonic_us : 0;
	s->monotonic_us += elapsed;
	s->budget_us = u64_min(s->budget_us, SEQUENCER_SLACK_US) + elapsed * SEQUENCER_HASTE;
	if (now.realtime_us <= s->time_us) {
		s->counters.clock_held += now.realtime_us < s->time_us;
		return;
	}
	uint64_t want = now.realtime_us - s->time_us, step = u64_min(want, s->budget_us);
	s->counters.clock_hurried += step < want;
	s->time_us += step;
	s->budget_us -= step;
}

// After a start nobody knows how long the engine was down: the clock is believed once.
static void time_open(struct sequencer *s, struct sequencer_clock now)
{
	s->time_us = u64_max(s->time_us, now.realtime_us);
	s->monotonic_us = now.monotonic_us;
	s->budget_us = SEQUENCER_SLACK_US;
}

// ---- one entry ----

// Stamps, applies and appends. SEQUENCER_MALFORMED: apply did not take it and nothing changed.
static enum sequencer_result entry_sequence(struct sequencer *s, const uint8_t *entry, size_t size)
{
	struct block *block = s->block;
	if (!sequencer_has_room(s))
		return SEQUENCER_BLOCK_FULL;
	if (block->count == 0) {
		block->time_us = s->time_us;
		block->first_sequence = exchange_sequence(s->exchange) + 1;
	}
	uint64_t delay = s->time_us - block->time_us;
	if (UNLIKELY(delay > UINT32_MAX))
		return SEQUENCER_BLOCK_FULL;
	uint8_t *at = block->entries + block->size;
	memcpy(at, entry, size);
	entry_stamp(at, (uint32_t)delay);
	uint64_t sequence = block->first_sequence + block->count;
	s->applying = sequence;
	if (UNLIKELY(exchange_apply(s->exchange, sequence, s->time_us, at, size)))
		return SEQUENCER_MALFORMED;
	block->count++;
	block->size += (uint32_t)size;
	return SEQUENCER_DONE;
}

static uint64_t last_sequence(const struct sequencer *s)
{
	return s->block->first_sequence + s->block->count - 1;
}

// Exactly one entry, nothing after it.
static bool entry_whole(const uint8_t *data, size_t size, struct entry *ret)
{
	struct reader r = reader_over(data, size);
	return entry_read(&r, ret) == 0 && reader_done(&r);
}

// ---- what comes in ----

static void received_count(struct sequencer *s, uint64_t received_us, struct sequencer_clock now)
{
	// The gateway's word, and for figures only: nonsense is left out.
	if (received_us > now.realtime_us || now.realtime_us - received_us > 60000000)
		return;
	uint64_t took = now.realtime_us - received_us;
	s->counters.received_sum_us += took;
	s->counters.received_count++;
	s->counters.received_max_us = u64_max(s->counters.received_max_us, took);
}

static void refused_count(struct sequencer *s)
{
	const struct event *first = exchange_event_count(s->exchange) ? exchange_event(s->exchange, 0) : NULL;
	if (first && (first->kind == EVENT_ORDER_REJECTED || first->kind == EVENT_CANCEL_REJECTED ||
		      first->kind == EVENT_CONTROL_REFUSED))
		s->counters.refused++;
}

static enum sequencer_result on_command(struct sequencer *s, const uint8_t *data, size_t size,
					struct sequencer_clock now)
{
	struct command_head head;
	struct entry entry;
	if (size < sizeof head || !entry_whole(data + sizeof head, size - sizeof head, &entry))
		return SEQUENCER_MALFORMED;
	if (entry.kind < ENTRY_ORDER_NEW || entry.kind > ENTRY_ORDER_CANCEL_ALL)
		return SEQUENCER_MALFORMED;
	memcpy(&head, data, sizeof head);
	if (head.gateway >= GATEWAYS_MAX)
		return SEQUENCER_MALFORMED;
	time_advance(s, now);
	enum sequencer_result r = entry_sequence(s, data + sizeof head, size - sizeof head);
	if (r != SEQUENCER_DONE)
		return r;
	s->counters.commands++;
	refused_count(s);
	received_count(s, head.received_us, now);
	struct reply to = { .tag = head.tag, .gateway = head.gateway, .response = head.response };
	if (entry.kind == ENTRY_ORDER_CANCEL_ALL)
		reply_cancel_all(s, &to, last_sequence(s), now.monotonic_us);
	else
		reply_order(s, &to, last_sequence(s), entry.kind == ENTRY_ORDER_CANCEL, now.monotonic_us);
	return SEQUENCER_DONE;
}

static enum sequencer_result on_query(struct sequencer *s, const uint8_t *data, size_t size,
				      struct sequencer_clock now)
{
	struct query query;
	(void)now;
	if (size != sizeof query)
		return SEQUENCER_MALFORMED;
	memcpy(&query, data, sizeof query);
	if (query.gateway >= GATEWAYS_MAX || query.client_id_size > CLIENT_ID_MAX || !query_answer(s, &query))
		return SEQUENCER_MALFORMED;
	s->counters.queries++;
	return SEQUENCER_DONE;
}

// Every event of a control entry that auth must know of.
static void events_feed(struct sequencer *s)
{
	for (size_t i = 0; i < exchange_event_count(s->exchange); i++)
		feed_change(s, exchange_event(s->exchange, i));
}

static enum sequencer_result on_control(struct sequencer *s, const uint8_t *data, size_t size,
					struct sequencer_clock now)
{
	uint64_t tag;
	struct entry entry;
	if (size < sizeof tag || !entry_whole(data + sizeof tag, size - sizeof tag, &entry))
		return SEQUENCER_MALFORMED;
	memcpy(&tag, data, sizeof tag);
	if (!entry_is_control(entry.kind) || entry.kind == ENTRY_GENESIS)
		return SEQUENCER_MALFORMED;
	// What nobody willed gets no place in the journal. Well-formed statements that a rule refuses do.
	enum refusal evidence = exchange_evidence(s->exchange, data + sizeof tag, size - sizeof tag);
	if (evidence) {
		s->counters.refused++;
		reply_control_refused(s, tag, evidence);
		return SEQUENCER_DONE;
	}
	time_advance(s, now);
	enum sequencer_result r = entry_sequence(s, data + sizeof tag, size - sizeof tag);
	if (r == SEQUENCER_MALFORMED) {
		// Staff may send nonsense; control itself is not broken by it.
		s->counters.malformed++;
		reply_control_refused(s, tag, REFUSED_MALFORMED);
		return SEQUENCER_DONE;
	}
	if (r != SEQUENCER_DONE)
		return r;
	s->counters.controls++;
	refused_count(s);
	reply_control(s, tag, last_sequence(s), now.monotonic_us);
	events_feed(s);
	return SEQUENCER_DONE;
}

static enum sequencer_result on_control_head(struct sequencer *s, const uint8_t *data, size_t size,
					     struct sequencer_clock now)
{
	uint64_t tag;
	(void)now;
	if (size != sizeof tag)
		return SEQUENCER_MALFORMED;
	memcpy(&tag, data, sizeof tag);
	reply_control_head(s, tag);
	return SEQUENCER_DONE;
}

static const struct input {
	enum sequencer_origin origin;
	uint32_t kind;
	enum sequencer_result (*take)(struct sequencer *s, const uint8_t *data, size_t size,
				      struct sequencer_clock now);
} inputs[] = {
	{ ORIGIN_AUTH, MESSAGE_COMMAND, on_command },
	{ ORIGIN_AUTH, MESSAGE_QUERY, on_query },
	{ ORIGIN_CONTROL, MESSAGE_CONTROL, on_control },
	{ ORIGIN_CONTROL, MESSAGE_CONTROL_HEAD, on_control_head },
};

enum sequencer_result sequencer_submit(struct sequencer *s, enum sequencer_origin origin, uint32_t kind,
				       const void *data, size_t size, struct sequencer_clock now)
{
	if (UNLIKELY(output_room(&s->output, s->record_max) < s->reply_max))
		return SEQUENCER_OUTPUT_FULL;
	for (size_t i = 0; i < ARRAY_LEN(inputs); i++) {
		if (inputs[i].kind != kind || inputs[i].origin != origin)
			continue;
		enum sequencer_result r = inputs[i].take(s, data, size, now);
		s->counters.malformed += r == SEQUENCER_MALFORMED;
		return r;
	}
	s->counters.malformed++;
	return SEQUENCER_MALFORMED;
}

enum sequencer_result sequencer_own(struct sequencer *s, uint8_t kind, const void *payload, size_t size,
				    struct sequencer_clock now)
{
	uint8_t entry[ENTRY_HEADER_SIZE + 64];
	struct writer w = writer_over(entry, sizeof entry);
	size_t whole = entry_write(&w, kind, payload, size);
	ASSERT(whole);
	if (kind == ENTRY_OPEN)
		time_open(s, now);
	else
		time_advance(s, now);
	return entry_sequence(s, entry, whole);
}

enum sequencer_result sequencer_found(struct sequencer *s, const void *entry, size_t size,
				      struct sequencer_clock now)
{
	if (s->monotonic_us == 0)
		time_open(s, now);
	enum sequencer_result r = entry_sequence(s, entry, size);
	if (r != SEQUENCER_DONE)
		return r;
	for (size_t i = 0; i < exchange_event_count(s->exchange); i++)
		if (exchange_event(s->exchange, i)->kind == EVENT_CONTROL_REFUSED)
			return SEQUENCER_MALFORMED;
	return SEQUENCER_DONE;
}

// ---- what goes out ----

static void durable_count(struct sequencer *s, const struct output_record *record, struct sequencer_clock now)
{
	if (!record->made_us)
		return;
	uint64_t took = now.monotonic_us - record->made_us;
	s->counters.durable_sum_us += took;
	s->counters.durable_count++;
	s->counters.durable_max_us = u64_max(s->counters.durable_max_us, took);
}

size_t sequencer_release(struct sequencer *s, uint64_t durable_blocks, struct sequencer_clock now,
			 sequencer_send send, void *context)
{
	const struct output_record *record;
	const void *data;
	size_t count = 0;
	while ((record = output_front(&s->output, &data)) && record->needs <= durable_blocks) {
		send(context, record->destination, record->gateway, record->kind, data, record->size);
		durable_count(s, record, now);
		output_pop(&s->output);
		count++;
	}
	return count;
}

size_t sequencer_held(const struct sequencer *s)
{
	return (size_t)(s->output.head - s->output.tail);
}

const struct sequencer_counters *sequencer_counters(const struct sequencer *s)
{
	return &s->counters;
}

const volatile uint64_t *sequencer_applying(const struct sequencer *s)
{
	return &s->applying;
}
