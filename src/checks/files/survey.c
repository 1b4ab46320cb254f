// SPDX-License-Identifier: Apache-2.0
// Directories are known by device and inode, never by how their path is spelled: a web root may be a link, and a bind
// mount shows the same directory twice. Each is entered once (again only when more is to be looked for in it), so no
// arrangement of mounts makes the walk longer than the disk.
#include "checks/files/survey.h"

#include "checks/files/files.h"
#include "checks/look.h"
#include "host/mounts.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/xattr.h>
#include <time.h>
#include <unistd.h>

#define PLACES_MAX 96
#define ENTERED 0x80000000u // a mark of the walk's own: this directory was seen at all

struct place { const char *path; unsigned marks, without; dev_t device; ino_t inode; bool reached; };
struct point { const char *path; dev_t device; ino_t inode; unsigned wanted, walked; bool virtual, elsewhere; };
struct seen { dev_t device; ino_t inode; unsigned marks; };

struct surveying {
	struct examination *e;
	struct survey *to;
	uint64_t budget;
	struct place place[PLACES_MAX];
	size_t places;
	struct point *point; // mounts, live alone: within a tree everything is walked from its top
	size_t points;
	bool keys_wanted;    // there is an exchange whose keys could lie about
	struct seen *seen;   // open addressing, never more than half full
	size_t seen_count, seen_room;
	unsigned marks[WALK_DEPTH_MAX + 2]; // of what lies at each depth of the path that is walked now
	unsigned fresh[WALK_DEPTH_MAX + 2]; // those with which it was not entered before
};

const char *const survey_roots_places[SURVEY_ROOTS_PLACES] = {
	"/bin", "/boot", "/etc", "/lib", "/lib32", "/lib64", "/libx32", "/root", "/sbin", "/usr",
	"/var/backups", "/var/lib/apt", "/var/lib/dpkg", "/var/lib/redoubt",
};

// --- places --------------------------------------------------------------------------------------------------------

static void place_add(struct surveying *s, const char *path, unsigned marks, unsigned without)
{
	struct stat st;
	ASSERT(s->places < PLACES_MAX);
	if (host_stat(s->e->host, path, &st)) // links are followed: it is the directory that counts
		return;
	s->place[s->places++] = (struct place){ path, marks, without, st.st_dev, st.st_ino, false };
	s->to->places += (marks & SURVEY_SEARCHED) != 0;
}

static void places_add(struct surveying *s)
{
	enum { PEOPLE = SURVEY_SEARCHED | SURVEY_KEYS | SURVEY_PROGRAMS, ANYBODY = SURVEY_KEYS | SURVEY_PROGRAMS };
	static const struct { const char *path; unsigned marks, without; } FIXED[] = {
		{ "/boot", SURVEY_KEYS, 0 }, { "/etc", SURVEY_SEARCHED | SURVEY_OPEN | SURVEY_KEYS, 0 }, { "/home", PEOPLE, 0 },
		{ "/media", SURVEY_KEYS, 0 }, { "/opt", PEOPLE, 0 }, { "/root", PEOPLE, 0 }, { "/srv", PEOPLE, 0 }, { "/tmp", ANYBODY, 0 },
		{ "/usr/local", PEOPLE, 0 }, { "/var/backups", SURVEY_KEYS, 0 }, { "/var/lib", SURVEY_KEYS, 0 },
		{ "/var/lib/redoubt", SURVEY_SEARCHED, 0 }, { "/var/log", SURVEY_SEARCHED | SURVEY_LOG, 0 },
		{ "/var/mail", SURVEY_KEYS, 0 }, { "/var/spool", SURVEY_KEYS, 0 }, { "/var/tmp", ANYBODY, 0 },
		{ "/var/www", SURVEY_SEARCHED | SURVEY_KEYS, 0 },
		// gcc keeps the compiler itself apart from what is called
		{ "/usr/lib/gcc", SURVEY_PROGRAMS, 0 }, { "/usr/libexec/gcc", SURVEY_PROGRAMS, 0 },
		// what packages brought: thousands of lists, and no key of ours
		{ "/var/lib/apt", 0, SURVEY_KEYS }, { "/var/lib/dpkg", 0, SURVEY_KEYS },
		{ "/var", SURVEY_SHARED, 0 }, { "/var/tmp", 0, SURVEY_SHARED },
		// containers have users of their own
		{ "/var/lib/docker", 0, SURVEY_SHARED }, { "/var/lib/containerd", 0, SURVEY_SHARED },
		{ "/var/lib/containers", 0, SURVEY_SHARED }, { "/var/lib/lxc", 0, SURVEY_SHARED },
		{ "/var/lib/machines", 0, SURVEY_SHARED },
		// the exchange's daemons have theirs: FS-01 judges them
		{ "/var/lib/redoubt/exchange", 0, SURVEY_ROOTS | SURVEY_SHARED },
	};
	const struct manifest *m = s->e->manifest;
	const char *exchange[FILES_EXCHANGES_MAX];
	size_t count = look_exchanges(s->e, exchange, FILES_EXCHANGES_MAX);
	for (size_t i = 0; i < ARRAY_LEN(FIXED); i++)
		place_add(s, FIXED[i].path, FIXED[i].marks, FIXED[i].without);
	for (size_t i = 0; i < SURVEY_ROOTS_PLACES; i++)
		place_add(s, survey_roots_places[i], SURVEY_ROOTS, SURVEY_SHARED);
	for (size_t i = 0; i < count; i++)
		place_add(s, exchange[i], SURVEY_SEARCHED | SURVEY_OPEN | SURVEY_KEYS, SURVEY_ROOTS | SURVEY_SHARED);
	for (size_t i = 0; m && i < m->web_root.count && s->places < PLACES_MAX; i++)
		place_add(s, m->web_root.name[i], SURVEY_SEARCHED | SURVEY_WEB, 0);
}

// --- what was seen -------------------------------------------------------------------------------------------------

static struct seen *seen_slot(struct seen *table, size_t room, dev_t device, ino_t inode)
{
	size_t at = (size_t)((inode ^ (uint64_t)device << 40) * 0x9e3779b97f4a7c15u >> 20) & (room - 1);
	while (table[at].marks && (table[at].inode != inode || table[at].device != device))
		at = (at + 1) & (room - 1);
	return &table[at];
}

static void seen_grow(struct surveying *s)
{
	size_t room = s->seen_room ? 2 * s->seen_room : 1024;
	struct seen *table = calloc(room, sizeof *table);
	ASSERT(table);
	for (size_t i = 0; i < s->seen_room; i++)
		if (s->seen[i].marks)
			*seen_slot(table, room, s->seen[i].device, s->seen[i].inode) = s->seen[i];
	free(s->seen);
	s->seen = table;
	s->seen_room = room;
}

// The marks with which it was entered before; it is now noted with these, too.
static unsigned seen_before(struct surveying *s, const struct stat *st, unsigned marks)
{
	if (2 * s->seen_count >= s->seen_room)
		seen_grow(s);
	struct seen *slot = seen_slot(s->seen, s->seen_room, st->st_dev, st->st_ino);
	unsigned before = slot->marks;
	s->seen_count += !before;
	*slot = (struct seen){ st->st_dev, st->st_ino, before | marks | ENTERED };
	return before;
}

// --- an entry ------------------------------------------------------------------------------------------------------

static void list_add(struct surveying *s, struct survey_list *l, const struct walk_entry *w, unsigned marks)
{
	static const struct stat LINK = { .st_mode = S_IFLNK };
	const struct stat *st = w->status ? w->status : &LINK;
	if (l->count == l->room) {
		size_t room = l->room ? 2 * l->room : 64;
		struct survey_file *grown = host_alloc(s->e->host, room * sizeof *grown);
		if (l->count)
			memcpy(grown, l->file, l->count * sizeof *grown);
		l->file = grown;
		l->room = room;
	}
	l->file[l->count++] = (struct survey_file){ host_copy(s->e->host, w->path, strlen(w->path)), (uint64_t)st->st_size, st->st_mode,
						    st->st_uid, st->st_gid, marks };
}

static void gap_note(struct surveying *s, struct survey_gap *gap, const char *path, int error)
{
	if (!gap->count++) {
		gap->path = host_copy(s->e->host, path, strlen(path));
		gap->error = error;
	}
}

static void gaps_note(struct surveying *s, const char *path, int error, unsigned marks)
{
	gap_note(s, &s->to->gap, path, error);
	if (marks & SURVEY_SEARCHED)
		gap_note(s, &s->to->searched_gap, path, error);
	if (marks & SURVEY_KEYS)
		gap_note(s, &s->to->keys_gap, path, error);
	if (marks & SURVEY_PROGRAMS)
		gap_note(s, &s->to->programs_gap, path, error);
	if (marks & (SURVEY_ROOTS | SURVEY_SHARED))
		gap_note(s, &s->to->roots_gap, path, error);
}

#ifndef SYS_getxattrat // the same number everywhere; from Linux 6.13
#define SYS_getxattrat 464
#endif
struct value_wanted { uint64_t value; uint32_t size, flags; }; // struct xattr_args of linux/xattr.h

static bool has_capability(struct surveying *s, const struct walk_entry *w)
{
	static const char NAME[] = "security.capability";
	static bool old_kernel;
	char value[64], path[NAME_MAX + 64];
	long size = -1;
	if (!old_kernel) {
		struct value_wanted wanted = { (uint64_t)(uintptr_t)value, sizeof value, 0 };
		size = syscall(SYS_getxattrat, w->directory, w->name, AT_SYMLINK_NOFOLLOW, NAME, &wanted, sizeof wanted);
		old_kernel = size < 0 && (errno == ENOSYS || errno == EPERM); // EPERM: a filter of systemd 252, which does not know it
	}
	if (old_kernel) { // the last name is not followed, and the descriptor is our own directory's
		snprintf(path, sizeof path, "/proc/self/fd/%d/%s", w->directory, w->name);
		size = lgetxattr(path, NAME, value, sizeof value);
	}
	if (size < 0 && errno != ENODATA && errno != EOPNOTSUPP && errno != ENOENT)
		gap_note(s, &s->to->gap, w->path, -errno);
	return size > 0;
}

static bool small(const struct stat *st)
{
	return st->st_size >= SURVEY_SMALL_MIN && st->st_size <= SURVEY_SMALL_MAX;
}

// What files/root_only.c has to judge; nearly nothing, so that it costs no memory.
static void loose_note(struct surveying *s, const struct walk_entry *w, unsigned fresh)
{
	bool others = w->status->st_mode & (S_IWGRP | S_IWOTH);
	if ((fresh & SURVEY_ROOTS && (others || w->status->st_uid)) || (fresh & SURVEY_SHARED && others))
		list_add(s, &s->to->loose, w, fresh);
}

static void file_survey(struct surveying *s, const struct walk_entry *w, unsigned marks, unsigned fresh, bool again)
{
	mode_t mode = w->status->st_mode;
	bool looked_into = marks & (SURVEY_WEB | SURVEY_LOG) || (marks & SURVEY_OPEN && mode & S_IROTH);
	if (!again && mode & (S_ISUID | S_ISGID))
		list_add(s, &s->to->privileged, w, 0);
	else if (!again && mode & 0111 && has_capability(s, w))
		list_add(s, &s->to->privileged, w, SURVEY_CAPABLE);
	if (looked_into || (marks & SURVEY_SEARCHED && files_secret_name(w->name)))
		list_add(s, &s->to->suspect, w, marks);
	if (fresh & SURVEY_KEYS && s->keys_wanted && small(w->status))
		list_add(s, &s->to->small, w, 0);
	if (fresh & SURVEY_PROGRAMS && mode & 0111)
		list_add(s, &s->to->programs, w, 0);
	loose_note(s, w, fresh);
}

static struct point *point_of(struct surveying *s, const struct walk_step *step)
{
	for (size_t i = s->points; i-- > 0;) // the last one on a path is the one that is seen
		if (s->point[i].inode == step->entry.status->st_ino && s->point[i].device == step->entry.status->st_dev &&
		    !strcmp(s->point[i].path, step->entry.path))
			return &s->point[i];
	return NULL;
}

static int directory_survey(struct surveying *s, const struct walk_step *step)
{
	const struct stat *st = step->entry.status;
	bool start = step->entry.directory < 0;
	unsigned marks = s->marks[step->depth] & ~ENTERED, without = 0;
	for (size_t i = 0; i < s->places; i++)
		if (s->place[i].inode == st->st_ino && s->place[i].device == st->st_dev) {
			s->place[i].reached = true;
			marks |= s->place[i].marks;
			without |= s->place[i].without;
		}
	marks &= ~without;
	// other people's programs carry keys for their tests; what is published is published all the same
	if (!strcmp(step->entry.name, "node_modules") && !(marks & (SURVEY_WEB | SURVEY_LOG)))
		marks &= ~(unsigned)SURVEY_SEARCHED;
	struct point *p = start ? NULL : point_of(s, step);
	if (p) { // each mount has a walk of its own, so that a second view of a directory never hides the first
		p->wanted |= marks | ENTERED;
		return 1;
	}
	unsigned before = seen_before(s, st, marks);
	if (before && !(marks & ~before))
		return 1;
	s->marks[start ? 0 : step->depth + 1] = marks | (before ? ENTERED : 0);
	s->fresh[start ? 0 : step->depth + 1] = marks & ~before;
	loose_note(s, &step->entry, marks & ~before);
	return 0;
}

static int survey_visit(void *context, const struct walk_step *step)
{
	struct surveying *s = context;
	unsigned marks = s->marks[step->depth];
	if (step->error) {
		gaps_note(s, step->entry.path, step->error, marks);
	}
	if (step->fd >= 0 && step->entry.status)
		return directory_survey(s, step);
	if (step->entry.status && S_ISREG(step->entry.status->st_mode))
		file_survey(s, &step->entry, marks & ~ENTERED, s->fresh[step->depth], marks & ENTERED);
	else if (!step->entry.status && !step->error && s->fresh[step->depth] & SURVEY_PROGRAMS)
		list_add(s, &s->to->programs, &step->entry, 0);
	return 0;
}

// --- mounts --------------------------------------------------------------------------------------------------------

static void points_add(struct surveying *s)
{
	struct host *h = s->e->host;
	const struct host_mounts *all = host_mounts(h);
	if (!host_is_live(h))
		return;
	if (all->error)
		gap_note(s, &s->to->gap, "/proc/self/mountinfo", all->error);
	s->point = host_alloc(h, (all->count + 1) * sizeof *s->point);
	for (size_t i = 0; i < all->count; i++) {
		const struct host_mount *m = &all->mount[i];
		bool elsewhere = host_mount_remote(m) && host_mount_option(m, "nosuid");
		struct stat st;
		if (strcmp(m->path, "/") && !host_stat(h, m->path, &st) && S_ISDIR(st.st_mode))
			s->point[s->points++] = (struct point){ m->path, st.st_dev, st.st_ino, 0, 0, host_mount_virtual(m), elsewhere };
	}
}

static void tree_survey(struct surveying *s, const char *path, unsigned marks)
{
	s->marks[0] = s->fresh[0] = marks & ~ENTERED;
	int r = host_walk_steps(s->e->host, path, WALK_FILES, &s->budget, survey_visit, s);
	if (r && r != -ENOENT) {
		gaps_note(s, path, r, ~0u);
	}
}

// A mount is walked when it was met, and again when it is met where more is looked for. What nobody met lies on a mount
// that is not walked (a tmpfs in /sys): it is walked for itself. Another machine's files make nobody root here while they
// are mounted nosuid; they are walked for what lies beneath a marked directory alone.
static bool point_due(const struct point *p)
{
	return !p->virtual && (p->wanted & ~p->walked) && !(p->elsewhere && !(p->wanted & ~ENTERED));
}

static void points_survey(struct surveying *s)
{
	for (bool met = true, rest = false; met || !rest;) {
		rest = !met;
		met = false;
		for (size_t i = 0; i < s->points; i++) {
			struct point *p = &s->point[i];
			p->wanted |= rest ? ENTERED : 0;
			if (!point_due(p))
				continue;
			p->walked |= p->wanted;
			tree_survey(s, p->path, p->wanted);
			met = true;
		}
	}
	for (size_t i = 0; i < s->points; i++) {
		const char *before = s->to->left_out;
		if (s->point[i].elsewhere && !s->point[i].walked)
			s->to->left_out = host_print(s->e->host, "%s%s%s", before ? before : "", before ? ", " : "", s->point[i].path);
	}
}

static uint64_t cpu_ns(void)
{
	struct timespec t;
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

const struct survey *files_survey(struct examination *e)
{
	if (e->survey)
		return e->survey;
	struct survey *to = host_alloc(e->host, sizeof *to);
	struct surveying *s = host_alloc(e->host, sizeof *s);
	s->e = e;
	s->to = to;
	s->budget = LOOK_ENTRIES_MAX;
	s->keys_wanted = e->manifest && e->manifest->backup_catalogue.count;
	uint64_t start = cpu_ns();
	places_add(s);
	points_add(s);
	tree_survey(s, "/", 0);
	points_survey(s);
	for (size_t i = 0; i < s->places; i++) // on a mount that was left out
		if (!s->place[i].reached)
			tree_survey(s, s->place[i].path, s->place[i].marks);
	free(s->seen);
	to->entries = LOOK_ENTRIES_MAX - s->budget;
	to->cpu_ns = cpu_ns() - start;
	return e->survey = to;
}

void survey_gap_tell(struct examination *e, const struct survey_gap *gap)
{
	if (gap->count && gap->error == -E2BIG)
		found_unknown(e, "not exhausted: there are more than %u entries, the rest of %s was not looked at", LOOK_ENTRIES_MAX, gap->path);
	else if (gap->count)
		found_unknown(e, "not exhausted: %zu could not be read, the first is %s: %s", gap->count, gap->path, strerror(-gap->error));
}
