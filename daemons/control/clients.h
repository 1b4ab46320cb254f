// SPDX-License-Identifier: Apache-2.0
// The operators' connections: lines in, lines out, one question at a time each.
#pragma once

#include "request.h"

#include <jansson.h>
#include <poll.h>

#define CLIENTS_MAX 16
#define CLIENT_PATIENCE_NS 10000000000u // a question that the engine does not answer in this time is given up

struct client {
	int fd;            // -1 = free
	uint32_t uid;      // as the kernel named it at connect
	uint64_t tag;      // what the engine was asked, 0 = nothing
	uint64_t asked_ns;
	size_t have;       // bytes in line
	char line[CONTROL_LINE_MAX];
	char *out;         // being sent; NULL = nothing
	size_t out_size, out_at;
	bool closing;      // after `out` is sent
};

struct clients { struct client client[CLIENTS_MAX]; };

void clients_init(struct clients *c);
// Takes one connection. 0, 1 when nobody waits, or negative errno of the listening socket.
MUST_USE int clients_accept(struct clients *c, int listener);
void client_close(struct client *c);

// Sends an object (the reference is taken) as a line; NULL says that memory is short.
void client_answer(struct client *c, json_t *object);
// Sends what waits. Closes the client when it is gone.
void client_flush(struct client *c);
// Reads. True when a whole line is there: *ret_size without its end, to be given back with client_line_done.
bool client_line(struct client *c, size_t *ret_size);
void client_line_done(struct client *c, size_t size);

// Whether it may be asked for a line now, and what to poll it for.
bool client_ready(const struct client *c);
short client_events(const struct client *c);
struct client *clients_by_tag(struct clients *c, uint64_t tag);
