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

static const json_t *role_counters(const json_t *status, const char *name)
{
	const json_t *role;
	size_t i;
	json_array_foreach(json_object_get(status, "roles"), i, role)
		if (!strcmp(json_string_value(json_object_get(role, "name")), name))
			return json_object_get(role, "counters");
	return NULL;
}

static int64_t number_of(const json_t *object, const char *name)
{
	return json_integer_value(json_object_get(object, name));
}

// Entries (audit: blocks) that are durable and that it has not taken yet.
static int64_t lag_of(const json_t *status, const char *role)
{
	const json_t *durable = json_object_get(status, "durable"), *counters = role_counters(status, role);
	if (!strcmp(role, "audit"))
		return number_of(durable, "blocks") - number_of(counters, "checkpoint_size");
	return number_of(durable, "sequence") - number_of(counters, "applied_sequence");
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
		for (size_t i = 0; status && i < ARRAY_LEN(FOLLOWERS); i++) {
			int64_t lag = lag_of(status, FOLLOWERS[i]);
			if (!begun)
				first[i] = lag;
			if (lag == 0 && level[i] < 0)
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

struct stages { int64_t received_us, received, durable_us, durable, written_us, batches; };

static struct stages stages_now(const struct house *h)
{
	json_t *status = house_status(h);
	const json_t *engine = role_counters(status, "engine");
	struct stages s = {
		.received_us = number_of(engine, "received_sum_us"), .received = number_of(engine, "received_count"),
		.durable_us = number_of(engine, "durable_sum_us"), .durable = number_of(engine, "durable_count"),
		.written_us = number_of(engine, "write_us_sum"), .batches = number_of(engine, "batches"),
	};
	json_decref(status);
	return s;
}

static double mean(int64_t sum, int64_t count)
{
	return count > 0 ? (double)sum / (double)count : 0;
}

static void report_stages(const struct stages *from, const struct stages *to)
{
	double in = mean(to->received_us - from->received_us, to->received - from->received);
	double durable = mean(to->durable_us - from->durable_us, to->durable - from->durable);
	double write = mean(to->written_us - from->written_us, to->batches - from->batches);
	printf(json_output ? "{\"bench\":\"order\",\"case\":\"stages\",\"gateway_to_sequenced_us\":%.1f,"
			     "\"sequenced_to_durable_us\":%.1f,\"journal_write_us\":%.1f}\n"
			   : "    stages (mean): gateway to sequenced %.1f us, sequenced to durable %.1f us, one journal write %.1f us\n",
	       in, durable, write);
}

static int run_case(const struct house *h, const struct order_case *c)
{
	struct load_plan plan = {
		.host = "127.0.0.1", .port = h->port, .connections = c->connections, .depth = c->depth, .rate = c->rate,
		.requests = c->requests, .keys = h->key, .key_count = 2, .symbol = SYMBOL, .price = PRICE,
	};
	struct load_result result;
	struct house_cpu before, after;
	struct stages from = stages_now(h);
	house_cpu(h, &before);
	int error = load_run(&plan, &result);
	if (error) {
		fprintf(stderr, "bench: cannot connect to 127.0.0.1:%u: %s\n", h->port, strerror(-error));
	} else {
		house_cpu(h, &after);
		report_case(c, &result);
		report_cpu(&before, &after, &result);
		struct stages to = stages_now(h);
		report_stages(&from, &to);
		report_lag(h);
		error = result.failed ? -EIO : 0;
	}
	load_result_free(&result);
	return error;
}

int main(int argc, char **argv)
{
	struct house house;
	struct yardstick yardstick;
	int failed = 0;
	json_output = argc > 1 && !strcmp(argv[1], "--json");
	if (argc > 1 + json_output) {
		fprintf(stderr, "usage: bench-order [--json]\n");
		return 2;
	}
	yardstick_measure(&yardstick, ".");
	yardstick_print(&yardstick, json_output);
	if (house_start(&house))
		return 1;
	for (size_t i = 0; i < ARRAY_LEN(CASES); i++)
		failed |= run_case(&house, &CASES[i]) != 0;
	house_stop(&house);
	return failed;
}
