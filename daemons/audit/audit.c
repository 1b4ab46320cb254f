// SPDX-License-Identifier: Apache-2.0
#include "daemons/audit/audit.h"

#include "base/clock.h"

#include <stdio.h>
#include <stdlib.h>

struct audit {
	struct audit_options options;
	struct journal_reader *reader;
	struct signed_log log;
	bool refuses;
	uint64_t sign_after_ns;
	struct audit_figures figures;
};

static void refuse(struct audit *a, const char *what, uint64_t block)
{
	a->refuses = true;
	snprintf(a->log.fault, sizeof a->log.fault,
		 "%s (block %llu); no checkpoint is signed until somebody has looked, keep journal and log", what,
		 (unsigned long long)block);
}

static int reader_open(struct audit *a, uint64_t from, struct journal_error *error)
{
	const struct audit_options *o = &a->options;
	journal_reader_close(a->reader);
	a->reader = NULL;
	return journal_reader_open(o->storage, o->master_key, o->founding->exchange_id, from, &a->reader, error);
}

// The last block that was signed must be in the journal, the same to the bit. Its leaf
// holds the hash of the one before it and so on, so everything before it is then the same too.
static int journal_compare(struct audit *a, struct journal_error *error)
{
	uint64_t size = a->log.tree.size;
	struct block_view block;
	if (size > a->options.durable) {
		refuse(a, "the journal is shorter than what was signed", size - 1);
		return 0;
	}
	int r = reader_open(a, size - 1, error);
	if (!r)
		r = journal_reader_next(a->reader, a->options.durable, &block, error);
	if (r == 2)
		refuse(a, "the journal is shorter than what was signed", size - 1);
	else if (!r && (block.number != size - 1 || memcmp(block.leaf_hash, a->log.last_leaf, 32)))
		refuse(a, "the journal is not the one that was signed", size - 1);
	else if (!r)
		a->refuses = log_count(&a->log, block.first_sequence + block.count - 1) == 1;
	return r == 2 ? 0 : r;
}

static int parts_open(struct audit *a, struct journal_error *error)
{
	const struct audit_options *o = &a->options;
	const struct genesis *genesis = &o->founding->genesis;
	int r = log_open_dir(&a->log, o->log_fd, genesis->origin, o->seed, genesis->checkpoint_public);
	if (r < 0)
		return r;
	a->refuses = r == 1;
	if (a->refuses)
		return 0;
	if (a->log.tree.size)
		return journal_compare(a, error);
	return reader_open(a, 0, error);
}

int audit_open(const struct audit_options *options, struct audit **ret, struct journal_error *ret_error)
{
	*ret_error = (struct journal_error){ 0 };
	struct audit *a = calloc(1, sizeof *a);
	if (!a)
		return -ENOMEM;
	a->options = *options;
	a->log.lock_fd = -1;
	int r = parts_open(a, ret_error);
	if (r) {
		log_close_dir(&a->log);
		journal_reader_close(a->reader);
		free(a);
		return r;
	}
	*ret = a;
	return 0;
}

void audit_close(struct audit *a)
{
	if (!a)
		return;
	int r = audit_sign(a);
	a->refuses = r != 0;
	log_close_dir(&a->log);
	journal_reader_close(a->reader);
	free(a);
}

int audit_sign(struct audit *a)
{
	if (a->refuses || a->log.tree.size == a->log.signed_size)
		return 0;
	uint64_t start = clock_monotonic_ns();
	int r = log_sign(&a->log);
	if (r)
		return r;
	a->figures.checkpoints++;
	a->figures.signed_us = clock_realtime_us();
	a->figures.sign_ns = clock_monotonic_ns() - start;
	a->sign_after_ns = start + a->options.interval_ns;
	return 0;
}

static int block_append(struct audit *a, uint64_t durable, struct journal_error *error)
{
	struct block_view block;
	if (durable <= a->log.tree.size)
		return 2;
	int r = journal_reader_next(a->reader, durable, &block, error);
	if (r)
		return r;
	if (block.number != a->log.tree.size || memcmp(block.previous, a->log.last_leaf, 32)) {
		refuse(a, "a block does not follow the one before it", block.number);
		return 2;
	}
	r = log_append(&a->log, block.leaf_hash, block.first_sequence + block.count - 1);
	a->refuses = r == 1;
	return r == 1 ? 2 : r;
}

int audit_step(struct audit *a, uint64_t durable, uint64_t budget_ns, struct journal_error *ret_error)
{
	uint64_t start = clock_monotonic_ns();
	int r = 0;
	if (a->refuses)
		return 2;
	do {
		r = block_append(a, durable, ret_error);
	} while (!r && clock_monotonic_ns() - start < budget_ns);
	if (r && r != 2)
		return r;
	int written = clock_monotonic_ns() >= a->sign_after_ns ? audit_sign(a) : 0;
	return written ? written : r;
}

uint64_t audit_due_ns(const struct audit *a)
{
	if (a->refuses || a->log.tree.size == a->log.signed_size)
		return UINT64_MAX;
	uint64_t now = clock_monotonic_ns();
	return a->sign_after_ns > now ? a->sign_after_ns - now : 0;
}

const char *audit_fault(const struct audit *a)
{
	return a->refuses ? a->log.fault : NULL;
}

struct audit_figures audit_figures(const struct audit *a)
{
	struct audit_figures f = a->figures;
	f.blocks = a->log.tree.size;
	f.signed_size = a->log.signed_size;
	f.tiles = a->log.tiles.written;
	return f;
}
