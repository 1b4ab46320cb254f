// SPDX-License-Identifier: Apache-2.0
// What the gateway's files share.
//
// A connection has a ring of slots, one for each request under way, answered in
// the order in which they came. A request that leaves the process carries a tag:
// 24 bits of the connection's generation, 16 of its index, 24 of the slot's
// sequence; an answer whose tag names nobody any more is dropped.
#pragma once

#include "api/answer.h"
#include "daemons/gateway/gateway.h"
#include "daemons/gateway/address_limits.h"
#include "http/request.h"
#include "http/response.h"

#define SEQUENCE_MASK 0xffffffu
#define GENERATION_MASK 0xffffffu

// Bytes that grow by doubling, never above a limit that is named where it is used.
struct bytes {
	uint8_t *at;
	size_t size, room;
};

enum slot_state { SLOT_FREE = 0, SLOT_WAITING, SLOT_READY };

struct slot {
	uint32_t sequence;
	uint8_t state;
	uint8_t asked;          // enum gateway_peer: AUTH covers the engine, which auth passes it on to
	uint8_t route;          // enum route_id
	uint8_t held_kind;      // enum message_kind that the body so far came in
	bool close;             // the connection ends after this answer
	bool engine_unknown, history_unknown, history_failed; // GET order: see peers.c
	bool omit_zero;         // GET account
	int32_t market;         // routes that need it here, or -1
	uint32_t rows;          // written so far
	uint32_t used_weight;
	uint64_t since_us;
	struct bytes held;      // WAITING: body so far; READY: the whole answer
};

// LINGER: everything is sent and our side is shut; what still comes is thrown away until the client closes too, for a
// close with unread bytes would reset the connection and lose the last answer.
enum connection_state { CONNECTION_FREE = 0, CONNECTION_HANDSHAKE, CONNECTION_OPEN, CONNECTION_LINGER };

// What an epoll event is about, in the upper half of its data; the lower half is the connection's index.
enum watched { WATCH_CONNECTION = 0, WATCH_LISTEN, WATCH_DOORBELL, WATCH_LINK };

struct connection {
	int fd;
	SSL *ssl;
	uint32_t generation;
	uint8_t state;
	bool read_off, write_on; // what epoll watches
	bool last;               // nothing more is read: a close was asked for, or nothing more can be trusted
	bool broken;             // to be freed at the end of the turn, unsent bytes and all
	bool dirty;
	uint8_t address[16];
	uint32_t first, next;    // sequences of the oldest request under way, and of the next one
	uint32_t in_at, in_end;
	struct http_parser parser;
	uint64_t request_since_us; // first byte of the request being read, 0 = none
	uint64_t body_since_us;
	uint64_t idle_since_us, progress_us;
	struct bytes out;
	size_t out_at;
	struct slot slot[GATEWAY_PIPELINE_MAX];
	char in[HTTP_REQUEST_MAX];
};

enum counter {
	COUNT_CONNECTIONS, COUNT_ACCEPTED, COUNT_TURNED_AWAY, COUNT_REQUESTS, COUNT_MALFORMED, COUNT_LIMITED, COUNT_SHED,
	COUNT_UNKNOWN, COUNT_CUT, COUNT_STALE, COUNTERS
};

struct gateway {
	struct gateway_setup setup;
	int epoll;
	struct limits *weight, *accepts;
	struct channel_writer to_auth, to_history;
	struct channel_reader from[PEER_COUNT];
	bool to_auth_used, to_history_used;
	uint64_t now_us, realtime_us, date_s; // of this turn
	uint64_t swept_us, refreshed_us, worked_us;
	bool listen_off;                      // out of descriptors: looked at again at the next sweep
	uint64_t held_total;
	uint32_t first_generation;            // random: an answer to a request of an earlier life finds nobody
	char date[HTTP_DATE_SIZE + 1];
	_Atomic uint64_t *count[COUNTERS];
	struct catalogue catalogue;
	struct bytes info;                    // exchangeInfo's symbols, rendered
	uint64_t info_version;
	struct params params;                 // of the request in hand
	uint32_t free_count, dirty_count;
	uint16_t *free_list, *dirty_list;
	struct connection *connection;
	uint8_t *scratch;                     // GATEWAY_ANSWER_MAX: a body being written
	uint8_t record[CHANNEL_RECORD_MAX];
	uint8_t request[sizeof(struct request_head) + REQUEST_BYTES_MAX];
	struct marketdata_level bid[MARKETDATA_LEVELS], ask[MARKETDATA_LEVELS];
	struct marketdata_trade trade[MARKETDATA_TRADES];
};

static inline uint64_t connection_watch(const struct gateway *g, const struct connection *c)
{
	return (uint64_t)WATCH_CONNECTION << 56 | (uint64_t)(c->generation & GENERATION_MASK) << 32 |
	       (uint64_t)(c - g->connection);
}

static inline void count_up(struct gateway *g, enum counter which)
{
	atomic_fetch_add_explicit(g->count[which], 1, memory_order_relaxed);
}

// ---- bytes.c ----
// False above `limit` or above GATEWAY_HELD_MAX in all; nothing is changed then.
bool bytes_append(struct gateway *g, struct bytes *b, const void *data, size_t size, size_t limit);
void bytes_free(struct gateway *g, struct bytes *b);

// ---- connection.c ----
void connection_accept_all(struct gateway *g);
void connection_event(struct gateway *g, struct connection *c, uint32_t events);
void connection_free(struct gateway *g, struct connection *c);
void listen_watch(struct gateway *g);
void connection_dirty(struct gateway *g, struct connection *c);
void connections_flush(struct gateway *g); // all dirty ones: slots in order, one write, what was left unread
void connections_sweep(struct gateway *g); // deadlines

// ---- slots.c ----
struct slot *slot_add(struct gateway *g, struct connection *c, bool close);
uint64_t slot_tag(const struct gateway *g, const struct connection *c, const struct slot *slot);
// The slot that waits under this tag, or NULL.
struct slot *slot_find(struct gateway *g, uint64_t tag, struct connection **ret);
// Answers. `body` = what was held of it, then these bytes.
void slot_answer(struct gateway *g, struct connection *c, struct slot *slot, uint16_t status, struct slice body,
		 struct slice extra);
void slot_answer_body(struct gateway *g, struct connection *c, struct slot *slot, const struct writer *body); // 200
void slot_refuse(struct gateway *g, struct connection *c, struct slot *slot, enum api_error error, const char *detail);
void slot_refuse_problem(struct gateway *g, struct connection *c, struct slot *slot,
			 const struct api_problem *problem, uint16_t status, struct slice extra);
// A part of a body of which more will follow.
void slot_hold(struct gateway *g, struct connection *c, struct slot *slot, const struct writer *part);
void slot_drop(struct gateway *g, struct slot *slot);
struct writer scratch_writer(struct gateway *g);

// ---- requests.c ----
void request_take(struct gateway *g, struct connection *c, const struct http_request *request);
void request_malformed(struct gateway *g, struct connection *c, enum http_refusal refusal);
void history_ask(struct gateway *g, struct connection *c, struct slot *slot, const struct history_query *query);

// ---- public.c ----
// Answers a public route from here, or asks history. g->params holds the parameters.
void public_answer(struct gateway *g, struct connection *c, struct slot *slot, const struct route *route);

// ---- market_copy.c ----
struct piece { const void *from; void *to; size_t size; };
// Copies pieces of a market's page as they were at one moment, the sizes told by `plan` from the page itself.
const struct marketdata_market *market_page(const struct gateway *g, uint32_t market);
bool market_copy(const struct marketdata_market *m, const struct piece *pieces, size_t count);

// ---- peers.c ----
int peers_drain(struct gateway *g); // 0, or negative errno when a peer breaks its channel
int peer_record_take(struct gateway *g, enum gateway_peer from, uint32_t kind, size_t size); // of g->record
void peers_forget(struct gateway *g, enum gateway_peer peer);
void slot_expire(struct gateway *g, struct connection *c, struct slot *slot); // sweep: its answer is overdue
