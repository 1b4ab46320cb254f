// SPDX-License-Identifier: Apache-2.0
#include "prune.h"

#include "stored.h"

#include "base/text.h"

#include <dirent.h>
#include <inttypes.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

void objects_visit(const char *folder, object_visit visit, void *context)
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
static int names_collect(const struct backup_place *p, const char *destination, const struct numbers *numbers, unsigned keep,
			 struct named *n, uint64_t *ret_from)
{
	for (size_t i = numbers->count; i-- > 0 && keep;) {
		struct stored s;
		char error[256];
		if (stored_load(destination, numbers->number[i], p->signing_public, p->exchange, &s, error)) {
			complain("%s: %s; nothing is removed", destination, error);
			return EXIT_DAMAGED;
		}
		names_add(n, &s.manifest);
		keep -= s.manifest.kind == BACKUP_MANIFEST_FULL;
		*ret_from = numbers->number[i];
		stored_free(&s);
	}
	if (n->failed)
		complain("%s: out of memory; nothing is removed", destination);
	if (keep)
		*ret_from = 0; // there are fewer full ones than are to be kept
	return n->failed ? EXIT_FAILED : EXIT_DONE;
}

static int old_remove(const char *folder, const struct numbers *numbers, uint64_t from)
{
	char path[PATH_MAX];
	for (size_t i = 0; i < numbers->count && numbers->number[i] < from; i++)
		if (manifest_path(path, folder, numbers->number[i]) && unlink(path) && errno != ENOENT) {
			complain("cannot remove %s: %s", path, strerror(errno));
			return EXIT_FAILED;
		}
	return EXIT_DONE;
}

// Heads of manifests that are gone say nothing any more.
static void heads_remove(const char *folder, uint64_t from)
{
	char path[PATH_MAX], file[PATH_MAX], limit[32];
	snprintf(limit, sizeof limit, "%020" PRIu64, from);
	DIR *dir = path_join(path, folder, "heads") ? opendir(path) : NULL;
	for (struct dirent *e; dir && (e = readdir(dir));)
		if (e->d_name[0] != '.' && strcmp(e->d_name, limit) < 0 && path_join(file, path, e->d_name))
			unlink(file);
	if (dir)
		closedir(dir);
}

int push_prune(const struct backup_place *p, size_t destination, unsigned keep, uint64_t *ret_removed)
{
	struct named n = { 0 };
	struct numbers numbers;
	uint64_t from = 0;
	const char *folder = p->destinations[destination];
	int r = numbers_list(folder, &numbers);
	if (r) {
		complain("%s: %s; nothing is removed", folder, strerror(-r));
		return EXIT_FAILED;
	}
	r = names_collect(p, folder, &numbers, keep, &n, &from);
	if (!r && from) {
		qsort(n.hex, n.count, sizeof *n.hex, hex_order);
		r = old_remove(folder, &numbers, from);
		if (!r) {
			objects_visit(folder, remove_unnamed, &n);
			heads_remove(folder, from);
		}
	}
	numbers_free(&numbers);
	free(n.hex);
	*ret_removed = n.removed;
	return r;
}
