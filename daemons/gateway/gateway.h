// SPDX-License-Identifier: Apache-2.0
// The public edge: TLS, HTTP, address limits; public routes answered here, every
// other request passed raw to auth. One thread, one epoll. It keeps no state
// that anybody would miss and cannot make a command.
#pragma once

#include "api/answer.h"
#include "api/routes.h"
#include "process/channel.h"
#include "process/stats.h"
#include "wire/marketdata.h"

#include <openssl/ssl.h>

// Limits, and what happens at each.
#define GATEWAY_CONNECTIONS_MAX 4096         // of gateway.connections; beyond it new ones are closed at once
#define GATEWAY_CONNECTIONS_DEFAULT 1024
#define GATEWAY_PIPELINE_MAX 128             // requests of one connection under way: it is not read until one is answered
#define GATEWAY_OUTPUT_HIGH (256u << 10)     // unsent bytes of one connection: it is not read until they are gone
#define GATEWAY_OUTPUT_MAX (16u << 20)       // unsent bytes of one connection: it is cut
#define GATEWAY_ANSWER_MAX (8u << 20)        // bytes of one answer: status 500 instead
#define GATEWAY_HELD_MAX (256u << 20)        // bytes of all answers that wait or are unsent: whoever needs more is cut
#define GATEWAY_HANDSHAKE_MS 10000           // TLS handshake: closed
#define GATEWAY_HEAD_MS 10000                // from a request's first byte to the end of its head: 408
#define GATEWAY_BODY_MS 10000                // from there to its end: 408
#define GATEWAY_IDLE_MS 75000                // nothing under way: closed
#define GATEWAY_STALL_MS 15000               // unsent bytes and no progress: cut
#define GATEWAY_LINGER_MS 2000               // closed on our side, not on the client's: closed anyway
#define GATEWAY_ANSWER_MS 10000              // no answer from inside: -1007
#define GATEWAY_NEITHER_MS 1000              // GET order: the engine does not know it, history is silent
#define GATEWAY_WEIGHT_PER_MINUTE 1200       // gateway.weight_per_minute, of one address; 0 = no limit
#define GATEWAY_ACCEPTS_PER_MINUTE 600       // gateway.accepts_per_minute, of one address; 0 = no limit
#define GATEWAY_RESERVE_PART 4               // a quarter of the ring to auth is kept for cancels

enum gateway_peer { PEER_AUTH, PEER_ENGINE, PEER_HISTORY, PEER_COUNT }; // who answers

struct gateway_setup {
	uint16_t index;              // which gateway this is: answers come on its own rings
	int listen;                  // listening socket, non-blocking
	int doorbell, link;          // -1 when there is none
	unsigned connections;
	struct answer_limits limits; // weight is kept here, orders by auth and only told
	uint64_t accepts_per_minute;
	unsigned spin_us;            // how long to look for more before sleeping
	SSL_CTX *tls;
	const char *name;            // the one Host that is served; NULL or "": every one
	const struct marketdata *data; // NULL = none yet
	uint32_t data_pages;           // markets the mapping has room for
	struct stats_page *stats;      // may be NULL
};

struct gateway;

// All memory, once. NULL without it.
struct gateway *gateway_new(const struct gateway_setup *setup);
void gateway_free(struct gateway *g);

// The channels, for the owner to open (again). A peer whose channel was replaced has forgotten what it was asked:
// every request that is with it is answered "status unknown".
struct channel_writer *gateway_to_auth(struct gateway *g);
struct channel_writer *gateway_to_history(struct gateway *g);
struct channel_reader *gateway_from(struct gateway *g, enum gateway_peer peer);
void gateway_peer_lost(struct gateway *g, enum gateway_peer peer);

// One turn: waits at most timeout_ms, then does all there is. *ret_link when the supervisor's link or the doorbell was heard
// (poll the handover). 0, or negative errno: a peer broke its channel, or epoll did.
MUST_USE int gateway_turn(struct gateway *g, int timeout_ms, bool *ret_link);
