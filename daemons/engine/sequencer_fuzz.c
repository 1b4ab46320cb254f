// SPDX-License-Identifier: Apache-2.0
// Records as an owned auth or control might send them: u8 origin, u8 kind, u16 size, bytes; again and
// again. Whatever comes, the state stays sound and nothing leaves early.
#include "daemons/engine/sequencer.h"

#include "exchange/lab.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint64_t durable;

static void sent(void *context, enum destination to, uint16_t gateway, uint32_t kind, const void *data, size_t size)
{
	(void)context, (void)kind, (void)data;
	ASSERT(durable > 0 && gateway < GATEWAYS_MAX && to <= TO_CONTROL && size <= 65536);
}

static void exchange_fill(struct lab *lab)
{
	struct capacities capacities = lab_capacities();
	lab_open(lab, &capacities);
	uint16_t base = lab_asset(lab, "BTC"), quote = lab_asset(lab, "USDT");
	struct market_add terms = lab_terms("BTCUSDT", base, quote, 1000000, 1000, 1000, 1000);
	lab_market(lab, &terms);
	for (int i = 0; i < 2; i++) {
		uint32_t customer = lab_customer(lab);
		lab_deposit(lab, customer, base, 10000000000u);
		lab_deposit(lab, customer, quote, 1000000000000u);
	}
}

// A fresh block when the last is full. The blocks of this test are durable only at the end.
static void next_block(struct sequencer *s, struct block *block)
{
	sequencer_seal(s);
	sequencer_begin(s, block);
}

static void records_take(struct sequencer *s, struct block *block, struct reader *r)
{
	struct sequencer_clock now = { .realtime_us = 1800000000000000u, .monotonic_us = 1000000 };
	while (reader_left(r) >= 4) {
		enum sequencer_origin origin = read_u8(r) & 1 ? ORIGIN_CONTROL : ORIGIN_AUTH;
		uint32_t kind = read_u8(r);
		uint16_t asked = read_u16(r);
		size_t size = u64_min(asked, reader_left(r));
		const uint8_t *record = read_bytes(r, size);
		now.monotonic_us += 10;
		enum sequencer_result done = sequencer_submit(s, origin, kind, record, size, now);
		if (done == SEQUENCER_BLOCK_FULL)
			next_block(s, block);
		if (done == SEQUENCER_OUTPUT_FULL)
			return;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct block block;
	struct lab lab;
	exchange_fill(&lab);
	struct sequencer_options options = { .exchange = lab.x, .time_us = exchange_time_us(lab.x) };
	struct sequencer *s = sequencer_new(&options);
	ASSERT(s);
	uint8_t incarnation[32] = { 0 };
	sequencer_begin(s, &block);
	ASSERT(sequencer_own(s, ENTRY_OPEN, incarnation, sizeof incarnation,
			     (struct sequencer_clock){ 1800000000000000u, 1000000 }) == SEQUENCER_DONE);
	struct reader r = reader_over(data, size);
	records_take(s, &block, &r);
	durable = 0;
	sequencer_release(s, 0, (struct sequencer_clock){ 0 }, sent, NULL); // asserts when anything leaves
	sequencer_seal(s);
	durable = UINT64_MAX;
	sequencer_release(s, durable, (struct sequencer_clock){ 0 }, sent, NULL);
	ASSERT(sequencer_held(s) == 0);
	ASSERT(exchange_check(lab.x) == NULL);
	sequencer_free(s);
	lab_close(&lab);
	return 0;
}
