// SPDX-License-Identifier: Apache-2.0
// What `redoubt host harden` says: to people as it goes, or as one JSON object at the end.
#pragma once

#include "harden/harden.h"
#include "harden/prove.h"

#include <jansson.h>

enum harden_exit {
	HARDEN_AS_IS = 0,    // nothing differs, or what was asked for is done
	HARDEN_DIFFERS = 1,  // without --apply: something would change
	HARDEN_USAGE = 2,    // the command line or the manifest
	HARDEN_FAILED = 3,   // it could not be done; what was there has been put back
	HARDEN_REFUSED = 4,  // it does not hold, or would lock out the session that runs it: nothing was changed
};

struct harden_report {
	const char *verdict;      // one word or two: "same", "differs", "applied", "refused", "failed", "confirmed", "rolled back"
	const char *sentence;     // on standard error when it went wrong; NULL: none
	struct complaints wrong;  // and why, one by one
	struct complaints notes;  // what is left to do by hand after a change
	struct proven proven;
	const struct complaints *advice;
	unsigned change, seconds; // 0: none
	json_t *changes;          // NULL for people, who have seen them
};

// The differences, before anything is changed. False when there are none.
bool report_changes(struct harden_report *r, struct plan *p);
// What was proven, and what this tool does not do itself.
void report_proven(struct harden_report *r, struct plan *p);
// The end of it; returns `status`.
int report_end(struct harden_report *r, enum harden_exit status);
