// SPDX-License-Identifier: Apache-2.0
// Reading the state. Nothing here changes it.
#include "exchange/close.h"
#include "exchange/report.h"

const struct genesis *exchange_genesis(const struct exchange *x)
{
	return &x->genesis;
}

const uint8_t *exchange_id(const struct exchange *x)
{
	return x->id;
}

void exchange_control_head(const struct exchange *x, uint64_t *ret_number, uint8_t ret_hash[32])
{
	*ret_number = x->control_number;
	memcpy(ret_hash, x->control_hash, sizeof x->control_hash);
}

uint32_t exchange_customer_count(const struct exchange *x)
{
	return x->customers.count;
}

bool exchange_customer(const struct exchange *x, uint32_t customer, struct customer_add *ret, uint8_t *ret_status)
{
	if (customer >= x->customers.count)
		return false;
	*ret = x->customer_info[customer];
	*ret_status = x->customers.list[customer].status;
	return true;
}

uint32_t exchange_key_count(const struct exchange *x)
{
	return x->customers.key_count;
}

bool exchange_key(const struct exchange *x, uint32_t key, struct key_add *ret)
{
	if (key >= x->customers.key_count || x->key_removed[key])
		return false;
	*ret = x->key_info[key];
	return true;
}

uint16_t exchange_asset_count(const struct exchange *x)
{
	return x->asset_count;
}

const struct asset_add *exchange_asset(const struct exchange *x, uint16_t asset)
{
	return asset < x->asset_count ? &x->assets[asset] : NULL;
}

uint16_t exchange_market_count(const struct exchange *x)
{
	return x->market_count;
}

const struct market_add *exchange_market(const struct exchange *x, uint16_t market, uint8_t *ret_status)
{
	if (market >= x->market_count)
		return NULL;
	*ret_status = x->markets[market].status;
	return &x->market_terms[market];
}

void exchange_balance(const struct exchange *x, uint32_t customer, uint16_t asset, struct amount *ret_available,
		      struct amount *ret_held)
{
	struct ledger_line line = { 0 };
	if (customer < x->customers.count && asset < x->asset_count)
		line = *ledger_line(&x->ledger, customer, asset);
	*ret_available = line.available;
	*ret_held = line.held;
}

void exchange_totals(const struct exchange *x, uint16_t asset, struct asset_totals *ret)
{
	struct ledger_totals totals = { 0 };
	if (asset < x->asset_count)
		ledger_totals(&x->ledger, asset, x->customers.count, &totals);
	*ret = (struct asset_totals){ .customers_available = totals.available, .customers_held = totals.held,
				      .fees = totals.fees, .external = totals.external };
}

void order_view_of(const struct exchange *x, uint32_t slot, struct order_view *ret)
{
	view_write(x, ret, &x->orders.hot[slot], &x->orders.cold[slot]);
}

bool exchange_order(const struct exchange *x, uint64_t id, struct order_view *ret)
{
	uint32_t slot = id ? order_by_id(x, id) : 0;
	if (slot)
		order_view_of(x, slot, ret);
	return slot != 0;
}

bool exchange_order_by_client_id(const struct exchange *x, uint32_t customer, const char *id, size_t size,
				 struct order_view *ret)
{
	char padded[8 + CLIENT_ID_MAX] = { 0 }; // client_of reads eight bytes before the id
	if (size == 0 || size > CLIENT_ID_MAX)
		return false;
	memcpy(padded + 8, id, size);
	struct order_client client = client_of(padded + 8, size, customer);
	uint32_t slot = order_by_client(x, client_hash(x, &client), &client);
	if (slot)
		order_view_of(x, slot, ret);
	return slot != 0;
}

size_t exchange_open_orders(const struct exchange *x, uint32_t customer, int32_t market, uint32_t *cursor,
			    struct order_view *to, size_t room)
{
	uint32_t slot = *cursor;
	size_t count = 0;
	*cursor = 0;
	if (customer >= x->customers.count || slot > x->orders.fresh)
		return 0;
	const struct order *at = &x->orders.hot[slot];
	if (slot == 0)
		slot = x->customers.list[customer].newest;
	else if (!order_live(at) || !at->id || at->customer != customer)
		return 0; // it ended between two pieces of the answer
	for (; slot; slot = x->orders.cold[slot].older) {
		if (market >= 0 && x->orders.hot[slot].market != market)
			continue;
		if (count == room) {
			*cursor = slot;
			break;
		}
		order_view_of(x, slot, &to[count++]);
	}
	return count;
}

size_t exchange_depth(const struct exchange *x, uint16_t market, uint8_t side, struct book_level *to, size_t room)
{
	size_t count = 0;
	if (market >= x->market_count || side > SIDE_SELL)
		return 0;
	const struct market *m = &x->markets[market];
	uint32_t leaf = m->book.side[side].best_leaf, key = m->book.side[side].best;
	for (; key != KEY_NONE && count < room; key = tree_next(&x->levels, key, &leaf)) {
		to[count].price.units = book_ticks(side, key) * m->tick.divisor;
		to[count++].quantity.units = tree_level(&x->levels, leaf, key)->quantity * m->lot.divisor;
	}
	return count;
}

uint64_t exchange_book_update(const struct exchange *x, uint16_t market)
{
	return market < x->market_count ? x->markets[market].book_update : 0;
}
