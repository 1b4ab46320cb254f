// SPDX-License-Identifier: Apache-2.0
// History without its shell: follows the journal, keeps the query database up
// to it, answers queries. The daemon, the rebuild and the tests drive this.
#pragma once

#include "daemons/history/query.h"
#include "fold/fold.h"

#define COMMIT_MS_MAX 100 // a transaction lasts at most this long while anything happens

struct history; // opaque

// What it points to must stay valid.
struct history_options {
	const struct storage *storage;
	const uint8_t *master_key;      // 32 bytes
	const struct founding *founding;
	int snapshots_fd;               // -1: from zero
	const char *database;           // path
	uint64_t durable;               // blocks known durable; UINT64_MAX = what is there
	void (*progress)(void *context, uint64_t blocks); // while it opens; may be NULL
	void *context;
};

// 0; 1 with a sentence in *ret_error (journal or database); negative errno.
MUST_USE int history_open(const struct history_options *options, struct history **ret,
			  struct journal_error *ret_error);
// Commits what is applied. Accepts NULL.
void history_close(struct history *h);

// Applies blocks until `durable` is reached or budget_ns have passed. Returns 0 = there is more, FOLD_END = caught up,
// FOLD_FAULT with *ret_error (the database's words too), FOLD_VOIDED. After a divergence it stays before
// that block, says FOLD_END and goes on answering: history_diverged.
MUST_USE int history_step(struct history *h, uint64_t durable, uint64_t budget_ns, struct journal_error *ret_error);

// Answers as of everything applied, also what is not committed yet. 0 or 1 with *ret_error.
MUST_USE int history_answer(struct history *h, const struct history_query *query, struct answer *ret,
			    struct journal_error *ret_error);

// The divergence that stopped it, or NULL.
const struct fold_divergence *history_diverged(const struct history *h);
// What the rows hold: while history folds again what was applied before its start, that is ahead of the fold.
struct applied history_applied(const struct history *h);
const struct fold_place *history_place(const struct history *h);
const struct exchange *history_exchange(const struct history *h);
uint64_t history_rows(const struct history *h); // written since it was opened
