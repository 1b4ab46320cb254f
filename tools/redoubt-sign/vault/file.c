// SPDX-License-Identifier: Apache-2.0
// Files: read whole, replaced whole.
#include "vault/vault.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "step.h"
#include "vault/files.h"

int file_write_new(int dir, const char *name, const void *bytes, size_t size)
{
	// Made anew: what lies there, a pipe or another name of somebody's file, is not written through.
	if (unlinkat(dir, name, 0) < 0 && errno != ENOENT)
		return -errno;
	int fd = openat(dir, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return -errno;
	int r = fchmod(fd, 0600) < 0 ? -errno : 0;
	if (r == 0)
		r = descriptor_write(fd, bytes, size);
	if (r == 0 && fsync(fd) < 0)
		r = -errno;
	if (close(fd) < 0 && r == 0)
		r = -errno;
	return r;
}

int file_append(int fd, const void *bytes, size_t size)
{
	int r = descriptor_write(fd, bytes, size);
	if (r == 0 && fsync(fd) < 0)
		r = -errno;
	return r;
}

int file_new_name(const char *name, char *to, size_t room)
{
	int size = snprintf(to, room, "%s" FILE_BESIDE, name);
	return size < 0 || (size_t)size >= room ? -ENAMETOOLONG : 0;
}

int file_replace(int dir, const char *name, const void *bytes, size_t size)
{
	int fd = file_begin(dir, name, 0600);
	if (fd < 0)
		return fd;
	int r = descriptor_write(fd, bytes, size);
	STEP("file-new-written");
	return file_place(dir, name, fd, r);
}

static int regular_read(int fd, size_t max, uint8_t **ret, size_t *ret_size)
{
	struct stat st;
	if (fstat(fd, &st) < 0)
		return -errno;
	if (!S_ISREG(st.st_mode))
		return -EINVAL;
	if (st.st_size < 0 || (uint64_t)st.st_size > max)
		return 1;
	size_t size = (size_t)st.st_size, at = 0;
	uint8_t *bytes = malloc(size + 1);
	if (!bytes)
		return -ENOMEM;
	while (at < size) {
		ssize_t n = read(fd, bytes + at, size - at);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) { // it shrank meanwhile, or cannot be read
			int r = n < 0 ? -errno : -EIO;
			free(bytes);
			return r;
		}
		at += (size_t)n;
	}
	bytes[size] = 0;
	*ret = bytes;
	*ret_size = size;
	return 0;
}

int file_read(int dir, const char *name, size_t max, uint8_t **ret, size_t *ret_size)
{
	int fd = openat(dir, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK); // not hung by a named pipe
	if (fd < 0)
		return -errno;
	int r = regular_read(fd, max, ret, ret_size);
	close(fd);
	return r;
}

bool file_foreign(int dir, const char *name, const struct span *heads, size_t count)
{
	uint8_t *old = NULL;
	size_t size = 0;
	int r = file_read(dir, name, VAULT_FILE_SIZE_MAX << 3, &old, &size);
	bool known = r == -ENOENT || r == -ELOOP || (r == 0 && size == 0);
	for (size_t i = 0; r == 0 && i < count; i++)
		known |= size >= heads[i].size && memcmp(old, heads[i].at, heads[i].size) == 0;
	free(old);
	return !known;
}

int file_carry(int dir, const char *name, const void *bytes, size_t size)
{
	uint8_t *old = NULL;
	size_t old_size = 0;
	int r = file_read(dir, name, LOG_SIZE_MAX, &old, &old_size);
	bool fine = r == -ENOENT || (r == 0 && old_size <= size && memcmp(old, bytes, old_size) == 0);
	free(old);
	return fine ? file_replace(dir, name, bytes, size) : 1;
}
