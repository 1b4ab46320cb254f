// SPDX-License-Identifier: Apache-2.0
#include "daemons/audit/files.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static int bytes_write(int fd, const uint8_t *data, size_t size)
{
	while (size > 0) {
		ssize_t n = write(fd, data, size);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n < 0 ? -errno : -EIO;
		data += n;
		size -= (size_t)n;
	}
	return fsync(fd) ? -errno : 0;
}

static int folder_sync(int dir_fd, const char *path)
{
	int fd = openat(dir_fd, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	int r = fsync(fd) ? -errno : 0;
	close(fd);
	return r;
}

// Makes every folder of the path; a new one's name is durable when its parent is synced.
static int folders_make(int dir_fd, const char *path)
{
	char part[LOG_PATH_MAX], parent[LOG_PATH_MAX] = ".";
	for (const char *slash = strchr(path, '/'); slash; slash = strchr(slash + 1, '/')) {
		snprintf(part, sizeof part, "%.*s", (int)(slash - path), path);
		if (mkdirat(dir_fd, part, 0755) == 0) {
			int r = folder_sync(dir_fd, parent);
			if (r)
				return r;
		} else if (errno != EEXIST) {
			return -errno;
		}
		memcpy(parent, part, sizeof parent);
	}
	return 0;
}

static int file_place(int dir_fd, const char *temporary, const char *path, const void *data, size_t size)
{
	int fd = openat(dir_fd, temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0644);
	if (fd < 0)
		return -errno;
	int r = bytes_write(fd, data, size);
	close(fd);
	if (!r && renameat(dir_fd, temporary, dir_fd, path))
		r = -errno;
	if (r)
		unlinkat(dir_fd, temporary, 0);
	return r;
}

int log_file_write(int dir_fd, const char *path, const void *data, size_t size)
{
	char temporary[LOG_PATH_MAX], folder[LOG_PATH_MAX] = ".";
	const char *slash = strrchr(path, '/');
	if (snprintf(temporary, sizeof temporary, "%s.new", path) >= (int)sizeof temporary)
		return -ENAMETOOLONG;
	if (slash)
		snprintf(folder, sizeof folder, "%.*s", (int)(slash - path), path);
	int r = file_place(dir_fd, temporary, path, data, size);
	if (r == -ENOENT) { // the first file of its folder
		r = folders_make(dir_fd, path);
		if (!r)
			r = file_place(dir_fd, temporary, path, data, size);
	}
	return r ? r : folder_sync(dir_fd, folder);
}

int log_file_read(int dir_fd, const char *path, void *to, size_t room, size_t *ret_size)
{
	int fd = openat(dir_fd, path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0)
		return errno == ENOENT || errno == ENOTDIR ? 1 : -errno;
	size_t have = 0;
	uint8_t beyond;
	int r = 0;
	while (have < room) {
		ssize_t n = pread(fd, (uint8_t *)to + have, room - have, (off_t)have);
		if (n < 0 && errno != EINTR)
			r = -errno;
		if (n == 0 || r)
			break;
		have += n > 0 ? (size_t)n : 0;
	}
	if (!r && have == room && pread(fd, &beyond, 1, (off_t)have) > 0)
		r = 2;
	close(fd);
	if (!r)
		*ret_size = have;
	return r;
}

void log_folder_remove(int dir_fd, const char *path)
{
	int fd = openat(dir_fd, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *e;
	if (!dir) {
		if (fd >= 0)
			close(fd);
		return;
	}
	while ((e = readdir(dir)))
		if (e->d_name[0] != '.')
			unlinkat(fd, e->d_name, 0);
	closedir(dir);
	unlinkat(dir_fd, path, AT_REMOVEDIR);
}
