// SPDX-License-Identifier: Apache-2.0
// Puts a plan in place with a way back. The way back is a process of its own that is running before the first byte is
// changed, and a record on the disk that is whole before that: whoever is killed, and whenever, what was there comes
// back unless `place_confirm` is called in time.
#pragma once

#include "harden/record.h"

struct place_options {
	unsigned seconds;  // until it goes back by itself
	bool load_rules;   // load the ruleset into this network namespace
};

// Those artefacts of the plan that differ from what is there, with the diff for people. "" when nothing differs.
const char *place_diff(struct plan *p);
bool artefact_differs(struct host *h, const struct artefact *a);
const char *artefact_diff(struct host *h, const struct artefact *a);

// Takes the lock for as long as the process lives. 0; 1 somebody else has it; negative errno.
MUST_USE int place_lock(struct host *h, int *ret_fd);
MUST_USE int place_lock_wait(struct host *h, int *ret_fd);
// 1 when somebody still has it then.
MUST_USE int place_lock_wait_at_most(struct host *h, unsigned seconds, int *ret_fd);

// 0 with the change's number, or 1 after complaints: what was changed already has been put back then.
MUST_USE int place_apply(struct plan *p, const struct place_options *o, unsigned *ret_number, struct complaints *c);
// Ends the pending change with this line in its record.
MUST_USE int place_outcome(struct host *h, unsigned number, const char *outcome);
// Keeps the pending change. 0; 1 there is none; negative errno.
MUST_USE int place_confirm(struct host *h, unsigned *ret_number);
// Puts back what was there before the pending change; may be repeated. 0; 1 there is none; 2 not everything could be
// put back (complaints), and it stays pending.
MUST_USE int place_roll_back(struct host *h, unsigned *ret_number, struct complaints *c);
// The same before anything was loaded at a start of the machine: the files alone, from which rules and settings come.
MUST_USE int place_roll_back_at_start(struct host *h, unsigned *ret_number, struct complaints *c);
