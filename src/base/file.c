// SPDX-License-Identifier: Apache-2.0
#include "base/file.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

int descriptor_write(int fd, const void *data, size_t size)
{
	const uint8_t *at = data;
	while (size > 0) {
		ssize_t n = write(fd, at, size);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n < 0 ? -errno : -EIO;
		at += n;
		size -= (size_t)n;
	}
	return 0;
}

int descriptor_write_at(int fd, const void *data, size_t size, uint64_t offset)
{
	const uint8_t *at = data;
	while (size > 0) {
		ssize_t n = pwrite(fd, at, size, (off_t)offset);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n < 0 ? -errno : -EIO;
		at += n;
		offset += (uint64_t)n;
		size -= (size_t)n;
	}
	return 0;
}

static int bytes_read(int fd, char *to, size_t size)
{
	while (size > 0) {
		ssize_t n = read(fd, to, size);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n < 0 ? -errno : -EIO;
		to += n;
		size -= (size_t)n;
	}
	return 0;
}

int descriptor_read_file(int fd, size_t max, char **ret, size_t *ret_size)
{
	struct stat s;
	if (fstat(fd, &s))
		return -errno;
	if (!S_ISREG(s.st_mode) || (uint64_t)s.st_size > max)
		return S_ISREG(s.st_mode) ? -EFBIG : -EINVAL;
	size_t size = (size_t)s.st_size;
	char *text = malloc(size + 1);
	if (!text)
		return -ENOMEM;
	int r = bytes_read(fd, text, size);
	if (r) {
		free(text);
		return r;
	}
	text[size] = 0;
	*ret = text;
	*ret_size = size;
	return 0;
}

int file_folder_sync(int dir_fd, const char *path)
{
	char folder[FILE_PATH_MAX];
	const char *slash = strrchr(path, '/');
	size_t size = slash == path ? 1 : slash ? (size_t)(slash - path) : 0;
	if (size >= sizeof folder)
		return -ENAMETOOLONG;
	memcpy(folder, path, size);
	strcpy(folder + size, size ? "" : ".");
	int fd = openat(dir_fd, folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	int r = fsync(fd) ? -errno : 0;
	close(fd);
	return r;
}

int file_folders_make(int dir_fd, const char *path, unsigned mode)
{
	char part[FILE_PATH_MAX];
	size_t size = strlen(path);
	if (size == 0 || size >= sizeof part)
		return size ? -ENAMETOOLONG : -ENOENT;
	memcpy(part, path, size + 1);
	for (char *slash = strchr(part + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = 0;
		int r = mkdirat(dir_fd, part, (mode_t)mode) == 0 ? file_folder_sync(dir_fd, part) :
			errno == EEXIST				 ? 0 :
								   -errno;
		if (r)
			return r;
		*slash = '/';
	}
	return 0;
}

static int beside(char to[FILE_PATH_MAX], const char *path)
{
	int n = snprintf(to, FILE_PATH_MAX, "%s" FILE_BESIDE, path);
	return n > 0 && n < FILE_PATH_MAX ? 0 : -ENAMETOOLONG;
}

int file_begin(int dir_fd, const char *path, unsigned mode)
{
	char temporary[FILE_PATH_MAX];
	int r = beside(temporary, path);
	if (r)
		return r;
	unlinkat(dir_fd, temporary, 0);
	int fd = openat(dir_fd, temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, (mode_t)mode);
	return fd < 0 ? -errno : fd;
}

int file_place(int dir_fd, const char *path, int fd, int r)
{
	char temporary[FILE_PATH_MAX];
	ASSERT(beside(temporary, path) == 0);
	if (!r && fsync(fd))
		r = -errno;
	if (close(fd) && !r)
		r = -errno;
	if (!r && renameat(dir_fd, temporary, dir_fd, path))
		r = -errno;
	if (!r)
		return file_folder_sync(dir_fd, path);
	unlinkat(dir_fd, temporary, 0);
	return r;
}

int file_put(int dir_fd, const char *path, unsigned mode, const void *data, size_t size)
{
	int fd = file_begin(dir_fd, path, mode);
	return fd < 0 ? fd : file_place(dir_fd, path, fd, descriptor_write(fd, data, size));
}
