// SPDX-License-Identifier: Apache-2.0
// From the parameters of a request whose signature holds to the record that
// carries it on: a command, a query, or nothing more to do.
#pragma once

#include "api/routes.h"
#include "client_ids.h"
#include "keys.h"
#include "markets.h"
#include "request.h"

enum auth_to { TO_GATEWAY, TO_ENGINE, TO_HISTORY };

#define OUTPUT_RECORD_MAX 320
#define OUTPUTS_MAX 2

struct output {
	size_t count;
	struct output_record {
		enum auth_to to;
		uint32_t kind; // enum message_kind
		size_t size;
		alignas(8) uint8_t bytes[OUTPUT_RECORD_MAX];
	} record[OUTPUTS_MAX];
};

struct asker { // who asks, as established by the checks before
	const struct auth_key *key;
	uint16_t gateway;
	uint64_t tag, received_us;
};

void output_refuse(struct output *to, uint64_t tag, const struct api_problem *problem);

// Does what the route asks. API_OK and the records in `to`, or the refusal in `ret_problem`.
enum api_error command_make(const struct route *route, const struct params *params, const struct asker *asker,
			    const struct market_table *markets, struct client_ids *ids, struct output *to,
			    struct api_problem *ret_problem);
