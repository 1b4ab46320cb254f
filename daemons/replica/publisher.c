// SPDX-License-Identifier: Apache-2.0
#include "daemons/replica/publisher_state.h"

#include <stdlib.h>

struct publisher *publisher_new(struct marketdata *page, const struct genesis *genesis)
{
	uint32_t markets = genesis->capacities.markets;
	struct publisher *p = calloc(1, sizeof *p + markets * sizeof p->market[0]);
	if (!p)
		return NULL;
	p->page = page;
	p->capacity = markets;
	page->magic = MARKETDATA_MAGIC;
	page->version = MARKETDATA_VERSION;
	page->markets_max = markets;
	return p;
}

void publisher_free(struct publisher *p)
{
	free(p);
}

void publisher_entry(struct publisher *p, const struct exchange *x, uint64_t time_us)
{
	size_t count = exchange_event_count(x);
	for (size_t i = 0; i < count; i++) {
		const struct event *event = exchange_event(x, i);
		if (event->kind == EVENT_CONTROL_DONE)
			p->control_changed = true;
		if (event->kind != EVENT_TRADE)
			continue;
		struct market_state *m = &p->market[event->trade.market];
		m->recent[(event->trade.id - 1) % MARKETDATA_TRADES] =
			(struct marketdata_trade){ .trade = event->trade, .time_us = time_us };
		m->trade_count = event->trade.id;
		ticker_trade(&m->ticker, &event->trade, time_us);
	}
}

// ---- writing a page ----

// The lock is odd while the page changes. A replica that died inside left it odd; going on from there is right.
static void page_lock(struct marketdata_market *page)
{
	uint32_t lock = atomic_load_explicit(&page->lock, memory_order_relaxed) | 1;
	atomic_store_explicit(&page->lock, lock, memory_order_relaxed);
	atomic_thread_fence(memory_order_release);
}

static void page_unlock(struct marketdata_market *page)
{
	uint32_t lock = atomic_load_explicit(&page->lock, memory_order_relaxed);
	atomic_store_explicit(&page->lock, lock + 1, memory_order_release);
}

// The first level in which the page differs: what lies before it is not copied, so the lock stays short.
static size_t levels_same(const struct marketdata_level *a, const struct marketdata_level *b, size_t count)
{
	size_t i = 0;
	while (i < count && a[i].price.units == b[i].price.units && a[i].quantity.units == b[i].quantity.units)
		i++;
	return i;
}

static void side_write(struct marketdata_level *to, uint32_t *to_count, const struct marketdata_level *from,
		       size_t count, size_t same)
{
	memcpy(to + same, from + same, (count - same) * sizeof *to);
	*to_count = (uint32_t)count;
}

static void trades_write(struct marketdata_market *page, struct market_state *m)
{
	uint64_t from = m->trades_written;
	if (m->trade_count > MARKETDATA_TRADES)
		from = u64_max(from, m->trade_count - MARKETDATA_TRADES);
	for (uint64_t i = from; i < m->trade_count; i++)
		page->trade[i % MARKETDATA_TRADES] = m->recent[i % MARKETDATA_TRADES];
	page->trade_count = m->trades_written = m->trade_count;
}

static void market_write(struct publisher *p, const struct exchange *x, uint16_t market)
{
	struct market_state *m = &p->market[market];
	struct marketdata_market *page = &p->page->market[market];
	struct marketdata_ticker ticker;
	uint8_t status = 0;
	const struct market_add *add = exchange_market(x, market, &status);
	size_t bids = exchange_depth(x, market, SIDE_BUY, (struct book_level *)p->bid, MARKETDATA_LEVELS);
	size_t asks = exchange_depth(x, market, SIDE_SELL, (struct book_level *)p->ask, MARKETDATA_LEVELS);
	size_t same_bids = levels_same(p->bid, page->bid, u64_min(bids, page->bids));
	size_t same_asks = levels_same(p->ask, page->ask, u64_min(asks, page->asks));
	ticker_view(&m->ticker, exchange_time_us(x), &ticker);
	page_lock(page);
	page->status = status;
	page->market = *add;
	page->book_update = m->book_update;
	side_write(page->bid, &page->bids, p->bid, bids, same_bids);
	side_write(page->ask, &page->asks, p->ask, asks, same_asks);
	trades_write(page, m);
	page->ticker = ticker;
	page_unlock(page);
}

static void assets_write(struct publisher *p, const struct exchange *x)
{
	uint16_t count = exchange_asset_count(x);
	for (uint16_t i = 0; i < count && i < MARKETDATA_ASSETS_MAX; i++)
		p->page->asset[i] = *exchange_asset(x, i);
	atomic_store_explicit(&p->page->assets, count, memory_order_release);
}

size_t publisher_publish(struct publisher *p, const struct exchange *x)
{
	uint16_t markets = exchange_market_count(x);
	uint64_t minute = exchange_time_us(x) / MINUTE_US;
	bool all = !p->published || p->control_changed || minute != p->minute;
	size_t written = 0;
	if (!p->published || p->control_changed)
		assets_write(p, x);
	for (uint16_t i = 0; i < markets; i++) {
		struct market_state *m = &p->market[i];
		uint64_t update = exchange_book_update(x, i);
		if (!all && m->book_update == update && m->trades_written == m->trade_count)
			continue;
		m->book_update = update;
		market_write(p, x, i);
		written++;
	}
	p->published = true;
	p->control_changed = false;
	p->minute = minute;
	atomic_store_explicit(&p->page->markets, markets, memory_order_release);
	atomic_store_explicit(&p->page->applied_time_us, exchange_time_us(x), memory_order_relaxed);
	atomic_store_explicit(&p->page->applied_sequence, exchange_sequence(x), memory_order_release);
	return written;
}
