// SPDX-License-Identifier: Apache-2.0
// BAK-03: what a destination's path leads to. Judged are the file systems, not the names of the places where they are
// mounted: one may be mounted twice, by the network from this very host, or from a file that lies on the disk beside it.
#include "checks/backups/backups.h"
#include "checks/logs/address.h"
#include "host/mounts.h"

#include <stdio.h>

#define LINKS_MAX 16

// The path without links and ".."; NULL when that is not to be had.
static const char *path_real(struct host *h, const char *path)
{
	for (unsigned links = 0; links < LINKS_MAX; links++) {
		const char *slash = path, *target = NULL;
		if (strstr(path, "/../"))
			return NULL;
		while (!target && slash) {
			slash = strchr(slash + 1, '/');
			const char *part = slash ? host_copy(h, path, (size_t)(slash - path)) : path;
			struct stat s;
			if (host_lstat(h, part, &s) == 0 && S_ISLNK(s.st_mode) && (target = host_link(h, part)))
				target = *target == '/' ? target :
							  host_print(h, "%.*s%s", (int)(host_basename(part) - part), part, target);
		}
		if (!target)
			return path;
		path = slash ? host_print(h, "%s%s", target, slash) : target;
	}
	return NULL;
}

// The mount that a path lies on: of the longest places the last, which hides those before.
static const struct host_mount *mount_of(struct host *h, const char *path)
{
	const struct host_mounts *all = host_mounts(h);
	const struct host_mount *best = NULL;
	for (size_t i = 0; i < all->count; i++)
		if (path_beneath(path, all->mount[i].path) && (!best || strlen(all->mount[i].path) >= strlen(best->path)))
			best = &all->mount[i];
	return best;
}

static bool kind_among(const char *kind, const char *const *kinds, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (!strcmp(kind, kinds[i]))
			return true;
	return false;
}

static bool is_network(const char *kind)
{
	static const char *const KINDS[] = { "nfs", "nfs4", "cifs", "smb3", "ceph", "fuse.sshfs", "fuse.s3fs", "fuse.rclone", "fuse.glusterfs",
					     "glusterfs", "lustre", "afs", "9p", "virtiofs" };
	return kind_among(kind, KINDS, ARRAY_LEN(KINDS));
}

static bool is_memory(const char *kind)
{
	static const char *const KINDS[] = { "tmpfs", "ramfs", "devtmpfs", "overlay", "squashfs" };
	return kind_among(kind, KINDS, ARRAY_LEN(KINDS));
}

// "host:/export", "[v6]:/export", "//host/share", "user@host:folder": the host in it. "" when it names none.
static const char *source_host(struct host *h, const char *source)
{
	const char *at = strrchr(source, '@'), *from = at ? at + 1 : source;
	if (!strncmp(source, "//", 2))
		return host_copy(h, source + 2, strcspn(source + 2, "/\\:"));
	if (*from == '[')
		return host_copy(h, from + 1, strcspn(from + 1, "]%"));
	size_t size = strcspn(from, ":,");
	return from[size] && !memchr(from, '/', size) ? host_copy(h, from, size) : "";
}

struct place {
	const char *folder, *real;
	const struct host_mount *mount;
};

// Whether it is on another machine; says why not when it looks as if.
static bool away(struct examination *e, const struct place *p)
{
	const char *name;
	if (!is_network(p->mount->kind))
		return false;
	name = source_host(e->host, p->mount->source);
	if (!*name)
		return true; // a name that only its own program understands
	struct log_host host = log_host_find(e->host, name);
	if (host.place != LOG_HERE)
		return true;
	found_fail(e, NULL, "%s is mounted from %s, which is this very host: %s", p->folder, p->mount->source, host.why ? host.why : name);
	return false;
}

static void disk_judge(struct examination *e, const struct place *p)
{
	if (is_memory(p->mount->kind))
		found_fail(e, NULL, "%s is on a %s, which ends with the machine", p->folder, p->mount->kind);
	if (!strncmp(p->mount->source, "/dev/loop", 9))
		found_fail(e, NULL, "%s is on %s: a file on this host's own disk", p->folder, p->mount->source);
}

static bool same_file_system(const struct host_mount *a, const struct host_mount *b)
{
	bool named = strchr(a->source, '/') || strchr(a->source, ':');
	return a == b || (*a->device && !strcmp(a->device, b->device)) ||
	       (named && !strcmp(a->kind, b->kind) && !strcmp(a->source, b->source));
}

static void places_judge(struct examination *e, const struct catalogue *c)
{
	struct place place[DESTINATIONS_MAX];
	size_t elsewhere = 0;
	if (c->count < 2)
		found_fail(e, NULL, "%s: backups go to %zu destination", c->folder, c->count);
	for (size_t i = 0; i < c->count; i++) {
		struct place *p = &place[i];
		*p = (struct place){ .folder = c->destination[i].folder, .real = path_real(e->host, c->destination[i].folder) };
		p->mount = p->real ? mount_of(e->host, p->real) : NULL;
		if (!p->mount) {
			found_unknown(e, "where %s lies cannot be told from /proc/self/mountinfo", p->folder);
			return;
		}
		disk_judge(e, p);
		elsewhere += away(e, p);
		for (size_t k = 0; k < i; k++)
			if (same_file_system(place[k].mount, p->mount))
				found_fail(e, NULL, "%s and %s lie on one file system, %s", place[k].folder, p->folder, p->mount->source);
		found_read(e, "%s on %s (%s, %s)", p->folder, p->mount->path, p->mount->kind, p->mount->source);
	}
	if (!elsewhere)
		found_fail(e, NULL, "%s: no destination is on another machine, as far as mounts tell", c->folder);
	else // root of this host may take back any flag or mount option of its own; only the other machine can refuse
		found_asked(e, "ask the machine that keeps the copy elsewhere whether this host could rewrite it (append-only export, object "
			       "lock, or pulled from there); that is not seen from here");
}

void backups_places(struct examination *e)
{
	each_catalogue(e, places_judge);
}
