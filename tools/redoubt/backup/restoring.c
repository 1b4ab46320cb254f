// SPDX-License-Identifier: Apache-2.0
// redoubt backup restore | drill | verdict: the side that holds the recovery key.
#include "../client.h"
#include "../command.h"
#include "batch.h"
#include "drill.h"
#include "files.h"
#include "place.h"
#include "restore.h"
#include "secret_key.h"

#include "base/clock.h"
#include "base/text.h"

#include <inttypes.h>
#include <stdlib.h>
#include <unistd.h>

struct request {
	const char *into, *recovery_key, *card, *checkpoint, *verdict;
	bool shares, accept_gap;
	struct chain chain;
	struct gap gap;
	struct recovery_key *key;
};

static int card_load(const char *path, struct backup_card *ret)
{
	char *text;
	size_t size;
	int r = whole_file_read(path, CARD_TEXT_MAX, &text, &size);
	if (r) {
		complain("cannot read the card %s: %s", path, strerror(-r));
		return EXIT_FAILED;
	}
	r = card_parse(text, size, ret);
	free(text);
	if (r)
		complain("%s is not the line 'redoubt-backup-card 1 ...' that 'redoubt backup init' printed", path);
	return r ? EXIT_USAGE : EXIT_DONE;
}

// -1 = go on, else an exit code.
static int request_read(int argc, char **argv, struct request *q, const struct option *more, size_t more_count)
{
	struct option options[8] = { { "--into", &q->into, NULL },	     { "--recovery-key", &q->recovery_key, NULL },
				     { "--shares", NULL, &q->shares },	     { "--card", &q->card, NULL },
				     { "--checkpoint", &q->checkpoint, NULL } };
	for (size_t i = 0; i < more_count; i++)
		options[5 + i] = more[i];
	int count = options_read(argc, argv, options, 5 + more_count, q->chain.sources, 1, SOURCES_MAX);
	if (count < 0)
		return options_exit(count);
	q->chain.source_count = (size_t)count;
	if (!q->into || !q->card || !q->recovery_key == !q->shares) {
		complain("needed: --into FOLDER, --card FILE, and either --recovery-key FILE or --shares");
		return EXIT_USAGE;
	}
	int r = card_load(q->card, &q->chain.card);
	if (r)
		return r;
	q->key = recovery_key_load(q->shares ? NULL : q->recovery_key);
	return q->key ? -1 : EXIT_FAILED;
}

static void request_close(struct request *q)
{
	chain_close(&q->chain);
	secret_free(q->key);
}

// What was shipped and is not there is not given up by a program: another copy may have it.
static int loss_refuse(const struct request *q)
{
	const struct chain *c = &q->chain;
	uint64_t manifests = chain_short_of(c);
	if (q->accept_gap || (!manifests && (!c->faults || c->head_known)))
		return EXIT_DONE;
	if (manifests)
		complain("the sources end at manifest %" PRIu64 ", entry %" PRIu64 "; manifest %" PRIu64 ", entry %" PRIu64
			 ", was made: %" PRIu64 " entries that were shipped are not here. Look for another copy, or say --accept-gap",
			 c->newest, c->last.sequence, c->head.number, c->head.sequence, c->head.sequence - c->last.sequence);
	else
		complain("what does not hold at the sources may have been newer than manifest %" PRIu64 ", entry %" PRIu64
			 ". Look for another copy, or say --accept-gap", c->newest, c->last.sequence);
	return EXIT_REFUSED;
}

static int bring_back(struct request *q, const char *seen)
{
	int r = chain_open(&q->chain, seen);
	if (!r && !q->verdict)
		r = loss_refuse(q);
	if (!r)
		r = restore_files(&q->chain, &q->key->secret, q->into);
	if (!r)
		globals.dir = q->into;
	return r;
}

static void gap_tell(const struct request *q)
{
	char sentence[GAP_SENTENCE_MAX];
	if (globals.json)
		return;
	gap_sentence(&q->gap, sentence);
	printf("restored  to entry %" PRIu64 " (%" PRIu64 " blocks), as shipped at manifest %" PRIu64 "\n"
	       "gap       %s%s\n", q->gap.entries, q->gap.blocks, q->chain.newest, sentence,
	       q->checkpoint ? "" : "; --checkpoint FILE measures against one from a witness");
}

// The same for programs. missing_first to missing_last are 0 when nothing is missing.
static json_t *gap_json(const struct gap *g)
{
	return json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:I}", "known_blocks", (json_int_t)g->known_blocks, "known_entries",
			 (json_int_t)g->known_entries, "missing_blocks", (json_int_t)g->missing_blocks, "missing_entries",
			 (json_int_t)g->missing_entries, "missing_first", (json_int_t)(g->missing_entries ? g->entries + 1 : 0),
			 "missing_last", (json_int_t)(g->missing_entries ? g->known_entries : 0), "counted", (json_int_t)g->counted);
}

// The restored exchange goes on with the chain of manifests, and begins with a full one.
static int chain_go_on(const struct request *q)
{
	// Numbers that were given and are lost are not given again: two manifests of one number are two pasts.
	struct position position = { .number = q->chain.newest + chain_short_of(&q->chain), .time_us = q->chain.last.time_us };
	memcpy(position.digest, q->chain.digest, sizeof position.digest);
	int r = position_store(&position);
	if (r)
		complain("cannot write %s: %s", backup_path("position").text, strerror(-r));
	return r ? EXIT_FAILED : EXIT_DONE;
}

// Known to have been shipped or signed, and not there: a destination that is behind, or from which it was taken away.
static void gap_judge(const struct request *q, struct verdict *v)
{
	char sentence[GAP_SENTENCE_MAX];
	gap_tell(q);
	if (v->outcome == VERDICT_FAIL)
		return;
	if (q->gap.missing_blocks || q->gap.missing_entries) {
		v->outcome = VERDICT_FAIL;
		gap_sentence(&q->gap, sentence);
		snprintf(v->reason, sizeof v->reason, "%s", sentence);
	} else if (q->chain.faults) {
		v->outcome = VERDICT_FAIL;
		snprintf(v->reason, sizeof v->reason, "what lies at the sources does not all hold; what was restored ends at manifest %" PRIu64,
			 q->chain.newest);
	}
}

static int restored_start(struct request *q)
{
	struct verdict v = { 0 };
	struct epoch epoch;
	// After a loss, the newest chain that holds is what there is; its end is stated.
	if (q->chain.faults)
		complain("not all that lies at the sources holds: the restore ends at manifest %" PRIu64, q->chain.newest);
	restored_examine(&q->chain, q->checkpoint, &v, &q->gap);
	if (v.outcome == VERDICT_FAIL) {
		complain("what was restored is not sound: %s. It is left in %s for examination; do not start it", v.reason, q->into);
		return EXIT_DAMAGED;
	}
	if (v.outcome == VERDICT_INCONCLUSIVE)
		complain("not everything could be examined: %s", v.reason);
	gap_tell(q);
	int r = chain_go_on(q);
	if (!r)
		r = epoch_begin(&epoch);
	if (!r)
		r = restore_finished(q->into);
	if (!r)
		result_say(json_pack("{s:I, s:I, s:I, s:I, s:i, s:s, s:o}", "entries", (json_int_t)v.sequence, "blocks",
				     (json_int_t)v.blocks, "missing_blocks", (json_int_t)q->gap.missing_blocks, "manifest",
				     (json_int_t)q->chain.newest, "halted", (int)epoch.halted, "reason", v.reason, "gap", gap_json(&q->gap)),
			   "epoch     a new one begins: %u markets are halted by entries %" PRIu64 " to %" PRIu64 "\n"
			   "Start it with 'redoubt --dir %s start'; reconcile; then 'redoubt market set SYMBOL --status trading'.",
			   epoch.halted, epoch.sequence + 1, epoch.sequence + 1 + epoch.halted, q->into);
	return r;
}

int command_backup_restore(int argc, char **argv)
{
	static struct request q;
	const struct option more[] = { { "--operator-key", &globals.operator_key, NULL }, { "--accept-gap", NULL, &q.accept_gap } };
	int r = request_read(argc, argv, &q, more, ARRAY_LEN(more));
	if (r < 0) {
		r = bring_back(&q, NULL);
		if (!r)
			r = restored_start(&q);
	}
	request_close(&q);
	return r;
}

// ---- drill ----

static int verdict_store(const struct request *q, const struct verdict *v)
{
	char text[VERDICT_TEXT_MAX];
	size_t size = verdict_write(v, q->key->secret.signing_seed, text);
	int r = whole_file_write(q->verdict, 0644, text, size);
	if (r) {
		complain("cannot write the verdict %s: %s", q->verdict, strerror(-r));
		return EXIT_FAILED;
	}
	result_say(json_pack("{s:s, s:s, s:I, s:I, s:o}", "outcome", verdict_outcome_name(v->outcome), "reason", v->reason, "manifest",
			     (json_int_t)v->manifest_number, "entries", (json_int_t)v->sequence, "gap", gap_json(&q->gap)),
		   "%s: %s\nThe signed verdict is %s; on the exchange: redoubt backup verdict %s",
		   verdict_outcome_name(v->outcome), v->reason, q->verdict, q->verdict);
	return v->outcome == VERDICT_PASS ? EXIT_DONE : v->outcome == VERDICT_FAIL ? EXIT_DAMAGED : EXIT_FAILED;
}

// Beside the verdict: the furthest head that a drill has seen, so that the next one knows what must be there.
static int seen_path(char to[PATH_MAX], const struct request *q)
{
	int n = snprintf(to, PATH_MAX, "%s.seen", q->verdict);
	if (n > 0 && n < PATH_MAX)
		return 0;
	complain("--verdict: that path is too long");
	return 1;
}

static void seen_store(const struct request *q, const char *seen)
{
	const struct chain *c = &q->chain;
	char *text;
	size_t size;
	if (!c->head_known || !strcmp(c->head_from, seen) || whole_file_read(c->head_from, BACKUP_HEAD_SIZE_MAX, &text, &size))
		return;
	int r = whole_file_write(seen, 0644, text, size);
	if (r)
		complain("cannot write %s: %s", seen, strerror(-r));
	free(text);
}

int command_backup_drill(int argc, char **argv)
{
	static struct request q;
	struct verdict v = { 0 };
	char seen[PATH_MAX];
	const struct option more[] = { { "--verdict", &q.verdict, NULL } };
	int r = request_read(argc, argv, &q, more, ARRAY_LEN(more));
	if (r < 0) {
		if (!q.verdict)
			q.verdict = "verdict";
		r = seen_path(seen, &q) ? EXIT_USAGE : bring_back(&q, seen);
		if (!r) {
			restored_examine(&q.chain, q.checkpoint, &v, &q.gap);
			gap_judge(&q, &v);
		}
		seen_store(&q, seen);
		memcpy(v.exchange, q.chain.card.exchange, 32);
		v.manifest_number = q.chain.newest;
		v.time_us = clock_realtime_us();
		if (r) {
			v.outcome = r == EXIT_DAMAGED ? VERDICT_FAIL : VERDICT_INCONCLUSIVE;
			snprintf(v.reason, sizeof v.reason, "the backup could not be restored: %s",
				 r == EXIT_DAMAGED ? "it is damaged" : "see the messages of the drill");
		}
		r = verdict_store(&q, &v);
	}
	request_close(&q);
	return r;
}

// ---- verdict: brought to the exchange ----

static int verdict_file(const char *text, size_t size, const struct verdict *v)
{
	char path[PATH_MAX];
	if (snprintf(path, sizeof path, "%s/%020" PRIu64, backup_path("verdicts").text, v->time_us) >= (int)sizeof path)
		return EXIT_FAILED;
	int r = whole_file_write(path, 0644, text, size);
	if (r)
		complain("cannot write %s: %s", path, strerror(-r));
	else
		result_say(json_pack("{s:s, s:s}", "outcome", verdict_outcome_name(v->outcome), "reason", v->reason), "%s: %s",
			   verdict_outcome_name(v->outcome), v->reason);
	return r ? EXIT_FAILED : EXIT_DONE;
}

// What was drilled is at least our last full backup; less is what a destination shows from which the newest was taken away.
static int older_tell(const struct verdict *v)
{
	struct position position;
	if (position_load(&position) || v->manifest_number >= position.full_number)
		return EXIT_DONE;
	complain("it is of manifest %" PRIu64 ", but the last full backup is %" PRIu64 ": the source that was drilled is old, or was set back",
		 v->manifest_number, position.full_number);
	return EXIT_DAMAGED;
}

int command_backup_verdict(int argc, char **argv)
{
	const char *word[1];
	struct backup_place place;
	struct verdict v;
	char *text = NULL;
	size_t size;
	int r = options_read(argc, argv, NULL, 0, word, 1, 1);
	if (r < 0)
		return options_exit(r);
	r = place_open(&place);
	if (!r && (r = whole_file_read(word[0], VERDICT_TEXT_MAX, &text, &size))) {
		complain("cannot read %s: %s", word[0], strerror(-r));
		r = EXIT_FAILED;
	} else if (!r) {
		r = 2;
		for (size_t i = 0; i < place.recovery_count && r == 2; i++)
			r = verdict_read(text, size, place.recovery[i].signing, &v);
		if (r || memcmp(v.exchange, place.exchange, 32)) {
			complain("%s is %s", word[0], r == 1 ? "not the verdict of a drill" : r ? "not signed by a recovery key of this exchange" :
				 "of another exchange");
			r = EXIT_REFUSED;
		} else {
			r = verdict_file(text, size, &v);
			r = r ? r : older_tell(&v);
		}
	}
	free(text);
	place_close(&place);
	return r;
}
