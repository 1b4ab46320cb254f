// SPDX-License-Identifier: Apache-2.0
#include "daemons/engine/recovery.h"

#include <stdio.h>

struct counting {
	volatile uint64_t *applying;
	uint64_t entries;
};

static void entry_folded(void *context, const struct exchange *x, const struct entry *entry, uint64_t sequence,
			 uint64_t time_us)
{
	struct counting *c = context;
	*c->applying = sequence + 1;
	c->entries++;
}

// A sentence for each way to stop short of the end.
static int stopped(const struct fold *f, int why, struct journal_error *error)
{
	const struct fold_divergence *d = fold_diverged(f);
	switch (why) {
	case FOLD_END:
		*error = (struct journal_error){ .fault = JOURNAL_MISSING };
		snprintf(error->text, sizeof error->text,
			 "the journal ends before its last durable block; keep the disk as it is and run "
			 "`redoubt journal verify`");
		return 1;
	case FOLD_DIVERGED:
		*error = (struct journal_error){ .fault = JOURNAL_DAMAGED, .block = d->block };
		snprintf(error->text, sizeof error->text,
			 "block %llu (entries %llu to %llu): folding it gives digest %016llx, journaled was %016llx; "
			 "this program and the one that wrote it disagree: start the one that wrote it",
			 (unsigned long long)d->block, (unsigned long long)d->first_sequence,
			 (unsigned long long)d->last_sequence, (unsigned long long)d->ours,
			 (unsigned long long)d->engine);
		return 1;
	case FOLD_VOIDED:
		*error = (struct journal_error){ .fault = JOURNAL_DAMAGED };
		snprintf(error->text, sizeof error->text, "a VOID appeared while folding: another writer is at work");
		return 1;
	default:
		return why;
	}
}

static int fold_all(struct fold *f, uint64_t blocks, struct counting *counting, struct journal_error *error)
{
	*counting->applying = fold_place(f)->sequence + 1;
	while (fold_place(f)->blocks < blocks) {
		int r = fold_block(f, blocks, entry_folded, counting, error);
		if (r)
			return stopped(f, r, error);
	}
	return 0;
}

int recovery_run(const struct recovery_options *options, struct recovery *ret, struct journal_error *ret_error)
{
	struct fold_options how = { .storage = options->storage,
				    .master_key = options->master_key,
				    .founding = options->founding,
				    .snapshots_fd = options->snapshots_fd,
				    .blocks_max = options->blocks,
				    .durable = options->blocks,
				    .ahead = true };
	struct fold *f;
	int r = fold_open(&how, &f, ret_error);
	if (r)
		return r;
	struct counting counting = { .applying = options->applying };
	r = fold_all(f, options->blocks, &counting, ret_error);
	if (r == 0) {
		const char *text;
		struct recovery done = { .place = *fold_place(f), .entries = counting.entries };
		done.from_sequence = fold_started_from(f, &text);
		snprintf(done.snapshot_text, sizeof done.snapshot_text, "%s", text);
		done.exchange = fold_take(f);
		*ret = done;
	}
	fold_close(f);
	return r;
}
