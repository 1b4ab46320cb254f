// SPDX-License-Identifier: Apache-2.0
#include "daemons/history/serve.h"

#include "base/clock.h"
#include "base/log.h"

#include <stdio.h>
#include <stdlib.h>

#define SOURCE_AUTH 0 // sources: auth, then one for each gateway
#define SPIN_US 20
#define TURN_NS 5000000ull // for one source; then the others and the fold get their turn

struct source {
	struct channel_reader reader;
	bool open;
};

struct waiting {
	struct history_query query;
	uint64_t until_ns;
};

struct serve {
	unsigned gateways;
	struct source source[1 + GATEWAYS_MAX];
	struct channel_writer answer[GATEWAYS_MAX];
	size_t waiting_count;
	struct waiting waiting[WAITING_MAX];
	_Atomic uint64_t *queries, *dropped, *late, *closed;
	struct answer result;
	alignas(8) uint8_t record[CHANNEL_RECORD_MAX];
};

static void source_name(char name[HANDOVER_NAME_MAX + 1], unsigned source)
{
	if (source == SOURCE_AUTH)
		snprintf(name, HANDOVER_NAME_MAX + 1, "auth.history");
	else
		snprintf(name, HANDOVER_NAME_MAX + 1, "gateway%u.history", source - 1);
}

static void answer_name(char name[HANDOVER_NAME_MAX + 1], unsigned gateway)
{
	snprintf(name, HANDOVER_NAME_MAX + 1, "history.gateway%u", gateway);
}

static int source_open(struct serve *s, const struct handover *handover, unsigned source)
{
	char name[HANDOVER_NAME_MAX + 1];
	source_name(name, source);
	channel_close_reader(&s->source[source].reader);
	int r = handover_reader(handover, name, &s->source[source].reader);
	s->source[source].open = r == 0;
	if (r)
		log_write(LOG_ERROR, "channel %s: %s", name, strerror(-r));
	return r;
}

static int answer_open(struct serve *s, const struct handover *handover, unsigned gateway)
{
	char name[HANDOVER_NAME_MAX + 1];
	answer_name(name, gateway);
	channel_close_writer(&s->answer[gateway]);
	int r = handover_writer(handover, name, &s->answer[gateway]);
	if (r)
		log_write(LOG_ERROR, "channel %s: %s", name, strerror(-r));
	return r;
}

struct serve *serve_new(const struct handover *handover, unsigned gateways, struct stats_page *stats)
{
	struct serve *s = calloc(1, sizeof *s);
	if (!s || gateways == 0 || gateways > GATEWAYS_MAX) {
		free(s);
		return NULL;
	}
	s->gateways = gateways;
	s->queries = stats_counter(stats, "queries");
	s->dropped = stats_counter(stats, "answers_dropped");
	s->late = stats_counter(stats, "answers_behind");
	s->closed = stats_counter(stats, "channels_closed");
	int r = 0;
	for (unsigned i = 0; !r && i <= gateways; i++)
		r = source_open(s, handover, i);
	for (unsigned i = 0; !r && i < gateways; i++)
		r = answer_open(s, handover, i);
	if (!r)
		return s;
	serve_free(s);
	return NULL;
}

void serve_free(struct serve *s)
{
	if (!s)
		return;
	for (unsigned i = 0; i <= s->gateways; i++)
		channel_close_reader(&s->source[i].reader);
	for (unsigned i = 0; i < s->gateways; i++)
		channel_close_writer(&s->answer[i]);
	free(s);
}

int serve_replaced(struct serve *s, const struct handover *handover, const char *name)
{
	char ours[HANDOVER_NAME_MAX + 1];
	for (unsigned i = 0; i <= s->gateways; i++) {
		source_name(ours, i);
		if (!strcmp(ours, name))
			return source_open(s, handover, i);
	}
	for (unsigned i = 0; i < s->gateways; i++) {
		answer_name(ours, i);
		if (!strcmp(ours, name))
			return answer_open(s, handover, i);
	}
	return -ENOENT;
}

// ---- answers ----

static size_t row_size(uint32_t kind)
{
	return kind == MESSAGE_HISTORY_ORDERS   ? sizeof(struct order_view)
	       : kind == MESSAGE_HISTORY_TRADES ? sizeof(struct trade_row)
						: sizeof(struct kline_row);
}

// The whole answer or nothing of it: half an answer would wait for its other half.
static bool answer_fits(struct channel_writer *w, const struct answer *a)
{
	uint64_t records = a->count / ROWS_MAX + 1;
	return channel_room(w) >= records * (16 + sizeof(struct rows_head)) + a->count * row_size(a->kind);
}

static int rows_write(struct channel_writer *w, const struct answer *a, struct rows_head head)
{
	const uint8_t *rows = (const uint8_t *)a->order;
	size_t size = row_size(a->kind);
	uint32_t done = 0;
	do {
		head.count = (uint32_t)u64_min(a->count - done, ROWS_MAX);
		head.more = done + head.count < a->count;
		if (channel_write2(w, a->kind, &head, sizeof head, rows + done * size, head.count * size))
			return 1;
		done += head.count;
	} while (done < a->count);
	return 0;
}

static void answer_send(struct serve *s, const struct history_query *query, uint64_t sequence, uint64_t behind)
{
	struct channel_writer *w = &s->answer[query->gateway];
	const struct answer *a = &s->result;
	int r;
	if (a->kind == MESSAGE_HISTORY_REFUSED) {
		struct engine_refused refused = { .tag = query->tag, .refusal = a->refusal, .behind = behind };
		r = channel_write(w, a->kind, &refused, sizeof refused);
	} else {
		struct rows_head head = { .tag = query->tag, .sequence = sequence, .behind = behind,
					  .kind = query->kind, .customer = query->customer };
		r = answer_fits(w, a) ? rows_write(w, a, head) : 1;
	}
	// A gateway that does not drain loses its answers and slows nobody.
	if (r)
		atomic_fetch_add_explicit(s->dropped, 1, memory_order_relaxed);
}

static int query_run(struct serve *s, struct history *h, const struct history_query *query,
		     uint64_t durable_sequence, struct journal_error *error)
{
	int r = history_answer(h, query, &s->result, error);
	if (r)
		return r;
	uint64_t sequence = history_applied(h).sequence;
	uint64_t behind = durable_sequence > sequence ? durable_sequence - sequence : 0;
	if (sequence < query->at_least)
		atomic_fetch_add_explicit(s->late, 1, memory_order_relaxed);
	atomic_fetch_add_explicit(s->queries, 1, memory_order_relaxed);
	answer_send(s, query, sequence, behind);
	return 0;
}

// ---- questions ----

static void source_close(struct serve *s, unsigned source, const char *why)
{
	char name[HANDOVER_NAME_MAX + 1];
	source_name(name, source);
	log_write(LOG_ERROR, "%s: %s; the channel is closed until its writer is started anew", name, why);
	s->source[source].open = false;
	atomic_fetch_add_explicit(s->closed, 1, memory_order_relaxed);
}

static int question_take(struct serve *s, struct history *h, const struct history_query *query,
			 uint64_t durable_sequence, struct journal_error *error)
{
	if (query->at_least <= history_applied(h).sequence || s->waiting_count == WAITING_MAX)
		return query_run(s, h, query, durable_sequence, error);
	s->waiting[s->waiting_count++] =
		(struct waiting){ .query = *query, .until_ns = clock_monotonic_ns() + WAIT_MS_MAX * 1000000ull };
	return 0;
}

static int source_turn(struct serve *s, unsigned source, struct history *h, uint64_t durable_sequence,
		       struct journal_error *error)
{
	struct source *from = &s->source[source];
	// By capacity: who asks may know of a market that is not folded here yet.
	uint16_t markets = exchange_genesis(history_exchange(h))->capacities.markets;
	int r = 0;
	uint64_t start = clock_monotonic_ns();
	while (!r && from->open && clock_monotonic_ns() - start < TURN_NS) {
		uint32_t kind;
		size_t size;
		struct history_query query;
		int got = channel_read(&from->reader, s->record, &kind, &size);
		if (got == 0)
			break;
		if (got < 0) {
			source_close(s, source, "broken framing");
		} else if (!query_valid(s->record, size, kind, source == SOURCE_AUTH, s->gateways, markets, &query)) {
			source_close(s, source, "a query that it may not make");
		} else {
			if (source != SOURCE_AUTH) {
				query.gateway = (uint16_t)(source - 1); // identity is the channel
				query.at_least = 0; // nobody's own writes: the places to wait are auth's
			}
			r = question_take(s, h, &query, durable_sequence, error);
		}
	}
	if (from->open)
		channel_release(&from->reader);
	return r;
}

static int waiting_turn(struct serve *s, struct history *h, uint64_t durable_sequence, struct journal_error *error)
{
	uint64_t now = clock_monotonic_ns();
	size_t kept = 0;
	int r = 0;
	for (size_t i = 0; i < s->waiting_count; i++) {
		struct waiting *w = &s->waiting[i];
		if (!r && (w->query.at_least <= history_applied(h).sequence || now >= w->until_ns))
			r = query_run(s, h, &w->query, durable_sequence, error);
		else
			s->waiting[kept++] = *w;
	}
	s->waiting_count = kept;
	return r;
}

int serve_turn(struct serve *s, struct history *h, uint64_t durable_sequence, struct journal_error *ret_error)
{
	int r = waiting_turn(s, h, durable_sequence, ret_error);
	for (unsigned i = 0; !r && i <= s->gateways; i++)
		r = source_turn(s, i, h, durable_sequence, ret_error);
	for (unsigned i = 0; i < s->gateways; i++)
		channel_publish(&s->answer[i]);
	return r;
}

int serve_wait(struct serve *s, int doorbell, int timeout_ms)
{
	struct channel_reader *readers[1 + GATEWAYS_MAX];
	size_t count = 0;
	for (unsigned i = 0; i <= s->gateways; i++)
		if (s->source[i].open)
			readers[count++] = &s->source[i].reader;
	return channel_wait(readers, count, doorbell, SPIN_US, timeout_ms);
}

bool serve_waiting(const struct serve *s)
{
	return s->waiting_count > 0;
}
