// SPDX-License-Identifier: Apache-2.0
#include "push.h"

#include "files.h"

#include "base/text.h"

#include <inttypes.h>
#include <stdlib.h>
#include <dirent.h>
#include <sys/stat.h>
#include <unistd.h>

static int manifest_load(const struct backup_place *p, const char *folder, uint64_t number, char **ret_text, size_t *ret_size,
			 struct backup_manifest *ret, char error[256])
{
	char path[PATH_MAX];
	size_t line = 0;
	ASSERT(manifest_path(path, folder, number));
	int r = whole_file_read(path, BACKUP_MANIFEST_SIZE_MAX, ret_text, ret_size);
	if (r) {
		snprintf(error, 256, "manifest %" PRIu64 ": %s", number, strerror(-r));
		return r;
	}
	size_t room = *ret_size / 64 + 1; // an item's line is longer than that
	struct backup_manifest_item *items = calloc(room, sizeof *items);
	enum backup_manifest_refusal refusal =
		items ? backup_manifest_read(*ret_text, *ret_size, p->signing_public, items, room, ret, &line) : BACKUP_MANIFEST_ITEMS;
	if (!refusal)
		return 0;
	snprintf(error, 256, "manifest %" PRIu64 ", line %zu: %s", number, line, backup_manifest_refusal_text(refusal));
	free(items);
	free(*ret_text);
	*ret_text = NULL;
	return 1;
}

// One object, unless it is there. A file of its size under its name was written whole: its name came last.
static int object_push(const struct backup_place *p, const char *destination, const struct backup_manifest_item *item, char error[256])
{
	char from[PATH_MAX], to[PATH_MAX];
	struct stat st;
	if (!object_path(from, p->spool, item->sum.sealed_digest) || !object_path(to, destination, item->sum.sealed_digest))
		return -ENAMETOOLONG;
	if (stat(to, &st) == 0 && (uint64_t)st.st_size == item->sum.sealed_size)
		return 0;
	int r = object_copy(from, to, item->sum.sealed_digest);
	// A segment that an earlier backup shipped has left the spool: another destination has it.
	for (size_t i = 0; i < p->destination_count && r == -ENOENT && access(from, F_OK); i++)
		if (strcmp(p->destinations[i], destination) && object_path(from, p->destinations[i], item->sum.sealed_digest) &&
		    !access(from, F_OK))
			r = object_copy(from, to, item->sum.sealed_digest);
	if (r == -ENOENT)
		snprintf(error, 256, "%s is neither there, nor in the spool, nor at another destination", item->name);
	else if (r)
		snprintf(error, 256, "%s: %s", item->name, r > 0 ? "its bytes were altered where they lay" : strerror(-r));
	return r;
}

static int manifest_push(const struct backup_place *p, const char *destination, uint64_t number, char error[256])
{
	char *text, to[PATH_MAX];
	size_t size;
	struct backup_manifest m;
	int r = manifest_load(p, p->spool, number, &text, &size, &m, error);
	if (r)
		return r;
	for (size_t i = 0; i < m.item_count && !r; i++)
		r = object_push(p, destination, &m.items[i], error);
	if (!r) {
		ASSERT(manifest_path(to, destination, number));
		r = whole_file_write(to, 0400, text, size);
		if (r)
			snprintf(error, 256, "manifest %" PRIu64 ": %s", number, strerror(-r));
	}
	free(m.items);
	free(text);
	return r;
}

// The first full manifest in the spool: where a new destination can begin.
static uint64_t first_full(const struct backup_place *p, uint64_t first, uint64_t last)
{
	for (uint64_t n = first; n && n <= last; n++) {
		char *text, error[256];
		size_t size;
		struct backup_manifest m;
		if (manifest_load(p, p->spool, n, &text, &size, &m, error))
			return 0;
		bool full = m.kind == BACKUP_MANIFEST_FULL;
		free(m.items);
		free(text);
		if (full)
			return n;
	}
	return 0;
}

// What a destination calls its newest manifest is one of ours, and whole.
static bool newest_holds(const struct backup_place *p, const char *destination, uint64_t number, char error[256])
{
	char *text;
	size_t size;
	struct backup_manifest m;
	if (manifest_load(p, destination, number, &text, &size, &m, error))
		return false;
	free(m.items);
	free(text);
	return true;
}

static void push_one(const struct backup_place *p, size_t i, uint64_t spool_first, uint64_t spool_last, uint64_t number,
		     struct push_state *ret)
{
	uint64_t first, last;
	char *error = ret->error[i];
	const char *destination = p->destinations[i];
	struct stat st;
	if (stat(destination, &st)) { // an unmounted disk must not become a folder on this one
		snprintf(error, 256, "%s", strerror(errno));
		return;
	}
	int r = manifests_list(destination, &first, &last);
	if (r) {
		snprintf(error, 256, "%s", strerror(-r));
		return;
	}
	if (last > number) {
		snprintf(error, 256, "it has manifest %" PRIu64 ", ours end at %" PRIu64 ": another exchange's, or this one was set back",
			 last, number);
		return;
	}
	if (last && !newest_holds(p, destination, last, error))
		return;
	uint64_t next = last + 1;
	ret->number[i] = last;
	if (!last || next < spool_first)
		next = first_full(p, spool_first, spool_last);
	if (!next && spool_last > last) {
		snprintf(error, 256, "it has manifest %" PRIu64 " and the spool begins at %" PRIu64 ": a full backup is needed",
			 last, spool_first);
		return;
	}
	for (; next && next <= spool_last; next++) {
		if (manifest_push(p, destination, next, error))
			return;
		ret->number[i] = next;
	}
}

// ---- the spool ----

static void spool_drop(const struct backup_place *p, uint64_t number)
{
	char *text, error[256], path[PATH_MAX];
	size_t size;
	struct backup_manifest m;
	if (manifest_load(p, p->spool, number, &text, &size, &m, error))
		return;
	for (size_t i = 0; i < m.item_count; i++)
		if (object_path(path, p->spool, m.items[i].sum.sealed_digest))
			unlink(path);
	if (manifest_path(path, p->spool, number))
		unlink(path);
	free(m.items);
	free(text);
}

typedef void (*object_visit)(void *context, const char *path, const char *name, uint64_t size);

static void objects_visit(const char *folder, object_visit visit, void *context)
{
	char path[PATH_MAX], file[PATH_MAX];
	DIR *outer = path_join(path, folder, "objects") ? opendir(path) : NULL;
	for (struct dirent *e; outer && (e = readdir(outer));) {
		char inner_path[PATH_MAX];
		DIR *inner = strlen(e->d_name) == 2 && e->d_name[0] != '.' && path_join(inner_path, path, e->d_name) ?
				     opendir(inner_path) : NULL;
		for (struct dirent *f; inner && (f = readdir(inner));) {
			struct stat st;
			if (f->d_name[0] != '.' && path_join(file, inner_path, f->d_name) && !stat(file, &st))
				visit(context, file, f->d_name, (uint64_t)st.st_size);
		}
		if (inner)
			closedir(inner);
	}
	if (outer)
		closedir(outer);
}

static void add_size(void *context, const char *path, const char *name, uint64_t size)
{
	*(uint64_t *)context += size;
}

void push_all(const struct backup_place *p, uint64_t number, struct push_state *ret)
{
	uint64_t first = 0, last = 0, lowest = UINT64_MAX;
	*ret = (struct push_state){ 0 };
	int r = manifests_list(p->spool, &first, &last);
	for (size_t i = 0; i < p->destination_count; i++) {
		if (r)
			snprintf(ret->error[i], 256, "the spool: %s", strerror(-r));
		else
			push_one(p, i, first, last, number, ret);
		if (ret->number[i] < lowest)
			lowest = ret->number[i];
	}
	for (uint64_t n = first; n && n <= lowest && n <= last; n++)
		spool_drop(p, n);
	objects_visit(p->spool, add_size, &ret->spool_bytes);
}

// ---- retention ----

struct named {
	char (*hex)[2 * SHA256_SIZE + 1];
	size_t count, room;
	bool failed;
	uint64_t removed;
};

static int hex_order(const void *a, const void *b)
{
	return strcmp(a, b);
}

static void names_add(struct named *n, const struct backup_manifest *m)
{
	if (n->count + m->item_count > n->room) {
		size_t room = 2 * (n->count + m->item_count);
		void *hex = realloc(n->hex, room * sizeof *n->hex);
		if (!hex) {
			n->failed = true;
			return;
		}
		n->hex = hex;
		n->room = room;
	}
	for (size_t i = 0; i < m->item_count; i++)
		hex_encode(m->items[i].sum.sealed_digest, SHA256_SIZE, n->hex[n->count++]);
}

static void remove_unnamed(void *context, const char *path, const char *name, uint64_t size)
{
	struct named *n = context;
	if (!bsearch(name, n->hex, n->count, sizeof *n->hex, hex_order) && unlink(path) == 0)
		n->removed++;
}

// Collects what the manifests from the keep-th newest full one on name; *ret_from is that one's number, 0 = keep all.
static int names_collect(const struct backup_place *p, const char *destination, unsigned keep, struct named *n,
			 uint64_t *ret_first, uint64_t *ret_from)
{
	uint64_t last;
	int r = manifests_list(destination, ret_first, &last);
	for (uint64_t number = last; !r && number && number >= *ret_first && keep; number--) {
		char *text, error[256];
		size_t size;
		struct backup_manifest m;
		if (manifest_load(p, destination, number, &text, &size, &m, error)) {
			complain("%s: %s; nothing is removed", destination, error);
			return EXIT_DAMAGED;
		}
		names_add(n, &m);
		keep -= m.kind == BACKUP_MANIFEST_FULL;
		*ret_from = number;
		free(m.items);
		free(text);
	}
	if (r || n->failed)
		complain("%s: %s; nothing is removed", destination, r ? strerror(-r) : "out of memory");
	if (keep)
		*ret_from = 0; // there are fewer full ones than are to be kept
	return r || n->failed ? EXIT_FAILED : EXIT_DONE;
}

int push_prune(const struct backup_place *p, size_t destination, unsigned keep, uint64_t *ret_removed)
{
	struct named n = { 0 };
	uint64_t first = 0, from = 0;
	const char *folder = p->destinations[destination];
	int r = names_collect(p, folder, keep, &n, &first, &from);
	if (!r && from) {
		char path[PATH_MAX];
		qsort(n.hex, n.count, sizeof *n.hex, hex_order);
		for (uint64_t number = first; number < from; number++)
			if (manifest_path(path, folder, number) && unlink(path) && errno != ENOENT) {
				complain("cannot remove %s: %s", path, strerror(errno));
				r = EXIT_FAILED;
				break;
			}
		if (!r)
			objects_visit(folder, remove_unnamed, &n);
	}
	free(n.hex);
	*ret_removed = n.removed;
	return r;
}
