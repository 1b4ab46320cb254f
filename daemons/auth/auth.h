// SPDX-License-Identifier: Apache-2.0
// auth: verifies every request that carries a key, and only then makes a command
// of it. This is the whole of it but for the channels (main.c).
//
// Order of the checks, cheapest refusal first: route, key, address, scope,
// timestamp, signature, replay, account limit, schema, command.
#pragma once

#include "command.h"
#include "limits.h"
#include "replay.h"
#include "window.h"

struct auth_settings {
	uint32_t keys, markets, customers; // capacities, from genesis
	uint32_t replay;                   // signed requests remembered at a time
	uint64_t orders_per_10s, orders_per_day;
};

struct auth {
	struct key_table *keys;
	struct market_table *markets;
	uint8_t *frozen; // by customer
	uint32_t customers;
	struct replay *replay;
	struct order_limits limits;
	struct window window;
	struct client_ids ids;
	bool complete; // the engine has told everything
	struct params params;
};

// The key pair must stay valid. now_us: the realtime clock. 0 or -ENOMEM.
MUST_USE int auth_init(struct auth *a, const struct auth_settings *settings, const uint8_t auth_public[32],
		       const uint8_t auth_secret[32], uint64_t now_us);
void auth_free(struct auth *a);

// The clock, once for each batch.
void auth_tick(struct auth *a, uint64_t now_us);

// One record of the engine's feed. 0, 1 when a row was refused (nothing changed; say so), -EPROTO when the record is
// malformed, -ENOMEM.
MUST_USE int auth_feed(struct auth *a, uint32_t kind, const void *record, size_t size);
// The engine died: forget what it said, refuse everything until it has said it again.
void auth_forget(struct auth *a);

// One MESSAGE_REQUEST of gateway number `gateway`. 0 with at least one record in *ret, or 1 when the record is malformed.
MUST_USE int auth_request(struct auth *a, uint16_t gateway, const void *record, size_t size, struct output *ret);
