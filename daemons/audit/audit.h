// SPDX-License-Identifier: Apache-2.0
// The auditor without its shell: a leaf for each durable block, a checkpoint at
// least every interval. The daemon and the tests drive this.
#pragma once

#include "daemons/audit/log.h"
#include "fold/founding.h"
#include "journal/journal.h"

struct audit; // opaque

struct audit_options {
	const struct storage *storage;
	const uint8_t *master_key;  // 32 bytes
	const struct founding *founding;
	int log_fd;                 // directory
	const uint8_t *seed;        // the log's Ed25519 seed, 32 bytes, borrowed
	uint64_t durable;           // blocks known durable at the start
	uint64_t interval_ns;       // between two checkpoints while blocks arrive
};

// 0 also when it refuses to sign (audit_fault): it then stays up so that it can be seen. 1 with *ret_error when the
// journal cannot be read; negative errno.
MUST_USE int audit_open(const struct audit_options *options, struct audit **ret, struct journal_error *ret_error);
void audit_close(struct audit *a); // signs what is appended; accepts NULL

// Appends until `durable` or until budget_ns have passed; signs when it is due. 0 = there is more, 2 = caught up,
// 1 with *ret_error (the journal is damaged), or negative errno. While it refuses: 2.
MUST_USE int audit_step(struct audit *a, uint64_t durable, uint64_t budget_ns, struct journal_error *ret_error);

// Signs now. 0 or negative errno.
MUST_USE int audit_sign(struct audit *a);

uint64_t audit_due_ns(const struct audit *a); // until the next checkpoint is due; UINT64_MAX = nothing to sign
const char *audit_fault(const struct audit *a); // why it refuses to sign; NULL = it does not

struct audit_figures {
	uint64_t blocks;          // appended: the tree's size
	uint64_t signed_size;     // of the last checkpoint
	uint64_t signed_us;       // when it was written, realtime; 0 = not since the start
	uint64_t checkpoints;     // since the start
	uint64_t sign_ns;         // what the last one took, syncs included
	uint64_t tiles;           // files written since the start
};
struct audit_figures audit_figures(const struct audit *a);
