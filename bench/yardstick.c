// SPDX-License-Identifier: Apache-2.0
#include "bench/yardstick.h"

#include "base/clock.h"
#include "crypto/sha256.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define MISS_LINES (64u << 20 >> 6)
#define MISS_STEPS 2000000u
#define SYNC_COUNT 41u
#define SYNC_FILE (1u << 20)
#define SHA_ROUNDS 2000u

// One cycle through every cache line in random order (Sattolo's shuffle): each load waits for the one before.
static double measure_miss(void)
{
	struct line { uint32_t next, unused[15]; } *lines = aligned_alloc(64, (size_t)MISS_LINES * sizeof *lines);
	uint64_t random = 88172645463325252u;
	if (!lines)
		return -1;
	for (uint32_t i = 0; i < MISS_LINES; i++)
		lines[i].next = i;
	for (uint32_t i = MISS_LINES - 1; i > 0; i--) {
		random ^= random << 13;
		random ^= random >> 7;
		random ^= random << 17;
		uint32_t j = (uint32_t)(random % i), swap = lines[i].next;
		lines[i].next = lines[j].next;
		lines[j].next = swap;
	}
	uint32_t at = 0;
	uint64_t start = clock_monotonic_ns();
	for (uint32_t i = 0; i < MISS_STEPS; i++)
		at = *(volatile uint32_t *)&lines[at].next;
	double ns = (double)(clock_monotonic_ns() - start) / MISS_STEPS;
	free(lines);
	return ns;
}

static int compare_ns(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
	return (x > y) - (x < y);
}

static bool sync_file_prepare(int fd)
{
	static const uint8_t zeros[SYNC_FILE];
	return pwrite(fd, zeros, sizeof zeros, 0) == (ssize_t)sizeof zeros && fdatasync(fd) == 0;
}

static double measure_sync(const char *directory)
{
	static const uint8_t page[4096] = { 1 };
	uint64_t took[SYNC_COUNT];
	int fd = open(directory, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	if (fd < 0)
		return -1;
	bool good = sync_file_prepare(fd);
	for (unsigned i = 0; i < SYNC_COUNT && good; i++) {
		uint64_t start = clock_monotonic_ns();
		good = pwrite(fd, page, sizeof page, (off_t)(i * sizeof page)) == (ssize_t)sizeof page &&
		       fdatasync(fd) == 0;
		took[i] = clock_monotonic_ns() - start;
	}
	close(fd);
	if (!good)
		return -1;
	qsort(took, SYNC_COUNT, sizeof took[0], compare_ns);
	return (double)took[SYNC_COUNT / 2] / 1000;
}

static double measure_sha256(void)
{
	static uint8_t data[16384];
	uint64_t start = clock_monotonic_ns();
	for (unsigned i = 0; i < SHA_ROUNDS; i++)
		sha256_of(data, sizeof data, data);
	return (double)SHA_ROUNDS * sizeof data * 1000 / (double)(clock_monotonic_ns() - start);
}

void yardstick_measure(struct yardstick *ret, const char *directory)
{
	*ret = (struct yardstick){
		.miss_ns = measure_miss(),
		.sync_us = measure_sync(directory),
		.sha256_mb_s = measure_sha256(),
	};
}

void yardstick_print(const struct yardstick *y, bool json)
{
	if (json)
		printf("{\"bench\":\"yardstick\",\"miss_ns\":%.1f,\"fdatasync_us\":%.1f,\"sha256_mb_s\":%.0f}\n", y->miss_ns,
		       y->sync_us, y->sha256_mb_s);
	else
		printf("yardstick: dependent cache miss %.1f ns, fdatasync of 4 KB %.1f us, SHA-256 at 16 KB %.0f MB/s\n",
		       y->miss_ns, y->sync_us, y->sha256_mb_s);
	fflush(stdout);
}
