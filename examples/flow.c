// SPDX-License-Identifier: Apache-2.0
// Replays recorded order flow through the API: the same conversion as
// `redoubt replay`, but signed, over TLS, by two customers.
//
//   flow --url URL --ca FILE --keys FILE [--symbol BTCUSDT] FILE[.gz]
//
// Formats: Bitstamp order events (CSV with a header) and LOBSTER messages
// (CSV without one); which of them is seen from the first line.
#include "client.h"

#include <getopt.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#define LINE_MAX_BYTES 512
#define PRICE_MAX 262000.0     // the recorded flow has stub quotes up to 999,999,999
#define QUANTITY_MAX 40000.0
#define REPORT_EVERY 1000
#define ERRORS_MAX 50          // in a row; then the exchange is gone
#define TRIES_MAX 30           // of one request that the limits refuse, a second apart

static volatile sig_atomic_t stopping;

static void on_signal(int number)
{
	(void)number;
	stopping = 1;
}

struct flow {
	struct client *client[2]; // even and odd orders
	const char *symbol;
	unsigned long sent, accepted, refused, errors;
};

struct act {
	bool cancel, immediate, sell;
	uint64_t id;
	double price, quantity;
};

static void count(struct flow *f, int status)
{
	f->sent++;
	f->accepted += status == 200;
	f->refused += status > 0 && status != 200;
	f->errors = status < 0 ? f->errors + 1 : 0;
	if (f->sent % REPORT_EVERY == 0)
		fprintf(stderr, "\r%lu sent, %lu accepted, %lu refused", f->sent, f->accepted, f->refused);
}

// 429 says that nothing happened: the same order is sent again, signed anew, or the book would no longer be the recorded one.
static int call(struct client *client, const char *method, const char *params)
{
	const char *body;
	int status = client_call(client, method, "/api/v3/order", params, true, &body);
	for (unsigned tries = 1; status == 429 && tries < TRIES_MAX && !stopping; tries++) {
		sleep(1);
		status = client_call(client, method, "/api/v3/order", params, true, &body);
	}
	return status;
}

static void send_act(struct flow *f, const struct act *a)
{
	char params[320];
	const char *method = a->cancel ? "DELETE" : "POST";
	if (a->cancel)
		snprintf(params, sizeof params, "symbol=%s&origClientOrderId=flow-%llu", f->symbol,
			 (unsigned long long)a->id);
	else
		snprintf(params, sizeof params,
			 "symbol=%s&side=%s&type=LIMIT&timeInForce=%s&quantity=%.5f&price=%.2f&newClientOrderId=flow-%llu&"
			 "newOrderRespType=ACK",
			 f->symbol, a->sell ? "SELL" : "BUY", a->immediate ? "IOC" : "GTC", a->quantity, a->price,
			 (unsigned long long)a->id);
	count(f, call(f->client[a->id & 1], method, params));
}

static double clamp(double value, double low, double high)
{
	return value < low ? low : value > high ? high : value;
}

// id,timestamp,exchange_timestamp,price,volume,action,direction
static bool read_bitstamp(const char *line, struct act *a)
{
	char action[16], direction[8];
	unsigned long long id;
	if (sscanf(line, "%llu,%*u,%*u,%lf,%lf,%15[^,],%7[a-z]", &id, &a->price, &a->quantity, action, direction) != 5)
		return false;
	a->id = id;
	a->price = clamp((double)(int64_t)clamp(a->price, 0, PRICE_MAX), 1, PRICE_MAX);
	a->quantity = clamp(a->quantity, 0.00001, QUANTITY_MAX);
	a->sell = !strcmp(direction, "ask");
	a->cancel = !strcmp(action, "deleted");
	return a->cancel || !strcmp(action, "created");
}

// time,type,id,size,price * 10,000,direction of the resting order
static bool read_lobster(const char *line, struct act *a)
{
	static uint64_t immediate = (uint64_t)1 << 40;
	unsigned long long id;
	int type, direction;
	if (sscanf(line, "%*f,%d,%llu,%lf,%lf,%d", &type, &id, &a->quantity, &a->price, &direction) != 5)
		return false;
	a->price = (double)(int64_t)(a->price / 100) / 100;
	a->quantity /= 1000;
	a->sell = (direction < 0) != (type == 4);
	a->cancel = type == 3;
	a->immediate = type == 4;
	a->id = type == 4 ? immediate++ : id;
	return type == 1 || type == 3 || type == 4;
}

static int replay(struct flow *f, const char *path)
{
	char line[LINE_MAX_BYTES];
	gzFile in = gzopen(path, "rb");
	if (!in || !gzgets(in, line, sizeof line)) {
		fprintf(stderr, "flow: cannot read '%s'\n", path);
		return 1;
	}
	bool bitstamp = !strncmp(line, "id,", 3);
	bool more = !bitstamp || gzgets(in, line, sizeof line);
	for (; more && !stopping && f->errors < ERRORS_MAX; more = gzgets(in, line, sizeof line) != NULL) {
		struct act a = { 0 };
		if (bitstamp ? read_bitstamp(line, &a) : read_lobster(line, &a))
			send_act(f, &a);
	}
	gzclose(in);
	fprintf(stderr, "\r%lu sent, %lu accepted, %lu refused\n", f->sent, f->accepted, f->refused);
	if (f->errors >= ERRORS_MAX)
		fprintf(stderr, "flow: %lu requests in a row without an answer; is the exchange running?\n", f->errors);
	return f->errors >= ERRORS_MAX;
}

int main(int argc, char **argv)
{
	struct client_options options = { .url = "https://127.0.0.1:8443" };
	struct flow f = { .symbol = "BTCUSDT" };
	static const struct option longs[] = {
		{ "url", 1, 0, 'u' }, { "ca", 1, 0, 'c' }, { "keys", 1, 0, 'k' }, { "symbol", 1, 0, 's' }, { 0 },
	};
	static const char *const labels[2] = { "alice", "bob" };
	for (int o; (o = getopt_long(argc, argv, "", longs, NULL)) != -1;) {
		switch (o) {
		case 'u': options.url = optarg; break;
		case 'c': options.ca_file = optarg; break;
		case 'k': options.keys_file = optarg; break;
		case 's': f.symbol = optarg; break;
		default: return 2;
		}
	}
	if (optind + 1 != argc || !options.ca_file || !options.keys_file) {
		fprintf(stderr, "usage: flow --url URL --ca FILE --keys FILE [--symbol BTCUSDT] FILE[.gz]\n");
		return 2;
	}
	signal(SIGINT, on_signal);
	signal(SIGTERM, on_signal);
	int result = 1;
	for (int i = 0; i < 2; i++) {
		options.label = labels[i];
		f.client[i] = client_new(&options);
	}
	if (f.client[0] && f.client[1])
		result = replay(&f, argv[optind]);
	client_free(f.client[0]);
	client_free(f.client[1]);
	return result;
}
