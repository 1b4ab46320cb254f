// SPDX-License-Identifier: Apache-2.0
// A walk over the whole file system that never ends: a piece at each look, so that a new setuid file anywhere is found in
// minutes, and the machine does not feel it. Places where those write who are not root are looked through at every look.
#include "watch/watch.h"

#include <stdlib.h>

struct rolling {
	size_t count, room;
	char **directory; // that are still to be looked into
	struct baseline *to;
};

struct rolling *rolling_new(void)
{
	return calloc(1, sizeof(struct rolling));
}

void rolling_free(struct rolling *r)
{
	for (size_t i = 0; r && i < r->count; i++)
		free(r->directory[i]);
	if (r)
		free(r->directory);
	free(r);
}

static int directory_push(struct rolling *r, const char *path)
{
	static const char *const NOT[] = { "/proc", "/sys", "/run" };
	for (size_t i = 0; i < ARRAY_LEN(NOT); i++)
		if (!strcmp(path, NOT[i]))
			return 0;
	if (r->count == r->room) {
		size_t room = r->room ? 2 * r->room : 256;
		char **grown = realloc(r->directory, room * sizeof *grown);
		if (!grown)
			return -ENOMEM;
		r->directory = grown;
		r->room = room;
	}
	r->directory[r->count] = strdup(path);
	return r->directory[r->count] ? (r->count++, 0) : -ENOMEM;
}

static int entry_visit(void *context, const struct walk_entry *e)
{
	struct rolling *r = context;
	mode_t mode = e->status->st_mode;
	if (S_ISDIR(mode)) {
		int failed = directory_push(r, e->path);
		return failed ? failed : 1; // entered at its own turn
	}
	return S_ISREG(mode) && (mode & (S_ISUID | S_ISGID)) ? watch_setuid_add(r->to, e->path, e->status) : 0;
}

static int scratch_visit(void *context, const struct walk_entry *e)
{
	struct rolling *r = context;
	return S_ISREG(e->status->st_mode) && (e->status->st_mode & (S_ISUID | S_ISGID)) ? watch_setuid_add(r->to, e->path, e->status) : 0;
}

// Whole, as far as the entries last: what lies beyond them is found by the round.
static int scratch_look(struct rolling *r, const struct host *h)
{
	static const char *const SCRATCH[] = { "/tmp", "/dev/shm", "/var/tmp", "/home" };
	uint64_t left = WATCH_SCRATCH_ENTRIES;
	for (size_t i = 0; i < ARRAY_LEN(SCRATCH) && left; i++)
		if (host_walk(h, SCRATCH[i], &left, scratch_visit, r) == -ENOMEM)
			return -ENOMEM;
	return 0;
}

int watch_roll(struct rolling *r, struct watch_against *a, uint64_t entries)
{
	struct baseline now = { 0 };
	int failed = r->count ? 0 : directory_push(r, "/");
	r->to = &now;
	if (!failed)
		failed = scratch_look(r, a->host);
	for (uint64_t used = 0; !failed && r->count && used < entries;) {
		uint64_t left = UINT64_MAX; // a directory is looked through whole
		char *path = r->directory[--r->count];
		failed = host_walk(a->host, path, &left, entry_visit, r);
		used += UINT64_MAX - left + 1;
		free(path);
		failed = failed == -ENOMEM ? failed : 0; // what is gone meanwhile or cannot be read is the full pass's to say
	}
	watch_compare_found(a, &now);
	baseline_free(&now);
	return failed;
}
