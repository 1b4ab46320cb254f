// SPDX-License-Identifier: Apache-2.0
// Two pictures side by side, and whether dpkg explains the difference.
#include "watch/watch.h"

#include "base/text.h"
#include "host/places.h"

#include <stdio.h>
#include <stdlib.h>

enum change { NEW, CHANGED, REMOVED };
static const char *const CHANGES[] = { "new", "changed", "removed" };

#define TOLD_ONLY 0x80 // said, but no alarm

static const struct { unsigned part; uint8_t severity[3]; } KINDS[BASELINE_KINDS] = {
	[BASELINE_DIRECTORY] = { WATCH_FILES, { SEVERITY_LOW, SEVERITY_HIGH, SEVERITY_LOW } },
	[BASELINE_FILE] = { WATCH_FILES, { SEVERITY_HIGH, SEVERITY_CRITICAL, SEVERITY_HIGH } },
	[BASELINE_GROUP] = { WATCH_LIVE, { SEVERITY_HIGH, SEVERITY_HIGH, SEVERITY_MEDIUM } },
	[BASELINE_LINK] = { WATCH_FILES, { SEVERITY_MEDIUM, SEVERITY_HIGH, SEVERITY_MEDIUM } },
	[BASELINE_LISTENER] = { WATCH_LIVE, { SEVERITY_HIGH, SEVERITY_HIGH, SEVERITY_INFO | TOLD_ONLY } },
	[BASELINE_LOGIN_KEY] = { WATCH_LIVE, { SEVERITY_CRITICAL, SEVERITY_CRITICAL, SEVERITY_MEDIUM } },
	[BASELINE_NODE] = { WATCH_FILES, { SEVERITY_HIGH, SEVERITY_HIGH, SEVERITY_LOW } },
	[BASELINE_OWNER] = { 0, { 0, 0, 0 } }, // explains, and is no thing of its own
	[BASELINE_SETUID] = { WATCH_SETUID, { SEVERITY_CRITICAL, SEVERITY_CRITICAL, SEVERITY_LOW } },
	[BASELINE_USER] = { WATCH_LIVE, { SEVERITY_CRITICAL, SEVERITY_CRITICAL, SEVERITY_MEDIUM } },
};

// What a file is for, by where it lies: the first word that an operator reads.
static const struct { const char *prefix, *what; } PLACES[] = {
	{ "/etc/systemd/", "unit" },      { "/usr/lib/systemd/system", "unit" }, { "/usr/lib/systemd/user", "unit" },
	{ "/lib/systemd/system", "unit" }, { "/run/systemd/system", "unit" },     { "/usr/local/lib/systemd/", "unit" },
	{ "/etc/cron", "cron" },          { "/var/spool/cron", "cron" },         { "/etc/sudoers", "sudoers" },
	{ "/etc/ssh/", "ssh" },           { "/etc/pam.d/", "pam" },              { "/boot/", "boot" },
};

static const char *what_of(const struct baseline_item *item)
{
	bool path = KINDS[item->kind].part == WATCH_FILES;
	for (size_t i = 0; path && i < ARRAY_LEN(PLACES); i++)
		if (!strncmp(item->key, PLACES[i].prefix, strlen(PLACES[i].prefix)))
			return PLACES[i].what;
	return baseline_kind_name[item->kind];
}

static struct dpkg *dpkg_of(struct watch_against *a)
{
	if (!a->dpkg_asked)
		a->dpkg = dpkg_open(a->host);
	a->dpkg_asked = true;
	return a->dpkg;
}

// --- upgrades ------------------------------------------------------------------------------------------------------

// Mode, uid and gid of a value: all before the third separator.
static size_t owner_size(const char *value)
{
	size_t size = 0;
	for (int dots = 0; value[size] && !(value[size] == '.' && ++dots == 3); size++)
		;
	return size;
}

static bool same_owner(const char *a, const char *b)
{
	size_t size = owner_size(a);
	return size == owner_size(b) && !memcmp(a, b, size);
}

// A new file may not bring rights with it that are looked at in their own right.
static bool harmless_mode(const char *value)
{
	unsigned long mode = strtoul(value, NULL, 8);
	return !(mode & (S_ISUID | S_ISGID | S_IWGRP | S_IWOTH));
}

static bool content_upgraded(struct watch_against *a, const char *path, const char **why)
{
	char md5[MD5_TEXT];
	const struct dpkg_file *f = dpkg_file(a->dpkg, path);
	if (!f || !dpkg_vouches_since(a->dpkg, f, a->baseline->time) || digest_md5(a->host, path, md5) ||
	    strcmp(md5, f->md5))
		return false;
	*why = host_print(a->host, "content is that of package %s, installed since the baseline", f->package);
	return true;
}

// Written by a trigger: the moment of the change must lie within a run of dpkg.
static bool generated(struct watch_against *a, const char *path, const char **why)
{
	struct stat s;
	if (!places_generated(path) || host_lstat(a->host, path, &s) ||
	    !dpkg_running_at(a->dpkg, (uint64_t)s.st_ctime, a->baseline->time))
		return false;
	*why = "written by a package's trigger while dpkg ran: no digest vouches for it";
	return true;
}

static const char *owner_then(const struct watch_against *a, const char *key)
{
	const struct baseline_item *item = baseline_find(a->baseline, BASELINE_OWNER, key);
	return item ? item->value : NULL;
}

// Gone: only the package that had it when the baseline was made may have taken it, or have led its link away.
static bool taken(struct watch_against *a, const struct baseline_item *item, const char *path, const char **why)
{
	char target[BASELINE_TEXT_MAX];
	struct stat s;
	const char *package = owner_then(a, item->key);
	if (!package && item->kind == BASELINE_LINK && (package = owner_then(a, item->value)) && baseline_decode(item->value, target) &&
	    host_lstat(a->host, target, &s) == -ENOENT)
		path = target;
	if (!package || !dpkg_took(a->dpkg, package, path, a->baseline->time))
		return false;
	*why = host_print(a->host, "package %s had it, and was removed or upgraded since the baseline", package);
	return true;
}

// What triggers write they also take away: the folder must have changed while dpkg ran, or be gone for a reason of its own.
static bool generated_taken(struct watch_against *a, const char *path, const char **why)
{
	struct stat s;
	const char *name = host_basename(path);
	if (!places_generated(path) || name - path < 2)
		return false;
	int r = host_lstat(a->host, host_copy(a->host, path, (size_t)(name - path) - 1), &s);
	if (r ? r != -ENOENT : !dpkg_running_at(a->dpkg, (uint64_t)s.st_ctime, a->baseline->time))
		return false;
	*why = "taken away by a package's trigger while dpkg ran";
	return true;
}

static bool path_upgraded(struct watch_against *a, enum change change, const struct baseline_item *item, const char *before,
			  const char **why)
{
	char path[BASELINE_TEXT_MAX];
	if (!dpkg_of(a) || !baseline_decode(item->key, path) || !dpkg_busy_since(a->dpkg, a->baseline->time))
		return false;
	if (path_beneath(path, "/var/lib/dpkg/info")) {
		*why = "dpkg's record of a package that the log names since the baseline";
		return dpkg_record_explained(a->dpkg, path, a->baseline->time);
	}
	if (change == REMOVED)
		return taken(a, item, path, why) || generated_taken(a, path, why);
	if (item->kind == BASELINE_FILE) {
		bool kept = before ? same_owner(before, item->value) : harmless_mode(item->value);
		return kept && (content_upgraded(a, path, why) || generated(a, path, why));
	}
	if (item->kind == BASELINE_NODE || (item->kind == BASELINE_DIRECTORY && change == CHANGED))
		return false;
	*why = "listed by a package that was installed since the baseline";
	return dpkg_listed_since(a->dpkg, path, a->baseline->time) || generated(a, path, why);
}

static void difference_say(struct watch_against *a, enum change change, const struct baseline_item *before,
			   const struct baseline_item *after)
{
	const struct baseline_item *item = after ? after : before;
	uint8_t severity = KINDS[item->kind].severity[change];
	const char *why = "";
	bool upgrade = KINDS[item->kind].part == WATCH_FILES &&
		       path_upgraded(a, change, item, before ? before->value : NULL, &why);
	struct watch_event event = { .what = what_of(item), .change = CHANGES[change], .subject = item->key,
				     .before = before ? before->value : "", .after = after ? after->value : "",
				     .why = upgrade ? why : "", .upgrade = upgrade,
				     .severity = upgrade ? SEVERITY_INFO : (enum severity)(severity & ~TOLD_ONLY),
				     .alarm = !upgrade && !(severity & TOLD_ONLY) };
	a->say(a->context, &event);
}

// Both are sorted: one walk beside the other.
void watch_compare(struct watch_against *a, const struct baseline *now, unsigned parts)
{
	const struct baseline *was = a->baseline;
	for (size_t i = 0, k = 0; i < was->count || k < now->count;) {
		const struct baseline_item *before = i < was->count ? &was->items[i] : NULL;
		const struct baseline_item *after = k < now->count ? &now->items[k] : NULL;
		int order = !before ? 1 : !after ? -1 : baseline_compare(before, after);
		i += order <= 0;
		k += order >= 0;
		if (!(KINDS[(order <= 0 ? before : after)->kind].part & parts))
			continue;
		if (order < 0)
			difference_say(a, REMOVED, before, NULL);
		else if (order > 0)
			difference_say(a, NEW, NULL, after);
		else if (strcmp(before->value, after->value))
			difference_say(a, CHANGED, before, after);
		else if (after->kind == BASELINE_FILE && host_is_live(a->host)) // a copied tree's times are the copy's
			watch_put_back(a, now, after->key, (was->time + 1) * 1000000000u);
	}
}

void watch_compare_found(struct watch_against *a, const struct baseline *now)
{
	for (size_t i = 0; i < now->count; i++) {
		const struct baseline_item *after = &now->items[i], *before = baseline_find(a->baseline, after->kind, after->key);
		if (!before || strcmp(before->value, after->value))
			difference_say(a, before ? CHANGED : NEW, before, after);
	}
}

void watch_compare_path(struct watch_against *a, const struct baseline *now, const char *key)
{
	for (int kind = 0; kind < BASELINE_KINDS; kind++) {
		if (KINDS[kind].part != WATCH_FILES)
			continue;
		const struct baseline_item *before = baseline_find(a->baseline, (enum baseline_kind)kind, key);
		const struct baseline_item *after = baseline_find(now, (enum baseline_kind)kind, key);
		if (before && !after)
			difference_say(a, REMOVED, before, NULL);
		else if (after && !before)
			difference_say(a, NEW, NULL, after);
		else if (after && strcmp(before->value, after->value))
			difference_say(a, CHANGED, before, after);
	}
}

// What is made anew at every reload, with the same bytes.
static bool made_anew(const char *path)
{
	return path_beneath(path, "/run");
}

void watch_put_back(struct watch_against *a, const struct baseline *now, const char *key, uint64_t since_ns)
{
	char path[BASELINE_TEXT_MAX];
	struct stat s;
	const struct baseline_item *before = baseline_find(a->baseline, BASELINE_FILE, key);
	const struct baseline_item *after = baseline_find(now, BASELINE_FILE, key);
	if (!before || !after || strcmp(before->value, after->value) || !baseline_decode(key, path) || made_anew(path) ||
	    host_lstat(a->host, path, &s))
		return;
	uint64_t changed_ns = (uint64_t)s.st_ctim.tv_sec * 1000000000u + (uint64_t)s.st_ctim.tv_nsec;
	if (changed_ns < since_ns || (dpkg_of(a) && dpkg_running_at(a->dpkg, (uint64_t)s.st_ctime, a->baseline->time)))
		return;
	struct watch_event event = { .what = what_of(after), .change = "put-back", .subject = key, .before = before->value,
				     .after = host_print(a->host, "%llu", (unsigned long long)changed_ns),
				     .why = "was changed and put back: written, replaced or touched, and as the baseline has it again",
				     .severity = SEVERITY_HIGH, .alarm = true };
	a->say(a->context, &event);
}

unsigned watch_part_of(const char *what)
{
	for (int kind = 0; kind < BASELINE_KINDS; kind++)
		if (!strcmp(baseline_kind_name[kind], what))
			return KINDS[kind].part;
	return !strcmp(what, "running") || !strcmp(what, "login") ? WATCH_LIVE : WATCH_FILES;
}
