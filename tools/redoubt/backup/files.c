// SPDX-License-Identifier: Apache-2.0
#include "files.h"

#include "base/file.h"
#include "base/text.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define COPY_SIZE (1u << 20)

bool path_join(char to[PATH_MAX], const char *folder, const char *name)
{
	int n = snprintf(to, PATH_MAX, "%s/%s", folder, name);
	return n > 0 && n < PATH_MAX;
}

bool object_path(char to[PATH_MAX], const char *folder, const uint8_t digest[SHA256_SIZE])
{
	char hex[2 * SHA256_SIZE + 1];
	hex_encode(digest, SHA256_SIZE, hex);
	int n = snprintf(to, PATH_MAX, "%s/objects/%.2s/%s", folder, hex, hex);
	return n > 0 && n < PATH_MAX;
}

bool manifest_path(char to[PATH_MAX], const char *folder, uint64_t number)
{
	int n = snprintf(to, PATH_MAX, "%s/manifests/%020" PRIu64, folder, number);
	return n > 0 && n < PATH_MAX;
}

int whole_file_write(const char *path, unsigned mode, const void *data, size_t size)
{
	int r = file_folders_make(AT_FDCWD, path, 0700);
	return r ? r : file_put(AT_FDCWD, path, mode, data, size);
}

int whole_file_read(const char *path, size_t max, char **ret, size_t *ret_size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK); // a pipe must not keep a restore waiting
	if (fd < 0)
		return -errno;
	int r = descriptor_read_file(fd, max, ret, ret_size);
	close(fd);
	return r;
}

static int copy_bytes(int from, int to, uint8_t digest[SHA256_SIZE])
{
	static uint8_t buffer[COPY_SIZE];
	struct sha256 sha;
	ssize_t n;
	int r = 0;
	sha256_init(&sha);
	while (!r && (n = read(from, buffer, sizeof buffer)) != 0) {
		if (n < 0) {
			r = errno == EINTR ? 0 : -errno;
			continue;
		}
		sha256_update(&sha, buffer, (size_t)n);
		r = descriptor_write(to, buffer, (size_t)n);
	}
	sha256_final(&sha, digest);
	return r;
}

// The folder that a file is in, and the one above it, are folders and no links: who owns a destination must not send what
// is written there to another place.
static bool folders_real(const char *path)
{
	char part[PATH_MAX];
	struct stat st;
	snprintf(part, sizeof part, "%s", path);
	for (unsigned up = 0; up < 2; up++) {
		char *slash = strrchr(part, '/');
		if (!slash)
			return true;
		*slash = 0;
		if (lstat(part, &st) == 0 && !S_ISDIR(st.st_mode))
			return false;
	}
	return true;
}

int object_copy(const char *from, const char *to, const uint8_t digest[SHA256_SIZE])
{
	uint8_t found[SHA256_SIZE];
	if (!folders_real(to))
		return -ENOTDIR;
	int source = open(from, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW);
	if (source < 0)
		return -errno;
	int r = file_folders_make(AT_FDCWD, to, 0700), fd = r ? r : file_begin(AT_FDCWD, to, 0400);
	if (fd < 0) {
		close(source);
		return fd;
	}
	r = copy_bytes(source, fd, found);
	close(source);
	if (!r && memcmp(found, digest, SHA256_SIZE) != 0)
		r = 1;
	return file_place(AT_FDCWD, to, fd, r);
}
