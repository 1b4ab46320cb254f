// SPDX-License-Identifier: Apache-2.0
// What in an answer of control's `status` somebody must look at, in words.
#pragma once

#include "base/base.h"

#include <jansson.h>

#define ALARM_SILENT_US 3000000     // a daemon turns its loop ten times a second at the least
#define ALARM_CHECKPOINT_US 5000000 // the promise is one second

struct alarms {
	json_t *texts; // array of strings; json_decref it
	bool damage;   // one of them means damage or divergence: keep everything, look before anything is started anew
};

// Of two looks; the second may be the first. What waits in the second must have waited in the first already.
struct alarms alarms_find(json_t *before, json_t *after);

// ---- parts of the answer ----
json_int_t status_number(json_t *o, const char *name);
const char *status_text(json_t *o, const char *name); // "" when absent
json_t *status_counters(json_t *status, const char *role); // NULL when there is no such role

// How far a follower is behind what is durable: computed here, for one that is frozen says the last it knew.
json_int_t status_behind(json_t *status, const char *durable, const char *role, const char *counter);
