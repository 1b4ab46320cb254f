// SPDX-License-Identifier: Apache-2.0
// golden make DIR | golden check DIR. A small journal that is kept for ever: `check` folds it from zero with today's
// code and prints each block's leaf hash and the state hash at its end; run.sh compares them with
// DIR/expected under every compiler. `make` wrote it; it is only run again when a new golden journal is added.
#include "crypto/secret.h"
#include "exchange/lab.h"
#include "fold/fold.h"

#include "base/text.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define SEGMENT (33u * 4096u)
#define ONE 100000000ull

static const uint8_t key[32] = "the golden journal's master key";

struct maker {
	struct lab lab;
	struct block block;
	struct journal *journal;
	struct journal_place place;
	struct storage storage;
	uint8_t salt; // of the next block, and the next incarnation
	uint64_t state;
	bool founded;
	uint8_t founding[16384];
	size_t founding_size;
};

static uint64_t random_next(struct maker *m)
{
	m->state ^= m->state << 13;
	m->state ^= m->state >> 7;
	return m->state ^= m->state << 17;
}

// The lab has applied its entry already; here it enters the journal too.
static void note(struct maker *m)
{
	struct block *b = &m->block;
	uint64_t time_us = m->lab.time_us - 1;
	if (b->count == 0) {
		b->first_sequence = m->place.sequence + 1;
		b->time_us = time_us;
	}
	entry_stamp(m->lab.entry, (uint32_t)(time_us - b->time_us));
	ASSERT(b->size + m->lab.entry_size <= BLOCK_ENTRIES_MAX);
	memcpy(b->entries + b->size, m->lab.entry, m->lab.entry_size);
	b->size += (uint32_t)m->lab.entry_size;
	b->count++;
	if (!m->founded) {
		memcpy(m->founding + m->founding_size, m->lab.entry, m->lab.entry_size);
		m->founding_size += m->lab.entry_size;
	}
}

static void commit(struct maker *m)
{
	uint8_t salt[1][32];
	struct block *list[1] = { &m->block };
	struct journal_error error;
	if (m->block.count == 0)
		return;
	memset(salt, m->salt++, sizeof salt);
	m->block.digest = exchange_seal_block(m->lab.x);
	if (journal_write(m->journal, list, 1, (const uint8_t(*)[32])salt, &m->place, &error)) {
		fprintf(stderr, "golden: %s\n", error.text);
		exit(1);
	}
	m->block.count = m->block.size = 0;
}

static void journal_begin(struct maker *m)
{
	uint8_t incarnation[32];
	struct journal_error error;
	memset(incarnation, 0x5a ^ m->salt, sizeof incarnation);
	if (journal_open(&m->storage, key, exchange_id(m->lab.x), incarnation, SEGMENT, &m->journal, &m->place, &error)) {
		fprintf(stderr, "golden: %s\n", error.text);
		exit(1);
	}
}

static void control(struct maker *m, uint8_t kind, const void *body, size_t size)
{
	enum refusal refusal = lab_control(&m->lab, kind, body, size, NULL);
	ASSERT(refusal == REFUSED_NOT);
	note(m);
}

static void founding_make(struct maker *m)
{
	uint8_t body[512];
	static const char *const names[] = { "BTC", "ETH", "USDT" };
	for (int i = 0; i < 3; i++) {
		struct asset_add a = { .decimals = 8 };
		(void)snprintf(a.name, sizeof a.name, "%s", names[i]);
		control(m, ENTRY_ASSET_ADD, body, asset_add_write(&a, body, sizeof body));
	}
	for (uint16_t i = 0; i < 2; i++) {
		struct market_add t = lab_terms(i ? "ETHUSDT" : "BTCUSDT", i, 2, ONE / 100, ONE / 1000, 1000, 2000);
		t.notional_min.units = ONE;
		control(m, ENTRY_MARKET_ADD, body, market_add_write(&t, body, sizeof body));
	}
	for (uint32_t i = 0; i < 5; i++) {
		struct customer_add c = { .label = "golden" };
		control(m, ENTRY_CUSTOMER_ADD, body, customer_add_write(&c, body, sizeof body));
		struct key_add k = { .customer = i, .kind = KEY_ED25519, .scopes = SCOPE_READ | SCOPE_TRADE };
		(void)snprintf(k.api_key, sizeof k.api_key, "%064u", i);
		control(m, ENTRY_KEY_ADD, body, key_add_write(&k, body, sizeof body));
		for (uint16_t asset = 0; asset < 3; asset++) {
			struct deposit_test d = { i, asset, { 5000 * ONE } };
			control(m, ENTRY_DEPOSIT_TEST, body, deposit_test_write(&d, body, sizeof body));
		}
	}
	m->founded = true;
}

static void trade(struct maker *m, unsigned i)
{
	char id[16];
	static const uint8_t types[] = { ORDER_LIMIT, ORDER_LIMIT, ORDER_LIMIT, ORDER_MARKET, ORDER_LIMIT_MAKER };
	if (i % 3 == 2) {
		(void)lab_cancel(&m->lab, (uint32_t)(random_next(m) % 5), (uint16_t)(random_next(m) % 2),
				 1 + random_next(m) % (i + 1));
		note(m);
		return;
	}
	struct order_new o = { .customer = (uint32_t)(random_next(m) % 5), .market = random_next(m) & 1,
			       .side = random_next(m) & 1, .type = types[random_next(m) % ARRAY_LEN(types)],
			       .stp = random_next(m) & 3 };
	o.key = o.customer;
	o.tif = (uint8_t)(o.type == ORDER_LIMIT ? random_next(m) % 3 : TIF_GTC);
	o.price.units = o.type == ORDER_MARKET ? 0 : (90 + random_next(m) % 21) * ONE / 10;
	o.quantity.units = (100 + random_next(m) % 3000) * (ONE / 1000);
	if (i % 2) {
		o.client_id_size = (uint8_t)snprintf(id, sizeof id, "golden-%u", i);
		o.client_id = id;
	}
	(void)lab_order(&m->lab, &o);
	note(m);
}

static int make(int dir_fd)
{
	struct maker *m = calloc(1, sizeof *m);
	struct storage_directory *d;
	struct capacities c = lab_capacities();
	ASSERT(m && !storage_directory_open(dir_fd, true, &d, &m->storage));
	m->state = 20260101;
	lab_open(&m->lab, &c);
	journal_begin(m);
	note(m); // genesis
	founding_make(m);
	commit(m);
	for (unsigned i = 0; i < 1500; i++) {
		trade(m, i);
		if (i % 50 == 49 || i % 97 == 0)
			commit(m);
		if (i == 500 || i == 1200) { // another opening, after a clean close and after none
			commit(m);
			journal_close(m->journal);
			journal_begin(m);
		}
	}
	commit(m);
	journal_close(m->journal);
	int fd = openat(dir_fd, "founding", O_WRONLY | O_CREAT | O_TRUNC, 0644);
	ASSERT(fd >= 0 && write(fd, m->founding, m->founding_size) == (ssize_t)m->founding_size);
	close(fd);
	lab_close(&m->lab);
	storage_directory_close(d);
	(void)unlinkat(dir_fd, "lock", 0);
	(void)unlinkat(dir_fd, "durable", 0);
	free(m);
	return 0;
}

static int check(int dir_fd)
{
	struct storage_directory *d;
	struct storage s;
	struct founding founding;
	struct journal_error error;
	struct fold *f;
	char hex[65];
	int fd = openat(dir_fd, "founding", O_RDONLY);
	if (fd < 0 || founding_load(fd, &founding) || storage_directory_open(dir_fd, false, &d, &s)) {
		fprintf(stderr, "golden: there is no golden journal here\n");
		return 1;
	}
	close(fd);
	struct fold_options how = { .storage = &s, .master_key = key, .founding = &founding, .snapshots_fd = -1,
				    .blocks_max = UINT64_MAX, .durable = UINT64_MAX };
	int r = fold_open(&how, &f, &error);
	while (!r && !(r = fold_block(f, UINT64_MAX, NULL, NULL, &error))) {
		hex_encode(fold_place(f)->leaf_hash, 32, hex);
		printf("block %llu %s\n", (unsigned long long)fold_place(f)->blocks - 1, hex);
	}
	if (r != FOLD_END) {
		fprintf(stderr, "golden: %d %s\n", r, error.text);
		return 1;
	}
	uint8_t hash[32];
	exchange_hash(fold_exchange(f), hash);
	hex_encode(hash, 32, hex);
	const char *broken = exchange_check(fold_exchange(f));
	printf("state %llu %s%s\n", (unsigned long long)fold_place(f)->sequence, hex, broken ? broken : "");
	fold_close(f);
	storage_directory_close(d);
	return 0;
}

int main(int argc, char **argv)
{
	if (argc != 3 || (strcmp(argv[1], "make") != 0 && strcmp(argv[1], "check") != 0)) {
		fprintf(stderr, "usage: golden make|check DIR\n");
		return 2;
	}
	int ready = crypto_init(), dir_fd = open(argv[2], O_RDONLY | O_DIRECTORY);
	if (ready || dir_fd < 0) {
		fprintf(stderr, "golden: cannot open %s\n", argv[2]);
		return 1;
	}
	return argv[1][0] == 'm' ? make(dir_fd) : check(dir_fd);
}
