// SPDX-License-Identifier: Apache-2.0
// bench-journal [--json] [--dir DIR] [--seconds N] [--rate COMMANDS_PER_S]... [--spin US]: how many
// commands a second become durable, and how long one waits for it from the moment it was meant
// to be sent. Encryption, chain and leaf hash are on, as in the engine; so is the making of new segments.
#include "base/clock.h"
#include "bench/histogram.h"
#include "bench/yardstick.h"
#include "bench/yardstick_disk.h"
#include "crypto/secret.h"
#include "journal/pipeline.h"
#include "wire/entry.h"

#include <dirent.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define ENTRIES 65536u // encoded ahead, then used again and again
#define RATES_MAX 16
#define SAMPLE 8u      // every so many entries are timed
#define QUEUED_MAX 2u  // an unfinished block waits while so many are queued: batches grow with the load

struct bench {
	bool json;
	const char *dir;
	double seconds;
	double rate[RATES_MAX];
	size_t rates;
	unsigned spin_us;
	int dir_fd;
	uint8_t *bytes;              // the entries
	uint32_t at[ENTRIES + 1];    // where each begins
};

struct run {
	const struct bench *bench;
	struct pipeline *pipeline;
	struct journal_place place;  // of the block being filled
	uint64_t first_entry, entries, start_ns;
	uint64_t block_last[4096];   // entries before the end of block n % 4096
	uint64_t durable, timed;     // blocks; entries whose latency was taken
	struct histogram latency;
	double ns_per_entry;
};

static const uint8_t master[32] = "bench", exchange[32] = "bench";

static uint64_t random_next(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	return *state ^= *state << 17;
}

// ENGINE.md's mix: 60 % new, 35 % cancel, 5 % IOC; client ids of 16 characters on half the orders.
static void entries_make(struct bench *b)
{
	uint64_t state = 7;
	b->bytes = malloc((size_t)ENTRIES * 128);
	ASSERT(b->bytes);
	struct writer w = writer_over(b->bytes, (size_t)ENTRIES * 128);
	for (uint32_t i = 0; i < ENTRIES; i++) {
		char id[17];
		uint64_t dice = random_next(&state) % 100;
		(void)snprintf(id, sizeof id, "bot-%012u", i);
		b->at[i] = (uint32_t)writer_size(&w);
		if (dice < 35) {
			struct order_cancel cancel = { .customer = i % 1000, .key = 1, .order = random_next(&state) >> 12 };
			ASSERT(order_cancel_write(&w, &cancel));
			continue;
		}
		struct order_new order = { .customer = i % 1000, .key = 1, .side = i & 1, .client_id = id,
					   .client_id_size = dice & 1 ? 16 : 0,
					   .tif = dice >= 95 ? TIF_IOC : TIF_GTC };
		order.price.units = 1 + random_next(&state) % 1000000;
		order.quantity.units = 1 + random_next(&state) % 1000;
		ASSERT(order_new_write(&w, &order));
	}
	b->at[ENTRIES] = (uint32_t)writer_size(&w);
}

static void durable_take(struct run *r)
{
	uint64_t durable = pipeline_durable(r->pipeline);
	if (durable == r->durable)
		return;
	uint64_t now = clock_monotonic_ns(), last = r->block_last[(durable - 1) % ARRAY_LEN(r->block_last)];
	for (; r->timed < last; r->timed += SAMPLE) {
		uint64_t intended = r->start_ns + (uint64_t)((double)r->timed * r->ns_per_entry);
		histogram_add(&r->latency, now > intended ? now - intended : 0, 1);
	}
	r->durable = durable;
}

static void submit(struct run *r, struct block *b)
{
	r->block_last[r->place.blocks % ARRAY_LEN(r->block_last)] = r->entries;
	r->place.blocks++;
	r->place.sequence += b->count;
	pipeline_submit(r->pipeline);
}

static bool append(const struct bench *bench, struct run *r, struct block *b)
{
	uint32_t i = (uint32_t)(r->entries % ENTRIES), size = bench->at[i + 1] - bench->at[i];
	if (b->size + size > BLOCK_ENTRIES_MAX)
		return false;
	memcpy(b->entries + b->size, bench->bytes + bench->at[i], size);
	entry_stamp(b->entries + b->size, b->count);
	b->size += size;
	b->count++;
	r->entries++;
	return true;
}

static struct block *begin(struct run *r)
{
	struct block *b = pipeline_block(r->pipeline);
	if (!b)
		return NULL;
	b->first_sequence = r->place.sequence + 1;
	b->time_us = ++r->place.time_us;
	b->digest = 0;
	b->count = b->size = 0;
	return b;
}

// One thread is the sequencer: it appends what is due, never more, and submits as the engine does.
static void offer(struct run *r, double rate, double seconds)
{
	uint64_t total = (uint64_t)(rate * seconds);
	struct block *b = NULL;
	r->ns_per_entry = 1e9 / rate;
	r->start_ns = clock_monotonic_ns();
	while (r->timed < total && pipeline_alive(r->pipeline, NULL)) {
		uint64_t due = (uint64_t)((double)(clock_monotonic_ns() - r->start_ns) / r->ns_per_entry);
		due = u64_min(due, total);
		if (!b)
			b = begin(r);
		bool full = false;
		for (unsigned n = 0; b && n < 256 && r->entries < due && !full; n++)
			full = !append(r->bench, r, b);
		if (b && b->count && (full || r->place.blocks - pipeline_durable(r->pipeline) < QUEUED_MAX)) {
			submit(r, b);
			b = NULL;
		}
		durable_take(r);
	}
}

static void print_latency(const struct bench *b, const char *name, double per_s, const struct histogram *h,
			  const char *more)
{
	uint64_t p50 = histogram_percentile(h, 0.5), p99 = histogram_percentile(h, 0.99);
	uint64_t p999 = histogram_percentile(h, 0.999);
	if (b->json)
		printf("{\"bench\":\"journal\",\"case\":\"%s\",\"ops_per_s\":%.0f,\"p50_ns\":%llu,\"p99_ns\":%llu,"
		       "\"p999_ns\":%llu,\"max_ns\":%llu%s}\n",
		       name, per_s, (unsigned long long)p50, (unsigned long long)p99, (unsigned long long)p999,
		       (unsigned long long)h->max, more);
	else
		printf("%-22s %12.0f/s   p50 %8.1f  p99 %8.1f  p99.9 %8.1f  max %8.1f us\n", name, per_s,
		       (double)p50 / 1e3, (double)p99 / 1e3, (double)p999 / 1e3, (double)h->max / 1e3);
	fflush(stdout);
}

// Milliseconds that this process's threads were ready but got no CPU, ever: neighbours, not the journal.
static double cpu_wait_ms(void)
{
	DIR *tasks = opendir("/proc/self/task");
	double sum = 0;
	for (struct dirent *e; tasks && (e = readdir(tasks));) {
		char path[300];
		unsigned long long ran, waited;
		(void)snprintf(path, sizeof path, "/proc/self/task/%s/schedstat", e->d_name);
		FILE *f = e->d_name[0] == '.' ? NULL : fopen(path, "r");
		if (f && fscanf(f, "%llu %llu", &ran, &waited) == 2)
			sum += (double)waited / 1e6;
		if (f)
			fclose(f);
	}
	if (tasks)
		closedir(tasks);
	return sum;
}

static int load_run(const struct bench *b, double rate, const struct storage *s)
{
	struct journal *j;
	struct journal_error error;
	struct run *r = calloc(1, sizeof *r);
	uint8_t incarnation[32];
	ASSERT(r);
	random_bytes(incarnation, sizeof incarnation);
	r->bench = b;
	if (journal_open(s, master, exchange, incarnation, SEGMENT_SIZE_DEFAULT, &j, &r->place, &error)) {
		fprintf(stderr, "bench-journal: %s\n", error.text);
		return 1;
	}
	struct pipeline_options options = { j, r->place, NULL, 1024, b->spin_us, -1 };
	if (pipeline_start(&options, &r->pipeline)) {
		fprintf(stderr, "bench-journal: no memory for the pipeline\n");
		return 1;
	}
	r->durable = r->place.blocks;
	double waited_ms = cpu_wait_ms();
	offer(r, rate, b->seconds);
	double elapsed = (double)(clock_monotonic_ns() - r->start_ns) / 1e9;
	struct pipeline_counters c;
	pipeline_counters(r->pipeline, &c);
	waited_ms = cpu_wait_ms() - waited_ms;
	bool alive = pipeline_alive(r->pipeline, &error);
	pipeline_stop(r->pipeline);
	char name[64], more[400];
	(void)snprintf(name, sizeof name, "offered-%gM", rate / 1e6);
	double batches = c.batches ? (double)c.batches : 1;
	(void)snprintf(more, sizeof more,
		       ",\"offered_per_s\":%.0f,\"entry_bytes\":%.1f,\"bytes_per_s\":%.0f,\"batches\":%llu,"
		       "\"blocks_per_batch\":%.2f,\"batch_mean_us\":%.1f,\"batch_max_us\":%llu,\"segments\":%llu,"
		       "\"waited_for_cpu_ms\":%.1f",
		       rate, (double)b->at[ENTRIES] / ENTRIES, (double)c.bytes / elapsed, (unsigned long long)c.batches,
		       (double)c.blocks / batches, (double)c.write_us_sum / batches, (unsigned long long)c.write_us_max,
		       (unsigned long long)c.segments_prepared, waited_ms);
	print_latency(b, name, (double)r->entries / elapsed, &r->latency, more);
	if (!b->json)
		printf("%22s %s\n", "", more + 1);
	free(r);
	if (!alive)
		fprintf(stderr, "bench-journal: the writer died: %s\n", error.text);
	return !alive;
}

static void directory_empty(int dir_fd)
{
	char name[32];
	for (unsigned k = 0; k < 10000; k++) {
		(void)snprintf(name, sizeof name, "segment-%08u", k);
		if (unlinkat(dir_fd, name, 0))
			break;
	}
	(void)unlinkat(dir_fd, "durable", 0);
	(void)unlinkat(dir_fd, "lock", 0);
}

static int load(const struct bench *b, double rate)
{
	struct storage_directory *d;
	struct storage s;
	directory_empty(b->dir_fd);
	int error = storage_directory_open(b->dir_fd, true, &d, &s);
	if (error) {
		fprintf(stderr, "bench-journal: cannot open %s as a journal: %s\n", b->dir, strerror(-error));
		return 1;
	}
	int result = load_run(b, rate, &s);
	storage_directory_close(d);
	directory_empty(b->dir_fd);
	return result;
}

static void disk_line(const struct bench *b, size_t size)
{
	struct yardstick_disk y;
	int error = yardstick_disk(b->dir_fd, size, 0.5, &y);
	if (error) {
		fprintf(stderr, "bench-journal: no bare sync here: %s\n", strerror(-error));
		return;
	}
	if (b->json)
		printf("{\"bench\":\"journal\",\"case\":\"yardstick-sync-%zuK\",\"ops_per_s\":%.0f,\"p50_ns\":%llu,"
		       "\"p99_ns\":%llu,\"p999_ns\":%llu,\"bytes_per_s\":%.0f}\n",
		       size >> 10, y.writes_per_s, (unsigned long long)y.p50_ns, (unsigned long long)y.p99_ns,
		       (unsigned long long)y.p999_ns, y.bytes_per_s);
	else
		printf("bare sync of %4zu KiB   %12.0f/s   p50 %8.1f  p99 %8.1f  p99.9 %8.1f us  %.0f MB/s\n", size >> 10,
		       y.writes_per_s, (double)y.p50_ns / 1e3, (double)y.p99_ns / 1e3, (double)y.p999_ns / 1e3,
		       y.bytes_per_s / 1e6);
}

static const struct option long_options[] = {
	{ "json", no_argument, NULL, 'j' },	   { "dir", required_argument, NULL, 'd' },
	{ "seconds", required_argument, NULL, 's' }, { "rate", required_argument, NULL, 'r' },
	{ "spin", required_argument, NULL, 'p' },  { "help", no_argument, NULL, 'h' },
	{ NULL, 0, NULL, 0 },
};

static int usage(int status)
{
	fprintf(status ? stderr : stdout,
		"usage: bench-journal [--json] [--dir DIR] [--seconds N] [--rate COMMANDS_PER_S]... [--spin US]\n"
		"DIR (default bench-journal.tmp, made and removed) should be on the disk to be measured.\n");
	return status;
}

// 0 to go on, else the exit status + 1.
static int arguments(struct bench *b, int argc, char **argv)
{
	int option;
	while ((option = getopt_long(argc, argv, "", long_options, NULL)) != -1)
		switch (option) {
		case 'j': b->json = true; break;
		case 'd': b->dir = optarg; break;
		case 's': b->seconds = strtod(optarg, NULL); break;
		case 'r':
			if (b->rates < RATES_MAX)
				b->rate[b->rates++] = strtod(optarg, NULL);
			break;
		case 'p': b->spin_us = (unsigned)strtoul(optarg, NULL, 10); break;
		case 'h': return 1 + usage(0);
		default: return 1 + usage(2);
		}
	return b->seconds > 0 ? 0 : 1 + usage(2);
}

int main(int argc, char **argv)
{
	struct bench b = { .dir = "bench-journal.tmp", .seconds = 3, .spin_us = PIPELINE_SPIN_US_DEFAULT };
	static const double usual[] = { 0.1e6, 1e6, 5e6, 10e6 };
	int status = arguments(&b, argc, argv);
	if (status)
		return status - 1;
	if (b.rates == 0) {
		memcpy(b.rate, usual, sizeof usual);
		b.rates = ARRAY_LEN(usual);
	}
	ASSERT(crypto_init() == 0);
	bool made = mkdir(b.dir, 0700) == 0;
	b.dir_fd = open(b.dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (b.dir_fd < 0) {
		fprintf(stderr, "bench-journal: cannot open %s: %s\n", b.dir, strerror(errno));
		return 1;
	}
	entries_make(&b);
	struct yardstick yardstick;
	yardstick_measure(&yardstick, b.dir);
	yardstick_print(&yardstick, b.json);
	for (size_t size = 4096; size <= 1u << 20; size *= 16)
		disk_line(&b, size);
	int result = 0;
	for (size_t i = 0; i < b.rates && !result; i++)
		result = load(&b, b.rate[i]);
	close(b.dir_fd);
	if (made)
		(void)rmdir(b.dir);
	free(b.bytes);
	return result;
}
