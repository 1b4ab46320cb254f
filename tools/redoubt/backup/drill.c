// SPDX-License-Identifier: Apache-2.0
#include "drill.h"

#include "../command.h"
#include "../programs.h"
#include "files.h"

#include "base/text.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#define VERIFY_WHOLE 0
#define VERIFY_FINDING 1

PRINTF_LIKE(3, 4) static void conclude(struct verdict *v, enum verdict_outcome outcome, const char *format, ...)
{
	va_list arguments;
	// The first fault is the reason; a failure outweighs what could not be examined.
	if (v->outcome == VERDICT_FAIL || (v->outcome == VERDICT_INCONCLUSIVE && outcome != VERDICT_FAIL))
		return;
	v->outcome = outcome;
	va_start(arguments, format);
	vsnprintf(v->reason, sizeof v->reason, format, arguments);
	va_end(arguments);
}

// redoubt-verify's exit status, or -1. Its words go to standard error.
static int second_opinion(const char *checkpoint, const char *exchange)
{
	char program[PATH_MAX], *slash;
	ssize_t n = readlink("/proc/self/exe", program, sizeof program - 1);
	if (n <= 0)
		return -1;
	program[n] = 0;
	// Beside this program when installed; in a folder of its own beside this one's in a build.
	slash = strrchr(program, '/');
	if (!slash || (size_t)(slash - program) + sizeof "/../redoubt-verify/redoubt-verify" > sizeof program)
		return -1;
	strcpy(slash, "/redoubt-verify");
	if (access(program, X_OK))
		strcpy(slash, "/../redoubt-verify/redoubt-verify");
	pid_t pid = fork();
	if (pid == 0) {
		dup2(STDERR_FILENO, STDOUT_FILENO);
		execl(program, "redoubt-verify", "--dir", globals.dir, "--checkpoint", checkpoint, "--exchange", exchange,
		      "--replay", (char *)NULL);
		_exit(127);
	}
	int status;
	return pid > 0 && waitpid(pid, &status, 0) == pid && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void replay_compare(const struct chain *c, struct verdict *v)
{
	struct epoch found;
	char wrong[256] = "";
	int r = epoch_examine(&found, wrong);
	if (r == EXIT_DAMAGED)
		conclude(v, VERDICT_FAIL, "the restored journal does not replay");
	else if (r)
		conclude(v, VERDICT_INCONCLUSIVE, "the restored journal could not be replayed here");
	else if (*wrong)
		conclude(v, VERDICT_FAIL, "after the replay the ledger is not consistent: %s", wrong);
	else if (found.blocks != c->last.blocks || found.sequence != c->last.sequence)
		conclude(v, VERDICT_FAIL, "the replay ends at entry %" PRIu64 ", the manifest at %" PRIu64, found.sequence,
			 c->last.sequence);
	v->blocks = found.blocks;
	v->sequence = found.sequence;
	memcpy(v->state_hash, found.state_hash, 32);
}

static void opinion_hear(const struct gap_note *note, const char *exchange, struct verdict *v)
{
	int status = second_opinion(note->path, exchange);
	if (status == VERIFY_FINDING)
		conclude(v, VERDICT_FAIL, "redoubt-verify finds fault with what was restored");
	else if (status != VERIFY_WHOLE)
		conclude(v, VERDICT_INCONCLUSIVE, "redoubt-verify could not examine what was restored (exit status %d)", status);
}

// The largest checkpoint that covers no more than what is there binds all before it; one that was brought comes from
// elsewhere, so it is asked too.
static void opinion_compare(const struct chain *c, const struct gap *gap, struct verdict *v)
{
	const struct gap_note *covered = gap_covered(gap);
	char exchange[65];
	hex_encode(c->card.exchange, 32, exchange);
	if (!covered) {
		conclude(v, VERDICT_INCONCLUSIVE, "no signed checkpoint covers what was restored: the audit log's head cannot be compared");
		return;
	}
	opinion_hear(covered, exchange, v);
	for (size_t i = 0; i < gap->note_count; i++)
		if (gap->note[i].brought && &gap->note[i] != covered && gap->note[i].checkpoint.size <= gap->blocks)
			opinion_hear(&gap->note[i], exchange, v);
}

void restored_examine(const struct chain *c, const char *brought, struct verdict *v, struct gap *gap)
{
	memcpy(v->exchange, c->card.exchange, 32);
	v->manifest_number = c->newest;
	memcpy(v->manifest_digest, c->digest, 32);
	v->outcome = VERDICT_PASS;
	snprintf(v->reason, sizeof v->reason,
		 "restored, replayed, totals balance, state, journal and audit head agree with manifest %" PRIu64, c->newest);
	replay_compare(c, v);
	int r = gap_find(c, brought, v->blocks, v->sequence, gap);
	if (r)
		conclude(v, r == EXIT_DAMAGED ? VERDICT_FAIL : VERDICT_INCONCLUSIVE,
			 "a checkpoint to measure against is not this log's, counts what is not true, or cannot be read");
	if (v->outcome != VERDICT_FAIL)
		opinion_compare(c, gap, v);
	unlink(path_in("backup/head-checkpoint").text);
}
