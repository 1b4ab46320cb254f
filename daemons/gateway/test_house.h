// SPDX-License-Identifier: Apache-2.0
// For the tests: a gateway with peers that the test plays over real channels, and clients over real TLS, all in one thread.
#pragma once

#include "daemons/gateway/internal.h"

#define TEST_MARKETS 2
#define CLIENT_ROOM (4u << 20)

struct test_pair {
	struct channel_fds writer_fds, reader_fds;
};

#define TEST_HEARTBEAT_US (UINT64_MAX / 2) // the tests' pages are kept for ever, unless a test says otherwise

struct house {
	struct gateway *gateway;
	SSL_CTX *tls, *client_tls;
	int listen, port, hear, ring, test_hear, test_ring;
	struct marketdata *data;
	struct test_pair pair[5];
	// the test's ends
	struct channel_reader auth_in, history_in;
	struct channel_writer out[PEER_COUNT];
	uint8_t record[CHANNEL_RECORD_MAX];
};

struct client {
	int fd;
	SSL *ssl;
	char *text;        // what came and was not looked at, NUL-terminated
	size_t size;
	bool closed;
};

struct reply { int status; size_t size; const char *head, *body; };

void house_open(struct house *h, uint64_t weight_per_minute, size_t auth_ring);
void house_close(struct house *h);
void house_turn(struct house *h, unsigned times);

void client_open(struct house *h, struct client *c);
void client_close(struct client *c);
void client_send(struct house *h, struct client *c, const char *text, size_t size);
void client_say(struct house *h, struct client *c, const char *text);
void client_listen(struct house *h, struct client *c); // a few turns, takes what comes
// The next whole reply. False: there is none (yet). It stays valid until the next call on this client.
bool client_reply(struct house *h, struct client *c, struct reply *ret);
// Says it and waits for the reply; fails the test without one.
struct reply client_ask(struct house *h, struct client *c, const char *text);

// The next request that came to auth. False: none.
struct auth_request { struct request_head head; struct slice path, api_key, query, body; };
bool auth_next(struct house *h, struct auth_request *ret);
bool history_next(struct house *h, struct history_query *ret);
void peer_say(struct house *h, enum gateway_peer peer, uint32_t kind, const void *head, size_t head_size,
	      const void *rest, size_t rest_size);

#define SIGNED(method, path) method " " path " HTTP/1.1\r\nHost: x\r\nX-MBX-APIKEY: key\r\n\r\n"
#define PLAIN(path) "GET " path " HTTP/1.1\r\nHost: x\r\n\r\n"
