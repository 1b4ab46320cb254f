// SPDX-License-Identifier: Apache-2.0
#include "full.h"

#include "files.h"
#include "ship.h"

#include <dirent.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define DEPTH_MAX 8	    // folders within folders
#define MODES_ROOM (64u << 20)
#define PAGES_A_STEP 1024   // of the query database; between steps its writer may go on

// The modes of the files, as an item of its own: "0400 keys/tls.key\n" ...
struct modes {
	char *text;
	size_t size;
};

static int mode_note(struct modes *m, const char *name, mode_t mode)
{
	char *text = realloc(m->text, m->size + BACKUP_MANIFEST_NAME_MAX + 8);
	if (!text || m->size > MODES_ROOM)
		return -ENOMEM;
	m->text = text;
	m->size += (size_t)sprintf(text + m->size, "%04o %s\n", (unsigned)(mode & 07777), name);
	return 0;
}

// One file of DIR by its name there; one that is not there is passed over when it may be.
static int file_add(struct batch *b, struct modes *modes, const char *name, bool optional)
{
	struct path path = path_in(name);
	struct stat st;
	int fd = open(path.text, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (fd < 0 && errno == ENOENT && optional)
		return EXIT_DONE;
	int r = fd < 0 || fstat(fd, &st) ? -errno : !S_ISREG(st.st_mode) ? -EINVAL : mode_note(modes, name, st.st_mode);
	if (r)
		complain("cannot back up %s: %s", path.text, strerror(-r));
	r = r ? EXIT_FAILED : batch_file(b, name, fd, 0, UINT64_MAX);
	if (fd >= 0)
		close(fd);
	return r;
}

// Every file beneath a folder but `except`.
static int folder_add(struct batch *b, struct modes *modes, const char *folder, const char *except, unsigned depth)
{
	struct path path = path_in(folder);
	DIR *dir = depth < DEPTH_MAX ? opendir(path.text) : NULL;
	int r = EXIT_DONE;
	if (!dir) {
		complain("cannot read the folder %s: %s", path.text, depth < DEPTH_MAX ? strerror(errno) : "too deep");
		return EXIT_FAILED;
	}
	for (struct dirent *e; !r && (e = readdir(dir));) {
		char name[BACKUP_MANIFEST_NAME_MAX + 1];
		int n = snprintf(name, sizeof name, "%s/%s", folder, e->d_name);
		size_t length = strlen(e->d_name);
		if (e->d_name[0] == '.' || (length > 4 && !strcmp(e->d_name + length - 4, ".new")) ||
		    (except && !strcmp(name, except)))
			continue;
		if (n >= (int)sizeof name || !backup_manifest_name_valid(name)) {
			complain("%s/%s has a name that a backup does not take: lower-case letters, digits, '.', '_', '-'",
				 path.text, e->d_name);
			r = EXIT_FAILED;
		} else if (e->d_type == DT_DIR) {
			r = folder_add(b, modes, name, except, depth + 1);
		} else {
			r = file_add(b, modes, name, false);
		}
	}
	closedir(dir);
	return r;
}

static int log_add(struct batch *b, struct modes *modes)
{
	if (access(path_in("log/checkpoint").text, F_OK))
		return EXIT_DONE; // nothing was signed yet
	int r = file_add(b, modes, "log/checkpoint", false);
	return r ? r : folder_add(b, modes, "log", "log/checkpoint", 0);
}

// The newest snapshot; their names sort by sequence.
static int snapshot_add(struct batch *b, struct modes *modes)
{
	char newest[BACKUP_MANIFEST_NAME_MAX + 1] = "";
	DIR *dir = opendir(path_in("snapshots").text);
	for (struct dirent *e; dir && (e = readdir(dir));) {
		char name[BACKUP_MANIFEST_NAME_MAX + 1];
		if (strlen(e->d_name) == 29 && !strncmp(e->d_name, "snapshot-", 9) &&
		    snprintf(name, sizeof name, "snapshots/%s", e->d_name) < (int)sizeof name && strcmp(name, newest) > 0)
			strcpy(newest, name);
	}
	if (dir)
		closedir(dir);
	// One that was replaced by a newer in this moment is no loss: the journal is whole without it.
	return *newest ? file_add(b, modes, newest, true) : EXIT_DONE;
}

static int database_copy(const char *from, const char *to, char error[256])
{
	sqlite3 *source = NULL, *target = NULL;
	int r = sqlite3_open_v2(from, &source, SQLITE_OPEN_READONLY, NULL);
	if (r == SQLITE_OK)
		r = sqlite3_open_v2(to, &target, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, NULL);
	sqlite3_backup *backup = r == SQLITE_OK ? sqlite3_backup_init(target, "main", source, "main") : NULL;
	if (backup) {
		do {
			r = sqlite3_backup_step(backup, PAGES_A_STEP);
			if (r == SQLITE_BUSY || r == SQLITE_LOCKED)
				sqlite3_sleep(20);
		} while (r == SQLITE_OK || r == SQLITE_BUSY || r == SQLITE_LOCKED);
		r = sqlite3_backup_finish(backup);
	}
	if (r == SQLITE_OK)
		r = sqlite3_exec(target, "PRAGMA quick_check", NULL, NULL, NULL);
	snprintf(error, 256, "%s", sqlite3_errmsg(target ? target : source));
	sqlite3_close(source);
	sqlite3_close(target);
	return r;
}

static int history_add(struct batch *b, struct modes *modes)
{
	char copy[PATH_MAX], error[256];
	struct path path = path_in("history/history.db");
	if (access(path.text, F_OK))
		return EXIT_DONE; // it is made from the journal again
	ASSERT(path_join(copy, b->place->spool, "history.new"));
	unlink(copy);
	int r = database_copy(path.text, copy, error) == SQLITE_OK ? 0 : 1;
	int fd = r ? -1 : open(copy, O_RDONLY | O_CLOEXEC);
	if (fd < 0) {
		complain("cannot copy %s: %s", path.text, r ? error : strerror(errno));
		unlink(copy);
		return EXIT_FAILED;
	}
	r = mode_note(modes, "history/history.db", 0600) ? EXIT_FAILED :
							   batch_file(b, "history/history.db", fd, 0, UINT64_MAX);
	close(fd);
	unlink(copy);
	return r;
}

int full_add(struct batch *b, const struct backup_manifest *former)
{
	static const struct { const char *name; bool optional; } files[] = {
		{ "founding", false }, { "redoubt.conf", false }, { "demo-keys.json", true }, { "backup/backup.conf", false },
		{ "backup/recovery.pub", false }, { "backup/signing.key", false },
	};
	struct modes modes = { 0 };
	int r = EXIT_DONE;
	for (size_t i = 0; i < ARRAY_LEN(files) && !r; i++)
		r = file_add(b, &modes, files[i].name, files[i].optional);
	if (!r)
		r = folder_add(b, &modes, "keys", NULL, 0);
	// The log before the journal: then the journal holds every block that the checkpoint counts.
	if (!r)
		r = log_add(b, &modes);
	if (!r)
		r = snapshot_add(b, &modes);
	if (!r)
		r = history_add(b, &modes);
	if (!r)
		r = ship_journal_whole(b, former);
	if (!r)
		r = batch_bytes(b, "modes", modes.text, modes.size);
	free(modes.text);
	return r;
}
