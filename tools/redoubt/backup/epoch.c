// SPDX-License-Identifier: Apache-2.0
#include "epoch.h"

#include "../records.h"
#include "../command.h"
#include "../progress.h"

#include "base/clock.h"
#include "crypto/ed25519.h"
#include "crypto/secret.h"
#include "fold/fold.h"
#include "journal/journal.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <unistd.h>

struct folding {
	struct founding founding;
	uint8_t *key;
	int dir_fd;
	struct storage_directory *directory;
	struct storage storage;
	struct fold *fold;
};

static void folding_close(struct folding *f)
{
	fold_close(f->fold);
	storage_directory_close(f->directory);
	secret_free(f->key);
	if (f->dir_fd >= 0)
		close(f->dir_fd);
}

static int fold_fault(int r, const struct folding *f, const struct journal_error *error)
{
	if (r == FOLD_DIVERGED)
		complain("block %" PRIu64 ": the state is not the one that the engine wrote down",
			 fold_diverged(f->fold)->block);
	else
		complain("%s", r < 0 ? strerror(-r) : error->text);
	return r < 0 ? EXIT_FAILED : EXIT_DAMAGED;
}

static int folding_open(struct folding *f, bool writable)
{
	struct journal_error error = { 0 };
	*f = (struct folding){ .dir_fd = -1 };
	int fd = open(path_in("founding").text, O_RDONLY | O_CLOEXEC);
	int r = fd < 0 ? -errno : founding_load(fd, &f->founding);
	if (fd >= 0)
		close(fd);
	if (r) {
		complain("cannot read %s: %s", path_in("founding").text, r < 0 ? strerror(-r) : "it is not a founding file");
		return EXIT_DAMAGED;
	}
	if (!(f->key = key_load("keys/journal.key", NULL, 32)))
		return EXIT_FAILED;
	f->dir_fd = open(path_in("journal").text, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	r = f->dir_fd < 0 ? -errno : storage_directory_open(f->dir_fd, writable, &f->directory, &f->storage);
	if (r) {
		complain("cannot open %s: %s", path_in("journal").text, strerror(-r));
		return EXIT_FAILED;
	}
	// From zero, not from the snapshot: whatever was restored must mean what the engine meant.
	const struct fold_options options = { .storage = &f->storage, .master_key = f->key, .founding = &f->founding,
					      .snapshots_fd = -1, .blocks_max = UINT64_MAX, .durable = UINT64_MAX };
	r = fold_open(&options, &f->fold, &error);
	return r ? fold_fault(r, f, &error) : EXIT_DONE;
}

static int fold_all(struct folding *f, uint64_t blocks)
{
	struct journal_error error = { 0 };
	struct progress progress;
	int r;
	progress_begin(&progress, "replaying", "blocks", blocks);
	while (!(r = fold_block(f->fold, UINT64_MAX, NULL, NULL, &error)))
		progress_step(&progress, fold_place(f->fold)->blocks);
	progress_end(&progress);
	return r == FOLD_END ? EXIT_DONE : fold_fault(r, f, &error);
}

static void place_tell(const struct folding *f, struct epoch *ret)
{
	ret->sequence = fold_place(f->fold)->sequence;
	ret->blocks = fold_place(f->fold)->blocks;
	exchange_hash(fold_exchange(f->fold), ret->state_hash);
}

int epoch_examine(struct epoch *ret, char ret_wrong[256])
{
	struct folding f;
	*ret = (struct epoch){ 0 };
	int r = folding_open(&f, false);
	if (!r)
		r = fold_all(&f, 0);
	if (!r) {
		const char *wrong = exchange_check(fold_exchange(f.fold));
		place_tell(&f, ret);
		snprintf(ret_wrong, 256, "%s", wrong ? wrong : "");
	}
	folding_close(&f);
	return r;
}

// ---- the epoch's own block ----

struct writing {
	struct exchange *exchange;
	const struct founding *founding;
	const uint8_t *seed;
	uint32_t signer;
	struct block *block;
	uint64_t time_us;
};

static int entry_append(struct writing *w, const void *entry, size_t size)
{
	if (w->block->size + size > sizeof w->block->entries)
		return 1;
	if (exchange_apply(w->exchange, exchange_sequence(w->exchange) + 1, w->time_us, entry, size))
		return 1;
	memcpy(w->block->entries + w->block->size, entry, size);
	w->block->size += (uint32_t)size;
	w->block->count++;
	return 0;
}

static int halt_append(struct writing *w, uint16_t market)
{
	uint8_t body[64], entry[ENTRY_SIZE_MAX], status, previous[32];
	uint64_t number;
	const struct market_add *m = exchange_market(w->exchange, market, &status);
	const struct market_set set = { market, MARKET_HALTED, m->maker, m->taker };
	size_t size = market_set_write(&set, body, sizeof body);
	exchange_control_head(w->exchange, &number, previous);
	size = control_sign(w->founding->exchange_id, ENTRY_MARKET_SET, number + 1, previous, w->signer, w->seed,
			    (uint32_t)getuid(), body, size, entry, sizeof entry);
	if (!size || entry_append(w, entry, size))
		return 1;
	exchange_market(w->exchange, market, &status);
	return status != MARKET_HALTED;
}

static int entries_append(struct writing *w, const uint8_t incarnation[32], uint32_t *ret_halted)
{
	uint8_t entry[ENTRY_SIZE_MAX];
	struct writer at = writer_over(entry, sizeof entry);
	size_t size = entry_write(&at, ENTRY_OPEN, incarnation, 32);
	if (!size || entry_append(w, entry, size))
		return 1;
	uint16_t markets = exchange_market_count(w->exchange);
	for (uint16_t m = 0; m < markets; m++)
		if (halt_append(w, m))
			return 1;
	*ret_halted = markets;
	return 0;
}

static int signer_find(struct writing *w, const struct genesis *genesis)
{
	uint8_t public_key[32];
	ed25519_public(w->seed, public_key);
	for (w->signer = 0; w->signer < genesis->operators; w->signer++)
		if (!memcmp(genesis->operator_public[w->signer], public_key, 32))
			return EXIT_DONE;
	complain("this operator's key is not one that genesis names (--operator-key)");
	return EXIT_REFUSED;
}

static int block_write(struct folding *f, struct writing *w, struct epoch *ret)
{
	uint8_t incarnation[32], salt[1][32];
	struct journal *journal;
	struct journal_place place;
	struct journal_error error = { 0 };
	uint64_t size;
	random_bytes(incarnation, sizeof incarnation);
	random_bytes(salt, sizeof salt);
	int r = f->storage.size(f->storage.context, 0, &size);
	if (r || journal_open(&f->storage, f->key, f->founding.exchange_id, incarnation, size, &journal, &place, &error)) {
		complain("the journal does not open for writing: %s", r ? strerror(-r) : error.text);
		return EXIT_DAMAGED;
	}
	w->block->first_sequence = place.sequence + 1;
	w->block->time_us = w->time_us;
	r = place.sequence != exchange_sequence(w->exchange) || entries_append(w, incarnation, &ret->halted);
	if (r)
		complain("the halting of the markets could not be written down");
	w->block->digest = exchange_seal_block(w->exchange);
	if (!r && journal_write(journal, &w->block, 1, salt, &place, &error)) {
		complain("%s", error.text);
		r = 1;
	}
	journal_close(journal);
	return r ? EXIT_FAILED : EXIT_DONE;
}

int epoch_begin(struct epoch *ret)
{
	struct folding f;
	struct writing w = { 0 };
	uint8_t *seed = NULL;
	*ret = (struct epoch){ 0 };
	int r = folding_open(&f, true);
	if (!r)
		r = fold_all(&f, 0);
	if (!r) {
		place_tell(&f, ret);
		w.founding = &f.founding;
		w.time_us = u64_max(clock_realtime_us(), exchange_time_us(fold_exchange(f.fold)));
		w.exchange = fold_take(f.fold);
		w.block = calloc(1, sizeof *w.block);
		w.seed = seed = key_load("keys/operator.key", globals.operator_key, 32);
		r = !w.block || !seed ? EXIT_FAILED : signer_find(&w, &f.founding.genesis);
	}
	if (!r)
		r = block_write(&f, &w, ret);
	free(w.block);
	secret_free(seed);
	exchange_free(w.exchange);
	folding_close(&f);
	return r;
}
