// SPDX-License-Identifier: Apache-2.0
#include "daemons/gateway/internal.h"

#include "crypto/secret.h"

#include "base/clock.h"

#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

#define EVENTS_A_TURN 256
#define SWEEP_US 200000
#define REFRESH_US 50000 // how old the list of markets may be

static const char *const counter_names[COUNTERS] = {
	[COUNT_CONNECTIONS] = "connections", [COUNT_ACCEPTED] = "accepted", [COUNT_TURNED_AWAY] = "turned_away",
	[COUNT_REQUESTS] = "requests",	     [COUNT_MALFORMED] = "malformed", [COUNT_LIMITED] = "limited",
	[COUNT_SHED] = "shed",		     [COUNT_UNKNOWN] = "status_unknown", [COUNT_CUT] = "cut",
	[COUNT_STALE] = "stale_answers",
};

static void clock_read(struct gateway *g)
{
	g->now_us = clock_monotonic_ns() / 1000;
	g->realtime_us = clock_realtime_us();
	if (g->realtime_us / 1000000 != g->date_s) {
		g->date_s = g->realtime_us / 1000000;
		http_date(g->date_s, g->date); // the first time before the sandbox: libc may look for its time zone
	}
}

static void memory_prepare(struct gateway *g)
{
	g->free_count = g->setup.connections;
	for (uint32_t i = 0; i < g->free_count; i++)
		g->free_list[i] = (uint16_t)(g->free_count - 1 - i); // low numbers first, so that few pages are touched
	for (size_t i = 0; i < COUNTERS; i++)
		g->count[i] = stats_counter(g->setup.stats, counter_names[i]);
	atomic_store(g->count[COUNT_CONNECTIONS], 0);
}

static bool memory_take(struct gateway *g)
{
	unsigned n = g->setup.connections;
	g->connection = calloc(n, sizeof *g->connection);
	g->free_list = calloc(n, sizeof *g->free_list);
	g->dirty_list = calloc(2 * (size_t)n, sizeof *g->dirty_list); // a turn's, and those that are dirty again
	g->scratch = malloc(GATEWAY_ANSWER_MAX);
	g->weight = limits_new(g->setup.limits.weight_per_minute, true);
	g->accepts = limits_new(g->setup.accepts_per_minute, false);
	return g->connection && g->free_list && g->dirty_list && g->scratch && g->weight && g->accepts;
}

static bool watch_fixed(struct gateway *g, int fd, enum watched what)
{
	struct epoll_event event = { .events = EPOLLIN, .data.u64 = (uint64_t)what << 56 };
	return fd < 0 || epoll_ctl(g->epoll, EPOLL_CTL_ADD, fd, &event) == 0;
}

struct gateway *gateway_new(const struct gateway_setup *setup)
{
	ASSERT(setup->connections > 0 && setup->connections <= GATEWAY_CONNECTIONS_MAX);
	struct gateway *g = calloc(1, sizeof *g);
	if (!g)
		return NULL;
	g->setup = *setup;
	g->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (!memory_take(g) || g->epoll < 0 || !watch_fixed(g, setup->doorbell, WATCH_DOORBELL) ||
	    !watch_fixed(g, setup->link, WATCH_LINK)) {
		gateway_free(g);
		return NULL;
	}
	random_bytes(&g->first_generation, sizeof g->first_generation);
	memory_prepare(g);
	listen_watch(g);
	clock_read(g);
	return g;
}

void gateway_free(struct gateway *g)
{
	if (!g)
		return;
	for (unsigned i = 0; g->connection && i < g->setup.connections; i++) {
		if (g->connection[i].state != CONNECTION_FREE)
			connection_free(g, &g->connection[i]);
	}
	channel_close_writer(&g->to_auth);
	channel_close_writer(&g->to_history);
	for (int peer = 0; peer < PEER_COUNT; peer++)
		channel_close_reader(&g->from[peer]);
	if (g->epoll >= 0)
		close(g->epoll);
	limits_free(g->weight);
	limits_free(g->accepts);
	bytes_free(g, &g->info);
	free(g->connection);
	free(g->free_list);
	free(g->dirty_list);
	free(g->scratch);
	free(g);
}

struct channel_writer *gateway_to_auth(struct gateway *g)
{
	return &g->to_auth;
}

struct channel_writer *gateway_to_history(struct gateway *g)
{
	return &g->to_history;
}

struct channel_reader *gateway_from(struct gateway *g, enum gateway_peer peer)
{
	return &g->from[peer];
}

void gateway_peer_lost(struct gateway *g, enum gateway_peer peer)
{
	clock_read(g);
	peers_forget(g, peer);
}

// ---- one turn ----

// Says to the peers that we sleep. True when there is nothing to sleep for: an answer came meanwhile.
static bool sleep_announce(struct gateway *g, bool asleep)
{
	bool waiting = false;
	for (int peer = 0; peer < PEER_COUNT; peer++) {
		if (!g->from[peer].ring)
			continue;
		channel_sleeping(&g->from[peer], asleep);
		waiting = waiting || !channel_empty(&g->from[peer]);
	}
	return waiting;
}

static bool spins(const struct gateway *g)
{
	return g->dirty_count || (g->setup.spin_us && clock_monotonic_ns() / 1000 - g->worked_us < g->setup.spin_us);
}

static int events_wait(struct gateway *g, struct epoll_event *events, int timeout_ms)
{
	int n;
	if (timeout_ms < 0 || timeout_ms > SWEEP_US / 1000)
		timeout_ms = SWEEP_US / 1000;
	if (spins(g))
		return epoll_wait(g->epoll, events, EVENTS_A_TURN, 0);
	n = epoll_wait(g->epoll, events, EVENTS_A_TURN, sleep_announce(g, true) ? 0 : timeout_ms);
	int error = errno;
	sleep_announce(g, false);
	errno = error;
	return n;
}

static void event_take(struct gateway *g, const struct epoll_event *event, bool *ret_link)
{
	uint32_t index = (uint32_t)event->data.u64;
	switch ((enum watched)(event->data.u64 >> 56)) {
	case WATCH_LISTEN:
		connection_accept_all(g);
		break;
	case WATCH_DOORBELL:
		doorbell_clear(g->setup.doorbell);
		break;
	case WATCH_LINK:
		*ret_link = true;
		break;
	case WATCH_CONNECTION:
		if (g->connection[index].state != CONNECTION_FREE &&
		    connection_watch(g, &g->connection[index]) == event->data.u64)
			connection_event(g, &g->connection[index], event->events);
		break;
	}
}

static void publish(struct gateway *g)
{
	if (g->to_auth_used)
		channel_publish(&g->to_auth);
	if (g->to_history_used)
		channel_publish(&g->to_history);
	g->to_auth_used = g->to_history_used = false;
}

static void timers_run(struct gateway *g)
{
	if (g->setup.data && (g->now_us - g->refreshed_us > REFRESH_US)) {
		g->refreshed_us = g->now_us;
		catalogue_refresh(&g->catalogue, g->setup.data, g->setup.data_pages);
	}
	if (g->now_us - g->swept_us > SWEEP_US) {
		g->swept_us = g->now_us;
		connections_sweep(g);
	}
	if (g->setup.stats)
		atomic_store_explicit(&g->setup.stats->heartbeat_us, g->realtime_us, memory_order_relaxed);
}

static bool answers_wait(const struct gateway *g)
{
	for (int peer = 0; peer < PEER_COUNT; peer++) {
		if (g->from[peer].ring && !channel_empty(&g->from[peer]))
			return true;
	}
	return false;
}

int gateway_turn(struct gateway *g, int timeout_ms, bool *ret_link)
{
	struct epoll_event events[EVENTS_A_TURN];
	int n = events_wait(g, events, timeout_ms);
	if (n < 0 && errno != EINTR)
		return -errno;
	clock_read(g);
	if (n > 0 || g->dirty_count || answers_wait(g))
		g->worked_us = g->now_us;
	timers_run(g);
	for (int i = 0; i < n; i++)
		event_take(g, &events[i], ret_link);
	publish(g); // before the answers are looked at, so that auth works meanwhile
	int r = peers_drain(g);
	connections_flush(g);
	publish(g);
	return r;
}
