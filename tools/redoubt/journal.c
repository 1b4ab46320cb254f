// SPDX-License-Identifier: Apache-2.0
// redoubt journal verify | dump | void
#include "client.h"
#include "command.h"
#include "entry_text.h"
#include "programs.h"
#include "progress.h"
#include "records.h"

#include "base/text.h"

#include <sys/wait.h>
#include <unistd.h>

struct tally {
	uint64_t blocks, entries, controls, unsigned_controls, time_us;
	uint8_t leaf_hash[32];
};

// Entries whole, and which control entries no operator signed (the engine refused those; redoubt-verify follows the
// chain of the others). NULL, or what is wrong.
static const char *entries_check(const struct records *r, const struct block_view *block, struct tally *t)
{
	struct reader at = reader_over(block->entries, block->entries_size);
	struct entry entry = { 0 };
	struct control control;
	int result;
	while (!(result = entry_read(&at, &entry))) {
		t->entries++;
		if (!entry_is_control(entry.kind))
			continue;
		t->controls++;
		if (control_read(&entry, &control) || !control_verify(&r->genesis, r->exchange, entry.kind, &control))
			t->unsigned_controls++;
	}
	return result == 2 ? NULL : "an entry is malformed";
}

static int blocks_check(struct records *r, struct tally *t)
{
	struct block_view block;
	struct progress progress;
	uint64_t bytes = 0;
	int result;
	progress_begin(&progress, "verifying", "bytes", r->bytes);
	while (!(result = records_next(r, &block))) {
		const char *wrong = entries_check(r, &block, t);
		if (wrong) {
			progress_end(&progress);
			complain("block %llu: %s", (unsigned long long)block.number, wrong);
			return EXIT_DAMAGED;
		}
		t->blocks++;
		t->time_us = block.time_us;
		memcpy(t->leaf_hash, block.leaf_hash, 32);
		bytes += u64_round_up(block.leaf_size, BLOCK_ALIGN);
		progress_step(&progress, bytes);
	}
	progress_end(&progress);
	return result == 2 ? EXIT_DONE : EXIT_DAMAGED;
}

int command_journal_verify(int argc, char **argv)
{
	struct records r;
	struct tally t = { 0 };
	char hex[65];
	int result = options_read(argc, argv, NULL, 0, NULL, 0, 0);
	if (result < 0)
		return options_exit(result);
	result = records_open(&r, 0);
	if (!result)
		result = blocks_check(&r, &t);
	records_close(&r);
	if (result)
		return result;
	hex_encode(t.leaf_hash, 32, hex);
	result_say(json_pack("{s:b, s:I, s:I, s:I, s:I, s:s}", "ok", 1, "blocks", (json_int_t)t.blocks, "entries",
			     (json_int_t)t.entries, "controls", (json_int_t)t.controls, "unsigned_controls",
			     (json_int_t)t.unsigned_controls, "leaf_hash", hex),
		   "whole: %llu entries in %llu blocks, every block intact and chained\n"
		   "%llu control entries, %llu of them signed by no operator\nlast leaf %s",
		   (unsigned long long)t.entries, (unsigned long long)t.blocks, (unsigned long long)t.controls,
		   (unsigned long long)t.unsigned_controls, hex);
	return EXIT_DONE;
}

static void entry_print(const struct block_view *block, const struct entry *entry, uint64_t sequence)
{
	json_t *o = entry_object(entry);
	json_object_set_new(o, "sequence", json_integer((json_int_t)sequence));
	json_object_set_new(o, "time_us", json_integer((json_int_t)(block->time_us + entry->delay_us)));
	json_object_set_new(o, "block", json_integer((json_int_t)block->number));
	json_dumpf(o, stdout, JSON_COMPACT);
	putchar('\n');
	json_decref(o);
}

static int block_dump(const struct block_view *block, uint64_t from, uint64_t to)
{
	struct reader at = reader_over(block->entries, block->entries_size);
	struct entry entry = { 0 };
	uint64_t sequence = block->first_sequence;
	int result;
	for (; !(result = entry_read(&at, &entry)); sequence++)
		if (sequence >= from && sequence <= to)
			entry_print(block, &entry, sequence);
	if (result == 2)
		return EXIT_DONE;
	complain("block %llu: entry %llu is malformed", (unsigned long long)block->number, (unsigned long long)sequence);
	return EXIT_DAMAGED;
}

int command_journal_dump(int argc, char **argv)
{
	const char *from_text = NULL, *to_text = NULL;
	const struct option options[] = { { "--from", &from_text, NULL }, { "--to", &to_text, NULL } };
	uint64_t from = 1, to = UINT64_MAX;
	struct records r;
	struct block_view block;
	int next = 0, result = options_read(argc, argv, options, ARRAY_LEN(options), NULL, 0, 0);
	if (result < 0)
		return options_exit(result);
	if ((from_text && !number_read(from_text, "--from", 1, UINT64_MAX, &from)) ||
	    (to_text && !number_read(to_text, "--to", from, UINT64_MAX, &to)))
		return EXIT_USAGE;
	result = records_open(&r, 0);
	while (!result && !(next = records_next(&r, &block)) && block.first_sequence <= to && !ferror(stdout))
		if (block.first_sequence + block.count > from)
			result = block_dump(&block, from, to);
	records_close(&r);
	return result ? result : next == 1 ? EXIT_DAMAGED : EXIT_DONE;
}

int command_journal_void(int argc, char **argv)
{
	bool sure = false;
	const struct option options[] = { { "--yes", NULL, &sure } };
	const char *word[1];
	uint64_t sequence;
	char program[PATH_MAX];
	int r = options_read(argc, argv, options, ARRAY_LEN(options), word, 1, 1);
	if (r < 0)
		return options_exit(r);
	if (!number_read(word[0], "N", 1, UINT64_MAX - 1, &sequence))
		return EXIT_USAGE;
	if (!sure) {
		complain("entry %s would be passed over for ever, as if it had never been; add --yes to say so", word[0]);
		return EXIT_USAGE;
	}
	if (supervisor_pid() != 0) {
		complain("the exchange in %s runs; stop it first: redoubt --dir %s stop", globals.dir, globals.dir);
		return EXIT_FAILED;
	}
	if (program_find("supervisor", program))
		return EXIT_FAILED;
	execl(program, "redoubt-supervisor", "--dir", globals.dir, "--void", word[0], (char *)NULL);
	complain("cannot run %s: %s", program, strerror(errno));
	return EXIT_FAILED;
}
