// SPDX-License-Identifier: Apache-2.0
#include "restore.h"

#include "../command.h"
#include "../progress.h"
#include "files.h"

#include "base/file.h"

#include <dirent.h>
#include <fcntl.h>
#include <ftw.h>
#include <inttypes.h>
#include <pwd.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define MODES_MAX (64u << 20)
#define SEGMENT_HEAD_BYTES 4096
#define SEGMENT_SIZE_AT 48 // PROTOCOL.journal.md, segment header

struct restoring {
	const struct chain *chain;
	const struct recovery_secret *secret;
	const char *into;
	struct progress progress;
	uint64_t done;
	uint32_t segment;	  // of the journal's piece before
	uint64_t segment_end;	  // how far that segment is written; 0 = none yet
	bool journal_begun;
};

static long from_file(void *context, void *to, size_t size)
{
	ssize_t n;
	do
		n = read(*(int *)context, to, size);
	while (n < 0 && errno == EINTR);
	return n < 0 ? -errno : n;
}

// Opens one object to its end into `to` from `at` on. 0, positive: sealed_file_refusal, or negative errno.
static int unseal(struct restoring *x, const struct backup_manifest_item *item, int from, int to, uint64_t at,
		  struct sealed_file_sum *ret)
{
	struct opening *o;
	const uint8_t *data;
	size_t size;
	uint64_t left = item->sum.plain_size;
	int r = opening_open(x->secret->sealing, from_file, &from, &o);
	if (r)
		return r;
	while ((r = opening_next(o, &data, &size)) == SEALED_FILE_FINE) {
		// Whoever owns the source may seal to a public key as well as we can: no more than was promised is written.
		int e = size > left ? -EFBIG : descriptor_write_at(to, data, size, at);
		left -= e ? 0 : size;
		if (e) {
			opening_close(o);
			return e;
		}
		at += size;
		x->done += size;
		progress_step(&x->progress, x->done);
	}
	if (r == SEALED_FILE_END) {
		opening_sum(o, ret);
		r = 0;
	}
	opening_close(o);
	return r;
}

static int damaged(const struct backup_manifest_item *item, const char *why)
{
	complain("%s: %s", item->name, why);
	return EXIT_DAMAGED;
}

// An item's bytes into an open file; the sums must be the manifest's.
static int item_write(struct restoring *x, const struct backup_manifest_item *item, int to, uint64_t at)
{
	struct sealed_file_sum sum;
	int from = chain_object(x->chain, item);
	if (from < 0)
		return damaged(item, "its object is at no source, or has another size: give the folder of another copy, too");
	int r = unseal(x, item, from, to, at, &sum);
	close(from);
	if (r > 0)
		return damaged(item, sealed_file_refusal_text(r));
	if (r == -EFBIG)
		return damaged(item, "it is not the one that the manifest names");
	if (r < 0) {
		complain("%s: %s", item->name, strerror(-r));
		return EXIT_FAILED;
	}
	return memcmp(&sum, &item->sum, sizeof sum) == 0 ? EXIT_DONE : damaged(item, "it is not the one that the manifest names");
}

static int open_in(const struct restoring *x, const char *name, int flags, mode_t mode)
{
	char path[PATH_MAX];
	if (!path_join(path, x->into, name))
		return -ENAMETOOLONG;
	int r = file_folders_make(AT_FDCWD, path, 0755);
	int fd = r ? -1 : open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW | flags, mode);
	return r ? r : fd < 0 ? -errno : fd;
}

static int trouble(const char *name, int error)
{
	complain("cannot write %s: %s", name, strerror(-error));
	return EXIT_FAILED;
}

static int finish(int fd, int r, const char *name)
{
	if (!r && fsync(fd))
		r = trouble(name, -errno);
	close(fd);
	return r;
}

static int plain_restore(struct restoring *x, const struct backup_manifest_item *item)
{
	int fd = open_in(x, item->name, O_CREAT | O_EXCL, 0600);
	return fd < 0 ? trouble(item->name, fd) : finish(fd, item_write(x, item, fd, 0), item->name);
}

// ---- the journal ----

// "journal/00000003/closed" or "journal/00000003/000000004096-000000012288". False when it is neither.
static bool piece_name(const char *name, uint32_t *ret_segment, uint64_t *ret_from, bool *ret_closed)
{
	char rest[32] = "", end;
	uint64_t to;
	*ret_from = 0;
	if (sscanf(name, "journal/%8" SCNu32 "/%31s", ret_segment, rest) != 2)
		return false;
	*ret_closed = !strcmp(rest, "closed");
	return *ret_closed || (sscanf(rest, "%12" SCNu64 "-%12" SCNu64 "%c", ret_from, &to, &end) == 2 && *ret_from < to);
}

// The segment's file has the size that its header says; what no backup has is zeros, as before use.
static int segment_size_set(int fd, const char *name)
{
	uint64_t size;
	if (pread(fd, &size, sizeof size, SEGMENT_SIZE_AT) != sizeof size || size < SEGMENT_HEAD_BYTES || size > 1ull << 40) {
		complain("%s: its header does not say how large the segment is", name);
		return EXIT_DAMAGED;
	}
	return ftruncate(fd, (off_t)size) ? trouble(name, -errno) : EXIT_DONE;
}

static int piece_restore(struct restoring *x, const struct backup_manifest_item *item)
{
	uint32_t segment;
	uint64_t from;
	bool closed;
	char name[64];
	if (!piece_name(item->name, &segment, &from, &closed))
		return damaged(item, "that is not how a piece of the journal is named");
	bool next = !x->journal_begun || segment != x->segment;
	if (next && (segment != (x->journal_begun ? x->segment + 1 : 0) || from != 0))
		return damaged(item, "a segment of the journal is missing before it");
	// Names sort by segment and offset, and "closed" after digits: then the pieces before it are in it.
	if (!next && !closed && from != x->segment_end)
		return damaged(item, "a piece of the journal is missing before it");
	snprintf(name, sizeof name, "journal/segment-%08" PRIu32, segment);
	int fd = open_in(x, name, O_CREAT, 0640);
	if (fd < 0)
		return trouble(name, fd);
	int r = item_write(x, item, fd, from);
	if (!r && from == 0)
		r = segment_size_set(fd, name);
	x->journal_begun = true;
	x->segment = segment;
	x->segment_end = from + item->sum.plain_size;
	return finish(fd, r, name);
}

// ---- modes ----

static int modes_apply(const struct restoring *x)
{
	char path[PATH_MAX], *text, *line, *rest;
	size_t size;
	ASSERT(path_join(path, x->into, "modes"));
	int r = whole_file_read(path, MODES_MAX, &text, &size);
	if (r)
		return trouble(path, r);
	for (line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
		unsigned mode;
		char name[BACKUP_MANIFEST_NAME_MAX + 1], file[PATH_MAX];
		if (sscanf(line, "%4o %127s", &mode, name) != 2 || !backup_manifest_name_valid(name) ||
		    !path_join(file, x->into, name) || chmod(file, (mode_t)(mode & 0777))) {
			complain("the mode of '%s' cannot be set: %s", line, strerror(errno));
			free(text);
			return EXIT_FAILED;
		}
	}
	free(text);
	return unlink(path) ? trouble(path, -errno) : EXIT_DONE;
}

static int into_make(const char *into)
{
	if (mkdir(into, 0755) && errno != EEXIST) {
		complain("cannot make %s: %s", into, strerror(errno));
		return EXIT_FAILED;
	}
	DIR *dir = opendir(into);
	size_t entries = 0;
	while (dir && readdir(dir))
		entries++;
	if (dir)
		closedir(dir);
	if (dir && entries == 2)
		return EXIT_DONE;
	complain("%s: %s", into, dir ? "it is not empty; a restore begins in an empty folder" : strerror(errno));
	return EXIT_REFUSED;
}

static int unfinished_mark(const char *into)
{
	static const char text[] = "A restore was begun here and has not ended: what lies here is not examined and has no epoch of its own.\n";
	char path[PATH_MAX];
	int r = path_join(path, into, RESTORE_UNFINISHED) ? whole_file_write(path, 0600, text, sizeof text - 1) : -ENAMETOOLONG;
	return r ? trouble(RESTORE_UNFINISHED, r) : EXIT_DONE;
}

int restore_finished(const char *into)
{
	char path[PATH_MAX];
	if (path_join(path, into, RESTORE_UNFINISHED) && unlink(path) == 0 && file_folder_sync(AT_FDCWD, path) == 0)
		return EXIT_DONE;
	return trouble(RESTORE_UNFINISHED, -errno);
}

static int folders_complete(const struct restoring *x)
{
	static const char *const folders[] = { "journal/x", "snapshots/x", "log/x", "history/x", "run/x", "backup/x" };
	int r = EXIT_DONE;
	for (size_t i = 0; i < ARRAY_LEN(folders) && !r; i++) {
		char path[PATH_MAX];
		int e = path_join(path, x->into, folders[i]) ? file_folders_make(AT_FDCWD, path, 0755) : -ENAMETOOLONG;
		r = e ? trouble(folders[i], e) : EXIT_DONE;
	}
	return r;
}

static int owner_set(const char *path, const struct stat *st, int type, struct FTW *walk)
{
	const struct passwd *user = getpwnam("redoubt-audit");
	return user && lchown(path, user->pw_uid, user->pw_gid) ? -1 : 0;
}

// The supervisor gives folders to their users, and the files in them; the log alone has folders within.
static int log_own(const struct restoring *x)
{
	char path[PATH_MAX];
	if (geteuid() != 0 || !path_join(path, x->into, "log") || nftw(path, owner_set, 16, FTW_PHYS) == 0)
		return EXIT_DONE;
	return trouble(path, -errno);
}

int restore_files(const struct chain *chain, const struct recovery_secret *secret, const char *into)
{
	struct restoring x = { .chain = chain, .secret = secret, .into = into };
	uint64_t total = 0;
	int r = into_make(into);
	if (!r)
		r = unfinished_mark(into);
	for (size_t i = 0; i < chain->item_count; i++)
		total += chain->items[i].sum.plain_size;
	progress_begin(&x.progress, "restoring", "bytes", total);
	for (size_t i = 0; i < chain->item_count && !r; i++)
		r = strncmp(chain->items[i].name, "journal/", 8) ? plain_restore(&x, &chain->items[i]) :
								    piece_restore(&x, &chain->items[i]);
	progress_end(&x.progress);
	if (!r)
		r = modes_apply(&x);
	if (!r)
		r = folders_complete(&x);
	if (!r)
		r = log_own(&x);
	return r;
}
