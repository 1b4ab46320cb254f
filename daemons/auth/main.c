// SPDX-License-Identifier: Apache-2.0
// redoubt-auth: the channels around auth.h. Requests come from each gateway on a
// channel of its own; commands go to the engine, private history queries to history.
#include "auth.h"

#include "base/clock.h"
#include "base/log.h"
#include "crypto/secret.h"
#include "process/handover.h"
#include "process/sandbox.h"
#include "process/stats.h"
#include "wire/founding.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define BATCH 64           // requests of one gateway before the next has its turn
#define FEED_BATCH 256
#define ROOM_ANSWER 512    // bytes that one answer may need in a gateway's ring
#define ROOM_COMMANDS 8192 // kept free in the engine's ring for what frees orders: cancels come last
#define EXPIRE_AT_ONCE 512 // replay digests forgotten a turn
#define DRAIN_PATIENCE_US 2000000 // a gateway that leaves its answers that long is cut off

enum count { COUNT_REQUESTS, COUNT_REFUSED, COUNT_COMMANDS, COUNT_QUERIES, COUNT_KEYS, COUNT_REPLAY, COUNT_OPEN,
	     COUNT_FILL_ENGINE, COUNTS };
static const char *const COUNT_NAMES[COUNTS] = { "requests_total", "refused_total", "commands_total", "queries_total",
						 "keys", "replay_held", "open", "fill.engine.auth" };

struct gateway {
	struct channel_reader from;
	struct channel_writer to;
	bool broken; // wrote what no gateway writes: its channel stays shut until the supervisor replaces it
	char from_name[HANDOVER_NAME_MAX + 1], to_name[HANDOVER_NAME_MAX + 1];
	uint64_t full_since_us; // its answers have had no room since then, 0 = there is room
	_Atomic uint64_t *fill, *cut;
};

struct shell {
	struct handover *handover;
	struct auth auth;
	struct gateway gateway[GATEWAYS_MAX];
	uint32_t gateways;
	struct channel_reader from_engine;
	struct channel_writer to_engine, to_history;
	bool engine_broken;
	int doorbell;
	unsigned spin_us; // then sleep: two cores are not enough to spin for ever
	struct stats_page *stats;
	_Atomic uint64_t *count[COUNTS];
	struct genesis genesis;
	uint8_t *secret, public_key[32];
};

static alignas(64) uint8_t record[CHANNEL_RECORD_MAX];

static void count_add(struct shell *s, enum count which, uint64_t n)
{
	atomic_fetch_add_explicit(s->count[which], n, memory_order_relaxed);
}

static void count_set(_Atomic uint64_t *counter, uint64_t n)
{
	atomic_store_explicit(counter, n, memory_order_relaxed);
}

// ---- requests ----
// The ring to the engine keeps a reserve for cancels; history's is history's own affair.
static bool room_for(struct shell *s, const struct output *out)
{
	for (size_t i = 0; i < out->count; i++) {
		const struct output_record *o = &out->record[i];
		bool is_cancel = o->kind == MESSAGE_COMMAND &&
				 o->bytes[sizeof(struct command_head) + 2] != ENTRY_ORDER_NEW;
		struct channel_writer *w = o->to == TO_ENGINE ? &s->to_engine : &s->to_history;
		if (o->to != TO_GATEWAY && channel_room(w) < (is_cancel ? ROOM_ANSWER : ROOM_COMMANDS))
			return false;
	}
	return true;
}

static void output_send(struct shell *s, struct gateway *g, const struct output *out)
{
	struct channel_writer *const where[] = { [TO_GATEWAY] = &g->to, [TO_ENGINE] = &s->to_engine,
						 [TO_HISTORY] = &s->to_history };
	for (size_t i = 0; i < out->count; i++) {
		const struct output_record *o = &out->record[i];
		if (channel_write(where[o->to], o->kind, o->bytes, o->size))
			log_write(LOG_ERROR, "a record of kind %u did not fit although there was room", o->kind);
		count_add(s, o->kind == MESSAGE_COMMAND ? COUNT_COMMANDS :
			     o->kind == MESSAGE_REFUSED ? COUNT_REFUSED : COUNT_QUERIES, 1);
	}
}

// The supervisor sees the counter, and starts the gateway again with new channels.
static void gateway_cut(struct gateway *g)
{
	g->broken = true;
	atomic_fetch_add_explicit(g->cut, 1, memory_order_relaxed);
}

// A gateway that does not drain its answers gets none, and nobody else waits for it. True while there is room.
static bool gateway_drains(struct shell *s, struct gateway *g, uint32_t index)
{
	if (channel_room(&g->to) >= ROOM_ANSWER) {
		g->full_since_us = 0;
		return true;
	}
	uint64_t now = s->auth.window.now_us;
	if (!g->full_since_us)
		g->full_since_us = now;
	if (now - g->full_since_us > DRAIN_PATIENCE_US) {
		log_write(LOG_ALERT, "gateway%u has not drained its answers for 2 s; it is cut off", index);
		gateway_cut(g);
	}
	return false;
}

static void request_take(struct shell *s, uint32_t index, size_t size)
{
	struct gateway *g = &s->gateway[index];
	struct output out;
	if (auth_request(&s->auth, (uint16_t)index, record, size, &out)) {
		gateway_cut(g);
		log_write(LOG_ALERT, "gateway%u sent a malformed request of %zu bytes; its channel is shut", index, size);
		return;
	}
	count_add(s, COUNT_REQUESTS, 1);
	if (!room_for(s, &out)) {
		struct api_problem problem;
		struct request request;
		ASSERT(request_read(record, size, &request) == 0);
		api_problem_set(&problem, API_OVERLOADED, NULL);
		out.count = 0;
		output_refuse(&out, request.tag, &problem);
	}
	output_send(s, g, &out);
}

static void gateway_serve(struct shell *s, uint32_t index)
{
	struct gateway *g = &s->gateway[index];
	uint64_t used, size;
	if (g->broken)
		return;
	channel_fill(&g->from, &used, &size);
	count_set(g->fill, used);
	for (unsigned n = 0; n < BATCH && !g->broken && gateway_drains(s, g, index); n++) {
		uint32_t kind;
		size_t got;
		int r = channel_read(&g->from, record, &kind, &got);
		if (r == 0)
			break;
		if (r < 0 || kind != MESSAGE_REQUEST) {
			gateway_cut(g);
			log_write(LOG_ALERT, "gateway%u broke its channel (%s); it is shut", index,
				  r < 0 ? strerror(-r) : "a record of a kind that no gateway sends");
			break;
		}
		request_take(s, index, got);
	}
	channel_release(&g->from);
	channel_publish(&g->to);
}

// ---- the engine's feed ----
static void feed_serve(struct shell *s)
{
	for (unsigned n = 0; n < FEED_BATCH && !s->engine_broken; n++) {
		uint32_t kind;
		size_t size;
		int r = channel_read(&s->from_engine, record, &kind, &size);
		if (r == 0)
			break;
		if (r > 0)
			r = auth_feed(&s->auth, kind, record, size);
		if (r > 0)
			log_write(LOG_WARNING, "a row of kind %u from the engine cannot be used and is left out", kind);
		if (r < 0) {
			s->engine_broken = true;
			auth_forget(&s->auth);
			log_write(LOG_ALERT, "the engine's channel is broken (%s); nobody is let in", strerror(-r));
		}
		if (kind == MESSAGE_STATE_COMPLETE && !r)
			log_write(LOG_INFO, "%u keys are known; open", key_table_count(s->auth.keys));
	}
	channel_release(&s->from_engine);
}

// ---- channels ----
static int engine_open(struct shell *s)
{
	channel_close_reader(&s->from_engine);
	channel_close_writer(&s->to_engine);
	s->engine_broken = false;
	int r = handover_reader(s->handover, "engine.auth", &s->from_engine);
	return r ? r : handover_writer(s->handover, "auth.engine", &s->to_engine);
}

static int gateway_open(struct shell *s, struct gateway *g)
{
	channel_close_reader(&g->from);
	channel_close_writer(&g->to);
	g->broken = false;
	int r = handover_reader(s->handover, g->from_name, &g->from);
	return r ? r : handover_writer(s->handover, g->to_name, &g->to);
}

// Both ends of a dead peer's pair are replaced, one name after the other; the new end is opened when its name comes.
static int channel_replaced(void *context, const char *name)
{
	struct shell *s = context;
	if (!strcmp(name, "engine.auth")) {
		auth_forget(&s->auth);
		s->engine_broken = false;
		channel_close_reader(&s->from_engine);
		return handover_reader(s->handover, name, &s->from_engine);
	}
	if (!strcmp(name, "auth.engine")) {
		channel_close_writer(&s->to_engine);
		return handover_writer(s->handover, name, &s->to_engine);
	}
	if (!strcmp(name, "auth.history")) {
		channel_close_writer(&s->to_history);
		return handover_writer(s->handover, name, &s->to_history);
	}
	for (uint32_t i = 0; i < s->gateways; i++) {
		struct gateway *g = &s->gateway[i];
		if (!strcmp(name, g->from_name)) {
			g->broken = false;
			g->full_since_us = 0;
			channel_close_reader(&g->from);
			return handover_reader(s->handover, name, &g->from);
		}
		if (!strcmp(name, g->to_name)) {
			channel_close_writer(&g->to);
			return handover_writer(s->handover, name, &g->to);
		}
	}
	return -EPROTO;
}

static int shell_wait(struct shell *s)
{
	struct channel_reader *readers[GATEWAYS_MAX + 1];
	size_t n = 0;
	if (!s->engine_broken)
		readers[n++] = &s->from_engine;
	// A gateway without room for answers would keep us awake by its requests: it is looked at again soon instead.
	bool soon = false;
	for (uint32_t i = 0; i < s->gateways; i++) {
		struct gateway *g = &s->gateway[i];
		if (!g->broken && channel_room(&g->to) >= ROOM_ANSWER)
			readers[n++] = &g->from;
		else if (!g->broken)
			soon = true;
	}
	return channel_wait(readers, n, s->doorbell, s->spin_us, soon ? 1 : 500);
}

static void stats_note(struct shell *s, uint64_t now_us)
{
	uint64_t used = 0, size = 0;
	if (!s->engine_broken)
		channel_fill(&s->from_engine, &used, &size);
	count_set(s->count[COUNT_FILL_ENGINE], used);
	count_set(s->count[COUNT_KEYS], key_table_count(s->auth.keys));
	count_set(s->count[COUNT_REPLAY], replay_count(s->auth.replay));
	count_set(s->count[COUNT_OPEN], s->auth.complete && window_open(&s->auth.window));
	if (s->stats)
		count_set(&s->stats->heartbeat_us, now_us);
}

static int run(struct shell *s)
{
	int r = 0;
	while (!handover_stopping()) {
		uint64_t now = clock_realtime_us();
		auth_tick(&s->auth, now);
		replay_expire(s->auth.replay, now, EXPIRE_AT_ONCE);
		feed_serve(s);
		for (uint32_t i = 0; i < s->gateways; i++)
			gateway_serve(s, i);
		channel_publish(&s->to_engine);
		channel_publish(&s->to_history);
		stats_note(s, now);
		r = shell_wait(s);
		if (!r)
			r = handover_serve(s->handover, channel_replaced, s);
		if (r)
			break;
	}
	if (r)
		log_write(LOG_ERROR, "stopped: %s", r == -EPIPE ? "the supervisor is gone" : strerror(-r));
	return r ? 1 : 0;
}

// ---- birth ----
static int genesis_take(struct shell *s)
{
	uint8_t *founding = malloc(FOUNDING_SIZE_MAX), id[32];
	ssize_t size = founding ? pread(handover_fd(s->handover, "founding"), founding, FOUNDING_SIZE_MAX, 0) : -1;
	int r = size < 0 ? 1 : founding_genesis(founding, (size_t)size, &s->genesis, id);
	free(founding);
	if (r)
		log_write(LOG_ERROR, "the founding file does not start with a signed genesis; restore it from a backup");
	return r;
}

static int secret_take(struct shell *s)
{
	s->secret = secret_alloc(SEALED_SECRET_SIZE);
	int fd = handover_fd(s->handover, "auth-key");
	if (!s->secret || fd < 0 || secret_read(fd, s->secret, SEALED_SECRET_SIZE) ||
	    sealed_public(s->secret, s->public_key)) {
		log_write(LOG_ERROR, "keys/auth.key is not there or is not a key of 32 bytes");
		return 1;
	}
	if (memcmp(s->public_key, s->genesis.auth_public, 32)) {
		log_write(LOG_ERROR, "keys/auth.key is not the key that genesis names: no secret would open");
		return 1;
	}
	close(fd);
	return 0;
}

static int channels_open(struct shell *s)
{
	s->gateways = (uint32_t)handover_number(s->handover, "gateways", 1);
	if (s->gateways == 0 || s->gateways > GATEWAYS_MAX)
		return -EINVAL;
	int r = engine_open(s);
	if (!r)
		r = handover_writer(s->handover, "auth.history", &s->to_history);
	for (uint32_t i = 0; i < s->gateways && !r; i++) {
		struct gateway *g = &s->gateway[i];
		char name[32];
		snprintf(g->from_name, sizeof g->from_name, "gateway%u.auth", i);
		snprintf(g->to_name, sizeof g->to_name, "auth.gateway%u", i);
		snprintf(name, sizeof name, "fill.gateway%u.auth", i);
		g->fill = stats_counter(s->stats, name);
		snprintf(name, sizeof name, "cut.gateway%u", i);
		g->cut = stats_counter(s->stats, name);
		r = gateway_open(s, g);
	}
	s->doorbell = handover_fd(s->handover, "doorbell");
	s->spin_us = (unsigned)handover_number(s->handover, "spin_us", 50);
	return r ? r : s->doorbell < 0 ? -ENOENT : 0;
}

static int shell_open(struct shell *s)
{
	s->stats = handover_map(s->handover, "stats", STATS_PAGE_SIZE, true);
	for (size_t i = 0; i < COUNTS; i++)
		s->count[i] = stats_counter(s->stats, COUNT_NAMES[i]);
	if (s->stats)
		s->stats->pid = (uint32_t)getpid();
	if (genesis_take(s) || secret_take(s))
		return 1;
	int r = channels_open(s);
	if (r) {
		log_write(LOG_ERROR, "a channel is missing in the handover: %s", strerror(-r));
		return 1;
	}
	struct auth_settings settings = {
		.keys = s->genesis.capacities.keys,
		.markets = s->genesis.capacities.markets,
		.customers = s->genesis.capacities.customers,
		.replay = (uint32_t)handover_number(s->handover, "auth.replay_requests", 1u << 20),
		.orders_per_10s = handover_number(s->handover, "auth.orders_per_10s", 100000),
		.orders_per_day = handover_number(s->handover, "auth.orders_per_day", 200000000),
	};
	r = auth_init(&s->auth, &settings, s->public_key, s->secret, clock_realtime_us());
	if (r)
		log_write(LOG_ERROR, "no memory for %u keys and %u requests", settings.keys, settings.replay);
	return r ? 1 : 0;
}

static int sandbox_close(struct shell *s)
{
	struct sandbox sandbox = { .privileges = PRIVILEGE_COMPUTE, .read_dirs = { -1, -1, -1, -1 },
				   .write_dirs = { -1, -1, -1, -1 }, .secrets = true };
	struct sandbox_report report;
	int r = sandbox_enter(&sandbox, &report);
	if (r)
		log_write(LOG_ERROR, "the sandbox does not close: %s", strerror(-r));
	else if (s->stats)
		memcpy(s->stats->sandbox_missing, report.missing, sizeof report.missing);
	return r;
}

int main(void)
{
	static struct shell s;
	log_open("auth");
	s.handover = handover_receive();
	if (!s.handover) {
		fprintf(stderr, "redoubt-auth is started by the supervisor: redoubt start\n");
		return 2;
	}
	if (crypto_init() || shell_open(&s))
		return 1;
	handover_stop_signals();
	if (sandbox_close(&s))
		return 1;
	int r = run(&s);
	auth_free(&s.auth);
	secret_free(s.secret);
	return r;
}
