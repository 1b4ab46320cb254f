// SPDX-License-Identifier: Apache-2.0
// What was there before a change, complete and on the disk before the first byte of the change:
//
//   /var/lib/redoubt-harden/NUMBER/record     one line an artefact, "end" last; without it nothing was changed yet
//   /var/lib/redoubt-harden/NUMBER/copy.K     the K-th artefact's former content
//   /var/lib/redoubt-harden/NUMBER/rules      the ruleset that was loaded, as nft loads it
//   /var/lib/redoubt-harden/NUMBER/outcome    "confirmed" or "rolled back", one line
//   /var/lib/redoubt-harden/pending           "NUMBER DEADLINE": a change that nobody has confirmed (seconds since 1970)
//   /var/lib/redoubt-harden/lock
#pragma once

#include "harden/harden.h"

#define RECORD_PLACE "/var/lib/redoubt-harden"
#define RECORD_RESERVE "reserve" // room for the way back, given up when it is gone

enum record_kind { RECORD_FILE, RECORD_ABSENT, RECORD_SETTING, RECORD_MODE, RECORD_LINK, RECORD_KINDS };

struct record_row {
	enum record_kind kind;
	unsigned mode;
	uid_t uid;
	gid_t gid;
	size_t copy;      // FILE, SETTING; LINK: of where it led
	const char *path;
};

struct record {
	bool rules;       // a ruleset was loaded, and `rules` holds what was there
	size_t count;
	struct record_row row[ARTEFACTS_MAX];
};

// Reads a record's text. 0, or 1: it is no whole record.
MUST_USE int record_read(struct host *h, const char *text, struct record *ret);
const char *record_text(struct host *h, const struct record *r);

// The number of the change that is pending, 0 when there is none.
MUST_USE int pending_read(struct host *h, unsigned *ret_number, uint64_t *ret_deadline);
const char *record_path(struct host *h, unsigned number, const char *name);
