// SPDX-License-Identifier: Apache-2.0
// bench-order: signed orders over TLS through gateway, auth, engine and the
// durable journal, every daemon on, client included. Latency counts from the
// moment an order was meant to leave.
#include "bench/house.h"
#include "bench/yardstick.h"

#include "base/clock.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define SYMBOL "BTCUSDT"
#define PRICE "50000.00"
#define DRAIN_SECONDS_MAX 120

struct order_case {
	const char *name;
	unsigned connections, depth;
	double rate;
	uint64_t requests;
};

static const struct order_case CASES[] = {
	{ "lone order, 1 connection, 100/s", 1, 1, 100, 600 },
	{ "1 connection, one at a time", 1, 1, 0, 5000 },
	{ "64 connections, one at a time", 64, 1, 0, 200000 },
	{ "64 connections, 16 under way", 64, 16, 0, 400000 },
};

static bool json_output;

static void report_case(const struct order_case *c, const struct load_result *r)
{
	double rate = r->seconds > 0 ? (double)r->accepted / r->seconds : 0;
	uint64_t p50 = load_percentile(r, 0.50), p99 = load_percentile(r, 0.99), p999 = load_percentile(r, 0.999);
	if (json_output)
		printf("{\"bench\":\"order\",\"case\":\"%s\",\"ops_per_s\":%.0f,\"p50_ns\":%llu,\"p99_ns\":%llu,"
		       "\"p999_ns\":%llu,\"accepted\":%llu,\"refused\":%llu,\"failed\":%llu,\"client_cpu_s\":%.2f}\n",
		       c->name, rate, (unsigned long long)p50, (unsigned long long)p99, (unsigned long long)p999,
		       (unsigned long long)r->accepted, (unsigned long long)r->refused,
		       (unsigned long long)r->failed, r->client_cpu_seconds);
	else
		printf("%-32s %9.0f orders/s   p50 %7.1f us  p99 %8.1f us  p99.9 %8.1f us\n", c->name, rate,
		       (double)p50 / 1e3, (double)p99 / 1e3, (double)p999 / 1e3);
	if (r->refused || r->failed)
		fprintf(stderr, "  %llu refused (first: %s), %llu without an answer\n", (unsigned long long)r->refused,
			r->first_refusal, (unsigned long long)r->failed);
}

static void report_cpu(const struct house_cpu *before, const struct house_cpu *after, const struct load_result *r)
{
	for (unsigned i = 0; i < after->count && i < before->count; i++) {
		double used = after->process[i].seconds - before->process[i].seconds;
		double each = r->accepted ? used * 1e6 / (double)r->accepted : 0;
		if (json_output)
			printf("{\"bench\":\"order\",\"case\":\"cpu\",\"process\":\"%s\",\"seconds\":%.2f,\"us_per_order\":%.2f}\n",
			       after->process[i].role, used, each);
		else
			printf("    %-12s %6.2f s CPU  %6.2f us an order\n", after->process[i].role, used, each);
	}
	if (!json_output)
		printf("    %-12s %6.2f s CPU  %6.2f us an order\n", "client", r->client_cpu_seconds,
		       r->accepted ? r->client_cpu_seconds * 1e6 / (double)r->accepted : 0);
}

static int64_t status_number(const json_t *status, const char *object, const char *name)
{
	return json_integer_value(json_object_get(json_object_get(status, object), name));
}

// How far the followers are behind, and how long they take to be level.
static void report_lag(const struct house *h)
{
	static const char *const FOLLOWERS[] = { "replica", "audit", "history" };
	uint64_t started = clock_monotonic_ns();
	int64_t first[ARRAY_LEN(FOLLOWERS)] = { 0 };
	double level[ARRAY_LEN(FOLLOWERS)] = { -1, -1, -1 };
	for (bool begun = false; clock_monotonic_ns() - started < DRAIN_SECONDS_MAX * 1000000000ull; begun = true) {
		json_t *status = house_status(h);
		unsigned done = 0;
		for (size_t i = 0; i < ARRAY_LEN(FOLLOWERS); i++) {
			int64_t lag = status_number(status, "lag", FOLLOWERS[i]);
			if (!begun)
				first[i] = lag;
			if (status && lag == 0 && level[i] < 0)
				level[i] = (double)(clock_monotonic_ns() - started) / 1e9;
			done += level[i] >= 0;
		}
		json_decref(status);
		if (done == ARRAY_LEN(FOLLOWERS))
			break;
		usleep(20000);
	}
	for (size_t i = 0; i < ARRAY_LEN(FOLLOWERS); i++)
		printf(json_output ? "{\"bench\":\"order\",\"case\":\"lag\",\"process\":\"%s\",\"behind\":%lld,\"drain_s\":%.2f}\n"
				   : "    %-12s %lld behind at the end, level after %.2f s\n",
		       FOLLOWERS[i], (long long)first[i], level[i]);
}

static void report_stages(const struct house *h)
{
	json_t *status = house_status(h);
	char *text = json_dumps(json_object_get(status, "stages"), JSON_COMPACT);
	if (text)
		printf(json_output ? "{\"bench\":\"order\",\"case\":\"stages\",\"stages\":%s}\n" : "    stages %s\n", text);
	free(text);
	json_decref(status);
}

static int run_case(const struct house *h, const struct order_case *c)
{
	struct load_plan plan = {
		.host = "127.0.0.1", .port = h->port, .connections = c->connections, .depth = c->depth, .rate = c->rate,
		.requests = c->requests, .keys = h->key, .key_count = 2, .symbol = SYMBOL, .price = PRICE,
	};
	struct load_result result;
	struct house_cpu before, after;
	house_cpu(h, &before);
	int error = load_run(&plan, &result);
	if (error) {
		fprintf(stderr, "bench: cannot connect to 127.0.0.1:%u: %s\n", h->port, strerror(-error));
	} else {
		house_cpu(h, &after);
		report_case(c, &result);
		report_cpu(&before, &after, &result);
		report_stages(h);
		report_lag(h);
		error = result.failed ? -EIO : 0;
	}
	load_result_free(&result);
	return error;
}

int main(int argc, char **argv)
{
	struct house house;
	int failed = 0;
	json_output = argc > 1 && !strcmp(argv[1], "--json");
	if (argc > 1 + json_output) {
		fprintf(stderr, "usage: bench-order [--json]\n");
		return 2;
	}
	yardstick_print("order", json_output);
	if (house_start(&house))
		return 1;
	for (size_t i = 0; i < ARRAY_LEN(CASES); i++)
		failed |= run_case(&house, &CASES[i]) != 0;
	house_stop(&house);
	return failed;
}
