// SPDX-License-Identifier: Apache-2.0
#include "harden/beneath.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#define READ_MAX (HOST_FILE_MAX)

static const char *last_part(const char *path)
{
	const char *slash = strrchr(path, '/');
	return slash ? slash + 1 : path;
}

static int folder_open(struct host *h, const char *path)
{
	const char *name = last_part(path);
	return *name ? host_openat(h, host_copy(h, path, (size_t)(name - path)), O_RDONLY | O_DIRECTORY) : -EINVAL;
}

#define BESIDE_SIZE 300
static void beside_name(char to[BESIDE_SIZE], const char *name)
{
	snprintf(to, BESIDE_SIZE, ".%.200s.redoubt-new", name);
}

static int write_all(int fd, const char *text, size_t size)
{
	while (size) {
		ssize_t n = write(fd, text, size);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n < 0 ? -errno : -EIO;
		text += n;
		size -= (size_t)n;
	}
	return 0;
}

static int file_make(int folder, const char *name, const char *text, size_t size, unsigned mode, uid_t uid, gid_t gid)
{
	int fd = openat(folder, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return -errno;
	int r = write_all(fd, text, size);
	if (!r && (fchown(fd, uid, gid) || fchmod(fd, mode) || fsync(fd)))
		r = -errno;
	close(fd);
	return r;
}

int beneath_write(struct host *h, const char *path, const char *text, size_t size, unsigned mode, uid_t uid, gid_t gid)
{
	char beside[BESIDE_SIZE];
	const char *name = last_part(path);
	int folder = folder_open(h, path);
	if (folder < 0)
		return folder;
	beside_name(beside, name);
	unlinkat(folder, beside, 0); // of one that was killed
	int r = file_make(folder, beside, text, size, mode, uid, gid);
	if (!r && (renameat(folder, beside, folder, name) || fsync(folder)))
		r = -errno;
	if (r)
		unlinkat(folder, beside, 0);
	close(folder);
	return r;
}

int beneath_link(struct host *h, const char *path, const char *target)
{
	char beside[BESIDE_SIZE];
	int folder = folder_open(h, path);
	if (folder < 0)
		return folder;
	beside_name(beside, last_part(path));
	unlinkat(folder, beside, 0); // of one that was killed
	int r = symlinkat(target, folder, beside) || renameat(folder, beside, folder, last_part(path)) || fsync(folder) ? -errno : 0;
	if (r)
		unlinkat(folder, beside, 0);
	close(folder);
	return r;
}

const char *beneath_link_read(struct host *h, const char *path)
{
	char target[4096];
	int folder = folder_open(h, path);
	ssize_t n = folder < 0 ? -1 : readlinkat(folder, last_part(path), target, sizeof target);
	if (folder >= 0)
		close(folder);
	return n > 0 && (size_t)n < sizeof target ? host_copy(h, target, (size_t)n) : NULL;
}

int beneath_set(struct host *h, const char *path, const char *text, size_t size)
{
	int fd = host_openat(h, path, O_WRONLY | O_TRUNC | O_NOFOLLOW);
	if (fd < 0)
		return fd;
	// one write: a setting of the kernel takes its value in one piece
	ssize_t n = write(fd, text, size);
	int r = n < 0 ? -errno : (size_t)n == size ? 0 : -EIO;
	close(fd);
	return r;
}

int beneath_mode(struct host *h, const char *path, unsigned mode, uid_t uid, gid_t gid)
{
	struct stat st;
	int fd = host_openat(h, path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
	if (fd < 0)
		return fd;
	int r = fstat(fd, &st) ? -errno : S_ISREG(st.st_mode) || S_ISDIR(st.st_mode) ? 0 : -EINVAL;
	// the owner first: a change of owner takes setgid away
	if (!r && (fchown(fd, uid, gid) || fchmod(fd, mode)))
		r = -errno;
	close(fd);
	return r;
}

void beneath_sweep(struct host *h, const char *path)
{
	char beside[BESIDE_SIZE];
	int folder = folder_open(h, path);
	beside_name(beside, last_part(path));
	if (folder >= 0) {
		unlinkat(folder, beside, 0);
		close(folder);
	}
}

int beneath_remove(struct host *h, const char *path)
{
	int folder = folder_open(h, path);
	if (folder < 0)
		return folder == -ENOENT ? 0 : folder;
	int r = unlinkat(folder, last_part(path), 0) && errno != ENOENT ? -errno : 0;
	if (!r && fsync(folder))
		r = -errno;
	close(folder);
	return r;
}

int beneath_folders(struct host *h, const char *path, unsigned mode)
{
	for (const char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		const char *folder = host_copy(h, path, (size_t)(slash - path));
		int above = folder_open(h, folder);
		if (above < 0)
			return above;
		int r = mkdirat(above, last_part(folder), mode) && errno != EEXIST ? -errno : 0;
		if (!r && fsync(above))
			r = -errno;
		close(above);
		if (r)
			return r;
	}
	return 0;
}

int beneath_read(struct host *h, const char *path, char **ret, size_t *ret_size, struct stat *ret_status)
{
	struct stat st;
	size_t size = 0;
	int fd = host_openat(h, path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
	if (fd < 0)
		return fd;
	int r = fstat(fd, &st) ? -errno : !S_ISREG(st.st_mode) ? -EINVAL : st.st_size > READ_MAX ? -EFBIG : 0;
	size_t room = r ? 0 : st.st_size ? (size_t)st.st_size + 4096 : 1u << 20; // the kernel's files say size 0
	char *text = host_alloc(h, room + 1);
	for (ssize_t n = 1; !r && n > 0 && size < room; size += n > 0 ? (size_t)n : 0)
		if ((n = read(fd, text + size, room - size)) < 0)
			r = -errno;
	close(fd);
	if (r)
		return r;
	text[size] = 0;
	*ret = text;
	*ret_size = size;
	*ret_status = st;
	return 0;
}
