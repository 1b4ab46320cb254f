// SPDX-License-Identifier: Apache-2.0
#include "measure.h"

#include "base/clock.h"
#include "crypto/sha256.h"

#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#define MEASURE_NS 300000000u
#define BUFFER_SIZE ((size_t)256 << 10)
#define THREADS_MAX 32

static void *hash_on(void *context)
{
	uint64_t *bytes = context, end = clock_monotonic_ns() + MEASURE_NS;
	uint8_t *buffer = calloc(1, BUFFER_SIZE), digest[SHA256_SIZE];
	ASSERT(buffer);
	for (*bytes = 0; clock_monotonic_ns() < end; *bytes += BUFFER_SIZE)
		sha256_of(buffer, BUFFER_SIZE, digest);
	free(buffer);
	return NULL;
}

double measure_sha256(void)
{
	pthread_t thread[THREADS_MAX];
	uint64_t bytes[THREADS_MAX] = { 0 }, all = 0;
	long processors = sysconf(_SC_NPROCESSORS_ONLN);
	size_t started = 0, wanted = processors < 1 ? 1 : processors > THREADS_MAX ? THREADS_MAX : (size_t)processors;
	while (started < wanted && !pthread_create(&thread[started], NULL, hash_on, &bytes[started]))
		started++;
	for (size_t i = 0; i < started; i++) {
		pthread_join(thread[i], NULL);
		all += bytes[i];
	}
	return (double)all * 1e9 / MEASURE_NS;
}
