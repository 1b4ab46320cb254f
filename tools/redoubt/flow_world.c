// SPDX-License-Identifier: Apache-2.0
#include "flow_world.h"

#include <inttypes.h>
#include <stdio.h>

void flow_world_open(struct flow_world *world, const struct flow_format *format)
{
	const struct capacities capacities = {
		.customers = FLOW_CUSTOMERS, .keys = FLOW_CUSTOMERS, .assets = 2, .markets = 1,
		.orders = 1u << 20, .orders_per_customer = 1u << 20, .levels = 1u << 16, .closed_orders = 1u << 16,
		.fills_per_order = 1u << 16,
	};
	*world = (struct flow_world){ 0 };
	lab_open(&world->lab, &capacities);
	uint16_t base = lab_asset(&world->lab, "BASE"), quote = lab_asset(&world->lab, "QUOTE");
	struct market_add terms =
		lab_terms("BASEQUOTE", base, quote, format->tick, format->lot, FLOW_FEE_PPM, FLOW_FEE_PPM);
	lab_market(&world->lab, &terms);
	for (uint32_t i = 0; i < FLOW_CUSTOMERS; i++) {
		uint32_t customer = lab_customer(&world->lab);
		lab_deposit(&world->lab, customer, base, AMOUNT_MAX / FLOW_CUSTOMERS);
		lab_deposit(&world->lab, customer, quote, AMOUNT_MAX / FLOW_CUSTOMERS);
	}
}

void flow_world_close(struct flow_world *world)
{
	lab_close(&world->lab);
}

static uint32_t customer_of(uint64_t id)
{
	return (uint32_t)(id % FLOW_CUSTOMERS);
}

static uint8_t client_id_write(uint64_t id, char client_id[CLIENT_ID_MAX + 1])
{
	return (uint8_t)snprintf(client_id, CLIENT_ID_MAX + 1, "%" PRIu64, id);
}

struct order_new flow_order(const struct flow_command *command, char client_id[CLIENT_ID_MAX + 1])
{
	return (struct order_new){
		.customer = customer_of(command->id),
		.key = customer_of(command->id),
		.side = command->side,
		.type = ORDER_LIMIT,
		.tif = command->tif,
		.price = { command->price },
		.quantity = { command->quantity },
		.client_id_size = client_id_write(command->id, client_id),
		.client_id = client_id,
	};
}

struct order_cancel flow_cancel(const struct flow_command *command, char client_id[CLIENT_ID_MAX + 1])
{
	return (struct order_cancel){
		.customer = customer_of(command->id),
		.key = customer_of(command->id),
		.client_id_size = client_id_write(command->id, client_id),
		.client_id = client_id,
	};
}

int flow_world_apply(void *context, const struct flow_command *command)
{
	struct flow_world *world = context;
	struct lab *lab = &world->lab;
	char client_id[CLIENT_ID_MAX + 1];
	struct writer w = writer_over(lab->entry, sizeof lab->entry);
	if (command->cancel) {
		struct order_cancel cancel = flow_cancel(command, client_id);
		lab->entry_size = order_cancel_write(&w, &cancel);
	} else {
		struct order_new order = flow_order(command, client_id);
		lab->entry_size = order_new_write(&w, &order);
	}
	lab_apply(lab, lab->entry, lab->entry_size);
	world->commands++;
	for (size_t i = 0; i < exchange_event_count(lab->x); i++) {
		const struct event *e = exchange_event(lab->x, i);
		world->fills += e->kind == EVENT_TRADE;
		world->refused += e->kind == EVENT_ORDER_REJECTED;
	}
	return 0;
}
