// SPDX-License-Identifier: Apache-2.0
// FIM-02: whether everything that runs as root by itself (places.c) is as the baseline has it: files by their content,
// and links, folders and nodes as well, for a unit is enabled by a link.
#include "checks/integrity/integrity.h"
#include "checks/look.h"
#include "host/places.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define FILES_MAX 32768
#define BYTES_MAX ((uint64_t)512 << 20) // of all together: more belongs to the watch's full pass

struct found {
	struct comparing *c;
	struct digest_job *jobs;
	size_t count, others;
	uint64_t bytes;
	bool cut;
};

// --- what is no file -----------------------------------------------------------------------------------------------

static void thing_judge(struct found *f, enum baseline_kind kind, const char *path, const char *value)
{
	struct comparing *c = f->c;
	const struct baseline_item *item = comparing_item(c, kind, path);
	f->others++;
	if (item && !strcmp(item->value, value))
		return;
	bool listed = c->dpkg && dpkg_listed_since(c->dpkg, path, c->baseline.time);
	if ((listed && kind != BASELINE_NODE && (kind != BASELINE_DIRECTORY || !item)) || comparing_generated(c, path))
		c->upgraded++;
	else if (item)
		found_fail(c->e, NULL, "%s %s is not what baseline %llu has: %s, was %s", baseline_kind_name[kind], path,
			   (unsigned long long)c->baseline.sequence, value, item->value);
	else
		found_fail(c->e, NULL, "%s %s (%s) is not in the baseline", baseline_kind_name[kind], path, value);
}

static const char *encoded(struct found *f, const char *text)
{
	struct baseline texts = { 0 };
	const char *e = baseline_text(&texts, text);
	e = e ? host_copy(f->c->e->host, e, strlen(e)) : "?";
	baseline_free(&texts);
	return e;
}

static void link_judge(struct found *f, const char *path)
{
	const char *target = host_link(f->c->e->host, path);
	if (target)
		thing_judge(f, BASELINE_LINK, path, encoded(f, target));
}

static void owner_judge(struct found *f, enum baseline_kind kind, const char *path, const struct stat *s)
{
	thing_judge(f, kind, path, host_print(f->c->e->host, "%04o.%u.%u", s->st_mode & 07777, (unsigned)s->st_uid, (unsigned)s->st_gid));
}

// --- walking -------------------------------------------------------------------------------------------------------

static int entry_visit(void *context, const struct walk_entry *w)
{
	struct found *f = context;
	mode_t mode = w->status->st_mode;
	if (path_beneath(w->path, BASELINE_KEY_PATH))
		return 0;
	const char *path = host_copy(f->c->e->host, w->path, strlen(w->path));
	if (S_ISLNK(mode)) {
		link_judge(f, path);
	} else if (!S_ISREG(mode)) {
		owner_judge(f, S_ISDIR(mode) ? BASELINE_DIRECTORY : BASELINE_NODE, path, w->status);
	} else if (f->count == FILES_MAX || f->bytes + (uint64_t)w->status->st_size > BYTES_MAX) {
		f->cut = true;
	} else {
		f->jobs[f->count++].path = path;
		f->bytes += (uint64_t)w->status->st_size;
	}
	return 0;
}

static bool in_scope(const struct baseline *b, const char *path)
{
	for (size_t i = 0; i < b->scope_count; i++) {
		char scope[BASELINE_TEXT_MAX];
		if (baseline_decode(b->scope[i], scope) && path_beneath(path, scope))
			return true;
	}
	return false;
}

// The first folder of a path that is a link, or NULL; what lies behind it has another name in the baseline.
static const char *link_in(struct host *h, const char *path)
{
	for (const char *slash = strchr(path + 1, '/');; slash = strchr(slash + 1, '/')) {
		const char *part = slash ? host_copy(h, path, (size_t)(slash - path)) : path;
		if (host_link(h, part))
			return part;
		if (!slash)
			return NULL;
	}
}

static const char *target_of(struct host *h, const char *link)
{
	const char *target = host_link(h, link);
	const char *name = host_basename(link);
	return *target == '/' ? target : host_print(h, "%.*s%s", (int)(name - link), link, target);
}

static void place_judge(struct found *f, const struct place *place)
{
	static const char *const MERGED[] = { "/bin", "/lib", "/lib32", "/lib64", "/sbin" }; // their content is told beneath /usr
	struct examination *e = f->c->e;
	struct stat s;
	const char *link = link_in(e->host, place->path);
	for (size_t i = 0; link && i < ARRAY_LEN(MERGED); i++)
		if (!strcmp(link, MERGED[i]))
			return;
	int r = host_lstat(e->host, link ? link : place->path, &s);
	if (r == -ENOENT || r == -ENOTDIR)
		return;
	if (!in_scope(&f->c->baseline, link ? link : place->path)) {
		found_fail(e, "redoubt host baseline make, with its usual scope or one that covers it", "the baseline's scope leaves %s out: %s",
			   place->path, place->why);
		return;
	}
	if (link) {
		link_judge(f, link);
		const char *target = target_of(e->host, link);
		bool nothing = !strcmp(target, "/dev/null") || host_stat(e->host, link, &s) == -ENOENT;
		if (!nothing && !in_scope(&f->c->baseline, target))
			found_fail(e, "redoubt host baseline make with a scope that covers it", "%s leads to %s, which the baseline's scope leaves out: %s",
				   link, target, place->why);
		return;
	}
	if (S_ISDIR(s.st_mode))
		owner_judge(f, BASELINE_DIRECTORY, place->path, &s);
	look_walk(e, place->path, entry_visit, f);
}

// --- the whole -----------------------------------------------------------------------------------------------------

static void files_judge(struct found *f)
{
	struct comparing *c = f->c;
	struct digest_cost unused;
	digest_all(c->e->host, f->jobs, f->count, 0, &unused);
	for (size_t i = 0; i < f->count; i++) {
		const struct digest_job *job = &f->jobs[i];
		if (job->error == -ENOENT)
			continue; // gone meanwhile
		if (job->error)
			found_unknown(c->e, "%s could not be read: %s", job->path, strerror(-job->error));
		else if (comparing_judge(c, job))
			continue;
		else if (comparing_explained(c, job->path) || comparing_generated(c, job->path))
			c->upgraded++;
		else
			found_fail(c->e, NULL, "%s is not in the baseline", job->path);
	}
}

static bool in_places(const struct place *all, size_t count, const char *path)
{
	for (size_t i = 0; i < count; i++)
		if (path_beneath(path, all[i].path))
			return true;
	return false;
}

// What the baseline has and the disk has not. A name behind a star is no place once it is gone: the table has it, too.
static bool was_place(const char *path)
{
	for (size_t i = 0; i < place_count; i++) {
		size_t size = strlen(places[i].path) - 1;
		if (places[i].path[size] == '*' && !strncmp(path, places[i].path, size))
			return true;
	}
	return false;
}

static void missing_judge(struct found *f, const struct place *all, size_t count)
{
	static const enum baseline_kind KINDS[] = { BASELINE_FILE, BASELINE_LINK };
	struct comparing *c = f->c;
	for (size_t i = 0; i < c->baseline.count; i++) {
		const struct baseline_item *item = &c->baseline.items[i];
		char path[BASELINE_TEXT_MAX];
		struct stat s;
		if ((item->kind != KINDS[0] && item->kind != KINDS[1]) || !baseline_decode(item->key, path))
			continue;
		if ((!in_places(all, count, path) && !was_place(path)) || host_lstat(c->e->host, path, &s) != -ENOENT)
			continue;
		if (!comparing_taken(c, item, path))
			found_fail(c->e, NULL, "%s of the baseline is gone", path);
	}
}

void fim_02(struct examination *e)
{
	struct comparing c;
	struct found f = { .c = &c };
	const struct place *all;
	comparing_begin(&c, e);
	if (!c.baseline.sequence) {
		found_unknown(e, "there is no baseline that holds (FIM-03)");
		comparing_end(&c, 0);
		return;
	}
	f.jobs = host_alloc(e->host, FILES_MAX * sizeof *f.jobs);
	size_t count = places_list(e->host, &all);
	for (size_t i = 0; i < count; i++)
		place_judge(&f, &all[i]);
	if (f.cut)
		found_unknown(e, "there are more than %d files or %llu MiB in places that run as root: the rest was not read", FILES_MAX,
			      (unsigned long long)(BYTES_MAX >> 20));
	files_judge(&f);
	missing_judge(&f, all, count);
	comparing_end(&c, f.count);
}
