// SPDX-License-Identifier: Apache-2.0
#include "daemons/replica/ticker.h"

static void sum_add(uint64_t *sum, uint64_t more)
{
	*sum = more > INT64_MAX - *sum ? INT64_MAX : *sum + more;
}

static void minute_merge(struct ticker_minute *to, const struct ticker_minute *later)
{
	if (!later->count)
		return;
	if (!to->count) {
		*to = *later;
		return;
	}
	to->high = u64_max(to->high, later->high);
	to->low = u64_min(to->low, later->low);
	to->close = later->close;
	sum_add(&to->volume, later->volume);
	sum_add(&to->quote, later->quote);
	to->count += later->count;
}

static void minute_leaves(struct ticker *t, uint64_t minute)
{
	struct ticker_minute *bucket = &t->bucket[minute % TICKER_MINUTES];
	if (bucket->count)
		t->previous_close = bucket->close;
	*bucket = (struct ticker_minute){ 0 };
}

// Makes `minute` the newest bucket; what is a day older leaves.
static void ticker_advance(struct ticker *t, uint64_t minute)
{
	if (minute <= t->minute)
		return;
	uint64_t steps = u64_min(minute - t->minute, TICKER_MINUTES);
	// Oldest first, so that previous_close is the newest of those that leave.
	for (uint64_t i = 1; i <= steps; i++)
		minute_leaves(t, t->minute + i);
	t->minute = minute;
}

void ticker_trade(struct ticker *t, const struct trade_view *trade, uint64_t time_us)
{
	uint64_t price = trade->price.units;
	ticker_advance(t, time_us / MINUTE_US);
	struct ticker_minute one = { .open = price, .high = price, .low = price, .close = price,
				     .volume = trade->quantity.units, .quote = trade->quote.units,
				     .first_id = trade->id, .count = 1 };
	minute_merge(&t->bucket[t->minute % TICKER_MINUTES], &one);
	t->last = price;
	t->last_quantity = trade->quantity.units;
	t->last_id = trade->id;
}

static void sum_renew(struct ticker *t)
{
	if (t->sum_minute == t->minute)
		return;
	t->sum = (struct ticker_minute){ 0 };
	for (uint64_t i = 1; i < TICKER_MINUTES; i++)
		minute_merge(&t->sum, &t->bucket[(t->minute + i) % TICKER_MINUTES]);
	t->sum_minute = t->minute;
}

void ticker_view(struct ticker *t, uint64_t now_us, struct marketdata_ticker *ret)
{
	if (t->last_id)
		ticker_advance(t, now_us / MINUTE_US);
	sum_renew(t);
	struct ticker_minute day = t->sum;
	minute_merge(&day, &t->bucket[t->minute % TICKER_MINUTES]);
	bool traded = day.count != 0;
	uint64_t flat = t->last;
	*ret = (struct marketdata_ticker){
		.open.units = traded ? day.open : flat, .high.units = traded ? day.high : flat,
		.low.units = traded ? day.low : flat, .last.units = t->last,
		.previous_close.units = t->previous_close ? t->previous_close : traded ? day.open : flat,
		.last_quantity.units = t->last_quantity, .volume.units = day.volume, .quote_volume.units = day.quote,
		.open_time_us = now_us > TICKER_MINUTES * MINUTE_US ? now_us - TICKER_MINUTES * MINUTE_US : 0,
		.close_time_us = now_us, .first_id = day.first_id, .last_id = traded ? t->last_id : 0,
		.count = day.count };
}
