// SPDX-License-Identifier: Apache-2.0
#include "checks/integrity/integrity.h"
#include "host/places.h"

#include "base/text.h"

#include <stdio.h>

void comparing_begin(struct comparing *c, struct examination *e)
{
	const char *sentence = "";
	struct baseline_place place = { BASELINE_PATH, BASELINE_KEY_PATH, NULL };
	*c = (struct comparing){ .e = e, .dpkg = dpkg_open(e->host) };
	if (baseline_place_load(e->host, &place, &c->baseline, &sentence))
		found_read(e, "no baseline: %s", sentence);
}

// Whether the package that ships it has this content, and came since the baseline.
bool comparing_explained(const struct comparing *c, const char *path)
{
	char md5[MD5_TEXT];
	const struct dpkg_file *f = c->dpkg ? dpkg_file(c->dpkg, path) : NULL;
	return f && dpkg_vouches_since(c->dpkg, f, c->baseline.time) && !digest_md5(c->e->host, path, md5) &&
	       !strcmp(md5, f->md5);
}

bool comparing_generated(const struct comparing *c, const char *path)
{
	struct stat s;
	if (c->dpkg && path_beneath(path, "/var/lib/dpkg/info"))
		return dpkg_record_explained(c->dpkg, path, c->baseline.time);
	return c->dpkg && places_generated(path) && !host_lstat(c->e->host, path, &s) &&
	       dpkg_running_at(c->dpkg, (uint64_t)s.st_ctime, c->baseline.time);
}

const struct baseline_item *comparing_item(const struct comparing *c, enum baseline_kind kind, const char *path)
{
	struct baseline texts = { 0 };
	const char *key = c->baseline.sequence ? baseline_text(&texts, path) : NULL;
	const struct baseline_item *item = key ? baseline_find(&c->baseline, kind, key) : NULL;
	baseline_free(&texts);
	return item;
}

static const char *value_of(struct host *h, const struct digest_job *job)
{
	char hex[2 * SHA256_SIZE + 1];
	hex_encode(job->sha256, SHA256_SIZE, hex);
	return host_print(h, "%04o.%u.%u.%llu.%s", job->status.st_mode & 07777, (unsigned)job->status.st_uid,
			  (unsigned)job->status.st_gid, (unsigned long long)job->status.st_size, hex);
}

// Against the baseline. False: it has no such file, or there is no baseline.
bool comparing_judge(struct comparing *c, const struct digest_job *job)
{
	const struct baseline_item *item = comparing_item(c, BASELINE_FILE, job->path);
	if (!item)
		return false;
	if (!strcmp(item->value, value_of(c->e->host, job)))
		c->same++;
	else if (comparing_explained(c, job->path) || comparing_generated(c, job->path))
		c->upgraded++;
	else
		found_fail(c->e, NULL, "%s is not what baseline %llu has: %s, was %s", job->path,
			   (unsigned long long)c->baseline.sequence, value_of(c->e->host, job), item->value);
	return true;
}

bool comparing_package(struct comparing *c, const struct digest_job *job)
{
	const struct dpkg_file *f = c->dpkg ? dpkg_file(c->dpkg, job->path) : NULL;
	if (!f || f->configuration)
		return false;
	if (strcmp(job->md5, f->md5))
		found_fail(c->e, host_print(c->e->host, "investigate, then apt-get install --reinstall %s", f->package),
			   "%s is not what package %s shipped: md5 %s, was %s", job->path, f->package, job->md5, f->md5);
	else
		c->by_package++;
	return true;
}

void comparing_end(struct comparing *c, size_t count)
{
	found_read(c->e, "%zu files: %zu as in the baseline, %zu as their package shipped them, %zu upgraded since the baseline", count,
		   c->same, c->by_package, c->upgraded);
	baseline_free(&c->baseline);
}

static const char *owner_then(const struct comparing *c, const char *path)
{
	const struct baseline_item *item = comparing_item(c, BASELINE_OWNER, path);
	return item ? item->value : NULL;
}

// A package takes along what it had when the baseline was made, and lets its links dangle.
bool comparing_taken(const struct comparing *c, const struct baseline_item *item, const char *path)
{
	char target[BASELINE_TEXT_MAX];
	struct stat s;
	const char *package = owner_then(c, path), *name = host_basename(path);
	if (!c->dpkg)
		return false;
	if (!package && item->kind == BASELINE_LINK && baseline_decode(item->value, target) && (package = owner_then(c, target)) &&
	    host_lstat(c->e->host, target, &s) == -ENOENT)
		path = target;
	if (package)
		return dpkg_took(c->dpkg, package, path, c->baseline.time);
	if (path_beneath(path, "/var/lib/dpkg/info"))
		return dpkg_record_explained(c->dpkg, path, c->baseline.time);
	if (!places_generated(path) || name - path < 2)
		return false;
	int r = host_lstat(c->e->host, host_copy(c->e->host, path, (size_t)(name - path) - 1), &s);
	return r ? r == -ENOENT : dpkg_running_at(c->dpkg, (uint64_t)s.st_ctime, c->baseline.time);
}
