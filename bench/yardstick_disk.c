// SPDX-License-Identifier: Apache-2.0
#include "bench/yardstick_disk.h"

#include "base/clock.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#define FILE_SIZE (64u << 20)
#define SAMPLES_MAX 100000

static int compare(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
	return x < y ? -1 : x > y;
}

static int zero_fill(int fd, uint8_t *buffer, size_t size)
{
	for (off_t at = 0; at < (off_t)FILE_SIZE; at += (off_t)size)
		if (pwrite(fd, buffer, size, at) != (ssize_t)size)
			return -EIO;
	return fsync(fd) ? -errno : 0;
}

static int measure(int fd, uint8_t *buffer, size_t size, double seconds, uint64_t *samples, struct yardstick_disk *ret)
{
	uint64_t start = clock_monotonic_ns(), now = start, limit = start + (uint64_t)(seconds * 1e9);
	size_t count = 0;
	for (off_t at = 0; now < limit && count < SAMPLES_MAX; count++) {
		if (pwrite(fd, buffer, size, at) != (ssize_t)size)
			return -EIO;
		uint64_t after = clock_monotonic_ns();
		samples[count] = after - now;
		now = after;
		at = at + (off_t)(2 * size) > (off_t)FILE_SIZE ? 0 : at + (off_t)size;
	}
	qsort(samples, count, sizeof *samples, compare);
	double elapsed = (double)(now - start) / 1e9;
	*ret = (struct yardstick_disk){ size, samples[count / 2], samples[count * 99 / 100], samples[count * 999 / 1000],
					(double)count / elapsed, (double)count * (double)size / elapsed };
	return 0;
}

int yardstick_disk(int dir_fd, size_t size, double seconds, struct yardstick_disk *ret)
{
	static const char name[] = "yardstick.tmp";
	int fd = openat(dir_fd, name, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC | O_DIRECT | O_DSYNC, 0600);
	if (fd < 0)
		return -errno;
	size_t room = size > (1u << 20) ? size : 1u << 20;
	uint8_t *buffer = aligned_alloc(4096, room);
	uint64_t *samples = malloc(SAMPLES_MAX * sizeof *samples);
	int error = buffer && samples ? 0 : -ENOMEM;
	if (!error) {
		memset(buffer, 0, room);
		error = zero_fill(fd, buffer, 1u << 20);
		memset(buffer, 0x5a, room);
	}
	if (!error)
		error = measure(fd, buffer, size, seconds, samples, ret);
	free(samples);
	free(buffer);
	close(fd);
	(void)unlinkat(dir_fd, name, 0);
	return error;
}
