// SPDX-License-Identifier: Apache-2.0
#include "bench/market/measure.h"

#include "base/clock.h"
#include "daemons/engine/resident.h"
#include "exchange/state.h"

#include <stdlib.h>

#define BLOCK_COMMANDS 1024u   // a seal as often as the engine closes a block
#define STRETCH_COMMANDS 16384u // between two looks at the clock
#define CALIBRATE_NS 20000000u
#define STREAM_AHEAD 2048u
#define BUCKETS (64u * 32u)    // 32 per power of two: 3 % wide

#ifdef __x86_64__
#include <x86intrin.h>
static inline uint64_t ticks_now(void)
{
	return __rdtsc();
}
#else
static inline uint64_t ticks_now(void)
{
	return clock_monotonic_ns();
}
#endif

struct histogram {
	uint64_t count[BUCKETS];
	uint64_t total;
};

static void histogram_add(struct histogram *h, uint64_t ticks)
{
	unsigned top = 63 - (unsigned)__builtin_clzll(ticks | 32), low = (unsigned)(ticks >> (top - 5)) & 31;
	h->count[top * 32 + low]++;
	h->total++;
}

// The upper edge of the bucket that holds the quantile.
static double histogram_quantile(const struct histogram *h, double quantile)
{
	uint64_t below = 0, wanted = (uint64_t)((double)h->total * quantile);
	for (unsigned i = 0; i < BUCKETS; i++) {
		below += h->count[i];
		if (below > wanted)
			return i / 32 <= 5 ? (double)(32 + i % 32) : (double)(33 + i % 32) * (double)(1ull << (i / 32 - 5));
	}
	return 0;
}

static double ticks_per_ns(void)
{
	uint64_t ns = clock_monotonic_ns(), ticks = ticks_now();
	while (clock_monotonic_ns() - ns < CALIBRATE_NS)
		;
	return (double)(ticks_now() - ticks) / (double)(clock_monotonic_ns() - ns);
}

static inline uint16_t entry_size(const uint8_t *at)
{
	uint16_t size;
	memcpy(&size, at, sizeof size);
	return size;
}

// What a reader of the events would at least look at.
static inline void events_read(const struct exchange *x, uint64_t kinds[16])
{
	for (size_t i = 0, n = exchange_event_count(x); i < n; i++)
		kinds[exchange_event(x, i)->kind]++;
}

NOINLINE static const uint8_t *run(struct exchange *x, const uint8_t *at, uint64_t count, uint64_t kinds[16])
{
	uint64_t sequence = exchange_sequence(x), time_us = exchange_time_us(x);
	for (uint64_t i = 0; i < count; i++) {
		uint16_t size = entry_size(at);
		__builtin_prefetch(at + STREAM_AHEAD); // the input, not the exchange
		__builtin_prefetch(at + STREAM_AHEAD + CACHE_LINE);
		int malformed = exchange_apply(x, ++sequence, ++time_us, at, size);
		ASSERT(!malformed);
		events_read(x, kinds);
		if (sequence % BLOCK_COMMANDS == 0)
			exchange_seal_block(x);
		at += size;
	}
	return at;
}

// What lies before measuring, and then the memory made ready as an engine does that starts there.
static const uint8_t *run_setup(struct exchange *x, const struct commands *c)
{
	uint64_t ignored[16] = { 0 };
	const uint8_t *at = run(x, c->entries, c->setup, ignored);
	(void)resident_make(x, RESIDENT_ORDERS);
	return at;
}

static int compare_rates(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x < y) - (x > y);
}

// Runs everything; *ret_quiet = the rate that a tenth of all stretches reached: what the core does while nobody else is on it.
static const uint8_t *run_stretches(struct exchange *x, const uint8_t *at, uint64_t count, uint64_t kinds[16],
				    double *ret_quiet)
{
	size_t stretches = 0;
	double *rate = calloc(count / STRETCH_COMMANDS + 1, sizeof rate[0]);
	if (!rate)
		abort();
	for (uint64_t left = count; left;) {
		uint64_t some = left < STRETCH_COMMANDS ? left : STRETCH_COMMANDS, start = clock_monotonic_ns();
		at = run(x, at, some, kinds);
		rate[stretches++] = (double)some * 1e9 / (double)(clock_monotonic_ns() - start);
		left -= some;
	}
	qsort(rate, stretches, sizeof rate[0], compare_rates);
	*ret_quiet = rate[stretches / 10];
	free(rate);
	return at;
}

static void measure_throughput(const struct commands *c, const struct world_size *size, struct measured *ret)
{
	uint64_t kinds[16] = { 0 };
	struct exchange *x = world_new(size);
	const uint8_t *at = run_setup(x, c);
	uint64_t start = clock_monotonic_ns();
	at = run_stretches(x, at, c->count - c->setup, kinds, &ret->quiet_ops_per_s);
	double ns = (double)(clock_monotonic_ns() - start);
	ASSERT(at == c->entries + c->size);
	ret->commands = c->count - c->setup;
	ret->ops_per_s = (double)ret->commands * 1e9 / ns;
	ret->bytes_per_entry = (double)c->size / (double)c->count;
	ret->fills = kinds[EVENT_TRADE];
	ret->rejected = kinds[EVENT_ORDER_REJECTED] + kinds[EVENT_CANCEL_REJECTED];
	ret->resting = x->orders.live;
	ret->digest = exchange_seal_block(x);
	exchange_free(x);
}

// The time stamps themselves cost one reading a command, which counts.
static void run_open_loop(struct exchange *x, const uint8_t *at, uint64_t count, double interval, struct histogram *h)
{
	uint64_t sequence = exchange_sequence(x), time_us = exchange_time_us(x), start = ticks_now();
	uint64_t kinds[16] = { 0 }, now = start;
	for (uint64_t i = 0; i < count; i++) {
		uint64_t intended = start + (uint64_t)((double)i * interval);
		while (now < intended)
			now = ticks_now();
		uint16_t size = entry_size(at);
		int malformed = exchange_apply(x, ++sequence, ++time_us, at, size);
		ASSERT(!malformed);
		events_read(x, kinds);
		if (sequence % BLOCK_COMMANDS == 0)
			exchange_seal_block(x);
		at += size;
		now = ticks_now();
		histogram_add(h, now - intended);
	}
}

static void measure_latency(const struct commands *c, const struct world_size *size, double load, struct measured *ret)
{
	struct histogram *h = calloc(1, sizeof *h);
	double per_ns = ticks_per_ns();
	if (!h)
		abort();
	struct exchange *x = world_new(size);
	const uint8_t *at = run_setup(x, c);
	run_open_loop(x, at, c->count - c->setup, per_ns * 1e9 / (ret->ops_per_s * load), h);
	ret->p50_ns = histogram_quantile(h, 0.50) / per_ns;
	ret->p99_ns = histogram_quantile(h, 0.99) / per_ns;
	ret->p999_ns = histogram_quantile(h, 0.999) / per_ns;
	exchange_free(x);
	free(h);
}

void measure(const struct commands *c, const struct world_size *size, double load, struct measured *ret)
{
	measure_throughput(c, size, ret);
	measure_latency(c, size, load, ret);
}
