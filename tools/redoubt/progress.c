// SPDX-License-Identifier: Apache-2.0
#include "progress.h"

#include "base/clock.h"

#include <stdio.h>
#include <unistd.h>

#define FIRST_NS 1000000000u
#define EVERY_NS 100000000u
#define BAR 30

void progress_begin(struct progress *p, const char *what, const char *unit, uint64_t total)
{
	*p = (struct progress){ .what = what, .unit = unit, .total = total, .start_ns = clock_monotonic_ns() };
	p->next_ns = isatty(STDERR_FILENO) ? p->start_ns + FIRST_NS : UINT64_MAX;
}

static void show(struct progress *p, uint64_t done, uint64_t now)
{
	double seconds = (double)(now - p->start_ns) / 1e9, rate = (double)done / seconds;
	fprintf(stderr, "\r%s ", p->what);
	if (p->total) {
		unsigned filled = (unsigned)(u64_min(done, p->total) * BAR / p->total);
		fprintf(stderr, "[%.*s%*s] %3u%% ", (int)filled, "==============================", (int)(BAR - filled), "",
			(unsigned)(u64_min(done, p->total) * 100 / p->total));
	}
	fprintf(stderr, "%llu %s, %.0f/s", (unsigned long long)done, p->unit, rate);
	if (p->total && done && done < p->total)
		fprintf(stderr, ", %.0f s left", (double)(p->total - done) / rate);
	fprintf(stderr, "\033[K");
	fflush(stderr);
	p->shown = true;
}

void progress_step(struct progress *p, uint64_t done)
{
	if (p->next_ns == UINT64_MAX)
		return;
	uint64_t now = clock_monotonic_ns();
	if (now < p->next_ns)
		return;
	p->next_ns = now + EVERY_NS;
	show(p, done, now);
}

void progress_end(struct progress *p)
{
	if (p->shown)
		fprintf(stderr, "\r\033[K");
	p->shown = false;
}
