// SPDX-License-Identifier: Apache-2.0
// Where events go: one JSON object a line, to standard output and to a file that is only ever added to. With
// --journal its digest becomes an entry after each look that added alarms.
#pragma once

#include "../command.h"

#include "watch/watch.h"

struct spool {
	int fd; // -1: none
	bool json, quiet;
	uint64_t alarms, upgrades, others;
};

// NULL: no file. EXIT_DONE, or EXIT_USAGE after it has complained.
MUST_USE int spool_open(struct spool *s, const char *path);
void spool_close(struct spool *s);
void spool_event(struct spool *s, const struct watch_event *event);
// After a pass: what was written is durable.
void spool_sync(struct spool *s);
