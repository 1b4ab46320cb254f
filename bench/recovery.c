// SPDX-License-Identifier: Apache-2.0
// bench-recovery [--json] [--dir DIR] [--entries N] [--customers N]: how fast a journal is read and verified, folded
// from zero, and how fast a snapshot is saved and loaded. The code is the engine's own recovery.
#include "base/clock.h"
#include "bench/yardstick.h"
#include "crypto/secret.h"
#include "daemons/engine/recovery.h"
#include "exchange/lab.h"

#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define LIVE 4096u

struct bench {
	bool json;
	const char *dir;
	uint64_t entries;
	uint32_t customers;
	int dir_fd;
	struct storage_directory *directory;
	struct storage storage;
	struct lab lab;
	struct founding founding;
	uint16_t market;
	uint64_t state;
	uint64_t live[LIVE];
	uint64_t live_count, live_taken; // the second never more than LIVE behind the first
	struct journal *journal;
	struct journal_place place;
	struct block *block;
	uint64_t bytes;
};

static const uint8_t key[32] = "bench";

static uint64_t random_next(struct bench *b)
{
	b->state ^= b->state << 13;
	b->state ^= b->state >> 7;
	return b->state ^= b->state << 17;
}

static void must(int failed, const struct journal_error *error)
{
	if (!failed)
		return;
	fprintf(stderr, "bench-recovery: %s\n", error->text);
	exit(1);
}

static void commit(struct bench *b)
{
	static uint8_t salt[1][32];
	struct journal_error error;
	if (b->block->count == 0)
		return;
	b->block->digest = exchange_seal_block(b->lab.x);
	must(journal_write(b->journal, &b->block, 1, (const uint8_t(*)[32])salt, &b->place, &error), &error);
	b->block->count = b->block->size = 0;
}

// What the lab has just applied enters the journal.
static void note(struct bench *b)
{
	uint64_t time_us = b->lab.time_us - 1;
	if (b->block->count == 0) {
		b->block->first_sequence = b->place.sequence + 1;
		b->block->time_us = time_us;
	}
	entry_stamp(b->lab.entry, (uint32_t)(time_us - b->block->time_us));
	memcpy(b->block->entries + b->block->size, b->lab.entry, b->lab.entry_size);
	b->block->size += (uint32_t)b->lab.entry_size;
	b->block->count++;
	b->bytes += b->lab.entry_size;
	if (BLOCK_ENTRIES_MAX - b->block->size < ENTRY_SIZE_MAX)
		commit(b);
}

static void control(struct bench *b, uint8_t kind, const void *body, size_t size)
{
	enum refusal refusal = lab_control(&b->lab, kind, body, size, NULL);
	ASSERT(refusal == REFUSED_NOT);
	note(b);
}

static void world_make(struct bench *b)
{
	uint8_t body[512];
	for (uint16_t i = 0; i < 2; i++) {
		struct asset_add a = { .decimals = 8 };
		(void)snprintf(a.name, sizeof a.name, "%s", i ? "USDT" : "BTC");
		control(b, ENTRY_ASSET_ADD, body, asset_add_write(&a, body, sizeof body));
	}
	struct market_add t = lab_terms("BTCUSDT", 0, 1, 1000000, 1000, 1000, 1000);
	control(b, ENTRY_MARKET_ADD, body, market_add_write(&t, body, sizeof body));
	for (uint32_t i = 0; i < b->customers; i++) {
		struct customer_add c = { 0 };
		control(b, ENTRY_CUSTOMER_ADD, body, customer_add_write(&c, body, sizeof body));
		struct key_add k = { .customer = i, .kind = KEY_ED25519, .scopes = SCOPE_TRADE };
		(void)snprintf(k.api_key, sizeof k.api_key, "%064u", i);
		control(b, ENTRY_KEY_ADD, body, key_add_write(&k, body, sizeof body));
		for (uint16_t asset = 0; asset < 2; asset++) {
			struct deposit_test d = { i, asset, { 10000000000000000ull } };
			control(b, ENTRY_DEPOSIT_TEST, body, deposit_test_write(&d, body, sizeof body));
		}
	}
}

// The oldest order that still lives, so that a few thousand rest at any time.
static void cancel_one(struct bench *b)
{
	struct order_view view = { 0 };
	uint64_t order = 1;
	while (b->live_taken < b->live_count) {
		order = b->live[b->live_taken++ % LIVE];
		if (exchange_order(b->lab.x, order, &view) && view.status <= ORDER_PARTIALLY_FILLED)
			break;
	}
	(void)lab_cancel(&b->lab, view.customer, b->market, order);
	note(b);
}

// ENGINE.md's mix: 60 % new, 35 % cancel, 5 % IOC around a walking price.
static void command(struct bench *b, uint64_t i, uint64_t *mid)
{
	char id[24];
	uint64_t dice = random_next(b) % 100;
	if (dice < 35) {
		cancel_one(b);
		return;
	}
	*mid += random_next(b) % 3 - 1;
	struct order_new o = { .customer = (uint32_t)(random_next(b) % b->customers), .market = b->market,
			       .side = random_next(b) & 1, .tif = dice >= 95 ? TIF_IOC : TIF_GTC, .client_id = id };
	o.key = o.customer;
	o.price.units = (*mid + (o.side == SIDE_BUY ? -random_next(b) % 40 : random_next(b) % 40)) * 1000000;
	o.quantity.units = (1 + random_next(b) % 100) * 100000;
	o.client_id_size = (uint8_t)snprintf(id, sizeof id, "%llx", (unsigned long long)i);
	const struct event *first = lab_order(&b->lab, &o);
	if (first->kind == EVENT_ORDER_ACCEPTED)
		b->live[b->live_count++ % LIVE] = first->order.id;
	note(b);
	if (b->live_count - b->live_taken == LIVE)
		cancel_one(b);
}

static void journal_make(struct bench *b)
{
	struct journal_error error;
	struct capacities c = lab_capacities();
	uint8_t incarnation[32];
	uint64_t mid = 50000;
	c.customers = c.keys = b->customers;
	c.orders = 1u << 14;
	c.orders_per_customer = 1u << 14;
	c.levels = 1u << 16;
	random_bytes(incarnation, sizeof incarnation);
	lab_open(&b->lab, &c);
	b->founding.genesis = b->lab.genesis;
	memcpy(b->founding.exchange_id, exchange_id(b->lab.x), 32);
	must(journal_open(&b->storage, key, exchange_id(b->lab.x), incarnation, SEGMENT_SIZE_DEFAULT, &b->journal,
			  &b->place, &error),
	     &error);
	b->block->count = b->block->size = 0;
	note(b); // genesis
	world_make(b);
	for (uint64_t i = 0; i < b->entries; i++)
		command(b, i, &mid);
	commit(b);
	journal_close(b->journal);
}

// CPU seconds of this process: what a busy machine does not falsify.
static double cpu_seconds(void)
{
	struct timespec t;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

struct timer { uint64_t start_ns; double start_cpu; };

static struct timer timer_start(void)
{
	return (struct timer){ clock_monotonic_ns(), cpu_seconds() };
}

static void line(const struct bench *b, const char *name, double ops, struct timer timer, uint64_t bytes,
		 const char *unit)
{
	double seconds = (double)(clock_monotonic_ns() - timer.start_ns) / 1e9, cpu = cpu_seconds() - timer.start_cpu;
	double ns = ops > 0 ? seconds * 1e9 / ops : 0;
	if (b->json)
		printf("{\"bench\":\"recovery\",\"case\":\"%s\",\"ops_per_s\":%.0f,\"p50_ns\":%.0f,\"p99_ns\":%.0f,"
		       "\"p999_ns\":%.0f,\"unit\":\"%s\",\"count\":%.0f,\"seconds\":%.3f,\"cpu_seconds\":%.3f,"
		       "\"bytes\":%llu,\"bytes_per_s\":%.0f}\n",
		       name, ops / seconds, ns, ns, ns, unit, ops, seconds, cpu, (unsigned long long)bytes,
		       (double)bytes / seconds);
	else
		printf("%-16s %12.0f %s/s   %7.3f s   CPU %7.3f s   %8.1f MB/s\n", name, ops / seconds, unit,
		       seconds, cpu, (double)bytes / seconds / 1e6);
	fflush(stdout);
}

static void read_only(const struct bench *b)
{
	struct journal_reader *r;
	struct journal_error error;
	struct block_view v;
	int result;
	uint64_t entries = 0, bytes = 0;
	struct timer timer = timer_start();
	must(journal_reader_open(&b->storage, key, b->founding.exchange_id, 0, &r, &error), &error);
	while ((result = journal_reader_next(r, b->place.blocks, &v, &error)) == 0) {
		entries += v.count;
		bytes += v.leaf_size;
	}
	must(result != 2, &error);
	journal_reader_close(r);
	line(b, "read-verify", (double)entries, timer, bytes, "entries");
}

static void replay(const struct bench *b, const char *name, int snapshots_fd)
{
	volatile uint64_t applying = 0;
	struct recovery done;
	struct journal_error error;
	struct recovery_options how = { .storage = &b->storage, .master_key = key, .founding = &b->founding,
					.snapshots_fd = snapshots_fd, .blocks = b->place.blocks,
					.applying = &applying };
	struct timer timer = timer_start();
	int r = recovery_run(&how, &done, &error);
	must(r, &error);
	if (snapshots_fd < 0)
		line(b, name, (double)done.entries, timer, b->bytes, "entries");
	else
		line(b, name, 1, timer, 0, "loads");
	uint8_t ours[32], theirs[32];
	exchange_hash(done.exchange, ours);
	exchange_hash(b->lab.x, theirs);
	if (memcmp(ours, theirs, 32) != 0) {
		fprintf(stderr, "bench-recovery: the replayed state is not the live one\n");
		exit(1);
	}
	exchange_free(done.exchange);
}

static int count_bytes(void *context, const void *data, size_t size)
{
	(void)data;
	*(uint64_t *)context += size;
	return 0;
}

static int append_bytes(void *context, const void *data, size_t size)
{
	return snapshot_append(context, data, size);
}

static void snapshot_save(const struct bench *b)
{
	struct snapshot_info info = { .sequence = b->place.sequence, .blocks = b->place.blocks,
				      .time_us = exchange_time_us(b->lab.x), .digest = b->place.digest };
	struct snapshot_writer *w;
	struct timer timer = timer_start();
	memcpy(info.leaf_hash, b->place.leaf_hash, 32);
	exchange_hash(b->lab.x, info.state_hash);
	int r = exchange_snapshot(b->lab.x, count_bytes, &info.size);
	if (!r)
		r = snapshot_begin(b->dir_fd, key, b->founding.exchange_id, &info, &w);
	if (!r)
		r = exchange_snapshot(b->lab.x, append_bytes, w);
	if (!r)
		r = snapshot_finish(w, 1);
	if (r) {
		fprintf(stderr, "bench-recovery: the snapshot was not saved: %s\n", strerror(-r));
		exit(1);
	}
	line(b, "snapshot-save", 1, timer, info.size, "saves");
}

static void directory_empty(int dir_fd, uint64_t snapshot)
{
	char name[48];
	for (unsigned k = 0; k < 10000; k++) {
		(void)snprintf(name, sizeof name, "segment-%08u", k);
		if (unlinkat(dir_fd, name, 0))
			break;
	}
	(void)snprintf(name, sizeof name, "snapshot-%020llu", (unsigned long long)snapshot);
	(void)unlinkat(dir_fd, name, 0);
	(void)unlinkat(dir_fd, "durable", 0);
	(void)unlinkat(dir_fd, "lock", 0);
}

static bool arguments(struct bench *b, int argc, char **argv)
{
	static const struct option known[] = {
		{ "json", no_argument, NULL, 'j' },	     { "dir", required_argument, NULL, 'd' },
		{ "entries", required_argument, NULL, 'n' }, { "customers", required_argument, NULL, 'c' },
		{ "help", no_argument, NULL, 'h' },	     { NULL, 0, NULL, 0 },
	};
	for (int c; (c = getopt_long(argc, argv, "", known, NULL)) != -1;) {
		if (c == 'j')
			b->json = true;
		else if (c == 'd')
			b->dir = optarg;
		else if (c == 'n')
			b->entries = strtoull(optarg, NULL, 10);
		else if (c == 'c')
			b->customers = (uint32_t)strtoul(optarg, NULL, 10);
		else
			return false;
	}
	return b->entries > 0 && b->customers > 0;
}

int main(int argc, char **argv)
{
	struct bench *b = calloc(1, sizeof *b);
	ASSERT(b);
	b->dir = "bench-recovery.tmp";
	b->entries = 3000000;
	b->customers = 64;
	b->state = 99;
	if (!arguments(b, argc, argv)) {
		fprintf(stderr, "usage: bench-recovery [--json] [--dir DIR] [--entries N] [--customers N]\n");
		return 2;
	}
	b->block = aligned_alloc(64, u64_round_up(sizeof *b->block, 64));
	int failed = crypto_init();
	bool made = mkdir(b->dir, 0700) == 0;
	b->dir_fd = open(b->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	ASSERT(!failed && b->block);
	if (b->dir_fd < 0 || storage_directory_open(b->dir_fd, true, &b->directory, &b->storage)) {
		fprintf(stderr, "bench-recovery: cannot open %s as a journal\n", b->dir);
		return 1;
	}
	struct yardstick yardstick;
	yardstick_measure(&yardstick, b->dir);
	yardstick_print(&yardstick, b->json);
	journal_make(b);
	read_only(b);
	replay(b, "replay", -1);
	snapshot_save(b);
	replay(b, "snapshot-load", b->dir_fd);
	storage_directory_close(b->directory);
	directory_empty(b->dir_fd, b->place.sequence);
	close(b->dir_fd);
	if (made)
		(void)rmdir(b->dir);
	lab_close(&b->lab);
	free(b->block);
	free(b);
	return 0;
}
