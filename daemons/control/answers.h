// SPDX-License-Identifier: Apache-2.0
// Answers that control gives by itself, from the pages it maps read-only.
#pragma once

#include "request.h"

#include "journal/journal.h"
#include "process/stats.h"
#include "process/status.h"
#include "wire/marketdata.h"

#include <jansson.h>

#define ROLE_PAGES_MAX STATUS_ROLES_MAX

struct pages { // NULL where the supervisor gave none
	const struct status_page *status;
	const struct durable_page *durable;
	const struct marketdata *marketdata;
	uint32_t markets_max; // of genesis: what the page may say is bounded by what was mapped
	size_t stats_count;
	struct { char name[STATUS_NAME_MAX]; const struct stats_page *page; } stats[ROLE_PAGES_MAX];
};

// Each returns a new object, or NULL without memory.
json_t *answer_status(const struct pages *pages, const struct genesis *genesis, uint64_t now_us);
json_t *answer_markets(const struct pages *pages);
json_t *answer_book(const struct pages *pages, const struct control_request *request);
json_t *answer_error(const char *text);
