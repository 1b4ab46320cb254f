// SPDX-License-Identifier: Apache-2.0
// Programs that run: what is in memory must be what the baseline has on disk.
#include "watch/watch.h"

#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>

#define CACHE_MAX 4096

struct cached {
	dev_t device;
	ino_t inode;
	off_t size;
	struct timespec changed;
	uint8_t sha256[SHA256_SIZE];
};

struct running_cache {
	size_t count;
	struct cached entry[CACHE_MAX];
};

struct running_cache *running_cache_new(void)
{
	return calloc(1, sizeof(struct running_cache));
}

void running_cache_free(struct running_cache *c)
{
	free(c);
}

static const struct cached *cache_find(const struct running_cache *c, const struct stat *s)
{
	for (size_t i = 0; c && i < c->count; i++) {
		const struct cached *e = &c->entry[i];
		if (e->device == s->st_dev && e->inode == s->st_ino && e->size == s->st_size &&
		    e->changed.tv_sec == s->st_ctim.tv_sec && e->changed.tv_nsec == s->st_ctim.tv_nsec)
			return e;
	}
	return NULL;
}

static void cache_add(struct running_cache *c, const struct digest_job *job)
{
	if (!c)
		return;
	struct cached *e = &c->entry[c->count < CACHE_MAX ? c->count++ : (size_t)job->status.st_ino % CACHE_MAX];
	*e = (struct cached){ job->status.st_dev, job->status.st_ino, job->status.st_size, job->status.st_ctim, { 0 } };
	memcpy(e->sha256, job->sha256, SHA256_SIZE);
}

static void running_say(struct watch_against *a, const struct host_process *p, const char *change, enum severity severity,
			const char *why, bool upgrade)
{
	struct baseline texts = { 0 };
	const char *subject = baseline_text(&texts, p->program);
	struct watch_event event = { .what = "running", .change = change, .subject = subject ? subject : "?", .before = "",
				     .after = host_print(a->host, "pid %d", (int)p->pid), .why = why, .severity = severity,
				     .alarm = !upgrade, .upgrade = upgrade };
	a->say(a->context, &event);
	baseline_free(&texts);
}

// A file that is gone: an upgrade replaces it and leaves the old one running, an intruder removes his tool.
static void deleted_say(struct watch_against *a, const struct host_process *p)
{
	if (!a->dpkg_asked)
		a->dpkg = dpkg_open(a->host);
	a->dpkg_asked = true;
	const struct dpkg_file *f = a->dpkg ? dpkg_file(a->dpkg, p->program) : NULL;
	if (f && dpkg_installed_since(a->dpkg, f->package, p->started))
		running_say(a, p, "deleted", SEVERITY_INFO,
			    host_print(a->host, "package %s was installed after this process began: restart it", f->package), true);
	else
		running_say(a, p, "deleted", SEVERITY_CRITICAL, "its file is gone or replaced, and no upgrade explains it", false);
}

static bool digest_is(const struct baseline_item *item, const uint8_t sha256[SHA256_SIZE])
{
	char hex[2 * SHA256_SIZE + 1];
	size_t size = strlen(item->value);
	hex_encode(sha256, SHA256_SIZE, hex);
	return size > 2 * SHA256_SIZE && !strcmp(item->value + size - 2 * SHA256_SIZE, hex);
}

static const struct baseline_item *baselined(const struct watch_against *a, const char *program)
{
	struct baseline texts = { 0 };
	const char *key = baseline_text(&texts, program);
	const struct baseline_item *item = key ? baseline_find(a->baseline, BASELINE_FILE, key) : NULL;
	if (!item && key && !strncmp(key, "/usr/", 5)) // where /bin is not a link to /usr/bin
		item = baseline_find(a->baseline, BASELINE_FILE, key + 4);
	baseline_free(&texts);
	return item;
}

static void program_judge(struct watch_against *a, const struct host_process *p, struct running_cache *cache)
{
	char path[64];
	struct stat s;
	struct digest_job job = { .path = p->program };
	struct digest_cost unused;
	const struct baseline_item *item = baselined(a, p->program);
	if (!item) {
		running_say(a, p, "outside", SEVERITY_HIGH, "a program runs that the baseline does not have", false);
		return;
	}
	snprintf(path, sizeof path, "/proc/%d/exe", (int)p->pid);
	bool live = host_is_live(a->host);
	if (live)
		job.path = path;
	if (live ? stat(path, &s) : host_stat(a->host, p->program, &s))
		return; // ended meanwhile
	const struct cached *known = cache_find(cache, &s);
	if (known) {
		memcpy(job.sha256, known->sha256, SHA256_SIZE);
	} else {
		digest_all(a->host, &job, 1, 1, &unused);
		if (job.error)
			return;
		cache_add(cache, &job);
	}
	if (digest_is(item, job.sha256))
		return;
	char md5[MD5_TEXT];
	if (!a->dpkg_asked)
		a->dpkg = dpkg_open(a->host);
	a->dpkg_asked = true;
	const struct dpkg_file *f = a->dpkg ? dpkg_file(a->dpkg, p->program) : NULL;
	bool upgrade = f && dpkg_installed_since(a->dpkg, f->package, a->baseline->time) &&
		       !digest_md5(a->host, p->program, md5) && !strcmp(md5, f->md5);
	running_say(a, p, "changed", upgrade ? SEVERITY_INFO : SEVERITY_CRITICAL,
		    upgrade ? "upgraded since the baseline" : "what runs is not what the baseline has", upgrade);
}

static int by_program(const void *a, const void *b)
{
	const struct host_process *const *x = a, *const *y = b;
	int order = strcmp((*x)->program, (*y)->program);
	return order ? order : (*x)->deleted - (*y)->deleted;
}

int watch_running(struct watch_against *a, struct running_cache *cache)
{
	const struct host_processes *all = host_processes(a->host);
	if (all->error)
		return all->error == -ENOENT ? 0 : all->error;
	const struct host_process **sorted = host_alloc(a->host, (all->count + 1) * sizeof(struct host_process *));
	for (size_t i = 0; i < all->count; i++)
		sorted[i] = &all->process[i];
	qsort(sorted, all->count, sizeof(struct host_process *), by_program);
	for (size_t i = 0; i < all->count; i++) {
		if (!*sorted[i]->program || (i && !by_program(&sorted[i - 1], &sorted[i])))
			continue; // a kernel thread, or the same program again
		if (sorted[i]->deleted)
			deleted_say(a, sorted[i]);
		else
			program_judge(a, sorted[i], cache);
	}
	return 0;
}
