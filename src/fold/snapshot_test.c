// SPDX-License-Identifier: Apache-2.0
// A snapshot as the replica writes it, for the fold's own tests.
#include "fold/fold.h"

int test_snapshot(int dir_fd, const uint8_t *key, const struct founding *founding, const struct fold *f);

static int count(void *context, const void *data, size_t size)
{
	*(uint64_t *)context += size;
	return 0;
}

static int append(void *context, const void *data, size_t size)
{
	return snapshot_append(context, data, size);
}

int test_snapshot(int dir_fd, const uint8_t *key, const struct founding *founding, const struct fold *f)
{
	const struct fold_place *place = fold_place(f);
	struct snapshot_info info = { .sequence = place->sequence, .blocks = place->blocks,
				      .time_us = place->time_us, .digest = place->digest };
	struct snapshot_writer *w = NULL;
	int r = exchange_snapshot(fold_exchange(f), count, &info.size);
	exchange_hash(fold_exchange(f), info.state_hash);
	memcpy(info.leaf_hash, place->leaf_hash, 32);
	if (!r)
		r = snapshot_begin(dir_fd, key, founding->exchange_id, &info, &w);
	if (!r)
		r = exchange_snapshot(fold_exchange(f), append, w);
	return r ? r : snapshot_finish(w, 3);
}
