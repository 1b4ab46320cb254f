// SPDX-License-Identifier: Apache-2.0
#include "process/memory.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#ifndef MFD_NOEXEC_SEAL
#define MFD_NOEXEC_SEAL 0x0008U // Linux 6.3
#endif

int memory_create(const char *name, size_t size)
{
	int fd = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING | MFD_NOEXEC_SEAL);
	if (fd < 0 && errno == EINVAL)
		fd = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (fd < 0)
		return -errno;
	if (ftruncate(fd, (off_t)size) < 0 || fchmod(fd, 0600) < 0 ||
	    fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) < 0) {
		int error = -errno;
		close(fd);
		return error;
	}
	return fd;
}

int memory_reopen(int fd, bool writable)
{
	char path[32];
	snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	int copy = open(path, (writable ? O_RDWR : O_RDONLY) | O_CLOEXEC);
	return copy < 0 ? -errno : copy;
}

void memory_seal_mode(int fd)
{
	int r = fchmod(fd, 0);
	(void)r; // a second lock on the door, not the first
}
