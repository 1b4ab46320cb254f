// SPDX-License-Identifier: Apache-2.0
// A whole exchange, with balances and fees, for a recorded flow to run through.
#pragma once

#include "exchange/lab.h"
#include "flow.h"

#define FLOW_CUSTOMERS 16u
#define FLOW_FEE_PPM 1000u

struct flow_world {
	struct lab lab;
	uint64_t commands, fills, refused; // cancels that came too late are not counted as refused
};

void flow_world_open(struct flow_world *world, const struct flow_format *format);
void flow_world_close(struct flow_world *world);

// The command as the exchange gets it: the recording's id is the client order id.
struct order_new flow_order(const struct flow_command *command, char client_id[CLIENT_ID_MAX + 1]);
struct order_cancel flow_cancel(const struct flow_command *command, char client_id[CLIENT_ID_MAX + 1]);

// A flow_sink: applies the command and counts.
int flow_world_apply(void *world, const struct flow_command *command);
