// SPDX-License-Identifier: Apache-2.0
// Cancels: by order id, by client id, and all of a customer's orders in a market.
#include "exchange/close.h"
#include "exchange/report.h"

static enum refusal check_asker(const struct exchange *x, uint32_t customer, uint32_t key, uint16_t market)
{
	if (UNLIKELY(market >= x->market_count))
		return REFUSED_UNKNOWN_MARKET;
	if (UNLIKELY(customer >= x->customers.count))
		return REFUSED_UNKNOWN_CUSTOMER;
	if (UNLIKELY(!customers_key_trades(&x->customers, key, customer)))
		return REFUSED_UNKNOWN_KEY;
	// A frozen customer may cancel, and so may anyone in a market that is CANCEL_ONLY.
	return UNLIKELY(x->markets[market].status == MARKET_HALTED) ? REFUSED_MARKET_CLOSED : REFUSED_NOT;
}

static ALWAYS_INLINE void cancel(struct exchange *x, struct market *m, uint32_t slot)
{
	order_end(x, m, slot, ORDER_CANCELED);
	m->book_update++;
	event_order(x, EVENT_ORDER_DONE, slot);
	order_remember(x, slot);
}

static COLD void refuse(struct exchange *x, const struct order_cancel *in, enum refusal reason)
{
	struct event *e = event_begin(x, EVENT_CANCEL_REJECTED, reason);
	struct order_client client = client_of(in->client_id, in->client_id_size, in->customer);
	e->order = (struct order_view){ .id = in->order, .customer = in->customer, .market = in->market,
					.time_us = x->time_us, .updated_us = x->time_us };
	view_tail(&e->order, (uint64_t)in->client_id_size << TRAIT_CLIENT_SIZE, &client);
	digest_pair(x, in->order ^ (uint64_t)reason << 56, (uint64_t)in->market << 32 | in->customer);
	digest_pair(x, client_hash(x, &client), in->client_id_size);
}

// The live order that is meant, 0 when there is none. By id when one is given; a client id beside it must agree.
static ALWAYS_INLINE uint32_t find(const struct exchange *x, const struct order_cancel *in)
{
	struct order_client client;
	uint32_t slot = 0;
	if (in->client_id_size)
		client = client_of(in->client_id, in->client_id_size, in->customer);
	if (in->order)
		slot = order_by_id(x, in->order);
	else if (in->client_id_size)
		slot = order_by_client(x, client_hash(x, &client), &client);
	const struct order *o = &x->orders.hot[slot];
	if (UNLIKELY(!slot || !order_live(o) || o->customer != in->customer || o->market != in->market))
		return 0;
	if (in->order && in->client_id_size && !order_client_equal(&x->orders.cold[slot].client, &client))
		return 0;
	return slot;
}

int apply_order_cancel(struct exchange *x, const struct entry *entry)
{
	struct order_cancel in;
	if (UNLIKELY(order_cancel_read(entry, &in)))
		return 1;
	enum refusal reason = check_asker(x, in.customer, in.key, in.market);
	uint32_t slot = reason ? 0 : find(x, &in);
	if (LIKELY(slot))
		cancel(x, &x->markets[in.market], slot);
	else
		refuse(x, &in, reason ? reason : REFUSED_UNKNOWN_ORDER);
	return 0;
}

int apply_order_cancel_all(struct exchange *x, const struct entry *entry)
{
	struct order_cancel_all in;
	if (order_cancel_all_read(entry, &in))
		return 1;
	enum refusal reason = check_asker(x, in.customer, in.key, in.market);
	uint32_t next = reason ? 0 : x->customers.list[in.customer].newest;
	while (next) {
		uint32_t slot = next;
		next = x->orders.cold[slot].older;
		if (x->orders.hot[slot].market == in.market)
			cancel(x, &x->markets[in.market], slot);
	}
	if (!x->event_count) {
		static const char none[8];
		const struct order_cancel as_asked = { .customer = in.customer, .market = in.market,
						       .client_id = none + sizeof none };
		refuse(x, &as_asked, reason ? reason : REFUSED_UNKNOWN_ORDER);
	}
	return 0;
}
