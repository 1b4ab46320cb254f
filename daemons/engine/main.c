// SPDX-License-Identifier: Apache-2.0
// The engine: the one process that decides. It holds the state, the journal's key and the
// journal's directory; it opens no socket, starts no program and believes no identity that a record claims.
#include "base/log.h"
#include "crypto/secret.h"
#include "daemons/engine/engine.h"

#include <stdio.h>
#include <stdlib.h>

static bool parts_find(struct engine *e)
{
	struct handover *h = e->handover;
	e->stats = handover_map(h, "stats", sizeof *e->stats, true);
	e->durable = handover_map(h, "durable", sizeof *e->durable, true);
	e->doorbell = handover_fd(h, "doorbell");
	e->gateways = (unsigned)handover_number(h, "gateways", 1);
	e->spin_us = (unsigned)handover_number(h, "spin_us", PIPELINE_SPIN_US_DEFAULT);
	e->inbox[ORIGIN_AUTH] = (struct inbox){ .origin = ORIGIN_AUTH, .name = "auth" };
	e->inbox[ORIGIN_CONTROL] = (struct inbox){ .origin = ORIGIN_CONTROL, .name = "control" };
	for (size_t i = 0; i < ARRAY_LEN(e->inbox); i++)
		if (!(e->inbox[i].record = malloc(CHANNEL_RECORD_MAX)))
			return false;
	return e->stats && e->durable && e->doorbell >= 0 && e->gateways <= GATEWAYS_MAX;
}

int main(void)
{
	static struct engine engine;
	engine.handover = handover_receive();
	if (!engine.handover) {
		fprintf(stderr, "redoubt-engine is started by redoubt-supervisor, which `redoubt start` starts\n");
		return 2;
	}
	log_open("engine");
	handover_stop_signals();
	if (!parts_find(&engine) || crypto_init() < 0) {
		log_write(LOG_ERROR, "the supervisor did not hand over what the engine needs");
		return 1;
	}
	stats_open(&engine);
	int status = engine_start(&engine);
	if (status < 0)
		status = engine_run(&engine);
	engine_stop(&engine);
	return status;
}
