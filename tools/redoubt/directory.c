// SPDX-License-Identifier: Apache-2.0
#include "directory.h"

#include "command.h"

#include "base/file.h"
#include "crypto/secret.h"
#include "wire/founding.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

struct path path_in(const char *name)
{
	struct path p;
	int n = snprintf(p.text, sizeof p.text, "%s/%s", globals.dir, name);
	ASSERT(n > 0 && (size_t)n < sizeof p.text);
	return p;
}

int file_create(const char *name, unsigned mode, const void *data, size_t size)
{
	struct path p = path_in(name);
	int fd = open(p.text, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, (mode_t)mode);
	int r = fd < 0 ? -errno : 0;
	if (!r && fchmod(fd, (mode_t)mode)) // whatever the umask was
		r = -errno;
	if (!r)
		r = descriptor_write(fd, data, size);
	if (!r && fsync(fd))
		r = -errno;
	if (fd >= 0)
		close(fd);
	if (r)
		complain("cannot write %s: %s", p.text, strerror(-r));
	return r;
}

uint8_t *key_load(const char *name, const char *path, size_t size)
{
	struct path p = path_in(name);
	if (path)
		snprintf(p.text, sizeof p.text, "%s", path);
	int fd = open(p.text, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0) {
		complain("cannot open the key %s: %s%s", p.text, strerror(errno),
			 errno == ENOENT ? " (is --dir right? 'redoubt init' makes it)" : "");
		return NULL;
	}
	uint8_t *key = secret_alloc(size);
	int r = key ? secret_read(fd, key, size) : -ENOMEM;
	close(fd);
	if (!r)
		return key;
	if (r > 0)
		complain("the key %s does not have the %zu bytes that it must have", p.text, size);
	else
		complain("cannot read the key %s: %s", p.text, strerror(-r));
	secret_free(key);
	return NULL;
}

uint8_t *file_load(const char *name, size_t max, size_t *ret_size)
{
	struct path p = path_in(name);
	struct stat st;
	int fd = open(p.text, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st)) {
		complain("cannot open %s: %s%s", p.text, strerror(errno),
			 errno == ENOENT ? " (is --dir right? 'redoubt init' makes it)" : "");
		if (fd >= 0)
			close(fd);
		return NULL;
	}
	uint8_t *data = NULL;
	size_t have = 0;
	if (st.st_size < 0 || (uint64_t)st.st_size > max)
		complain("%s has %lld bytes, at most %zu are allowed", p.text, (long long)st.st_size, max);
	else if (!(data = malloc((size_t)st.st_size + 1)))
		complain("out of memory for %s", p.text);
	for (ssize_t n = 1; data && n > 0 && have < (size_t)st.st_size; have += n > 0 ? (size_t)n : 0)
		n = read(fd, data + have, (size_t)st.st_size - have);
	close(fd);
	if (data && have != (size_t)st.st_size) {
		complain("cannot read %s: it is shorter than it was", p.text);
		free(data);
		return NULL;
	}
	if (data)
		*ret_size = have;
	return data;
}

int genesis_load(struct genesis *ret, uint8_t ret_id[32])
{
	size_t size = 0;
	uint8_t *founding = file_load("founding", FOUNDING_SIZE_MAX, &size);
	if (!founding)
		return -1;
	int r = founding_genesis(founding, size, ret, ret_id);
	free(founding);
	if (r)
		complain("%s does not start with a genesis that its own operator signed: restore it from a backup",
			 path_in("founding").text);
	return r ? -1 : 0;
}
