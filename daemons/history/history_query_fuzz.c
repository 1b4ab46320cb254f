// SPDX-License-Identifier: Apache-2.0
// Any record from a channel: refused, or answered within its limits.
#include "daemons/history/serve.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define FUZZ_MARKETS 2

static struct store *store_make(void)
{
	static struct store store;
	static const uint8_t id[32] = { 1 };
	int r = store_open(&store, ":memory:", id, true);
	ASSERT(!r);
	for (uint64_t i = 1; i <= 300; i++) {
		struct trade_row trade = { .time_us = i * 700000,
					   .trade = { .id = i, .price = { 100 + i % 7 }, .quantity = { i },
						      .quote = { i }, .maker_order = i, .taker_order = i / 3 + 1000,
						      .maker = (uint32_t)(i % 3), .taker = (uint32_t)(i % 2) } };
		struct order_record order = { .view = { .id = i, .customer = (uint32_t)(i % 3), .time_us = i * 700000,
							.client_id_size = 1, .client_id = "a" },
					      .first_trade = i, .last_trade = i };
		struct candle candle = { .open_us = i * 60000000, .open = i, .high = i, .low = i, .close = i, .trades = 1 };
		r = order_put(&store, &order) || trade_put(&store, &trade);
		for (unsigned span = 0; !r && span < CANDLE_SPANS; span++)
			r = candle_put(&store, span, 0, &candle);
		ASSERT(!r);
	}
	return &store;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct store *store;
	static struct answer answer;
	struct history_query query;
	if (!store)
		store = store_make();
	if (size == 0 || !query_valid(data + 1, size - 1, MESSAGE_HISTORY, data[0] & 1, 2, FUZZ_MARKETS, &query))
		return 0;
	int r = query_answer(store, &query, 300 * 60000000ull, &answer);
	ASSERT(!r);
	ASSERT(answer.count <= query.limit || query.kind == HISTORY_ORDER);
	ASSERT(query.kind < HISTORY_KLINES ? data[0] & 1 : true);
	return 0;
}
