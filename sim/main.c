// SPDX-License-Identifier: Apache-2.0
// sim --seeds N [--seed S] [--plant BUG] [--quiet]: runs N seeds, from S on (default 1). Stops at the first
// that fails, prints it, and exits 1; `sim --seeds 1 --seed S` replays exactly that one.
#include "base/clock.h"
#include "crypto/secret.h"
#include "sim/plants.h"
#include "sim/world.h"

#include <fcntl.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static const char *const plant_names[] = { "none", "ack-before-sync", "double-release", "skip-crc" };
static volatile uint64_t running;
static char snapshots[] = "/dev/shm/redoubt-sim-XXXXXX";

struct options {
	uint64_t seeds, seed;
};

static int usage(int status)
{
	fprintf(status ? stderr : stdout,
		"usage: sim --seeds N [--seed S] [--plant ack-before-sync|double-release|skip-crc]\n");
	return status;
}

static bool plant_of(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(plant_names); i++)
		if (!strcmp(name, plant_names[i])) {
			plant = (enum plant)i;
			return true;
		}
	return false;
}

static bool arguments(struct options *o, int argc, char **argv)
{
	static const struct option known[] = {
		{ "seeds", required_argument, NULL, 'n' }, { "seed", required_argument, NULL, 's' },
		{ "plant", required_argument, NULL, 'p' }, { "help", no_argument, NULL, 'h' }, { NULL, 0, NULL, 0 },
	};
	*o = (struct options){ .seeds = 20, .seed = 1 };
	for (int c; (c = getopt_long(argc, argv, "", known, NULL)) != -1;) {
		if (c == 'n')
			o->seeds = strtoull(optarg, NULL, 10);
		else if (c == 's')
			o->seed = strtoull(optarg, NULL, 10);
		else if (c == 'h')
			exit(usage(0));
		else if (c != 'p' || !plant_of(optarg))
			return false;
	}
	return o->seeds > 0 && optind == argc;
}

// An assertion inside the production code is a finding like any other.
static void on_abort(int signal)
{
	char line[128];
	(void)signal;
	int n = snprintf(line, sizeof line, "seed %llu failed: an assertion stopped it\n", (unsigned long long)running);
	ssize_t ignored = write(STDERR_FILENO, line, (size_t)n);
	(void)ignored;
	_exit(1);
}

static int snapshots_open(void)
{
	if (!mkdtemp(snapshots)) {
		memcpy(snapshots, "redoubt-sim-XXXXXX", sizeof "redoubt-sim-XXXXXX");
		if (!mkdtemp(snapshots))
			return -1;
	}
	return open(snapshots, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

static int run_all(struct world *w, const struct options *o, int fd, struct block *blocks)
{
	struct beginning *b = calloc(1, sizeof *b);
	ASSERT(b);
	beginning_make(b);
	uint64_t start = clock_monotonic_ns(), folded = 0, crashes = 0, torn = 0, answers = 0;
	for (uint64_t i = 0; i < o->seeds; i++) {
		running = o->seed + i;
		if (!world_run(w, b, running, fd, blocks)) {
			fprintf(stderr, "seed %llu failed: %s\n", (unsigned long long)running, w->failure);
			free(b);
			return 1;
		}
		folded += w->entries_folded;
		crashes += w->disk.crashes;
		torn += w->disk.torn;
		answers += w->answers;
	}
	double seconds = (double)(clock_monotonic_ns() - start) / 1e9;
	printf("%llu seeds held (%.1f a second): %llu acknowledged, %llu crashes, %llu torn sectors, %llu entries folded\n",
	       (unsigned long long)o->seeds, (double)o->seeds / seconds, (unsigned long long)answers,
	       (unsigned long long)crashes, (unsigned long long)torn, (unsigned long long)folded);
	free(b);
	return 0;
}

int main(int argc, char **argv)
{
	struct options o;
	if (!arguments(&o, argc, argv))
		return usage(2);
	signal(SIGABRT, on_abort);
	int ready = crypto_init();
	ASSERT(ready == 0);
	struct world *w = malloc(sizeof *w);
	struct block *blocks = aligned_alloc(64, BLOCKS_MAX * sizeof *blocks);
	int fd = snapshots_open();
	if (!w || !blocks || fd < 0) {
		fprintf(stderr, "sim: no memory, or no directory for snapshots: %s\n", strerror(errno));
		return 1;
	}
	int result = run_all(w, &o, fd, blocks);
	snapshots_empty(fd);
	close(fd);
	(void)rmdir(snapshots);
	free(blocks);
	free(w);
	return result;
}
