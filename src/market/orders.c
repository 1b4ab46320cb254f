// SPDX-License-Identifier: Apache-2.0
#include "market/orders.h"

static size_t slots_for(uint32_t live, uint32_t closed)
{
	return (size_t)live + closed + 1;
}

size_t orders_memory(uint32_t live, uint32_t closed)
{
	size_t slots = slots_for(live, closed);
	return (slots + 1) * (sizeof(struct order) + sizeof(struct order_cold)) +
	       ((size_t)closed + 1 + slots) * sizeof(uint32_t);
}

void orders_init(struct orders *orders, void *zeroed, uint32_t live, uint32_t closed)
{
	size_t slots = slots_for(live, closed);
	struct order *hot = zeroed;
	struct order_cold *cold = (struct order_cold *)(void *)(hot + slots + 1);
	uint32_t *ring = (uint32_t *)(void *)(cold + slots + 1);
	*orders = (struct orders){
		.hot = hot,
		.cold = cold,
		.ring = ring,
		.free = ring + closed + 1,
		.slots = (uint32_t)slots,
		.ring_size = closed,
	};
}
