// SPDX-License-Identifier: Apache-2.0
// Many files at once: the disk is asked for some while the processors hash others.
#define OPENSSL_SUPPRESS_DEPRECATED // MD5_*: what dpkg records; no allocation, as in src/crypto
#include "host/walk.h"

#include "base/clock.h"
#include "base/text.h"

#include <fcntl.h>
#include <openssl/md5.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#define BUFFER_SIZE ((size_t)256 << 10)
#define THREADS_MAX 32
#define BATCH 32 // jobs that a thread takes at once: neighbours in a directory are neighbours on the disk

// Our own /proc is not beneath a root that a link may not leave: the kernel's links to programs are opened as they are.
static int job_open(const struct host *h, const char *path)
{
	unsigned pid;
	int end = 0;
	if (host_is_live(h) && sscanf(path, "/proc/%u/exe%n", &pid, &end) == 1 && end && !path[end]) {
		int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
		return fd < 0 ? -errno : fd;
	}
	return host_openat(h, path, O_RDONLY | O_NOCTTY | O_NONBLOCK | O_NOFOLLOW);
}

static int regular_open(const struct host *h, const char *path, struct stat *ret)
{
	int fd = job_open(h, path);
	if (fd < 0)
		return fd;
	int r = fstat(fd, ret) ? -errno : !S_ISREG(ret->st_mode) ? -EINVAL : 0;
	if (r) {
		close(fd);
		return r;
	}
	return fd;
}

static uint64_t job_run(const struct host *h, struct digest_job *job, uint8_t *buffer)
{
	uint8_t md5_bytes[MD5_DIGEST_LENGTH];
	struct sha256 sha;
	MD5_CTX md5;
	uint64_t bytes = 0;
	int fd = regular_open(h, job->path, &job->status);
	if (fd < 0) {
		job->error = fd;
		return 0;
	}
	if (job->status.st_size > (off_t)BUFFER_SIZE) {
		posix_fadvise(fd, 0, 0, POSIX_FADV_SEQUENTIAL);
		posix_fadvise(fd, 0, 0, POSIX_FADV_WILLNEED);
	}
	sha256_init(&sha);
	MD5_Init(&md5);
	for (;;) {
		ssize_t n = read(fd, buffer, BUFFER_SIZE);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			job->error = -errno;
		if (n <= 0)
			break;
		sha256_update(&sha, buffer, (size_t)n);
		if (job->md5_wanted)
			MD5_Update(&md5, buffer, (size_t)n);
		bytes += (uint64_t)n;
		if ((size_t)n < BUFFER_SIZE && bytes == (uint64_t)job->status.st_size)
			break; // most files are small: spare the read that would say so
	}
	close(fd);
	sha256_final(&sha, job->sha256);
	MD5_Final(md5_bytes, &md5);
	hex_encode(md5_bytes, sizeof md5_bytes, job->md5);
	return bytes;
}

struct pool {
	const struct host *host;
	struct digest_job *jobs;
	size_t count;
	atomic_size_t next;
	atomic_uint_fast64_t bytes;
};

static void *pool_work(void *context)
{
	struct pool *p = context;
	uint8_t *buffer = malloc(BUFFER_SIZE);
	ASSERT(buffer);
	uint64_t bytes = 0;
	for (size_t at; (at = atomic_fetch_add(&p->next, BATCH)) < p->count;)
		for (size_t i = at; i < at + BATCH && i < p->count; i++)
			bytes += job_run(p->host, &p->jobs[i], buffer);
	atomic_fetch_add(&p->bytes, bytes);
	free(buffer);
	return NULL;
}

static uint64_t cpu_ns(void)
{
	struct timespec t;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static unsigned threads_wanted(unsigned asked, size_t count)
{
	long processors = sysconf(_SC_NPROCESSORS_ONLN);
	unsigned n = asked ? asked : (unsigned)(processors > 0 ? 2 * processors : 2);
	size_t useful = (count + BATCH - 1) / BATCH;
	if (n > THREADS_MAX)
		n = THREADS_MAX;
	return n > useful ? (unsigned)useful : n;
}

void digest_all(const struct host *h, struct digest_job *jobs, size_t count, unsigned threads, struct digest_cost *ret)
{
	struct pool p = { .host = h, .jobs = jobs, .count = count };
	pthread_t thread[THREADS_MAX];
	uint64_t start = clock_monotonic_ns(), cpu = cpu_ns();
	unsigned wanted = threads_wanted(threads, count), started = 0;
	for (size_t i = 0; i < count; i++)
		jobs[i].error = 0;
	while (started + 1 < wanted && !pthread_create(&thread[started], NULL, pool_work, &p))
		started++;
	pool_work(&p); // this thread works, too: it goes on when no other could be made
	for (unsigned i = 0; i < started; i++)
		pthread_join(thread[i], NULL);
	*ret = (struct digest_cost){ atomic_load(&p.bytes), clock_monotonic_ns() - start, cpu_ns() - cpu };
}

int digest_md5(const struct host *h, const char *path, char hex[MD5_TEXT])
{
	uint8_t digest[MD5_DIGEST_LENGTH];
	MD5_CTX md5;
	struct stat s;
	int r = 0, fd = regular_open(h, path, &s);
	if (fd < 0)
		return fd;
	uint8_t *buffer = malloc(BUFFER_SIZE);
	ASSERT(buffer);
	MD5_Init(&md5);
	for (ssize_t n; (n = read(fd, buffer, BUFFER_SIZE)) != 0;) {
		if (n < 0 && errno != EINTR) {
			r = -errno;
			break;
		}
		if (n > 0)
			MD5_Update(&md5, buffer, (size_t)n);
	}
	MD5_Final(digest, &md5);
	free(buffer);
	close(fd);
	if (!r)
		hex_encode(digest, sizeof digest, hex);
	return r;
}
