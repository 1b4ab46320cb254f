// SPDX-License-Identifier: Apache-2.0
// Hostile snapshots. What loads must be consistent, and must survive a few entries and being written again.
#include "exchange/lab.h"

static struct genesis lab_genesis(void)
{
	struct lab lab;
	struct capacities capacities = lab_capacities();
	lab_open(&lab, &capacities);
	struct genesis genesis = lab.genesis;
	lab_close(&lab);
	return genesis;
}

static void use(struct exchange *x)
{
	uint8_t entry[128], hash[32];
	const struct order_new order = { .side = SIDE_SELL, .type = ORDER_MARKET, .quantity = { AMOUNT_SCALE } };
	struct writer w = writer_over(entry, sizeof entry);
	size_t size = order_new_write(&w, &order);
	if (exchange_sequence(x) == UINT64_MAX || exchange_time_us(x) == UINT64_MAX)
		return;
	int malformed = exchange_apply(x, exchange_sequence(x) + 1, exchange_time_us(x) + 1, entry, size);
	ASSERT(!malformed && !exchange_check(x));
	exchange_seal_block(x);
	exchange_hash(x, hash);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct genesis genesis;
	if (!genesis.rules)
		genesis = lab_genesis();
	struct exchange *x = exchange_new(&genesis);
	ASSERT(x);
	if (exchange_load(x, data, size) == 0)
		use(x);
	exchange_free(x);
	return 0;
}
