// SPDX-License-Identifier: Apache-2.0
#include "daemons/audit/files.h"

#include "base/file.h"

#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

int log_file_write(int dir_fd, const char *path, const void *data, size_t size)
{
	int r = file_put(dir_fd, path, 0644, data, size);
	if (r != -ENOENT)
		return r;
	r = file_folders_make(dir_fd, path, 0755); // the first file of its folder
	return r ? r : file_put(dir_fd, path, 0644, data, size);
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
