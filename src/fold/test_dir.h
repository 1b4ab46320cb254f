// SPDX-License-Identifier: Apache-2.0
// For tests: a fresh directory that goes away again.
#pragma once

#include "base/base.h"

#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

struct test_dir {
	char path[256];
	int fd;
};

static inline struct test_dir test_dir_make(void)
{
	struct test_dir d;
	const char *base_path = getenv("TMPDIR");
	snprintf(d.path, sizeof d.path, "%s/redoubt-test-XXXXXX", base_path ? base_path : "/tmp");
	ASSERT(mkdtemp(d.path));
	d.fd = open(d.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	ASSERT(d.fd >= 0);
	return d;
}

static inline int test_dir_sub(const struct test_dir *d, const char *name)
{
	ASSERT(mkdirat(d->fd, name, 0700) == 0);
	int fd = openat(d->fd, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	ASSERT(fd >= 0);
	return fd;
}

static inline int test_dir_unlink(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
	(void)st, (void)flag, (void)ftw;
	return remove(path);
}

static inline void test_dir_remove(struct test_dir *d)
{
	close(d->fd);
	nftw(d->path, test_dir_unlink, 16, FTW_DEPTH | FTW_PHYS);
}
