// SPDX-License-Identifier: Apache-2.0
// bench-keys [--json] [--seconds S]: signatures, derivations, PSBT parses and completions a second, each beside
// what bare libsecp256k1 needs for the curve's part of the same work. Ours and bare take turns within a round, so
// that both meet the same machine; a figure is the median round, a ratio the median of the rounds' ratios.
#include "bench/keys/work.h"

#include "base/clock.h"
#include "crypto/secret.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define ROUNDS_MAX 2000u
#define ROUND_NS 5000000u // one turn of one of the two

static double seconds = 1;
static bool json;

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

static double median(double *values, size_t count)
{
	qsort(values, count, sizeof *values, compare);
	return values[count / 2];
}

// One turn: nanoseconds for each call.
static double turn_ns(void (*call)(void), unsigned calls)
{
	uint64_t start = clock_monotonic_ns();
	for (unsigned i = 0; i < calls; i++)
		call();
	return (double)(clock_monotonic_ns() - start) / calls;
}

// So many calls that a turn takes about ROUND_NS.
static unsigned calls_for(void (*call)(void))
{
	double ns = turn_ns(call, 20);
	return ns > ROUND_NS / 4.0 ? 4 : (unsigned)(ROUND_NS / ns);
}

static void print(const struct work *w, double ours, double bare, double ratio, bool last)
{
	if (json) {
		printf("    {\"name\": \"%s\", \"per_second\": %.0f", w->name, 1e9 / ours);
		if (w->bare)
			printf(", \"beside\": \"%s\", \"beside_per_second\": %.0f, \"times\": %.3f", w->beside, 1e9 / bare,
			       ratio);
		printf("}%s\n", last ? "" : ",");
	} else if (w->bare) {
		printf("%-34s %9.0f/s   %-36s %9.0f/s   %.2f times its time\n", w->name, 1e9 / ours, w->beside, 1e9 / bare,
		       ratio);
	} else {
		printf("%-34s %9.0f/s\n", w->name, 1e9 / ours);
	}
}

static void measure(const struct work *w, bool last)
{
	static double ours[ROUNDS_MAX], bare[ROUNDS_MAX], ratios[ROUNDS_MAX];
	unsigned calls = calls_for(w->ours), bare_calls = w->bare ? calls_for(w->bare) : 0;
	uint64_t end = clock_monotonic_ns() + (uint64_t)(seconds * 1e9);
	size_t n = 0;
	do {
		ours[n] = turn_ns(w->ours, calls);
		bare[n] = w->bare ? turn_ns(w->bare, bare_calls) : 0;
		ratios[n] = w->bare ? ours[n] / bare[n] : 0;
	} while (++n < ROUNDS_MAX && clock_monotonic_ns() < end);
	print(w, median(ours, n), median(bare, n), median(ratios, n), last);
}

static void options(int argc, char **argv)
{
	static const struct option long_options[] = {
		{ "json", no_argument, NULL, 'j' }, { "seconds", required_argument, NULL, 's' }, { 0 }
	};
	for (int c; (c = getopt_long(argc, argv, "", long_options, NULL)) >= 0;) {
		char *end = NULL;
		if (c == 'j')
			json = true;
		else if (c == 's')
			seconds = strtod(optarg, &end);
		if (c == '?' || (c == 's' && (*end || !(seconds > 0 && seconds <= 60)))) {
			fprintf(stderr, "usage: bench-keys [--json] [--seconds S]   (S: for each line, at most 60)\n");
			exit(2);
		}
	}
}

int main(int argc, char **argv)
{
	options(argc, argv);
	if (crypto_init() || work_prepare()) {
		fprintf(stderr, "bench-keys: libcrypto or libsodium did not start\n");
		return 1;
	}
	if (json)
		printf("{\n  \"keys\": [\n");
	for (size_t i = 0; i < work_count; i++)
		measure(&works[i], i + 1 == work_count);
	if (json)
		printf("  ]\n}\n");
	return 0;
}
