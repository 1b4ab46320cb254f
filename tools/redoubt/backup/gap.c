// SPDX-License-Identifier: Apache-2.0
#include "gap.h"

#include "../command.h"
#include "files.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static void known(struct gap *g, uint64_t blocks, uint64_t entries, bool counted, const char *witness)
{
	bool more = blocks > g->known_blocks || (blocks == g->known_blocks && counted && (!g->counted || entries > g->known_entries));
	if (!more)
		return;
	g->known_blocks = blocks;
	g->known_entries = counted ? entries : 0;
	g->counted = counted;
	g->witness = witness;
}

// No block is without an entry: a checkpoint of more blocks than are there counts as many entries more at least.
static bool count_possible(const struct gap *g, const struct checkpoint *c)
{
	if (!c->counted || c->size < g->blocks)
		return true;
	return c->entries >= g->entries && c->entries - g->entries >= c->size - g->blocks && (c->size > g->blocks || c->entries == g->entries);
}

static int note_take(struct gap *g, const struct note_key *key, const char *path, const char *witness)
{
	char *text;
	size_t size;
	struct checkpoint c;
	int r = whole_file_read(path, CHECKPOINT_FILE_MAX, &text, &size);
	if (r) {
		complain("cannot read the checkpoint %s: %s", path, strerror(-r));
		return EXIT_FAILED;
	}
	r = checkpoint_open(text, size, key, &c);
	free(text);
	if (r) {
		complain("%s is not a checkpoint that this exchange's log signed", path);
		return EXIT_DAMAGED;
	}
	if (!count_possible(g, &c)) {
		complain("%s counts %" PRIu64 " entries in %" PRIu64 " blocks, and %" PRIu64 " entries in %" PRIu64
			 " blocks are there: its signer wrote down a count that is not true", path, c.entries, c.size, g->entries, g->blocks);
		return EXIT_DAMAGED;
	}
	known(g, c.size, c.entries, c.counted, witness);
	ASSERT(g->note_count < GAP_NOTES_MAX);
	struct gap_note *note = &g->note[g->note_count++];
	snprintf(note->path, sizeof note->path, "%s", path);
	note->checkpoint = c;
	return EXIT_DONE;
}

// The head's checkpoint becomes a file, for redoubt-verify reads files.
static int head_take(struct gap *g, const struct note_key *key, const struct chain *c)
{
	struct path path = path_in("backup/head-checkpoint");
	// One of an earlier manifest says nothing that the manifests do not, or is of a past that a restore ended.
	if (!c->head_known || c->head.number < c->newest)
		return EXIT_DONE;
	known(g, c->head.blocks, c->head.sequence, true, "the head of the manifests");
	if (!c->head.note_size)
		return EXIT_DONE;
	int r = whole_file_write(path.text, 0600, c->head.note, c->head.note_size);
	if (r) {
		complain("cannot write %s: %s", path.text, strerror(-r));
		return EXIT_FAILED;
	}
	return note_take(g, key, path.text, "the last shipped checkpoint");
}

int gap_find(const struct chain *c, const char *brought, uint64_t blocks, uint64_t entries, struct gap *g)
{
	static const char *const within[] = { "backup/shipped-checkpoint", "log/checkpoint" };
	struct genesis genesis;
	struct note_key key;
	uint8_t id[32];
	*g = (struct gap){ .entries = entries, .blocks = blocks };
	if (genesis_load(&genesis, id))
		return EXIT_DAMAGED;
	if (note_key_make(genesis.origin, NOTE_ED25519, genesis.checkpoint_public, &key))
		return EXIT_DAMAGED;
	int r = EXIT_DONE;
	for (size_t i = 0; i < ARRAY_LEN(within) && !r; i++)
		if (!access(path_in(within[i]).text, F_OK))
			r = note_take(g, &key, path_in(within[i]).text, "the last shipped checkpoint");
	if (!r)
		r = head_take(g, &key, c);
	if (!r && brought) {
		r = note_take(g, &key, brought, "the checkpoint that was brought");
		g->note[g->note_count ? g->note_count - 1 : 0].brought = !r;
	}
	g->missing_blocks = g->known_blocks > blocks ? g->known_blocks - blocks : 0;
	g->missing_entries = g->counted && g->known_entries > entries ? g->known_entries - entries : 0;
	return r;
}

void gap_sentence(const struct gap *g, char to[GAP_SENTENCE_MAX])
{
	if (!g->known_blocks)
		snprintf(to, GAP_SENTENCE_MAX, "it reaches entry %" PRIu64 "; no signed checkpoint is known to measure it against", g->entries);
	else if (g->missing_entries)
		snprintf(to, GAP_SENTENCE_MAX,
			 "%" PRIu64 " entries are missing: numbers %" PRIu64 " to %" PRIu64 "; it reaches entry %" PRIu64 ", and %s says that %" PRIu64
			 " existed", g->missing_entries, g->entries + 1, g->known_entries, g->entries, g->witness, g->known_entries);
	else if (g->missing_blocks)
		snprintf(to, GAP_SENTENCE_MAX,
			 "%" PRIu64 " blocks are missing after entry %" PRIu64 "; %s, from before checkpoints counted entries, covers %" PRIu64 " blocks",
			 g->missing_blocks, g->entries, g->witness, g->known_blocks);
	else if (g->counted)
		snprintf(to, GAP_SENTENCE_MAX, "none: it reaches entry %" PRIu64 ", and %s says that %" PRIu64 " existed", g->entries, g->witness,
			 g->known_entries);
	else
		snprintf(to, GAP_SENTENCE_MAX, "none: it reaches block %" PRIu64 ", and %s covers %" PRIu64, g->blocks, g->witness,
			 g->known_blocks);
}

const struct gap_note *gap_covered(const struct gap *g)
{
	const struct gap_note *best = NULL;
	for (size_t i = 0; i < g->note_count; i++)
		if (g->note[i].checkpoint.size <= g->blocks && (!best || g->note[i].checkpoint.size > best->checkpoint.size))
			best = &g->note[i];
	return best;
}
