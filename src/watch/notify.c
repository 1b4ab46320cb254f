// SPDX-License-Identifier: Apache-2.0
// inotify over the directories of the scope. It makes an alarm prompt; the full pass makes it certain.
#include "watch/watch.h"

#include "base/text.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/inotify.h>
#include <unistd.h>

#define EVENTS                                                                                                         \
	(IN_CLOSE_WRITE | IN_MODIFY | IN_ATTRIB | IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_DELETE_SELF | \
	 IN_MOVE_SELF | IN_ONLYDIR | IN_EXCL_UNLINK)
#define CHANGED_MAX 65536

struct notify {
	int fd;
	size_t room;
	char **directory; // by watch descriptor
	size_t missed;
	size_t scopes;
	char *scope[BASELINE_SCOPE_MAX]; // decoded: a folder may be watched for one file in it alone
};

static int directory_add(struct notify *n, struct host *h, const char *path)
{
	char self[64];
	int place = host_openat(h, path, O_PATH | O_DIRECTORY | O_NOFOLLOW);
	if (place < 0)
		return 0; // gone meanwhile
	snprintf(self, sizeof self, "/proc/self/fd/%d", place);
	int wd = inotify_add_watch(n->fd, self, EVENTS);
	close(place);
	if (wd < 0) {
		n->missed++;
		return errno == ENOSPC ? 1 : 0;
	}
	if ((size_t)wd >= n->room) {
		size_t room = (size_t)wd + 1 > 2 * n->room ? (size_t)wd + 1 : 2 * n->room;
		char **grown = realloc(n->directory, room * sizeof *grown);
		if (!grown)
			return -ENOMEM;
		memset(grown + n->room, 0, (room - n->room) * sizeof *grown);
		n->directory = grown;
		n->room = room;
	}
	free(n->directory[wd]);
	n->directory[wd] = strdup(path);
	return n->directory[wd] ? 0 : -ENOMEM;
}

struct adding { struct notify *notify; struct host *host; };

static int entry_visit(void *context, const struct walk_entry *e)
{
	struct adding *a = context;
	int r = S_ISDIR(e->status->st_mode) ? directory_add(a->notify, a->host, e->path) : 0;
	return r < 0 ? r : 0;
}

static int tree_add(struct notify *n, struct host *h, const char *path)
{
	uint64_t budget = UINT64_MAX;
	struct stat s;
	if (host_lstat(h, path, &s))
		return 0;
	if (!S_ISDIR(s.st_mode))
		return 0;
	int r = directory_add(n, h, path);
	if (r >= 0)
		r = host_walk(h, path, &budget, entry_visit, &(struct adding){ n, h });
	return r < 0 && r != -ENOENT ? r : 0;
}

// What holds the thing: it tells when a file, a link or what is not there yet comes, changes or goes.
static int parent_add(struct notify *n, struct host *h, const char *path)
{
	char parent[BASELINE_TEXT_MAX];
	const char *slash = strrchr(path, '/');
	if (!slash || slash == path)
		return 0;
	memcpy(parent, path, (size_t)(slash - path));
	parent[slash - path] = 0;
	int r = directory_add(n, h, parent);
	return r < 0 ? r : 0;
}

static bool in_scope(const struct notify *n, const char *path)
{
	for (size_t i = 0; i < n->scopes; i++)
		if (path_beneath(path, n->scope[i]))
			return true;
	return false;
}

static int scope_add(struct notify *n, struct host *h, const char *encoded)
{
	char path[BASELINE_TEXT_MAX];
	if (!baseline_decode(encoded, path) || !(n->scope[n->scopes] = strdup(path)))
		return -EINVAL;
	n->scopes++;
	int r = parent_add(n, h, path);
	return r ? r : tree_add(n, h, path);
}

int notify_open(struct host *h, const struct baseline *scope, struct notify **ret, size_t *ret_missed)
{
	struct notify *n = calloc(1, sizeof *n);
	if (!n)
		return -ENOMEM;
	n->fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	int r = n->fd < 0 ? -errno : 0;
	for (size_t i = 0; !r && i < scope->scope_count; i++)
		r = scope_add(n, h, scope->scope[i]);
	if (r) {
		notify_close(n);
		return r;
	}
	*ret_missed = n->missed;
	*ret = n;
	return 0;
}

void notify_close(struct notify *n)
{
	if (!n)
		return;
	if (n->fd >= 0)
		close(n->fd);
	for (size_t i = 0; i < n->room; i++)
		free(n->directory[i]);
	for (size_t i = 0; i < n->scopes; i++)
		free(n->scope[i]);
	free(n->directory);
	free(n);
}

int notify_descriptor(const struct notify *n)
{
	return n->fd;
}

// --- what changed ------------------------------------------------------------------------------------------------

#define WRITTEN (IN_CLOSE_WRITE | IN_MODIFY | IN_ATTRIB | IN_CREATE | IN_MOVED_TO)

struct change { char *path; bool written; };
struct changed { size_t count, room; struct change *at; bool overflow; };

static void changed_add(struct changed *c, const char *path, bool written)
{
	if (c->count == CHANGED_MAX) {
		c->overflow = true;
		return;
	}
	if (c->count == c->room) {
		c->room = c->room ? 2 * c->room : 64;
		c->at = realloc(c->at, c->room * sizeof *c->at);
		ASSERT(c->at);
	}
	c->at[c->count] = (struct change){ strdup(path), written };
	ASSERT(c->at[c->count].path);
	c->count++;
}

// A folder came in which something of the scope may be: it is watched from now on, and a full pass looks at what is there.
static void parents_renew(struct notify *n, struct host *h, struct changed *c, const char *path)
{
	for (size_t i = 0; i < n->scopes; i++) {
		if (!path_beneath(n->scope[i], path))
			continue;
		c->overflow = true;
		if (parent_add(n, h, n->scope[i]) || tree_add(n, h, n->scope[i]))
			c->overflow = true;
	}
}

static void event_take(struct notify *n, struct host *h, struct changed *c, const struct inotify_event *e)
{
	char path[PATH_MAX];
	if (e->mask & IN_Q_OVERFLOW)
		c->overflow = true;
	const char *directory = e->wd >= 0 && (size_t)e->wd < n->room ? n->directory[e->wd] : NULL;
	if (!directory)
		return;
	if (e->mask & IN_IGNORED) {
		free(n->directory[e->wd]);
		n->directory[e->wd] = NULL;
		return;
	}
	bool named = e->len && *e->name;
	if (snprintf(path, sizeof path, "%s%s%s", directory, named ? "/" : "", named ? e->name : "") >= (int)sizeof path) {
		c->overflow = true;
	} else if (!in_scope(n, path)) {
		parents_renew(n, h, c, path); // otherwise a neighbour of a single file
		return;
	} else {
		changed_add(c, path, e->mask & WRITTEN);
	}
	// files may have been put into a new directory before it was watched
	if ((e->mask & IN_ISDIR) && (e->mask & (IN_CREATE | IN_MOVED_TO))) {
		if (tree_add(n, h, path))
			c->overflow = true;
		struct host_names names = *host_names(h, path);
		for (size_t i = 0; i < names.count; i++)
			changed_add(c, host_print(h, "%s/%s", path, names.name[i]), true);
	}
}

static int by_name(const void *a, const void *b)
{
	const struct change *x = a, *y = b;
	return strcmp(x->path, y->path);
}

void notify_drain(struct notify *n, struct host *h, bool *overflow, notify_visit *visit, void *context)
{
	alignas(struct inotify_event) char buffer[65536];
	struct changed c = { 0 };
	for (ssize_t size; (size = read(n->fd, buffer, sizeof buffer)) > 0;) {
		for (char *at = buffer; at < buffer + size;) {
			const struct inotify_event *e = (const void *)at;
			event_take(n, h, &c, e);
			at += sizeof *e + e->len;
		}
	}
	if (c.count)
		qsort(c.at, c.count, sizeof *c.at, by_name);
	for (size_t i = 0, next; i < c.count; i = next) {
		bool written = false;
		for (next = i; next < c.count && !by_name(&c.at[i], &c.at[next]); next++)
			written |= c.at[next].written;
		visit(context, c.at[i].path, written);
	}
	for (size_t i = 0; i < c.count; i++)
		free(c.at[i].path);
	free(c.at);
	*overflow = c.overflow;
}
