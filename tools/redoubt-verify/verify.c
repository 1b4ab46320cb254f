// SPDX-License-Identifier: Apache-2.0
#include "verify.h"

#include <stdio.h>

struct examination {
	const struct question *q;
	struct answer *a;
	struct tree tree;
	uint64_t time_us;      // of the last entry
	bool head_known;       // the checkpoint has been looked at
	struct replay *replay; // second pass
};

static bool entry_wrong(struct examination *x, uint64_t sequence, const struct place *place, const char *what)
{
	finding_add(&x->a->report, "entry %llu (segment %u, offset %llu) %s", (unsigned long long)sequence,
		    place->segment, (unsigned long long)place->offset, what);
	return false;
}

static const char *void_take(struct voids *v, const struct item *item, uint64_t sequence)
{
	struct reader r = reader_over(item->payload, item->payload_size);
	uint64_t names = read_u64(&r);
	if (names == 0 || names >= sequence)
		return "voids an entry that is not before it";
	if (v->count == VOIDS_MAX)
		return "is one VOID more than a journal may have";
	v->list[v->count].names = names;
	v->list[v->count++].at = sequence;
	return NULL;
}

static const char *entry_take(struct examination *x, const struct item *item, uint64_t sequence)
{
	struct answer *a = x->a;
	a->kinds[item->kind]++;
	if (kind_is_control(item->kind))
		return evidence_add(&a->evidence, item, sequence);
	if (item->kind == KIND_VOID)
		return void_take(&a->voids, item, sequence);
	if (item->kind < KIND_TICK && !a->evidence.genesis)
		return "trades before genesis";
	return NULL;
}

static bool entries_take(struct examination *x, const struct leaf *leaf, const struct place *place)
{
	struct reader r = reader_over(leaf->entries, leaf->entries_size);
	for (uint32_t i = 0; i < leaf->count; i++) {
		struct item item;
		uint64_t sequence = leaf->first_sequence + i;
		const char *wrong = item_next(&r, &item);
		if (wrong)
			return entry_wrong(x, sequence, place, wrong);
		if (leaf->time_us + item.delay_us < x->time_us)
			return entry_wrong(x, sequence, place, "has a time before that of the entry before");
		x->time_us = leaf->time_us + item.delay_us;
		wrong = entry_take(x, &item, sequence);
		if (wrong)
			return entry_wrong(x, sequence, place, wrong);
	}
	if (!reader_done(&r))
		return entry_wrong(x, leaf->first_sequence + leaf->count, place, "is not counted by its block");
	return true;
}

// ---- the checkpoint ----

static void checkpoint_read(struct examination *x)
{
	const struct question *q = x->q;
	struct answer *a = x->a;
	const char *name = q->log_key_given ? q->log_name : a->evidence.origin;
	const uint8_t *key = q->log_key_given ? q->log_public : a->evidence.checkpoint_public;
	x->head_known = true;
	vkey_format(name, key, a->log_key);
	if (q->log_key_given && (strcmp(q->log_name, a->evidence.origin) != 0 ||
				 memcmp(q->log_public, a->evidence.checkpoint_public, 32) != 0))
		finding_add(&a->report, "the log's key in genesis is not the one given with --log-key");
	if (!q->checkpoint)
		return;
	const char *wrong = signed_head_parse(q->checkpoint, q->checkpoint_size, name, key, &a->head);
	if (wrong)
		finding_add(&a->report, "the checkpoint %s", wrong);
	a->head_signed = wrong == NULL;
}

// `entries`: how many there are up to the block taken last.
static void checkpoint_compare(struct examination *x, uint64_t entries)
{
	uint8_t root[32];
	if (!x->a->head_signed || x->tree.leaves != x->a->head.size)
		return;
	tree_root(&x->tree, root);
	x->a->head_compared = true;
	x->a->head_matches = memcmp(root, x->a->head.root, 32) == 0;
	if (!x->a->head_matches)
		finding_add(&x->a->report, "the signed checkpoint of %llu blocks has another root than these blocks",
			    (unsigned long long)x->tree.leaves);
	if (!x->a->head.counted || x->a->head.entries == entries)
		return;
	x->a->head_matches = false;
	finding_add(&x->a->report, "the signed checkpoint of %llu blocks counts %llu entries, these blocks hold %llu: its signer wrote down a count that is not true",
		    (unsigned long long)x->tree.leaves, (unsigned long long)x->a->head.entries, (unsigned long long)entries);
}

static bool block_take(void *context, const struct leaf *leaf, const uint8_t leaf_hash[32], const struct place *place)
{
	struct examination *x = context;
	if (!entries_take(x, leaf, place))
		return false;
	if (x->a->evidence.genesis && !x->head_known) {
		checkpoint_read(x);
		checkpoint_compare(x, 0); // one of no blocks
	}
	tree_add(&x->tree, leaf_hash);
	checkpoint_compare(x, leaf->first_sequence + leaf->count - 1);
	snapshots_place(&x->a->snapshots, leaf->number + 1, leaf->first_sequence + leaf->count - 1, leaf_hash);
	return true;
}

static bool block_fold(void *context, const struct leaf *leaf, const uint8_t leaf_hash[32], const struct place *place)
{
	struct examination *x = context;
	// Blocks that came after the first pass have not been examined.
	return leaf->number < x->tree.leaves ? replay_block(x->replay, leaf) : false;
}

static void progress_first(void *context, uint64_t done, uint64_t of)
{
	struct examination *x = context;
	x->q->progress(NULL, done, x->q->replay ? 2 * of : of);
}

static void progress_second(void *context, uint64_t done, uint64_t of)
{
	struct examination *x = context;
	x->q->progress(NULL, of + done, 2 * of);
}

// ---- after the walk ----

// The journal is shorter than what was signed. A counted checkpoint says by which entries.
static void end_compare(struct examination *x)
{
	struct answer *a = x->a;
	uint64_t blocks = a->walked.blocks, lost = a->head.size - blocks, entries = a->walked.sequence;
	char which[96] = "";
	if (a->head.counted && (a->head.entries < entries || a->head.entries - entries < lost)) { // no block is empty
		finding_add(&a->report, "the signed checkpoint of %llu blocks counts %llu entries, which cannot be: its signer wrote down a count that is not true",
			    (unsigned long long)a->head.size, (unsigned long long)a->head.entries);
	} else if (a->head.counted) {
		a->missing_from = entries + 1;
		a->missing_to = a->head.entries;
		snprintf(which, sizeof which, ", %llu entries, numbers %llu to %llu", (unsigned long long)(a->head.entries - entries),
			 (unsigned long long)a->missing_from, (unsigned long long)a->missing_to);
	}
	finding_add(&a->report, "the signed checkpoint covers %llu blocks, the journal has %llu: %llu are missing at its end%s",
		    (unsigned long long)a->head.size, (unsigned long long)blocks, (unsigned long long)lost, which);
}

static void whole_compare(struct examination *x)
{
	struct answer *a = x->a;
	uint64_t blocks = a->walked.blocks;
	if (a->evidence.genesis && memcmp(a->evidence.exchange, a->walked.exchange, 32) != 0)
		finding_add(&a->report, "the segments name another exchange than genesis makes");
	if (x->q->exchange_given && memcmp(x->q->exchange, a->walked.exchange, 32) != 0)
		finding_add(&a->report, "this is another exchange than the one given with --exchange");
	if (blocks && !a->evidence.genesis)
		finding_add(&a->report, "the journal has no genesis");
	if (blocks && !x->q->checkpoint && !x->q->unsigned_allowed)
		finding_add(&a->report, "there is no checkpoint: nothing that is signed covers these blocks (--unsigned accepts that)");
	if (a->head_signed && a->head.size > blocks)
		end_compare(x);
	for (unsigned i = 0; i < a->snapshots.count; i++) {
		const struct snapshot *s = &a->snapshots.list[i];
		if (s->whole && !s->placed)
			finding_add(&a->report, "%s does not belong to this journal: no block %llu has its leaf hash and sequence",
				    s->name, (unsigned long long)s->blocks - 1);
	}
	if (a->walked.torn_bytes)
		remark_add(&a->report, "%llu bytes behind the last whole block are what is left of a write that was never acknowledged",
			   (unsigned long long)a->walked.torn_bytes);
}

static void deposits_compare(struct examination *x)
{
	struct answer *a = x->a;
	for (uint32_t i = 0; i < a->evidence.asset_count; i++) {
		uint64_t folded = i < replay_assets(x->replay) ? replay_external(x->replay, (uint16_t)i) : 0;
		if (a->evidence.assets[i].deposits != folded)
			finding_add(&a->report, "%s: the deposits that took effect sum up to %llu units, folding gives %llu",
				    a->evidence.assets[i].name, (unsigned long long)a->evidence.assets[i].deposits,
				    (unsigned long long)folded);
	}
	if (a->evidence.asset_count != replay_assets(x->replay))
		finding_add(&a->report, "the entries add %u assets, folding gives %u", a->evidence.asset_count,
			    replay_assets(x->replay));
}

static void fold(struct examination *x, const struct walk_options *first)
{
	struct answer *a = x->a;
	struct walk_options second = *first;
	struct report quiet = { 0 }; // what is wrong with the journal has been said
	struct walked walked;
	second.block = block_fold;
	second.report = &quiet;
	second.progress = x->q->progress ? progress_second : NULL;
	x->replay = replay_new(a->evidence.genesis_body, a->evidence.genesis_size, &a->voids, &a->snapshots, &a->report);
	if (!x->replay)
		return;
	unsigned before = a->report.findings;
	(void)journal_walk(&second, &walked);
	a->replayed_to_end = a->report.findings == before && walked.blocks == x->tree.leaves;
	if (!a->replayed_to_end && a->report.findings == before)
		finding_add(&a->report, "only %llu of %llu blocks could be folded", (unsigned long long)walked.blocks,
			    (unsigned long long)x->tree.leaves);
	if (a->replayed_to_end) {
		replay_finish(x->replay, &a->replayed);
		if (!evidence_finish(&a->evidence, a->replayed.control_head))
			finding_add(&a->report, "folding ends with a control entry that the chain does not know");
		deposits_compare(x);
	}
	replay_free(x->replay);
}

int verify(const struct question *question, struct answer *ret)
{
	static struct examination x;
	x = (struct examination){ .q = question, .a = ret };
	memset(ret, 0, sizeof *ret);
	if (evidence_init(&ret->evidence))
		return -ENOMEM;
	struct walk_options options = { .dir_fd = question->journal_fd, .master = question->master,
					.report = &ret->report, .block = block_take, .context = &x,
					.progress = question->progress ? progress_first : NULL };
	uint8_t exchange[32];
	if (question->snapshots_fd >= 0 && journal_exchange(question->journal_fd, exchange))
		snapshots_read(question->snapshots_fd, question->master, exchange, &ret->snapshots, &ret->report);
	bool whole = journal_walk(&options, &ret->walked);
	if (whole)
		whole_compare(&x);
	if (question->replay && whole && ret->evidence.genesis)
		fold(&x, &options);
	else
		(void)evidence_finish(&ret->evidence, NULL);
	return 0;
}

void answer_free(struct answer *a)
{
	evidence_free(&a->evidence);
}
