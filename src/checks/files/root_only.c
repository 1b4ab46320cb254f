// SPDX-License-Identifier: Apache-2.0
// FS-03. Whoever may write a folder puts another file in its place, so it is not the programs alone that count: all of
// what root reads or runs, and each folder above it. The walk over everything keeps what looks loose; here it is judged.
#include "checks/files/files.h"

#include "checks/files/survey.h"
#include "checks/look.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/xattr.h>
#include <unistd.h>

#define PEOPLE_FROM 1000u // uids of people, adduser.conf(5)
#define NOBODY 65534u

// --- who is who ----------------------------------------------------------------------------------------------------

static const char *field(struct host *h, const char *line, unsigned number)
{
	for (; number && line; number--)
		line = strchr(line, ':') ? strchr(line, ':') + 1 : NULL;
	return line ? host_copy(h, line, strcspn(line, ":")) : "";
}

static const char *group_name(struct host *h, gid_t gid)
{
	struct host_lines cursor = { host_file(h, "/etc/group")->text, 0 };
	for (const char *line; host_line(h, &cursor, &line);)
		if (*field(h, line, 2) && strtoul(field(h, line, 2), NULL, 10) == gid)
			return field(h, line, 0);
	return host_print(h, "gid %u", gid);
}

// Of these names, or of those with this group as their first: somebody with a uid that people have (or anybody at all).
static const char *somebody_of(struct host *h, gid_t gid, const char *names, bool people)
{
	struct host_lines cursor = { host_file(h, "/etc/passwd")->text, 0 };
	const char *among = host_print(h, ",%s,", names);
	for (const char *line; host_line(h, &cursor, &line);) {
		unsigned long uid = strtoul(field(h, line, 2), NULL, 10), first = strtoul(field(h, line, 3), NULL, 10);
		bool member = strstr(among, host_print(h, ",%s,", field(h, line, 0))) || (first == gid && *field(h, line, 3));
		if (member && uid && (!people || (uid >= PEOPLE_FROM && uid != NOBODY)))
			return field(h, line, 0);
	}
	return NULL;
}

static const char *member_of(struct host *h, gid_t gid, bool people)
{
	struct host_lines cursor = { host_file(h, "/etc/group")->text, 0 };
	const char *name = somebody_of(h, gid, "", people);
	for (const char *line; !name && host_line(h, &cursor, &line);)
		if (strtoul(field(h, line, 2), NULL, 10) == gid && *field(h, line, 2))
			name = somebody_of(h, gid, field(h, line, 3), people);
	return name;
}

// --- lists of access -------------------------------------------------------------------------------------------------

// Somebody whom the list names and lets write, or NULL. With such a list the group's bits are its mask, so that a file
// whose mode shows no such bit lets nobody write whom it names.
static const char *acl_writer(struct host *h, const char *path)
{
	enum { USER = 2, GROUP = 8, HEAD = 4, ENTRY = 8, WRITE = 2 };
	uint8_t list[4096];
	char name[64];
	int fd = host_openat(h, path, O_PATH | O_NOFOLLOW);
	if (fd < 0)
		return NULL;
	snprintf(name, sizeof name, "/proc/self/fd/%d", fd);
	ssize_t size = getxattr(name, "system.posix_acl_access", list, sizeof list);
	close(fd);
	if (size < 0 && errno == ERANGE)
		return "more than can be listed";
	for (ssize_t at = HEAD; at + ENTRY <= size; at += ENTRY) { // little endian: tag, permissions, id
		const uint8_t *p = list + at;
		uint32_t id = p[4] | (uint32_t)p[5] << 8 | (uint32_t)p[6] << 16 | (uint32_t)p[7] << 24;
		if (p[2] & WRITE && p[0] == USER && id)
			return look_user(h, id);
		if (p[2] & WRITE && p[0] == GROUP && id)
			return host_print(h, "the group %s", group_name(h, id));
	}
	return NULL;
}

// --- what Debian has otherwise -----------------------------------------------------------------------------------------

static const struct { const char *path, *user, *group; bool folders_alone; } DEBIAN[] = {
	{ "/usr/local", NULL, "staff", true },           // for local administrators, whom it is empty of unless somebody fills it
	{ "/etc/polkit-1/rules.d", "polkitd", NULL, true }, // read by polkitd alone; bullseye still gave it the folder
	{ "/usr/share/polkit-1/rules.d", "polkitd", NULL, true },
	{ "/etc/postgresql", "postgres", NULL, false },  // servers that write their own configuration
	{ "/etc/redis", "redis", NULL, false },
	{ "/etc/rabbitmq", "rabbitmq", NULL, false },
	{ "/etc/icinga2", "nagios", NULL, false },
	{ "/etc/ldap/slapd.d", "openldap", NULL, false },
	{ "/usr/bin/at", "daemon", NULL, false },        // setuid to daemon, which may not log in
	{ "/var/lib/apt/lists/partial", "_apt", NULL, true }, // downloads that are not checked yet
	{ "/var/lib/apt/lists/auxfiles", "_apt", NULL, false },
};

// A group by which nobody gets in does no harm; an owner must be the one that its package gives.
static bool debians(struct host *h, const struct survey_file *f)
{
	for (size_t i = 0; i < ARRAY_LEN(DEBIAN); i++) {
		bool here = !strcmp(f->path, DEBIAN[i].path) || path_beneath(f->path, DEBIAN[i].path);
		if (!here || (DEBIAN[i].folders_alone && !S_ISDIR(f->mode)) || f->mode & S_IWOTH)
			continue;
		if (DEBIAN[i].user && !(f->mode & S_IWGRP && member_of(h, f->gid, true)) && !strcmp(look_user(h, f->uid), DEBIAN[i].user))
			return true;
		if (DEBIAN[i].group && !f->uid && !strcmp(group_name(h, f->gid), DEBIAN[i].group) && !member_of(h, f->gid, false))
			return true;
	}
	return false;
}

// Folders that root alone may write, whatever lies in them.
static const char *const ABOVE[] = { "/", "/home", "/media", "/mnt", "/opt", "/run", "/srv", "/var",
				     "/var/cache", "/var/lib", "/var/log", "/var/spool" };

static bool is_above(const char *path)
{
	for (size_t i = 0; i < ARRAY_LEN(ABOVE); i++)
		if (!strcmp(path, ABOVE[i]))
			return true;
	return false;
}

// --- a file ----------------------------------------------------------------------------------------------------------

static bool sticky(mode_t mode)
{
	return S_ISDIR(mode) && mode & S_ISVTX;
}

// What is wrong with it, or NULL. Beneath /var daemons have files of their own, by users and groups of theirs.
static const char *wrong_of(struct host *h, const struct survey_file *f)
{
	const char *owner = host_print(h, "%s %04o", look_user(h, f->uid), f->mode & 07777);
	const char *named = f->mode & S_IWGRP ? acl_writer(h, f->path) : NULL;
	if (named)
		return host_print(h, "%s, and its access list lets %s write", owner, named);
	if (f->marks & SURVEY_ROOTS)
		return debians(h, f) ? NULL : f->mode & S_IWGRP ? host_print(h, "%s, group %s", owner, group_name(h, f->gid)) : owner;
	if (f->mode & S_IWOTH && !sticky(f->mode))
		return owner;
	const char *person = f->mode & S_IWGRP && !sticky(f->mode) && f->uid < PEOPLE_FROM ? member_of(h, f->gid, true) : NULL;
	return person ? host_print(h, "%s, and %s is of its group %s", owner, person, group_name(h, f->gid)) : NULL;
}

static const char *remedy_of(struct host *h, const struct survey_file *f)
{
	const char *acl = f->mode & S_IWGRP && acl_writer(h, f->path) ? host_print(h, "setfacl -b %s; ", f->path) : "";
	return f->uid && f->marks & SURVEY_ROOTS ? host_print(h, "%schown root:root %s; chmod go-w %s", acl, f->path, f->path)
						  : host_print(h, "%schmod go-w %s", acl, f->path);
}

// What lies in a folder that is somebody else's is his in any case: it is told of the folder alone.
static void loose_judge(struct examination *e, const struct survey_list *l)
{
	const struct survey_file *top = NULL;
	for (size_t i = 0; i < l->count; i++) {
		const struct survey_file *f = &l->file[i];
		if (is_above(f->path) || (top && path_beneath(f->path, top->path) && f->uid == top->uid))
			continue;
		const char *wrong = wrong_of(e->host, f);
		if (!wrong)
			continue;
		found_fail(e, remedy_of(e->host, f), "%s is %s", f->path, wrong);
		top = S_ISDIR(f->mode) && f->uid ? f : NULL;
	}
}

// --- the folders above -------------------------------------------------------------------------------------------------

static void folder_judge(struct examination *e, const char *path, bool strict)
{
	struct stat s;
	if (host_lstat(e->host, path, &s) || !S_ISDIR(s.st_mode))
		return;
	if (strict)
		look_judge_root_only(e, path, &s);
	else if (s.st_mode & S_IWOTH && !(s.st_mode & S_ISVTX))
		found_fail(e, host_print(e->host, "chmod o-w %s", path), "%s is %s: whoever is on this host may put another thing in the place of each in it",
			   path, look_owner_text(e->host, &s));
}

// The root, and what lies directly in it; a home is its owner's.
static void folders_judge(struct examination *e)
{
	static const char *const WITHIN[] = { "/", "/home" };
	for (size_t i = 0; i < ARRAY_LEN(ABOVE); i++)
		folder_judge(e, ABOVE[i], true);
	for (size_t i = 0; i < ARRAY_LEN(WITHIN); i++) {
		const struct host_names *names = host_names(e->host, WITHIN[i]);
		for (size_t k = 0; k < names->count; k++) {
			const char *path = host_print(e->host, "%s/%s", WITHIN[i][1] ? WITHIN[i] : "", names->name[k]);
			bool told = is_above(path);
			for (size_t a = 0; a < SURVEY_ROOTS_PLACES; a++)
				told |= !strcmp(path, survey_roots_places[a]);
			if (!told)
				folder_judge(e, path, false);
		}
	}
}

void fs_03(struct examination *e)
{
	const struct host_file *preload = host_file(e->host, "/etc/ld.so.preload");
	const struct survey *s = files_survey(e);
	if (!preload->error)
		found_fail(e, "read it, then rm /etc/ld.so.preload", "/etc/ld.so.preload is there: %.*s", (int)strcspn(preload->text, "\n"),
			   preload->text);
	folders_judge(e);
	loose_judge(e, &s->loose);
	survey_gap_tell(e, &s->roots_gap);
	if (!s->entries)
		found_unknown(e, "not one file was seen beneath the root");
	found_read(e, "%llu entries of all file systems, those of root's folders and of /var by owner, mode and access list; no /etc/ld.so.preload",
		   (unsigned long long)s->entries);
}
