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

// What runs, by itself: its name may lead elsewhere in its own mount namespace.
struct program {
	const struct host_process *process;
	struct stat status;
	char path[64]; // of what runs: /proc/PID/exe, or in a tree the name
};

static int program_open(struct watch_against *a, const struct host_process *p, struct program *to)
{
	to->process = p;
	if (!host_is_live(a->host))
		return p->deleted ? 0 : host_stat(a->host, p->program, &to->status);
	snprintf(to->path, sizeof to->path, "/proc/%d/exe", (int)p->pid);
	return stat(to->path, &to->status) ? -errno : 0;
}

static int program_hash(struct watch_against *a, const struct program *g, struct running_cache *cache, uint8_t sha256[SHA256_SIZE])
{
	struct digest_job job = { .path = *g->path ? g->path : g->process->program };
	struct digest_cost unused;
	const struct cached *known = cache_find(cache, &g->status);
	if (!known) {
		digest_all(a->host, &job, 1, 1, &unused);
		if (job.error)
			return job.error; // ended meanwhile
		cache_add(cache, &job);
	}
	memcpy(sha256, known ? known->sha256 : job.sha256, SHA256_SIZE);
	return 0;
}

static void program_judge(struct watch_against *a, const struct program *g, struct running_cache *cache)
{
	const struct host_process *p = g->process;
	const struct baseline_item *item = baselined(a, p->program);
	uint8_t sha256[SHA256_SIZE];
	char md5[MD5_TEXT];
	if (!item) {
		running_say(a, p, "outside", SEVERITY_HIGH, "a program runs that the baseline does not have", false);
		return;
	}
	if (program_hash(a, g, cache, sha256) || digest_is(item, sha256))
		return;
	if (!a->dpkg_asked)
		a->dpkg = dpkg_open(a->host);
	a->dpkg_asked = true;
	const struct dpkg_file *f = a->dpkg ? dpkg_file(a->dpkg, p->program) : NULL;
	bool upgrade = f && dpkg_vouches_since(a->dpkg, f, a->baseline->time) &&
		       !digest_md5(a->host, *g->path ? g->path : p->program, md5) && !strcmp(md5, f->md5);
	running_say(a, p, "changed", upgrade ? SEVERITY_INFO : SEVERITY_CRITICAL,
		    upgrade ? "upgraded since the baseline" : "what runs is not what the baseline has", upgrade);
}

static int order_of(uint64_t a, uint64_t b)
{
	return (a > b) - (a < b);
}

// The same program: the same name and the same file.
static int by_file(const struct program *x, const struct program *y)
{
	int order = strcmp(x->process->program, y->process->program);
	order = order ? order : x->process->deleted - y->process->deleted;
	order = order ? order : order_of(x->status.st_dev, y->status.st_dev);
	return order ? order : order_of(x->status.st_ino, y->status.st_ino);
}

static int by_program(const void *a, const void *b)
{
	const struct program *x = a, *y = b;
	int order = by_file(x, y);
	return order ? order : x->process->pid - y->process->pid;
}

int watch_running(struct watch_against *a, struct running_cache *cache)
{
	const struct host_processes *all = host_processes(a->host);
	if (all->error)
		return all->error == -ENOENT ? 0 : all->error;
	struct program *sorted = host_alloc(a->host, (all->count + 1) * sizeof *sorted);
	size_t count = 0;
	for (size_t i = 0; i < all->count; i++)
		if (*all->process[i].program && !program_open(a, &all->process[i], &sorted[count])) // "": a kernel thread
			count++;
	qsort(sorted, count, sizeof *sorted, by_program);
	for (size_t i = 0; i < count; i++) {
		if (i && !by_file(&sorted[i - 1], &sorted[i]))
			continue;
		if (sorted[i].process->deleted)
			deleted_say(a, sorted[i].process);
		else
			program_judge(a, &sorted[i], cache);
	}
	return 0;
}
