// SPDX-License-Identifier: Apache-2.0
// New connections: limited by address before TLS costs anything.
#include "daemons/gateway/internal.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define ACCEPTS_A_TURN 64

union peer_address {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
};

// As 16 bytes; IPv4 as ::ffff:a.b.c.d, also when it came through the well-known NAT64 prefix 64:ff9b::/96.
static void address_write(const union peer_address *from, uint8_t to[16])
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };
	static const uint8_t nat64[12] = { 0x00, 0x64, 0xff, 0x9b };
	memcpy(to, mapped, sizeof mapped);
	if (from->any.sa_family == AF_INET) {
		memcpy(to + 12, &from->v4.sin_addr, 4);
	} else if (from->any.sa_family == AF_INET6) {
		const uint8_t *v6 = from->v6.sin6_addr.s6_addr;
		bool translated = memcmp(v6, nat64, sizeof nat64) == 0;
		memcpy(translated ? to + 12 : to, translated ? v6 + 12 : v6, translated ? 4 : 16);
	} else {
		memset(to + 12, 0, 4);
	}
}

static bool watch(struct gateway *g, int fd, struct connection *c)
{
	struct epoll_event event = { .events = EPOLLIN, .data.u64 = connection_watch(g, c) };
	return epoll_ctl(g->epoll, EPOLL_CTL_ADD, fd, &event) == 0;
}

static void connection_start(struct gateway *g, int fd, const uint8_t address[16])
{
	int on = 1;
	SSL *ssl = SSL_new(g->setup.tls);
	if (!ssl || SSL_set_fd(ssl, fd) != 1) {
		SSL_free(ssl);
		close(fd);
		return;
	}
	SSL_set_accept_state(ssl);
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	struct connection *c = &g->connection[g->free_list[--g->free_count]];
	uint32_t generation = (c->generation ? c->generation : g->first_generation) + 1;
	memset(c, 0, offsetof(struct connection, slot)); // its slots are free already
	c->fd = fd;
	c->ssl = ssl;
	c->generation = generation;
	c->state = CONNECTION_HANDSHAKE;
	c->idle_since_us = c->progress_us = g->now_us;
	memcpy(c->address, address, sizeof c->address);
	http_parser_reset(&c->parser);
	count_up(g, COUNT_ACCEPTED);
	atomic_fetch_add_explicit(g->count[COUNT_CONNECTIONS], 1, memory_order_relaxed);
	if (!watch(g, fd, c)) {
		c->broken = true;
		connection_dirty(g, c);
	}
}

static void connection_take(struct gateway *g, int fd, const union peer_address *from)
{
	uint8_t address[16];
	address_write(from, address);
	if (g->free_count == 0 ||
	    limits_charge(g->accepts, address, 1, g->now_us * 1000).verdict != LIMIT_FINE) {
		count_up(g, COUNT_TURNED_AWAY);
		close(fd);
		return;
	}
	connection_start(g, fd, address);
}

void listen_watch(struct gateway *g)
{
	struct epoll_event event = { .events = EPOLLIN, .data.u64 = (uint64_t)WATCH_LISTEN << 56 };
	g->listen_off = epoll_ctl(g->epoll, EPOLL_CTL_ADD, g->setup.listen, &event) < 0;
}

void connection_accept_all(struct gateway *g)
{
	for (unsigned i = 0; i < ACCEPTS_A_TURN; i++) {
		union peer_address from;
		socklen_t size = sizeof from;
		memset(&from, 0, sizeof from);
		int fd = accept4(g->setup.listen, &from.any, &size, SOCK_NONBLOCK | SOCK_CLOEXEC);
		if (fd >= 0) {
			connection_take(g, fd, &from);
			continue;
		}
		if (errno == EMFILE || errno == ENFILE || errno == ENOMEM || errno == ENOBUFS) {
			epoll_ctl(g->epoll, EPOLL_CTL_DEL, g->setup.listen, NULL);
			g->listen_off = true;
		}
		if (errno != ECONNABORTED && errno != EINTR)
			return;
	}
}
