// SPDX-License-Identifier: Apache-2.0
// redoubt-control: the operators' door. Takes lines from the operator socket,
// passes signed entries to the engine, answers the rest from pages it maps read-only.
#include "answers.h"
#include "clients.h"
#include "evidence.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "crypto/secret.h"
#include "process/handover.h"
#include "process/sandbox.h"
#include "wire/founding.h"
#include "wire/message.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define WAIT_MS 1000

struct shell {
	struct handover *handover;
	struct clients clients;
	struct channel_reader from_engine;
	struct channel_writer to_engine;
	bool engine_broken;
	int doorbell, listener;
	uint64_t next_tag;
	struct pages pages;
	struct stats_page *stats;
	_Atomic uint64_t *requests, *submitted, *refused;
	struct genesis genesis;
	uint8_t exchange[32];
};

static alignas(64) uint8_t record[CHANNEL_RECORD_MAX];

// ---- questions ----
static void ask_engine(struct shell *s, struct client *c, uint32_t kind, const void *data, size_t size)
{
	uint64_t tag = ++s->next_tag;
	if (s->engine_broken || channel_write2(&s->to_engine, kind, &tag, sizeof tag, data, size)) {
		client_answer(c, answer_error("the engine does not take it now; nothing happened, try again"));
		return;
	}
	channel_publish(&s->to_engine);
	c->tag = tag;
	c->asked_ns = clock_monotonic_ns();
}

static void serve_head(struct shell *s, struct client *c, const struct control_request *request)
{
	ask_engine(s, c, MESSAGE_CONTROL_HEAD, NULL, 0);
}

static void serve_submit(struct shell *s, struct client *c, const struct control_request *request)
{
	const char *wrong = evidence_check(&s->genesis, s->exchange, request->entry, request->entry_size, c->uid);
	if (wrong) {
		atomic_fetch_add(s->refused, 1);
		log_write(LOG_WARNING, "a control entry of user %u is refused: %s", c->uid, wrong);
		client_answer(c, answer_error(wrong));
		return;
	}
	atomic_fetch_add(s->submitted, 1);
	ask_engine(s, c, MESSAGE_CONTROL, request->entry, request->entry_size);
}

static void serve_status(struct shell *s, struct client *c, const struct control_request *request)
{
	client_answer(c, answer_status(&s->pages, &s->genesis, clock_realtime_us()));
}

static void serve_markets(struct shell *s, struct client *c, const struct control_request *request)
{
	client_answer(c, answer_markets(&s->pages));
}

static void serve_book(struct shell *s, struct client *c, const struct control_request *request)
{
	client_answer(c, answer_book(&s->pages, request));
}

static void (*const servers[OP_COUNT])(struct shell *s, struct client *c, const struct control_request *request) = {
	[OP_HEAD] = serve_head, [OP_SUBMIT] = serve_submit, [OP_STATUS] = serve_status,
	[OP_MARKETS] = serve_markets, [OP_BOOK] = serve_book,
};

static void client_serve(struct shell *s, struct client *c)
{
	static struct control_request request;
	size_t size;
	while (client_ready(c) && client_line(c, &size)) {
		const char *wrong = control_request_read(c->line, size, &request);
		client_line_done(c, size);
		atomic_fetch_add(s->requests, 1);
		if (!wrong) {
			servers[request.op](s, c, &request);
			continue;
		}
		c->closing = true; // who cannot write a line cannot be trusted to end one
		client_answer(c, answer_error(wrong));
	}
}

// ---- the engine's answers ----
static json_t *result_of(const struct control_result *r)
{
	return json_pack("{s:b, s:I, s:I, s:I, s:i, s:s}", "ok", r->refusal == REFUSED_NOT, "number",
			 (json_int_t)r->number, "sequence", (json_int_t)r->sequence, "index", (json_int_t)r->index, "refusal",
			 (int)r->refusal, r->refusal ? "error" : "text", refusal_text(r->refusal));
}

static json_t *head_of(const struct control_head *h)
{
	char hash[65], exchange[65];
	hex_encode(h->hash, 32, hash);
	hex_encode(h->exchange, 32, exchange);
	return json_pack("{s:b, s:I, s:s, s:s}", "ok", 1, "number", (json_int_t)h->number, "hash", hash, "exchange",
			 exchange);
}

// 0, or -EPROTO for what the engine never sends.
static int answer_take(struct shell *s, uint32_t kind, size_t size)
{
	struct control_result result;
	struct control_head head;
	struct client *c;
	if (kind == MESSAGE_CONTROL_RESULT && size == sizeof result) {
		memcpy(&result, record, sizeof result);
		if ((c = clients_by_tag(&s->clients, result.tag)))
			client_answer(c, result_of(&result));
		return 0;
	}
	if (kind == MESSAGE_CONTROL_HEAD_IS && size == sizeof head) {
		memcpy(&head, record, sizeof head);
		if ((c = clients_by_tag(&s->clients, head.tag)))
			client_answer(c, head_of(&head));
		return 0;
	}
	return -EPROTO;
}

static void engine_serve(struct shell *s)
{
	while (!s->engine_broken) {
		uint32_t kind;
		size_t size;
		int r = channel_read(&s->from_engine, record, &kind, &size);
		if (r == 0)
			break;
		if (r > 0)
			r = answer_take(s, kind, size);
		if (r < 0) {
			s->engine_broken = true;
			log_write(LOG_ALERT, "the engine's channel is broken (%s)", strerror(-r));
		}
	}
	channel_release(&s->from_engine);
}

static void questions_give_up(struct shell *s, const char *why, uint64_t asked_before_ns)
{
	for (size_t i = 0; i < CLIENTS_MAX; i++) {
		struct client *c = &s->clients.client[i];
		if (c->fd >= 0 && c->tag && c->asked_ns <= asked_before_ns)
			client_answer(c, answer_error(why));
	}
}

// ---- the loop ----
static int channel_replaced(void *context, const char *name)
{
	struct shell *s = context;
	questions_give_up(s, "the engine started anew on the way; whether the entry was taken shows the head", UINT64_MAX);
	if (!strcmp(name, "engine.control")) {
		s->engine_broken = false;
		channel_close_reader(&s->from_engine);
		return handover_reader(s->handover, name, &s->from_engine);
	}
	if (!strcmp(name, "control.engine")) {
		channel_close_writer(&s->to_engine);
		return handover_writer(s->handover, name, &s->to_engine);
	}
	return -EPROTO;
}

static int wait_for_work(struct shell *s)
{
	struct pollfd wait[CLIENTS_MAX + 2] = { { .fd = s->doorbell, .events = POLLIN },
						{ .fd = s->listener, .events = POLLIN } };
	for (size_t i = 0; i < CLIENTS_MAX; i++)
		wait[i + 2] = (struct pollfd){ .fd = s->clients.client[i].fd,
					       .events = client_events(&s->clients.client[i]) };
	int r = 0;
	channel_sleeping(&s->from_engine, true);
	if (s->engine_broken || channel_empty(&s->from_engine))
		r = poll(wait, ARRAY_LEN(wait), WAIT_MS);
	doorbell_clear(s->doorbell);
	channel_sleeping(&s->from_engine, false);
	for (size_t i = 0; r > 0 && i < CLIENTS_MAX; i++)
		if (wait[i + 2].fd >= 0 && wait[i + 2].revents & (POLLERR | POLLHUP) && !(wait[i + 2].revents & POLLIN))
			client_close(&s->clients.client[i]);
	return r < 0 && errno != EINTR ? -errno : 0;
}

static int turn(struct shell *s)
{
	int r = clients_accept(&s->clients, s->listener);
	uint64_t now = clock_monotonic_ns();
	engine_serve(s);
	for (size_t i = 0; i < CLIENTS_MAX; i++) {
		struct client *c = &s->clients.client[i];
		if (c->fd >= 0 && c->out)
			client_flush(c);
		if (c->fd >= 0)
			client_serve(s, c);
	}
	if (now > CLIENT_PATIENCE_NS)
		questions_give_up(s, "the engine did not answer within 10 s; whether the entry was taken shows the head",
				  now - CLIENT_PATIENCE_NS);
	if (s->stats)
		atomic_store(&s->stats->heartbeat_us, clock_realtime_us());
	return r < 0 ? r : 0;
}

static int run(struct shell *s)
{
	int r = 0;
	while (!r && !handover_stopping()) {
		r = turn(s);
		if (!r)
			r = wait_for_work(s);
		if (!r)
			r = handover_serve(s->handover, channel_replaced, s);
	}
	if (r)
		log_write(LOG_ERROR, "stopped: %s", r == -EPIPE ? "the supervisor is gone" : strerror(-r));
	return r ? 1 : 0;
}

// ---- birth ----
static int genesis_take(struct shell *s)
{
	uint8_t *founding = malloc(FOUNDING_SIZE_MAX);
	ssize_t size = founding ? pread(handover_fd(s->handover, "founding"), founding, FOUNDING_SIZE_MAX, 0) : -1;
	int r = size < 0 ? 1 : founding_genesis(founding, (size_t)size, &s->genesis, s->exchange);
	free(founding);
	if (r)
		log_write(LOG_ERROR, "the founding file does not start with a signed genesis; restore it from a backup");
	return r;
}

static void stats_page_add(struct shell *s, const char *name)
{
	char full[HANDOVER_NAME_MAX + 1];
	snprintf(full, sizeof full, "stats.%s", name);
	const struct stats_page *page = handover_map(s->handover, full, STATS_PAGE_SIZE, false);
	if (!page || s->pages.stats_count == ROLE_PAGES_MAX)
		return;
	snprintf(s->pages.stats[s->pages.stats_count].name, STATUS_NAME_MAX, "%s", name);
	s->pages.stats[s->pages.stats_count++].page = page;
}

static void pages_open(struct shell *s)
{
	static const char *const ONE_EACH[] = { "auth", "control", "engine", "replica", "audit", "history" };
	char name[STATUS_NAME_MAX];
	s->stats = handover_map(s->handover, "stats", STATS_PAGE_SIZE, true);
	s->requests = stats_counter(s->stats, "requests_total");
	s->submitted = stats_counter(s->stats, "entries_total");
	s->refused = stats_counter(s->stats, "refused_total");
	if (s->stats)
		s->stats->pid = (uint32_t)getpid();
	for (unsigned i = 0; i < GATEWAYS_MAX; i++) {
		snprintf(name, sizeof name, "gateway%u", i);
		stats_page_add(s, name);
	}
	for (size_t i = 0; i < ARRAY_LEN(ONE_EACH); i++)
		stats_page_add(s, ONE_EACH[i]);
	s->pages.status = handover_map(s->handover, "stats.supervisor", STATUS_PAGE_SIZE, false);
	s->pages.durable = handover_map(s->handover, "durable", sizeof(struct durable_page), false);
	s->pages.markets_max = s->genesis.capacities.markets;
	s->pages.marketdata = handover_map(s->handover, "marketdata", marketdata_size(s->pages.markets_max), false);
}

static int shell_open(struct shell *s)
{
	clients_init(&s->clients);
	if (genesis_take(s))
		return 1;
	pages_open(s);
	s->doorbell = handover_fd(s->handover, "doorbell");
	s->listener = handover_fd(s->handover, "operator-socket");
	if (s->doorbell < 0 || s->listener < 0 || handover_reader(s->handover, "engine.control", &s->from_engine) ||
	    handover_writer(s->handover, "control.engine", &s->to_engine)) {
		log_write(LOG_ERROR, "the handover lacks a channel, the doorbell or the operator socket");
		return 1;
	}
	return 0;
}

int main(void)
{
	static struct shell s;
	struct sandbox sandbox = { .privileges = PRIVILEGE_ACCEPT, .read_dirs = { -1, -1, -1, -1 },
				   .write_dirs = { -1, -1, -1, -1 } };
	struct sandbox_report report;
	log_open("control");
	s.handover = handover_receive();
	if (!s.handover) {
		fprintf(stderr, "redoubt-control is started by the supervisor: redoubt start\n");
		return 2;
	}
	json_object_seed(0); // draws its randomness now, while it may open files
	if (crypto_init() || shell_open(&s))
		return 1;
	handover_stop_signals();
	int r = sandbox_enter(&sandbox, &report);
	if (r) {
		log_write(LOG_ERROR, "the sandbox does not close: %s", strerror(-r));
		return 1;
	}
	if (s.stats)
		memcpy(s.stats->sandbox_missing, report.missing, sizeof report.missing);
	return run(&s);
}
