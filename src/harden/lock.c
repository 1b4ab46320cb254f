// SPDX-License-Identifier: Apache-2.0
#include "harden/beneath.h"
#include "harden/record.h"
#include "harden/place.h"

#include <fcntl.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

static int lock_open(struct host *h)
{
	int r = beneath_folders(h, RECORD_PLACE "/lock", 0700);
	int folder = r ? r : host_openat(h, RECORD_PLACE, O_RDONLY | O_DIRECTORY);
	if (folder < 0)
		return folder;
	int fd = openat(folder, "lock", O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	r = fd < 0 ? -errno : fd;
	close(folder);
	return r;
}

static int lock_take(struct host *h, int how, int *ret_fd)
{
	int fd = lock_open(h);
	if (fd < 0)
		return fd;
	while (flock(fd, how)) {
		int error = errno;
		if (error == EINTR)
			continue;
		close(fd);
		return error == EWOULDBLOCK ? 1 : -error;
	}
	*ret_fd = fd;
	return 0;
}

int place_lock(struct host *h, int *ret_fd)
{
	return lock_take(h, LOCK_EX | LOCK_NB, ret_fd);
}

int place_lock_wait(struct host *h, int *ret_fd)
{
	return lock_take(h, LOCK_EX, ret_fd);
}

int place_lock_wait_at_most(struct host *h, unsigned seconds, int *ret_fd)
{
	int r = place_lock(h, ret_fd);
	for (unsigned i = 0; r == 1 && i < 10 * seconds; i++) {
		nanosleep(&(struct timespec){ 0, 100000000 }, NULL);
		r = place_lock(h, ret_fd);
	}
	return r;
}
