// SPDX-License-Identifier: Apache-2.0
#include "daemons/replica/snapshots.h"

#include "base/clock.h"
#include "base/file.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define MARKET_PREFIX "market-"
#define MARKET_NAME_SIZE (sizeof MARKET_PREFIX - 1 + 20)
#define MARKET_SIZE_MAX (1u << 30)

struct measure {
	struct sha256 hash;
	uint64_t size;
};

static int measure_sink(void *context, const void *data, size_t size)
{
	struct measure *m = context;
	sha256_update(&m->hash, data, size);
	m->size += size;
	return 0;
}

static int append_sink(void *context, const void *data, size_t size)
{
	return snapshot_append(context, data, size);
}

static int state_write(int dir_fd, const uint8_t master_key[32], const struct founding *founding,
		       const struct fold *fold, uint64_t *ret_size)
{
	const struct fold_place *place = fold_place(fold);
	const struct exchange *x = fold_exchange(fold);
	struct snapshot_info info = { .sequence = place->sequence, .blocks = place->blocks,
				      .time_us = place->time_us, .digest = place->digest };
	struct measure m = { .size = 0 };
	sha256_init(&m.hash);
	int r = exchange_snapshot(x, measure_sink, &m);
	if (r)
		return r;
	memcpy(info.leaf_hash, place->leaf_hash, sizeof info.leaf_hash);
	sha256_final(&m.hash, info.state_hash);
	info.size = m.size;
	struct snapshot_writer *writer = NULL;
	r = snapshot_begin(dir_fd, master_key, founding->exchange_id, &info, &writer);
	if (r)
		return r;
	r = exchange_snapshot(x, append_sink, writer);
	if (r) {
		snapshot_abandon(writer);
		return r;
	}
	*ret_size = m.size;
	return snapshot_finish(writer, SNAPSHOTS_KEPT);
}

// ---- the publisher's memory ----

static void market_name(char name[64], uint64_t sequence)
{
	snprintf(name, 64, MARKET_PREFIX "%020llu", (unsigned long long)sequence);
}

static int market_write(int dir_fd, uint64_t sequence, const uint8_t *data, size_t size)
{
	char name[64];
	market_name(name, sequence);
	return file_put(dir_fd, name, 0600, data, size);
}

// Those whose snapshot is gone go too.
static void markets_tidy(int dir_fd)
{
	int fd = openat(dir_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *e;
	while (dir && (e = readdir(dir))) {
		char snapshot[64];
		if (strncmp(e->d_name, MARKET_PREFIX, sizeof MARKET_PREFIX - 1) ||
		    strlen(e->d_name) < MARKET_NAME_SIZE)
			continue;
		snprintf(snapshot, sizeof snapshot, "snapshot-%.20s", e->d_name + sizeof MARKET_PREFIX - 1);
		if (strlen(e->d_name) > MARKET_NAME_SIZE || faccessat(dir_fd, snapshot, F_OK, 0))
			unlinkat(dir_fd, e->d_name, 0);
	}
	if (dir)
		closedir(dir);
	else if (fd >= 0)
		close(fd);
}

int snapshots_write(int dir_fd, const uint8_t master_key[32], const struct founding *founding,
		    const struct fold *fold, const struct publisher *publisher, struct snapshot_figures *ret)
{
	uint64_t start = clock_monotonic_ns(), size = 0;
	uint8_t *market = NULL;
	size_t market_size = 0;
	int r = publisher_save(publisher, fold_place(fold)->sequence, &market, &market_size);
	// First the lesser file: a snapshot without it would lose the day's figures, one without a snapshot costs nothing.
	if (!r)
		r = market_write(dir_fd, fold_place(fold)->sequence, market, market_size);
	free(market);
	if (!r)
		r = state_write(dir_fd, master_key, founding, fold, &size);
	markets_tidy(dir_fd);
	if (!r)
		*ret = (struct snapshot_figures){ .size = size, .nanoseconds = clock_monotonic_ns() - start };
	return r;
}

static int file_read(int fd, uint8_t **ret, size_t *ret_size)
{
	struct stat st;
	if (fstat(fd, &st))
		return -errno;
	if (st.st_size <= 0 || st.st_size > MARKET_SIZE_MAX)
		return 1;
	uint8_t *data = malloc((size_t)st.st_size);
	if (!data)
		return -ENOMEM;
	size_t have = 0;
	ssize_t n;
	while (have < (size_t)st.st_size && (n = pread(fd, data + have, (size_t)st.st_size - have, (off_t)have)) > 0)
		have += (size_t)n;
	*ret = data;
	*ret_size = have;
	return 0;
}

int snapshots_restore(int dir_fd, uint64_t sequence, struct publisher *publisher)
{
	char name[64];
	market_name(name, sequence);
	int fd = openat(dir_fd, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0)
		return errno == ENOENT ? 1 : -errno;
	uint8_t *data = NULL;
	size_t size = 0;
	int r = file_read(fd, &data, &size);
	close(fd);
	if (!r)
		r = publisher_restore(publisher, sequence, data, size);
	free(data);
	return r;
}
