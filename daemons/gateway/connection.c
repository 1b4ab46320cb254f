// SPDX-License-Identifier: Apache-2.0
// One connection's bytes: TLS records in, requests out of them, answers back.
#include "daemons/gateway/internal.h"

#include <openssl/err.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define READS_A_TURN 4 // then the others' turn

static uint32_t under_way(const struct connection *c)
{
	return c->next - c->first;
}

static size_t unsent(const struct connection *c)
{
	return c->out.size - c->out_at;
}

// Whether another request may be taken.
static bool can_take(const struct connection *c)
{
	return c->state == CONNECTION_OPEN && !c->last && !c->broken && under_way(c) < GATEWAY_PIPELINE_MAX &&
	       unsent(c) < GATEWAY_OUTPUT_HIGH;
}

void connection_dirty(struct gateway *g, struct connection *c)
{
	if (c->dirty)
		return;
	c->dirty = true;
	g->dirty_list[g->dirty_count++] = (uint16_t)(c - g->connection);
}

static void connection_break(struct gateway *g, struct connection *c)
{
	c->broken = true;
	connection_dirty(g, c);
}

static void watch_change(struct gateway *g, struct connection *c, bool read, bool write)
{
	if (c->read_off == !read && c->write_on == write)
		return;
	struct epoll_event event = { .events = (read ? EPOLLIN : 0u) | (write ? EPOLLOUT : 0u),
				     .data.u64 = connection_watch(g, c) };
	if (epoll_ctl(g->epoll, EPOLL_CTL_MOD, c->fd, &event) < 0)
		connection_break(g, c);
	c->read_off = !read;
	c->write_on = write;
}

void connection_free(struct gateway *g, struct connection *c)
{
	for (size_t i = 0; i < GATEWAY_PIPELINE_MAX; i++)
		slot_drop(g, &c->slot[i]);
	bytes_free(g, &c->out);
	SSL_free(c->ssl);
	close(c->fd);
	c->ssl = NULL;
	c->state = CONNECTION_FREE;
	g->free_list[g->free_count++] = (uint16_t)(c - g->connection);
	atomic_fetch_sub_explicit(g->count[COUNT_CONNECTIONS], 1, memory_order_relaxed);
}

// ---- in ----

// Takes what is complete. The parser's slices lie in c->in, so nothing moves meanwhile.
static void requests_parse(struct gateway *g, struct connection *c)
{
	while (can_take(c) && c->in_at < c->in_end) {
		struct http_request request;
		enum http_refusal refusal;
		int r = http_parse(&c->parser, c->in + c->in_at, c->in_end - c->in_at, &request, &refusal);
		if (r == 1) {
			if (!c->request_since_us)
				c->request_since_us = g->now_us;
			if (!c->body_since_us && http_parser_in_body(&c->parser))
				c->body_since_us = g->now_us;
			return;
		}
		c->request_since_us = c->body_since_us = 0;
		if (r == 2) {
			c->last = true; // nothing behind it can be trusted
			request_malformed(g, c, refusal);
			return;
		}
		request_take(g, c, &request);
		c->in_at += (uint32_t)request.size;
		http_parser_reset(&c->parser);
	}
}

static void input_compact(struct connection *c)
{
	if (c->in_at == c->in_end) {
		c->in_at = c->in_end = 0;
	} else if (c->in_at && c->in_end == sizeof c->in) {
		memmove(c->in, c->in + c->in_at, c->in_end - c->in_at);
		c->in_end -= c->in_at;
		c->in_at = 0;
	}
}

// What SSL_read or SSL_accept said when it did not say yes.
static void tls_failed(struct gateway *g, struct connection *c, int result)
{
	switch (SSL_get_error(c->ssl, result)) {
	case SSL_ERROR_WANT_READ:
		return;
	case SSL_ERROR_WANT_WRITE:
		watch_change(g, c, true, true);
		return;
	case SSL_ERROR_ZERO_RETURN: // it will send no more; what is under way is still answered
		c->last = true;
		connection_dirty(g, c);
		return;
	default:
		connection_break(g, c);
	}
}

// One read, and the requests in it. False: nothing more to be had now.
static bool input_read(struct gateway *g, struct connection *c)
{
	input_compact(c);
	size_t room = sizeof c->in - c->in_end;
	ASSERT(room > 0); // a request that fills the buffer is complete or refused
	ERR_clear_error();
	int got = SSL_read(c->ssl, c->in + c->in_end, (int)room);
	if (got <= 0) {
		tls_failed(g, c, got);
		return false;
	}
	c->in_end += (uint32_t)got;
	c->idle_since_us = g->now_us;
	requests_parse(g, c);
	return SSL_has_pending(c->ssl);
}

static void connection_read(struct gateway *g, struct connection *c)
{
	requests_parse(g, c); // what was left when it had too much under way
	for (unsigned i = 0; i < READS_A_TURN; i++) {
		if (!can_take(c) || !input_read(g, c))
			return;
	}
	connection_dirty(g, c); // there is more
}

static void handshake(struct gateway *g, struct connection *c)
{
	ERR_clear_error();
	int r = SSL_accept(c->ssl);
	if (r != 1) {
		tls_failed(g, c, r);
		return;
	}
	c->state = CONNECTION_OPEN;
	c->idle_since_us = g->now_us;
	watch_change(g, c, true, false);
	connection_read(g, c);
}

static void linger(struct gateway *g, struct connection *c)
{
	char thrown_away[4096];
	for (unsigned i = 0; i < READS_A_TURN; i++) {
		ssize_t got = recv(c->fd, thrown_away, sizeof thrown_away, MSG_DONTWAIT);
		if (got < 0 && errno == EAGAIN)
			return;
		if (got <= 0) {
			connection_break(g, c);
			return;
		}
	}
}

void connection_event(struct gateway *g, struct connection *c, uint32_t events)
{
	if (c->broken)
		return;
	// Epoll reports a hang-up also when it is not asked to: one that is not read would keep us awake.
	if (events & EPOLLERR || (events & EPOLLHUP && c->read_off))
		connection_break(g, c);
	else if (c->state == CONNECTION_HANDSHAKE)
		handshake(g, c);
	else if (c->state == CONNECTION_LINGER)
		linger(g, c);
	else if (events & (EPOLLIN | EPOLLHUP))
		connection_read(g, c);
	if (events & EPOLLOUT)
		connection_dirty(g, c);
}

// ---- out ----

static void output_write(struct gateway *g, struct connection *c)
{
	while (!c->broken && unsent(c)) {
		size_t size = u64_min(unsent(c), 1u << 20);
		ERR_clear_error();
		int sent = SSL_write(c->ssl, c->out.at + c->out_at, (int)size);
		if (sent <= 0) {
			int error = SSL_get_error(c->ssl, sent);
			if (error != SSL_ERROR_WANT_WRITE && error != SSL_ERROR_WANT_READ)
				connection_break(g, c);
			return;
		}
		c->out_at += (size_t)sent;
		c->progress_us = c->idle_since_us = g->now_us;
	}
	c->out.size = c->out_at = 0;
	if (c->out.room > GATEWAY_OUTPUT_HIGH)
		bytes_free(g, &c->out); // a large answer is rare: its room is given back
}

static void connection_finish(struct gateway *g, struct connection *c)
{
	ERR_clear_error();
	SSL_shutdown(c->ssl);
	shutdown(c->fd, SHUT_WR);
	c->state = CONNECTION_LINGER;
	c->idle_since_us = g->now_us;
	watch_change(g, c, true, false);
}

static void connection_flush(struct gateway *g, struct connection *c)
{
	size_t before = unsent(c);
	if (before && !c->write_on)
		c->progress_us = g->now_us;
	output_write(g, c);
	// A full connection has room again, or TLS still holds a record that epoll knows nothing of.
	if (can_take(c) && (c->read_off || c->in_at < c->in_end || SSL_has_pending(c->ssl)))
		connection_read(g, c);
	if (c->broken)
		return;
	if (c->last && under_way(c) == 0 && !unsent(c))
		connection_finish(g, c);
	else
		watch_change(g, c, can_take(c), unsent(c) > 0);
}

void connections_flush(struct gateway *g)
{
	uint32_t count = g->dirty_count, left = 0;
	for (uint32_t i = 0; i < count; i++) {
		struct connection *c = &g->connection[g->dirty_list[i]];
		c->dirty = false;
		if (c->state == CONNECTION_OPEN && !c->broken)
			connection_flush(g, c);
		if (c->broken && c->state != CONNECTION_FREE && !c->dirty)
			connection_free(g, c);
	}
	// Those that became dirty meanwhile stay for the next turn, which then does not wait.
	for (uint32_t i = count; i < g->dirty_count; i++)
		g->dirty_list[left++] = g->dirty_list[i];
	g->dirty_count = left;
}

// ---- deadlines ----

static bool late(const struct gateway *g, uint64_t since_us, uint64_t ms)
{
	return since_us && g->now_us - since_us > ms * 1000;
}

static void slots_sweep(struct gateway *g, struct connection *c)
{
	while (under_way(c)) {
		struct slot *slot = &c->slot[(c->first & SEQUENCE_MASK) % GATEWAY_PIPELINE_MAX];
		bool neither = slot->engine_unknown || slot->history_unknown;
		ASSERT(slot->state == SLOT_WAITING); // a ready one at the front was sent
		if (!late(g, slot->since_us, neither ? GATEWAY_NEITHER_MS : GATEWAY_ANSWER_MS))
			return;
		slot_expire(g, c, slot);
	}
}

static void request_late(struct gateway *g, struct connection *c)
{
	struct api_problem problem;
	c->last = true;
	struct slot *slot = slot_add(g, c, true);
	api_problem_set(&problem, API_MALFORMED_HTTP, "it took too long to arrive");
	slot_refuse_problem(g, c, slot, &problem, 408, slice_of(NULL, 0));
}

static void open_sweep(struct gateway *g, struct connection *c)
{
	slots_sweep(g, c);
	if (unsent(c) && late(g, c->progress_us, GATEWAY_STALL_MS)) {
		count_up(g, COUNT_CUT);
		connection_break(g, c);
	} else if (can_take(c) && (late(g, c->body_since_us, GATEWAY_BODY_MS) ||
				   (!c->body_since_us && late(g, c->request_since_us, GATEWAY_HEAD_MS)))) {
		request_late(g, c);
	} else if (!under_way(c) && !unsent(c) && !c->request_since_us && late(g, c->idle_since_us, GATEWAY_IDLE_MS)) {
		c->last = true;
		connection_dirty(g, c);
	}
}

void connections_sweep(struct gateway *g)
{
	for (unsigned i = 0; i < g->setup.connections; i++) {
		struct connection *c = &g->connection[i];
		if (c->state == CONNECTION_OPEN && !c->broken)
			open_sweep(g, c);
		else if ((c->state == CONNECTION_HANDSHAKE && late(g, c->idle_since_us, GATEWAY_HANDSHAKE_MS)) ||
			 (c->state == CONNECTION_LINGER && late(g, c->idle_since_us, GATEWAY_LINGER_MS)))
			connection_break(g, c);
	}
	if (g->listen_off)
		listen_watch(g);
}
