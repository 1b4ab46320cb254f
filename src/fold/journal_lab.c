// SPDX-License-Identifier: Apache-2.0
#include "fold/journal_lab.h"

#include "crypto/secret.h"

#include <stdio.h>
#include <stdlib.h>

#define LAB_SEGMENT (4u << 20)
#define LAB_PRICE 100000000u // 1.00
#define LAB_TICK 1000000u
#define LAB_LOT 1000000u

static void fill(void *to, size_t size, uint64_t seed)
{
	uint8_t *p = to;
	for (size_t i = 0; i < size; i++) {
		seed = seed * 6364136223846793005u + 1442695040888963407u;
		p[i] = (uint8_t)(seed >> 56);
	}
}

void journal_lab_open(struct journal_lab *l, int dir_fd, const struct capacities *capacities)
{
	struct journal_error error = { 0 };
	uint8_t incarnation[32];
	memset(l, 0, sizeof *l);
	int r = crypto_init();
	ASSERT(!r);
	lab_open(&l->lab, capacities);
	l->genesis_size = l->lab.entry_size;
	memcpy(l->genesis_entry, l->lab.entry, l->genesis_size);
	r = founding_genesis(l->genesis_entry, l->genesis_size, &l->founding.genesis, l->founding.exchange_id);
	ASSERT(!r);
	memset(l->key, 0x5a, sizeof l->key);
	fill(incarnation, sizeof incarnation, 7);
	r = storage_directory_open(dir_fd, true, &l->directory, &l->storage);
	if (!r)
		r = journal_open(&l->storage, l->key, l->founding.exchange_id, incarnation, LAB_SEGMENT, &l->journal,
				 &l->place, &error);
	if (r)
		fprintf(stderr, "journal_lab: %d %s\n", r, error.text);
	ASSERT(!r && l->place.blocks == 0);
	l->block = aligned_alloc(4096, u64_round_up(sizeof *l->block, 4096));
	ASSERT(l->block);
	l->block->count = l->block->size = 0;
	journal_lab_note(l);
}

void journal_lab_close(struct journal_lab *l)
{
	journal_close(l->journal);
	storage_directory_close(l->directory);
	free(l->block);
	lab_close(&l->lab);
}

void journal_lab_note(struct journal_lab *l)
{
	struct block *b = l->block;
	uint64_t time_us = l->lab.time_us - 1; // lab_apply has counted on
	if (b->size + l->lab.entry_size > BLOCK_ENTRIES_MAX || (b->count && time_us - b->time_us > UINT32_MAX)) {
		// The digest covers this entry too by now: a lab commits in time.
		fprintf(stderr, "journal_lab: call journal_lab_commit before the block is full\n");
		abort();
	}
	if (b->count == 0) {
		b->first_sequence = l->place.sequence + 1;
		b->time_us = time_us;
	}
	entry_stamp(l->lab.entry, (uint32_t)(time_us - b->time_us));
	memcpy(b->entries + b->size, l->lab.entry, l->lab.entry_size);
	b->size += (uint32_t)l->lab.entry_size;
	b->count++;
}

void journal_lab_entry(struct journal_lab *l, const void *entry, size_t size)
{
	ASSERT(size <= sizeof l->lab.entry);
	memcpy(l->lab.entry, entry, size);
	l->lab.entry_size = size;
	lab_apply(&l->lab, l->lab.entry, size);
	journal_lab_note(l);
}

static void commit(struct journal_lab *l, uint64_t flip)
{
	uint8_t salt[1][32];
	struct journal_error error = { 0 };
	struct block *const blocks[1] = { l->block };
	if (l->block->count == 0)
		return;
	fill(salt, sizeof salt, l->place.blocks + 99);
	l->block->digest = exchange_seal_block(l->lab.x) ^ flip;
	int r = journal_write(l->journal, blocks, 1, (const uint8_t(*)[32])salt, &l->place, &error);
	if (r)
		fprintf(stderr, "journal_lab: %s\n", error.text);
	ASSERT(!r);
	l->block->count = l->block->size = 0;
}

void journal_lab_commit(struct journal_lab *l)
{
	commit(l, 0);
}

void journal_lab_commit_lie(struct journal_lab *l)
{
	commit(l, 1);
}

static uint32_t control(struct journal_lab *l, uint8_t kind, const void *body, size_t size)
{
	uint32_t index = 0;
	enum refusal refusal = lab_control(&l->lab, kind, body, size, &index);
	ASSERT(size && refusal == REFUSED_NOT);
	journal_lab_note(l);
	return index;
}

static uint16_t asset(struct journal_lab *l, const char *name)
{
	uint8_t body[64];
	struct asset_add add = { .decimals = 8 };
	snprintf(add.name, sizeof add.name, "%s", name);
	return (uint16_t)control(l, ENTRY_ASSET_ADD, body, asset_add_write(&add, body, sizeof body));
}

static void customer(struct journal_lab *l, uint16_t base_asset, uint16_t quote_asset)
{
	uint8_t body[512];
	struct customer_add add = { 0 };
	struct key_add key = { .kind = KEY_ED25519, .scopes = SCOPE_READ | SCOPE_TRADE };
	key.customer = control(l, ENTRY_CUSTOMER_ADD, body, customer_add_write(&add, body, sizeof body));
	snprintf(key.api_key, sizeof key.api_key, "%064u", key.customer);
	control(l, ENTRY_KEY_ADD, body, key_add_write(&key, body, sizeof body));
	const uint16_t assets[] = { base_asset, quote_asset };
	for (size_t i = 0; i < ARRAY_LEN(assets); i++) {
		struct deposit_test deposit = { .customer = key.customer, .asset = assets[i],
						.amount = { 1000000000000000u } };
		control(l, ENTRY_DEPOSIT_TEST, body, deposit_test_write(&deposit, body, sizeof body));
	}
	journal_lab_commit(l);
}

void journal_lab_market(struct journal_lab *l, uint32_t customers)
{
	uint8_t body[256];
	uint16_t base_asset = asset(l, "BTC"), quote_asset = asset(l, "USDT");
	struct market_add add = lab_terms("BTCUSDT", base_asset, quote_asset, LAB_TICK, LAB_LOT, 100, 200);
	l->market = (uint16_t)control(l, ENTRY_MARKET_ADD, body, market_add_write(&add, body, sizeof body));
	for (uint32_t i = 0; i < customers; i++)
		customer(l, base_asset, quote_asset);
	journal_lab_commit(l);
}

static uint64_t next(uint64_t *seed)
{
	*seed = *seed * 6364136223846793005u + 1442695040888963407u;
	return *seed >> 33;
}

static void order(struct journal_lab *l, uint64_t *seed, uint32_t customers, uint32_t i)
{
	char client_id[CLIENT_ID_MAX];
	uint32_t who = (uint32_t)(next(seed) % customers);
	uint64_t dice = next(seed) % 10;
	int size = snprintf(client_id, sizeof client_id, "o-%u-%u", (unsigned)(next(seed) % 1000000), i);
	struct order_new new = {
		.customer = who, .key = who, .market = l->market, .side = (uint8_t)(next(seed) & 1),
		.type = ORDER_LIMIT, .tif = dice == 0 ? TIF_IOC : TIF_GTC, .stp = STP_NONE,
		.client_id_size = (uint8_t)size, .client_id = client_id,
		.quantity = { (1 + next(seed) % 50) * LAB_LOT },
	};
	uint64_t away = next(seed) % 30;
	new.price.units = new.side == SIDE_BUY ? LAB_PRICE + (10 - away) * LAB_TICK
					       : LAB_PRICE + (away + 1) * LAB_TICK - 10 * LAB_TICK;
	lab_order(&l->lab, &new);
	journal_lab_note(l);
}

static void cancel_all(struct journal_lab *l, uint32_t who)
{
	struct order_cancel_all cancel = { .customer = who, .key = who, .market = l->market };
	struct writer w = writer_over(l->lab.entry, sizeof l->lab.entry);
	l->lab.entry_size = order_cancel_all_write(&w, &cancel);
	lab_apply(&l->lab, l->lab.entry, l->lab.entry_size);
	journal_lab_note(l);
}

void journal_lab_trade(struct journal_lab *l, uint64_t seed, uint32_t count)
{
	uint32_t customers = exchange_customer_count(l->lab.x);
	for (uint32_t i = 0; i < count; i++) {
		if (next(&seed) % 64 == 0)
			cancel_all(l, (uint32_t)(next(&seed) % customers));
		else
			order(l, &seed, customers, i);
		if (l->block->count >= 64 + next(&seed) % 256)
			journal_lab_commit(l);
	}
}

void journal_lab_wait(struct journal_lab *l, uint64_t microseconds)
{
	journal_lab_commit(l);
	l->lab.time_us += microseconds;
}
