// SPDX-License-Identifier: Apache-2.0
// nginx's configuration: whatever the text is, it is read or refused, and every directive lies in a block that was opened
// before it. Nothing but the text is read: there is no such folder to include from.
#include "settings/nginx.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

// A root that holds nothing, and that nobody can put anything into: it is gone from the disk.
static const char *empty_root(void)
{
	static char path[64];
	char folder[] = "/tmp/redoubt-nginx-XXXXXX";
	if (*path)
		return path;
	ASSERT(mkdtemp(folder));
	int fd = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
	ASSERT(fd >= 0 && rmdir(folder) == 0);
	snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	return path;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct host *h;
	ASSERT(host_open(empty_root(), &h) == 0);
	char *exact = malloc(size ? size : 1); // so that the sanitizer sees one byte too many
	ASSERT(exact);
	if (size)
		memcpy(exact, data, size);
	const struct nginx *n = nginx_read_text(h, "/no-such-folder/fuzz.conf", exact, size);
	free(exact);
	ASSERT(n->count <= NGINX_DIRECTIVES_MAX && n->troubles <= NGINX_TROUBLES_MAX);
	for (size_t i = 0; i < n->count; i++) {
		const struct nginx_directive *d = n->directive[i];
		ASSERT(d->count && d->line && (!d->in || d->in->block) && d->first == i + 1 && d->end > i && d->end <= n->count);
		for (size_t k = 0; k < d->count; k++)
			ASSERT(strlen(d->word[k]) < 4096);
		(void)nginx_effective(n, d->in, d->word[0]);
	}
	host_close(h);
	return 0;
}
