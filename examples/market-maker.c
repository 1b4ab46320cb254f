// SPDX-License-Identifier: Apache-2.0
// A small market maker: quotes both sides of one market around a price that
// wanders, refreshes its quotes, and now and then takes what the other one
// offers, so that a demo exchange has a moving book. Two of them make a market.
//
//   market-maker --url URL --ca FILE --keys FILE --label NAME [--symbol BTCUSDT] [--price 60000] [--orders N]
#include "client.h"

#include <getopt.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define QUOTES 5            // a side
#define STEP_CENTS 50       // distance between two quotes
#define PAUSE_US 120000     // between two acts
#define ERRORS_MAX 50       // in a row; then the exchange is gone

static volatile sig_atomic_t stopping;

struct maker {
	struct client *client;
	const char *symbol;
	int64_t middle_cents;
	unsigned errors;
	uint64_t random;
	char ids[2][QUOTES][24]; // order ids that rest, "" = none
};

static void on_signal(int number)
{
	(void)number;
	stopping = 1;
}

// xorshift64*: good enough to wander
static uint64_t next_random(struct maker *m)
{
	m->random ^= m->random >> 12;
	m->random ^= m->random << 25;
	m->random ^= m->random >> 27;
	return m->random * 0x2545f4914f6cdd1du;
}

static bool call(struct maker *m, const char *method, const char *path, const char *params, const char **ret_body)
{
	int status = client_call(m->client, method, path, params, true, ret_body);
	if (status == 429 || status == 503) { // asked to slow down
		sleep(1);
		return false;
	}
	m->errors = status < 0 ? m->errors + 1 : 0;
	return status == 200;
}

static void place(struct maker *m, int side, int64_t cents, const char *tif, unsigned thousandths, char *id, size_t room)
{
	char params[256];
	const char *body;
	snprintf(params, sizeof params,
		 "symbol=%s&side=%s&type=LIMIT&timeInForce=%s&quantity=0.%03u&price=%lld.%02lld&newOrderRespType=RESULT",
		 m->symbol, side ? "SELL" : "BUY", tif, thousandths, (long long)(cents / 100), (long long)(cents % 100));
	if (call(m, "POST", "/api/v3/order", params, &body) && id)
		client_field(body, "orderId", id, room);
}

static void cancel(struct maker *m, char *id)
{
	char params[128];
	const char *body;
	if (!*id)
		return;
	snprintf(params, sizeof params, "symbol=%s&orderId=%s", m->symbol, id);
	call(m, "DELETE", "/api/v3/order", params, &body); // already filled is fine
	*id = 0;
}

static void refresh(struct maker *m)
{
	int side = (int)(next_random(m) & 1), level = (int)(next_random(m) % QUOTES);
	int64_t away = STEP_CENTS * (level + 1) + (int64_t)(next_random(m) % STEP_CENTS);
	cancel(m, m->ids[side][level]);
	place(m, side, m->middle_cents + (side ? away : -away), "GTC", 1 + (unsigned)(next_random(m) % 20),
	      m->ids[side][level], sizeof m->ids[side][level]);
}

static void take(struct maker *m)
{
	int side = (int)(next_random(m) & 1);
	int64_t reach = 2 * STEP_CENTS;
	place(m, side, m->middle_cents + (side ? -reach : reach), "IOC", 1 + (unsigned)(next_random(m) % 8), NULL, 0);
}

static void run(struct maker *m, long acts)
{
	for (long n = 0; !stopping && (acts < 0 || n < acts) && m->errors < ERRORS_MAX; n++) {
		m->middle_cents += (int64_t)(next_random(m) % 31) - 15;
		if (next_random(m) % 4 == 0)
			take(m);
		else
			refresh(m);
		usleep(PAUSE_US);
	}
	for (int side = 0; side < 2; side++)
		for (int level = 0; level < QUOTES; level++)
			cancel(m, m->ids[side][level]);
}

static int usage(void)
{
	fprintf(stderr, "usage: market-maker --url URL --ca FILE --keys FILE --label NAME [--symbol BTCUSDT]\n"
			"                    [--price WHOLE] [--acts N]\n");
	return 2;
}

int main(int argc, char **argv)
{
	struct client_options options = { .url = "https://127.0.0.1:8443" };
	struct maker m = { .symbol = "BTCUSDT", .middle_cents = 6000000 };
	long acts = -1;
	static const struct option longs[] = {
		{ "url", 1, 0, 'u' }, { "ca", 1, 0, 'c' }, { "keys", 1, 0, 'k' }, { "label", 1, 0, 'l' },
		{ "symbol", 1, 0, 's' }, { "price", 1, 0, 'p' }, { "acts", 1, 0, 'a' }, { 0 },
	};
	for (int o; (o = getopt_long(argc, argv, "", longs, NULL)) != -1;) {
		switch (o) {
		case 'u': options.url = optarg; break;
		case 'c': options.ca_file = optarg; break;
		case 'k': options.keys_file = optarg; break;
		case 'l': options.label = optarg; break;
		case 's': m.symbol = optarg; break;
		case 'p': m.middle_cents = strtoll(optarg, NULL, 10) * 100; break;
		case 'a': acts = strtol(optarg, NULL, 10); break;
		default: return usage();
		}
	}
	if (!options.ca_file || !options.keys_file || !options.label || m.middle_cents < 100000)
		return usage();
	m.random = (uint64_t)time(NULL) * 2654435761u + (uint64_t)getpid() + 1;
	m.client = client_new(&options);
	if (!m.client)
		return 1;
	signal(SIGINT, on_signal);
	signal(SIGTERM, on_signal);
	run(&m, acts);
	if (m.errors >= ERRORS_MAX)
		fprintf(stderr, "market-maker: %u requests in a row without an answer from %s; is it running?\n", m.errors,
			options.url);
	client_free(m.client);
	return m.errors >= ERRORS_MAX;
}
