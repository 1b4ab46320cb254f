// SPDX-License-Identifier: Apache-2.0
#include "clients.h"

#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

void clients_init(struct clients *c)
{
	memset(c, 0, sizeof *c);
	for (size_t i = 0; i < CLIENTS_MAX; i++)
		c->client[i].fd = -1;
}

void client_close(struct client *c)
{
	if (c->fd >= 0)
		close(c->fd);
	free(c->out);
	*c = (struct client){ .fd = -1 };
}

static struct client *client_free(struct clients *c)
{
	for (size_t i = 0; i < CLIENTS_MAX; i++)
		if (c->client[i].fd < 0)
			return &c->client[i];
	return NULL;
}

int clients_accept(struct clients *c, int listener)
{
	struct ucred peer;
	socklen_t size = sizeof peer;
	int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	if (fd < 0)
		return errno == EAGAIN || errno == ECONNABORTED || errno == EINTR ? 1 : -errno;
	struct client *to = client_free(c);
	if (!to || getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size)) {
		static const char full[] = "{\"ok\":false,\"error\":\"16 operators are connected already\"}\n";
		ssize_t ignored = send(fd, full, sizeof full - 1, MSG_NOSIGNAL);
		(void)ignored;
		close(fd);
		return 0;
	}
	to->fd = fd;
	to->uid = peer.uid;
	return 0;
}

void client_answer(struct client *c, json_t *object)
{
	static const char short_of_memory[] = "{\"ok\":false,\"error\":\"control is out of memory\"}";
	char *text = object ? json_dumps(object, JSON_COMPACT) : NULL;
	json_decref(object);
	if (!text)
		text = strdup(short_of_memory);
	c->tag = 0;
	free(c->out);
	c->out = text;
	c->out_at = 0;
	c->out_size = text ? strlen(text) + 1 : 0;
	if (text)
		text[c->out_size - 1] = '\n'; // in the place of its NUL
	else
		c->closing = true;
	client_flush(c);
}

void client_flush(struct client *c)
{
	while (c->out && c->out_at < c->out_size) {
		ssize_t n = send(c->fd, c->out + c->out_at, c->out_size - c->out_at, MSG_NOSIGNAL);
		if (n < 0 && errno == EAGAIN)
			return;
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) {
			client_close(c);
			return;
		}
		c->out_at += (size_t)n;
	}
	free(c->out);
	c->out = NULL;
	if (c->closing)
		client_close(c);
}

bool client_ready(const struct client *c)
{
	return c->fd >= 0 && !c->out && !c->tag && !c->closing;
}

short client_events(const struct client *c)
{
	// While a question is open only the end of the connection is of interest.
	return c->out ? POLLOUT : c->tag ? 0 : POLLIN;
}

bool client_line(struct client *c, size_t *ret_size)
{
	for (;;) {
		char *end = memchr(c->line, '\n', c->have);
		if (end) {
			*ret_size = (size_t)(end - c->line);
			return true;
		}
		if (c->have == sizeof c->line) {
			c->closing = true;
			client_answer(c, json_pack("{s:b, s:s}", "ok", 0, "error", "the line is longer than 16 KB"));
			return false;
		}
		ssize_t n = recv(c->fd, c->line + c->have, sizeof c->line - c->have, 0);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN)
			return false;
		if (n <= 0) {
			client_close(c);
			return false;
		}
		c->have += (size_t)n;
	}
}

void client_line_done(struct client *c, size_t size)
{
	c->have -= size + 1;
	memmove(c->line, c->line + size + 1, c->have);
}

struct client *clients_by_tag(struct clients *c, uint64_t tag)
{
	for (size_t i = 0; tag && i < CLIENTS_MAX; i++)
		if (c->client[i].fd >= 0 && c->client[i].tag == tag)
			return &c->client[i];
	return NULL;
}
