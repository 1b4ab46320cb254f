// SPDX-License-Identifier: Apache-2.0
#include "bench/market/recorded.h"

#include "tools/redoubt/flow_world.h"

#include <stdio.h>
#include <unistd.h>

#define ROOM (64u << 20)
#define ENTRY_BYTES_MAX 96u
#define FLOWS "../shared/data/orderflow/" // beside the project

const struct recorded recorded[2] = {
	{ "bitstamp-btcusd", "bitstamp-l3", FLOWS "bitstamp_btcusd_2026-05-02_orders.csv.gz" },
	{ "lobster-amzn", "lobster", FLOWS "lobster_AMZN_2012-06-21_message.csv.gz" },
};

static int append(void *context, const struct flow_command *command)
{
	struct commands *to = context;
	char client_id[CLIENT_ID_MAX + 1];
	if (to->room - to->size < ENTRY_BYTES_MAX)
		return 1;
	struct writer w = writer_over(to->entries + to->size, ENTRY_BYTES_MAX);
	if (command->cancel) {
		struct order_cancel cancel = flow_cancel(command, client_id);
		to->size += order_cancel_write(&w, &cancel);
	} else {
		struct order_new order = flow_order(command, client_id);
		to->size += order_new_write(&w, &order);
	}
	to->count++;
	return 0;
}

bool recorded_make(const struct recorded *r, struct commands *to, struct world_size *ret_size)
{
	const struct flow_format *format = flow_format_named(r->format);
	char error[256];
	if (access(r->path, R_OK)) {
		fprintf(stderr, "bench-market: %s skipped: %s is not here\n", r->name, r->path);
		return false;
	}
	commands_open(to, ROOM);
	int result = flow_run(format, r->path, append, to, error);
	if (result) {
		fprintf(stderr, "bench-market: %s skipped: %s\n", r->name, result < 0 ? error : "too long");
		commands_close(to);
		return false;
	}
	*ret_size = (struct world_size){ .customers = FLOW_CUSTOMERS, .markets = 1, .orders = 1u << 16,
					 .levels = 1u << 14, .tick = format->tick, .lot = format->lot };
	return true;
}
