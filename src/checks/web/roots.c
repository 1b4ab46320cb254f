// SPDX-License-Identifier: Apache-2.0
// The folders that are served: those the manifest names and those nginx is told. A web server follows links, so the walk
// does; every folder is entered once, known by device and inode, which also ends circles.
#include "checks/web/web.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <unistd.h>

#define FOLDERS_SLOTS 65536u // a power of two; three quarters may be used
#define QUEUE_MAX 2048
#define NGINX_DEFAULT_ROOT "/usr/share/nginx/html"
#define NGINX_PREFIX "/usr/share/nginx" // of Debian's build: what root and alias are relative to

struct folder_id { dev_t device; ino_t inode; bool used; };

struct roots {
	struct web_walk w;
	web_visit *visit;
	size_t queued, folders;
	const char *queue[QUEUE_MAX];
	struct folder_id *folder;
};

const char *web_real_path(struct host *h, const char *path)
{
	char link[64], root[PATH_MAX], real[PATH_MAX];
	int here = host_openat(h, "/", O_PATH), there = host_openat(h, path, O_PATH);
	snprintf(link, sizeof link, "/proc/self/fd/%d", here);
	ssize_t root_size = here < 0 ? -1 : readlink(link, root, sizeof root);
	snprintf(link, sizeof link, "/proc/self/fd/%d", there);
	ssize_t size = there < 0 ? -1 : readlink(link, real, sizeof real);
	if (here >= 0)
		close(here);
	if (there >= 0)
		close(there);
	if (root_size == 1)
		root_size = 0; // "/" itself
	if (size < 0 || root_size < 0 || size < root_size || memcmp(real, root, (size_t)root_size))
		return path;
	const char *beneath = host_copy(h, real + root_size, (size_t)(size - root_size));
	return *beneath ? beneath : "/";
}

// True when it was not there yet.
static bool folder_note(struct roots *r, const struct stat *s)
{
	size_t slot = (size_t)(s->st_ino * 0x9e3779b97f4a7c15u ^ s->st_dev) % FOLDERS_SLOTS;
	for (; r->folder[slot].used; slot = (slot + 1) % FOLDERS_SLOTS)
		if (r->folder[slot].device == s->st_dev && r->folder[slot].inode == s->st_ino)
			return false;
	if (r->folders < FOLDERS_SLOTS / 4 * 3) {
		r->folder[slot] = (struct folder_id){ s->st_dev, s->st_ino, true };
		r->folders++;
	}
	return true;
}

static void root_queue(struct roots *r, const char *path)
{
	for (size_t i = 0; i < r->queued; i++)
		if (!strcmp(r->queue[i], path))
			return;
	if (r->queued == QUEUE_MAX)
		found_unknown(r->w.e, "there are more than %d folders and links to folders; %s was not entered", QUEUE_MAX, path);
	else
		r->queue[r->queued++] = host_copy(r->w.e->host, path, strlen(path));
}

static int entry_visit(void *context, const struct walk_entry *entry)
{
	struct roots *r = context;
	struct stat target;
	r->w.count++;
	int stop = r->visit(&r->w, entry);
	if (stop)
		return stop;
	if (S_ISLNK(entry->status->st_mode) && !host_stat(r->w.e->host, entry->path, &target) && S_ISDIR(target.st_mode))
		root_queue(r, entry->path);
	return S_ISDIR(entry->status->st_mode) && !folder_note(r, entry->status);
}

static bool kernel_place(const char *path)
{
	return path_beneath(path, "/proc") || path_beneath(path, "/sys") || path_beneath(path, "/dev") || path_beneath(path, "/run");
}

static void root_walk(struct roots *r, const char *path)
{
	struct examination *e = r->w.e;
	const char *real = web_real_path(e->host, path);
	struct stat s;
	if (host_stat(e->host, path, &s)) {
		found_unknown(e, "the web root %s is not there", path);
		return;
	}
	if (!strcmp(real, "/") || kernel_place(real)) {
		found_fail(e, host_print(e->host, "serve a folder of its own, not %s", real), "what is served reaches %s, by %s", real, path);
		return;
	}
	if (S_ISDIR(s.st_mode) && !folder_note(r, &s))
		return;
	r->w.root = path;
	r->w.count = 0;
	look_walk(e, path, entry_visit, r);
	found_read(e, "%zu entries of %s", r->w.count, path);
}

const char *web_folder(struct examination *e, const struct nginx_directive *d, bool *ret_whole)
{
	if ((!web_named(d, "root") && !web_named(d, "alias")) || d->count != 2)
		return NULL;
	const char *path = d->word[1], *variable = strchr(path, '$');
	*ret_whole = !variable;
	size_t size = variable ? (size_t)(variable - path) : strlen(path);
	while (variable && size && path[size - 1] != '/')
		size--;
	while (size > 1 && path[size - 1] == '/')
		size--;
	const char *folder = host_copy(e->host, path, size);
	if (*folder == '/')
		return folder;
	return variable && !*folder ? "" : host_print(e->host, NGINX_PREFIX "%s%s", *folder ? "/" : "", folder);
}

// nginx's folders into the queue; it serves its default folder where nobody says another.
static void nginx_queue(struct roots *r)
{
	struct examination *e = r->w.e;
	const struct nginx *all[WEB_NGINX_MAX];
	size_t count = web_nginx(e, all);
	struct stat s;
	for (size_t i = 0; i < count; i++) {
		for (size_t k = 0; k < all[i]->count; k++) {
			const struct nginx_directive *d = all[i]->directive[k];
			bool whole, http = web_answers(d->in) || (d->in && !d->in->in && web_named(d->in, "http"));
			const char *folder = http ? web_folder(e, d, &whole) : NULL;
			if (folder && !whole)
				found_unknown(e, "%s: what '%s %s' serves depends on a request", nginx_place(e->host, d), d->word[0], d->word[1]);
			else if (folder)
				root_queue(r, folder);
			if (d->block && web_named(d, "server") && web_answers(d) && !nginx_effective(all[i], d, "root") &&
			    !host_stat(e->host, NGINX_DEFAULT_ROOT, &s))
				root_queue(r, NGINX_DEFAULT_ROOT);
		}
	}
}

void web_roots_walk(struct examination *e, web_visit *visit, void *more)
{
	const struct manifest *m = found_manifest(e);
	struct roots *r = host_alloc(e->host, sizeof *r);
	*r = (struct roots){ .w = { .e = e, .more = more }, .visit = visit };
	r->folder = host_alloc(e->host, FOLDERS_SLOTS * sizeof *r->folder);
	for (size_t i = 0; m && i < m->web_root.count; i++)
		root_queue(r, m->web_root.name[i]);
	nginx_queue(r);
	for (size_t i = 0; i < r->queued; i++) // links lengthen it
		root_walk(r, r->queue[i]);
	if (m && !r->queued)
		found_not_applicable(e, "neither the manifest nor nginx names a web root");
}
