// SPDX-License-Identifier: Apache-2.0
// redoubt proof inclusion N | consistency A B: from the files alone, and checked before they are shown.
#include "client.h"
#include "command.h"
#include "progress.h"
#include "records.h"
#include "tiles.h"

#include "base/text.h"

#include <stdlib.h>

struct found { uint64_t block, index, count, offset; uint8_t leaf_hash[32]; size_t entry_size; };

static void entry_find(const struct block_view *block, uint64_t sequence, struct found *to)
{
	struct reader at = reader_over(block->entries, block->entries_size);
	struct entry entry = { 0 };
	*to = (struct found){ .block = block->number, .index = sequence - block->first_sequence, .count = block->count };
	for (uint64_t i = 0; i <= to->index; i++) {
		to->offset = BLOCK_LEAF_HEAD + (uint64_t)(at.at - block->entries);
		ASSERT(entry_read(&at, &entry) == 0);
		to->entry_size = ENTRY_HEADER_SIZE + entry.payload_size;
	}
	memcpy(to->leaf_hash, block->leaf_hash, 32);
}

// The block that holds the entry: the journal has no index, so it is read from its start.
static int block_find(uint64_t sequence, struct genesis *ret_genesis, struct found *ret)
{
	struct records r;
	struct block_view block;
	struct progress progress;
	int next = 2, result = records_open(&r, 0);
	bool found = false;
	*ret_genesis = r.genesis;
	progress_begin(&progress, "looking for the entry", "entries", sequence);
	while (!result && !found && !(next = records_next(&r, &block))) {
		found = sequence < block.first_sequence + block.count;
		if (found)
			entry_find(&block, sequence, ret);
		progress_step(&progress, block.first_sequence);
	}
	progress_end(&progress);
	records_close(&r);
	if (!result && !found && next == 2)
		complain("there is no entry %llu in the journal", (unsigned long long)sequence);
	return result ? result : found ? EXIT_DONE : next == 1 ? EXIT_DAMAGED : EXIT_FAILED;
}

static json_t *hashes_of(const uint8_t (*proof)[32], size_t count)
{
	json_t *list = json_array();
	for (size_t i = 0; i < count; i++) {
		char text[BASE64_SIZE(32)];
		base64_encode(proof[i], 32, text);
		json_array_append_new(list, json_string(text));
	}
	return list;
}

static int inclusion_print(const struct found *f, const struct published *p, const uint8_t (*proof)[32], size_t count,
			   uint64_t sequence)
{
	static char receipt[NOTE_SIZE_MAX + 8192];
	char leaf[65];
	hex_encode(f->leaf_hash, 32, leaf);
	if (!receipt_format(f->block, proof, count, p->note, p->note_size, receipt, sizeof receipt))
		return EXIT_FAILED;
	result_say(json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:s, s:I, s:o, s:s}", "sequence", (json_int_t)sequence, "block",
			     (json_int_t)f->block, "index", (json_int_t)f->index, "entries", (json_int_t)f->count, "offset",
			     (json_int_t)f->offset, "size", (json_int_t)f->entry_size, "leaf_hash", leaf, "tree_size",
			     (json_int_t)p->checkpoint.size, "proof", hashes_of(proof, count), "receipt", receipt),
		   "entry %llu is number %llu of %llu in block %llu: bytes %llu to %llu of its leaf\n"
		   "leaf hash %s\nincluded in the checkpoint of %llu blocks; the receipt:\n\n%s",
		   (unsigned long long)sequence, (unsigned long long)f->index + 1, (unsigned long long)f->count,
		   (unsigned long long)f->block, (unsigned long long)f->offset,
		   (unsigned long long)(f->offset + f->entry_size - 1), leaf, (unsigned long long)p->checkpoint.size, receipt);
	return EXIT_DONE;
}

// The last entry of a block that the checkpoint covers is one that it counts; its last block ends with the last of them.
static bool count_holds(const struct found *f, const struct checkpoint *c, uint64_t sequence)
{
	uint64_t last = sequence - f->index + f->count - 1;
	return !c->counted || (f->block + 1 == c->size ? last == c->entries : last < c->entries);
}

static int inclusion_prove(const struct found *f, struct published *p, uint64_t sequence)
{
	uint8_t proof[TLOG_PROOF_MAX][32];
	size_t count;
	struct tlog_source source = published_source(p);
	if (f->block >= p->checkpoint.size) {
		complain("entry %llu is in block %llu, and the checkpoint covers %llu blocks: ask again in a second",
			 (unsigned long long)sequence, (unsigned long long)f->block, (unsigned long long)p->checkpoint.size);
		return EXIT_FAILED;
	}
	int r = tlog_inclusion_proof(&source, f->block, p->checkpoint.size, proof, &count);
	if (r) {
		complain("the log's tiles cannot be read: %s", r < 0 ? strerror(-r) : "the tree is too small");
		return EXIT_DAMAGED;
	}
	if (!tlog_inclusion_verify(f->leaf_hash, f->block, p->checkpoint.size, (const uint8_t(*)[32])proof, count,
				   p->checkpoint.root)) {
		complain("block %llu of the journal is NOT what the signed log has at its place", (unsigned long long)f->block);
		return EXIT_DAMAGED;
	}
	if (!count_holds(f, &p->checkpoint, sequence)) {
		complain("the checkpoint counts %llu entries, which does not fit entry %llu of block %llu: its signer wrote down a count that is not true",
			 (unsigned long long)p->checkpoint.entries, (unsigned long long)sequence, (unsigned long long)f->block);
		return EXIT_DAMAGED;
	}
	return inclusion_print(f, p, (const uint8_t(*)[32])proof, count, sequence);
}

int command_proof_inclusion(int argc, char **argv)
{
	const char *word[1];
	uint64_t sequence;
	struct genesis genesis;
	struct found found;
	struct published p = { 0 };
	int r = options_read(argc, argv, NULL, 0, word, 1, 1);
	if (r < 0)
		return options_exit(r);
	if (!number_read(word[0], "N", 1, UINT64_MAX, &sequence))
		return EXIT_USAGE;
	r = block_find(sequence, &genesis, &found);
	if (r)
		return r;
	r = published_open(&p, &genesis);
	if (!r)
		r = inclusion_prove(&found, &p, sequence);
	published_close(&p);
	return r;
}

static int root_at(struct published *p, uint64_t size, uint8_t root[32])
{
	struct tlog_source source = published_source(p);
	struct tlog_tree tree;
	int r = tlog_tree_load(&tree, size, &source);
	if (!r)
		tlog_tree_root(&tree, root);
	return r;
}

static int consistency_prove(struct published *p, uint64_t from, uint64_t to)
{
	uint8_t proof[TLOG_PROOF_MAX][32], old_root[32], new_root[32];
	char old_text[BASE64_SIZE(32)], new_text[BASE64_SIZE(32)];
	size_t count;
	struct tlog_source source = published_source(p);
	int r = root_at(p, from, old_root);
	if (!r)
		r = root_at(p, to, new_root);
	if (!r)
		r = tlog_consistency_proof(&source, from, to, proof, &count);
	if (r) {
		complain("the log's tiles cannot be read: %s", r < 0 ? strerror(-r) : "the tree is too small");
		return EXIT_DAMAGED;
	}
	bool good = tlog_consistency_verify(from, to, (const uint8_t(*)[32])proof, count, old_root, new_root);
	if (to == p->checkpoint.size)
		good = good && !memcmp(new_root, p->checkpoint.root, 32);
	if (!good) {
		complain("the tree of %llu blocks is NOT a continuation of the one of %llu", (unsigned long long)to,
			 (unsigned long long)from);
		return EXIT_DAMAGED;
	}
	base64_encode(old_root, 32, old_text);
	base64_encode(new_root, 32, new_text);
	json_t *hashes = hashes_of((const uint8_t(*)[32])proof, count), *hash;
	size_t i;
	json_t *o = json_pack("{s:I, s:s, s:I, s:s, s:O}", "old_size", (json_int_t)from, "old_root", old_text, "new_size",
			      (json_int_t)to, "new_root", new_text, "proof", hashes);
	result_say(o, "the tree of %llu blocks (root %s) begins with that of %llu (root %s); the proof:",
		   (unsigned long long)to, new_text, (unsigned long long)from, old_text);
	if (!globals.json)
		json_array_foreach(hashes, i, hash)
			puts(json_string_value(hash));
	json_decref(hashes);
	return EXIT_DONE;
}

int command_proof_consistency(int argc, char **argv)
{
	const char *word[2];
	uint64_t from, to;
	struct genesis genesis;
	uint8_t id[32];
	struct published p = { 0 };
	int r = options_read(argc, argv, NULL, 0, word, 2, 2);
	if (r < 0)
		return options_exit(r);
	if (genesis_load(&genesis, id))
		return EXIT_FAILED;
	r = published_open(&p, &genesis);
	if (!r && (!number_read(word[0], "A", 1, p.checkpoint.size, &from) ||
		   !number_read(word[1], "B", from, p.checkpoint.size, &to)))
		r = EXIT_USAGE;
	if (!r)
		r = consistency_prove(&p, from, to);
	published_close(&p);
	return r;
}
