// SPDX-License-Identifier: Apache-2.0
// The root, and what was read once.
#include "host/host_internal.h"

#include "base/clock.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

static uint64_t now_of(struct host *h)
{
	if (!h->live) {
		const struct host_file *f = host_file(h, "/facts/now");
		if (!f->error)
			return strtoull(f->text, NULL, 10);
	}
	return clock_realtime_us() / 1000000;
}

int host_open(const char *root, struct host **ret)
{
	struct host *h = calloc(1, sizeof *h);
	if (!h)
		return -ENOMEM;
	struct stat here, top;
	h->root = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (h->root < 0 || fstat(h->root, &here) || stat("/", &top)) {
		int r = -errno;
		host_close(h);
		return r;
	}
	h->root_name = host_copy(h, root, strlen(root));
	h->live = here.st_dev == top.st_dev && here.st_ino == top.st_ino;
	h->now = now_of(h);
	*ret = h;
	return 0;
}

void host_close(struct host *h)
{
	if (!h)
		return;
	for (struct host_kept *k = h->kept; k; k = k->next)
		k->release(k->what);
	host_blocks_free(h);
	if (h->root >= 0)
		close(h->root);
	free(h);
}

void host_keep(struct host *h, void *what, void (*release)(void *what))
{
	struct host_kept *k = host_alloc(h, sizeof *k);
	*k = (struct host_kept){ h->kept, what, release };
	h->kept = k;
}

bool host_is_live(const struct host *h)
{
	return h->live;
}

const char *host_root(const struct host *h)
{
	return h->root_name;
}

uint64_t host_now(const struct host *h)
{
	return h->now;
}

unsigned host_programs_started(const struct host *h)
{
	return h->programs;
}

struct host_known *host_known(struct host *h, const char *path)
{
	uint32_t hash = 5381;
	for (const char *at = path; *at; at++)
		hash = hash * 33 + (unsigned char)*at;
	struct host_known **slot = &h->known[hash % HOST_KNOWN_SLOTS];
	for (struct host_known *k = *slot; k; k = k->next)
		if (!strcmp(k->path, path))
			return k;
	struct host_known *k = host_alloc(h, sizeof *k);
	k->path = host_copy(h, path, strlen(path));
	k->next = *slot;
	*slot = k;
	return k;
}
