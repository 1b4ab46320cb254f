// SPDX-License-Identifier: Apache-2.0
// Bitstamp's order-level websocket capture as CSV, with a header: id, timestamp,
// exchange_timestamp, price, volume, action, direction. created = limit order,
// deleted = cancel, changed says nothing that a command would. Prices are whole
// dollars and volumes 1e-5, clamped, so that six other engines' results compare.
#include "flow.h"

#define DOLLARS_MAX 262000u
#define LOTS_MAX 4000000000u
#define LOT (AMOUNT_SCALE / 100000)

enum { ID, TIMESTAMP, EXCHANGE_TIMESTAMP, PRICE, VOLUME, ACTION, DIRECTION, FIELDS };

static int created(struct flow *flow, const struct field *f, uint64_t id)
{
	uint64_t dollars, lots;
	bool bid = flow_is(f[DIRECTION], "bid");
	if (!flow_decimal(f[PRICE], 0, &dollars) || !flow_decimal(f[VOLUME], 5, &lots) ||
	    (!bid && !flow_is(f[DIRECTION], "ask")))
		return -1;
	const struct flow_command command = {
		.side = bid ? SIDE_BUY : SIDE_SELL,
		.tif = TIF_GTC,
		.id = id,
		.price = u64_max(1, u64_min(dollars, DOLLARS_MAX)) * AMOUNT_SCALE,
		.quantity = u64_max(1, u64_min(lots, LOTS_MAX)) * LOT,
	};
	return flow_give(flow, &command);
}

static int line(struct flow *flow, const char *text, size_t size)
{
	struct field f[FIELDS];
	uint64_t id;
	if (!flow_split(text, size, f, FIELDS))
		return -1;
	if (flow->line == 1 && flow_is(f[ID], "id"))
		return 0;
	if (!flow_whole(f[ID], &id) || !id)
		return -1;
	if (flow_is(f[ACTION], "created"))
		return created(flow, f, id);
	if (flow_is(f[ACTION], "changed"))
		return 0;
	if (!flow_is(f[ACTION], "deleted"))
		return -1;
	const struct flow_command cancel = { .cancel = true, .id = id };
	return flow_given(flow, id) ? flow->sink(flow->context, &cancel) : 0;
}

const struct flow_format flow_bitstamp = {
	.name = "bitstamp-l3", .tick = AMOUNT_SCALE, .lot = LOT, .line = line,
};
