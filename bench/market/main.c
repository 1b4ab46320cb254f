// SPDX-License-Identifier: Apache-2.0
// bench-market: the state machine in memory, on one core, with balances, holds,
// fees, self-trade prevention, client ids, events and digests on.
#include "bench/market/flow.h"
#include "bench/market/measure.h"
#include "bench/market/recorded.h"
#include "bench/yardstick.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#define LOAD 0.5          // of the throughput, for latencies: reading the clock twice costs time of its own
#define MILLION 1000000u

static const struct flow_case cases[] = {
	{ .name = "mixed-1-symbol", .what = "60 % new, 35 % cancel, 5 % IOC, random walk",
	  .size = { 1000, 1, 1u << 12, 4096 }, .commands = 5 * MILLION, .resting = 3500,
	  .new_per_mille = 600, .cancel_per_mille = 350, .spread = 300 },
	{ .name = "mixed-100-symbols", .what = "the same over 100 books",
	  .size = { 1000, 100, 1u << 19, 1u << 15 }, .commands = 3 * MILLION, .resting = 100000,
	  .new_per_mille = 600, .cancel_per_mille = 350, .spread = 300 },
	{ .name = "mixed-1M-accounts", .what = "the same by a million customers",
	  .size = { MILLION, 1, 1u << 16, 4096 }, .commands = 3 * MILLION, .resting = 3500,
	  .new_per_mille = 600, .cancel_per_mille = 350, .spread = 300 },
	{ .name = "mixed-1M-resting", .what = "the same above a million resting orders",
	  .size = { 1000, 1, 1u << 21, 1u << 14 }, .commands = 3 * MILLION, .resting = MILLION,
	  .new_per_mille = 600, .cancel_per_mille = 350, .spread = 300 },
	{ .name = "wide-swings", .what = "the price jumps by up to 50 % every 1,000 commands",
	  .size = { 1000, 1, 1u << 16, 1u << 14 }, .commands = 2 * MILLION, .resting = 3500,
	  .new_per_mille = 600, .cancel_per_mille = 350, .spread = 300, .swing = 1500000, .swing_every = 1000 },
	{ .name = "far-levels", .what = "half of the orders anywhere between 0.01 and 10 million",
	  .size = { 1000, 1, 1u << 16, 1u << 16 }, .commands = 2 * MILLION, .resting = 3500,
	  .new_per_mille = 500, .cancel_per_mille = 450, .spread = 300, .far_per_mille = 500 },
	{ .name = "cancel-storms", .what = "10,000 new orders, then 10,000 cancels, and again",
	  .size = { 1000, 1, 1u << 16, 4096 }, .commands = 2 * MILLION, .resting = 3500,
	  .new_per_mille = 500, .cancel_per_mille = 490, .spread = 300, .storm = 10000 },
	{ .name = "one-level", .what = "all orders at one price a side",
	  .size = { 1000, 1, 1u << 20, 4096 }, .commands = 2 * MILLION, .resting = 3500,
	  .new_per_mille = 520, .cancel_per_mille = 430, .spread = 300, .pile_per_mille = 1000 },
	{ .name = "sweeping-takers", .what = "one command in 100 takes some 20 makers over many levels",
	  .size = { 1000, 1, 1u << 20, 4096 }, .commands = 2 * MILLION, .resting = 3500,
	  .new_per_mille = 590, .cancel_per_mille = 400, .spread = 300, .sweep = 20 },
};

struct options {
	bool json;
	const char *only, *input, *output, *commands; // commands: how many, instead of the case's own
};

static void print(const char *name, const struct measured *m, bool json)
{
	if (json)
		printf("{\"bench\":\"market\",\"case\":\"%s\",\"ops_per_s\":%.0f,\"quiet_ops_per_s\":%.0f,\"p50_ns\":%.0f,\"p99_ns\":%.0f,"
		       "\"p999_ns\":%.0f,\"bytes_per_entry\":%.1f,\"commands\":%" PRIu64 ",\"fills\":%" PRIu64
		       ",\"rejected\":%" PRIu64 ",\"resting\":%" PRIu64 "}\n",
		       name, m->ops_per_s, m->quiet_ops_per_s, m->p50_ns, m->p99_ns, m->p999_ns, m->bytes_per_entry, m->commands, m->fills,
		       m->rejected, m->resting);
	else
		printf("%-18s %8.2f %8.2f %8.0f %8.0f %8.0f %8.1f %10" PRIu64 " %9" PRIu64 " %9" PRIu64 "\n", name,
		       m->ops_per_s / 1e6, m->quiet_ops_per_s / 1e6, m->p50_ns, m->p99_ns, m->p999_ns, m->bytes_per_entry, m->commands, m->fills,
		       m->resting);
	fflush(stdout);
}

static void print_head(void)
{
	printf("latency from the intended time, at %.0f %% of the throughput\n", LOAD * 100);
	printf("%-18s %8s %8s %8s %8s %8s %8s %10s %9s %9s\n", "case", "M/s", "quiet", "p50 ns", "p99 ns", "p99.9 ns", "bytes",
	       "commands", "fills", "resting");
}

static void run_case(const struct flow_case *c, const struct options *options)
{
	struct commands commands;
	struct measured measured = { 0 };
	struct flow_case asked = *c;
	if (options->commands)
		asked.commands = (uint32_t)strtoul(options->commands, NULL, 10);
	flow_make(&asked, &commands);
	if (options->output && commands_write(&commands, options->output))
		exit(1);
	measure(&commands, &c->size, LOAD, &measured);
	print(c->name, &measured, options->json);
	commands_close(&commands);
}

static void run_recorded(const struct recorded *r, const struct options *options)
{
	struct commands commands;
	struct world_size size;
	struct measured measured = { 0 };
	if (!recorded_make(r, &commands, &size))
		return;
	measure(&commands, &size, LOAD, &measured);
	print(r->name, &measured, options->json);
	commands_close(&commands);
}

static bool asked_for(const struct options *options, const char *name)
{
	return !options->only || strcmp(options->only, name) == 0;
}

static int run_input(const struct options *options)
{
	struct commands commands;
	struct measured measured = { 0 };
	if (commands_read(&commands, options->input))
		return 1;
	const struct world_size size = { commands.customers, commands.markets, commands.orders, commands.levels };
	measure(&commands, &size, LOAD, &measured);
	print(options->input, &measured, options->json);
	commands_close(&commands);
	return 0;
}

static int usage(void)
{
	fprintf(stderr, "usage: bench-market [--json] [--commands N] [--case NAME [--output FILE]] [--input FILE]\ncases:\n");
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		fprintf(stderr, "  %-18s %s\n", cases[i].name, cases[i].what);
	for (size_t i = 0; i < ARRAY_LEN(recorded); i++)
		fprintf(stderr, "  %-18s recorded: %s\n", recorded[i].name, recorded[i].path);
	return 2;
}

static bool options_take(struct options *o, int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		const char *value = i + 1 < argc ? argv[i + 1] : NULL;
		const char **to = !strcmp(argv[i], "--case") ? &o->only : !strcmp(argv[i], "--input") ? &o->input
				  : !strcmp(argv[i], "--output") ? &o->output
				  : !strcmp(argv[i], "--commands") ? &o->commands : NULL;
		if (!strcmp(argv[i], "--json"))
			o->json = true;
		else if (to && value)
			*to = argv[++i];
		else
			return false;
	}
	return !o->output || o->only;
}

int main(int argc, char **argv)
{
	struct options options = { 0 };
	struct yardstick yardstick;
	unsigned ran = 0;
	if (!options_take(&options, argc, argv))
		return usage();
	yardstick_measure(&yardstick, ".");
	yardstick_print(&yardstick, options.json);
	if (!options.json)
		print_head();
	if (options.input)
		return run_input(&options);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		if (!asked_for(&options, cases[i].name))
			continue;
		run_case(&cases[i], &options);
		ran++;
	}
	for (size_t i = 0; i < ARRAY_LEN(recorded); i++) {
		if (!asked_for(&options, recorded[i].name))
			continue;
		run_recorded(&recorded[i], &options);
		ran++;
	}
	return ran ? 0 : usage();
}
