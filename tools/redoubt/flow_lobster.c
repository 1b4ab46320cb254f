// SPDX-License-Identifier: Apache-2.0
// LOBSTER message files: time, type, order id, size, price (USD x 10,000), side
// of the resting order (1 buy, -1 sell); no header. Type 1 = limit order, 3 =
// cancel, 4 = an execution, for which somebody's immediate-or-cancel order must
// have come from the other side. The rest is not a command.
#include "flow.h"

#define CENT (AMOUNT_SCALE / 100)
#define TAKER_IDS (1ull << 63) // ids of the orders that executions imply

enum { TIME, TYPE, ID, SIZE, PRICE, DIRECTION, FIELDS };

static int line(struct flow *flow, const char *text, size_t size)
{
	struct field f[FIELDS];
	uint64_t type, id, shares, price;
	if (!flow_split(text, size, f, FIELDS) || !flow_whole(f[TYPE], &type) || !flow_whole(f[ID], &id) ||
	    !flow_whole(f[SIZE], &shares) || !flow_whole(f[PRICE], &price))
		return -1;
	bool bid = flow_is(f[DIRECTION], "1");
	if (!bid && !flow_is(f[DIRECTION], "-1"))
		return -1;
	struct flow_command command = {
		.side = bid ? SIDE_BUY : SIDE_SELL,
		.tif = TIF_GTC,
		.id = id,
		.price = price / 100 * CENT,
		.quantity = shares * AMOUNT_SCALE,
	};
	if (type == 3) {
		command = (struct flow_command){ .cancel = true, .id = id };
		return flow_given(flow, id) ? flow->sink(flow->context, &command) : 0;
	}
	if (type == 4) {
		command.side = bid ? SIDE_SELL : SIDE_BUY;
		command.tif = TIF_IOC;
		command.id = TAKER_IDS | flow->line;
		return flow->sink(flow->context, &command);
	}
	return type == 1 ? flow_give(flow, &command) : 0;
}

const struct flow_format flow_lobster = {
	.name = "lobster", .tick = CENT, .lot = AMOUNT_SCALE, .line = line,
};
