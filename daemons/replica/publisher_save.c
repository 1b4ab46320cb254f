// SPDX-License-Identifier: Apache-2.0
// The publisher's memory beside a snapshot: u64 magic, u64 sequence, u32 markets;
// for each market u64 trade count, ticker, trades kept; then SHA-256 of it all.
// It is a convenience: without it the day's figures begin anew.
#include "daemons/replica/publisher_state.h"

#include "crypto/sha256.h"

#include <stdlib.h>

#define SAVE_MAGIC 0x3174656b72616d72ull // "rmarket1"
#define SAVE_HEAD (8 + 8 + 4)
#define TRADE_SAVED (7 * 8 + 2 * 8 + 2 * 4 + 2 + 2 + 8)
#define TICKER_HEAD (6 * 8)
#define MINUTE_SAVED (2 + 8 * 8)

static uint32_t market_used(const struct publisher *p)
{
	uint32_t used = p->capacity;
	while (used > 0 && p->market[used - 1].trade_count == 0)
		used--;
	return used;
}

static void trade_write(struct writer *w, const struct marketdata_trade *t)
{
	const struct trade_view *v = &t->trade;
	const uint64_t values[] = { v->id, v->price.units, v->quantity.units, v->quote.units, v->maker_order,
				    v->taker_order, v->maker_fee.units, v->taker_fee.units, t->time_us };
	for (size_t i = 0; i < ARRAY_LEN(values); i++)
		write_u64(w, values[i]);
	write_u32(w, v->maker);
	write_u32(w, v->taker);
	write_u16(w, v->market);
	write_u8(w, v->taker_side);
	write_u8(w, v->maker_done);
}

static void trade_read(struct reader *r, struct marketdata_trade *ret)
{
	struct trade_view *v = &ret->trade;
	uint64_t *to[] = { &v->id, &v->price.units, &v->quantity.units, &v->quote.units, &v->maker_order,
			   &v->taker_order, &v->maker_fee.units, &v->taker_fee.units, &ret->time_us };
	for (size_t i = 0; i < ARRAY_LEN(to); i++)
		*to[i] = read_u64(r);
	v->maker = read_u32(r);
	v->taker = read_u32(r);
	v->market = read_u16(r);
	v->taker_side = read_u8(r);
	v->maker_done = read_u8(r);
}

#define MINUTE_FIELDS(b) { &(b)->open, &(b)->high, &(b)->low, &(b)->close, &(b)->volume, &(b)->quote, &(b)->first_id, &(b)->count }

static void ticker_write(struct writer *w, const struct ticker *t)
{
	const uint64_t head[] = { t->minute, t->last, t->last_quantity, t->last_id, t->previous_close };
	for (size_t i = 0; i < ARRAY_LEN(head); i++)
		write_u64(w, head[i]);
	uint32_t used = 0;
	for (uint32_t i = 0; i < TICKER_MINUTES; i++)
		used += t->bucket[i].count != 0;
	write_u32(w, used);
	for (uint16_t i = 0; i < TICKER_MINUTES; i++) {
		const struct ticker_minute *b = &t->bucket[i];
		const uint64_t *const fields[] = MINUTE_FIELDS(b);
		if (!b->count)
			continue;
		write_u16(w, i);
		for (size_t k = 0; k < ARRAY_LEN(fields); k++)
			write_u64(w, *fields[k]);
	}
}

static void ticker_read(struct reader *r, struct ticker *ret)
{
	uint64_t *const head[] = { &ret->minute, &ret->last, &ret->last_quantity, &ret->last_id,
				   &ret->previous_close };
	for (size_t i = 0; i < ARRAY_LEN(head); i++)
		*head[i] = read_u64(r);
	uint32_t used = read_u32(r);
	for (uint32_t i = 0; i < used && !r->failed; i++) {
		uint16_t at = read_u16(r);
		if (at >= TICKER_MINUTES) {
			r->failed = true;
			return;
		}
		struct ticker_minute *b = &ret->bucket[at];
		uint64_t *const fields[] = MINUTE_FIELDS(b);
		for (size_t k = 0; k < ARRAY_LEN(fields); k++)
			*fields[k] = read_u64(r);
	}
}

static uint32_t trades_kept(uint64_t count)
{
	return (uint32_t)u64_min(count, MARKETDATA_TRADES);
}

int publisher_save(const struct publisher *p, uint64_t sequence, uint8_t **ret, size_t *ret_size)
{
	uint32_t used = market_used(p);
	size_t market_room = 8 + TICKER_HEAD + TICKER_MINUTES * MINUTE_SAVED + 4 + MARKETDATA_TRADES * TRADE_SAVED;
	size_t room = SAVE_HEAD + used * market_room + SHA256_SIZE;
	uint8_t *data = malloc(room);
	if (!data)
		return -ENOMEM;
	struct writer w = writer_over(data, room);
	write_u64(&w, SAVE_MAGIC);
	write_u64(&w, sequence);
	write_u32(&w, used);
	for (uint32_t i = 0; i < used; i++) {
		const struct market_state *m = &p->market[i];
		uint32_t kept = trades_kept(m->trade_count);
		write_u64(&w, m->trade_count);
		ticker_write(&w, &m->ticker);
		write_u32(&w, kept);
		for (uint64_t t = m->trade_count - kept; t < m->trade_count; t++)
			trade_write(&w, &m->recent[t % MARKETDATA_TRADES]);
	}
	uint8_t *digest = write_room(&w, SHA256_SIZE);
	ASSERT(digest);
	sha256_of(data, (size_t)(digest - data), digest);
	*ret = data;
	*ret_size = writer_size(&w);
	return 0;
}

static void market_read(struct reader *r, struct market_state *m)
{
	m->trade_count = read_u64(r);
	ticker_read(r, &m->ticker);
	uint32_t kept = read_u32(r);
	if (kept != trades_kept(m->trade_count)) {
		r->failed = true;
		return;
	}
	for (uint64_t t = m->trade_count - kept; t < m->trade_count && !r->failed; t++)
		trade_read(r, &m->recent[t % MARKETDATA_TRADES]);
}

static bool save_whole(const void *data, size_t size)
{
	uint8_t digest[SHA256_SIZE];
	if (size < SAVE_HEAD + SHA256_SIZE)
		return false;
	sha256_of(data, size - SHA256_SIZE, digest);
	return !memcmp(digest, (const uint8_t *)data + size - SHA256_SIZE, SHA256_SIZE);
}

int publisher_restore(struct publisher *p, uint64_t sequence, const void *data, size_t size)
{
	if (!save_whole(data, size))
		return 1;
	struct reader r = reader_over(data, size - SHA256_SIZE);
	bool ours = read_u64(&r) == SAVE_MAGIC && read_u64(&r) == sequence;
	uint32_t used = read_u32(&r);
	for (uint32_t i = 0; ours && used <= p->capacity && i < used; i++)
		market_read(&r, &p->market[i]);
	if (ours && used <= p->capacity && reader_done(&r))
		return 0;
	memset(p->market, 0, p->capacity * sizeof p->market[0]);
	return 1;
}
