// SPDX-License-Identifier: Apache-2.0
#include "daemons/supervisor/house.h"

#include "base/log.h"
#include "daemons/supervisor/settings.h"
#include "wire/founding.h"

#include <dirent.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static bool founding_load(struct house *h)
{
	int fd = openat(h->dir, "founding", O_RDONLY | O_CLOEXEC);
	if (fd < 0) {
		log_write(LOG_ERROR, "cannot open the founding file: %s; `redoubt init` makes it", strerror(errno));
		return false;
	}
	uint8_t *bytes = malloc(FOUNDING_SIZE_MAX);
	uint8_t id[32];
	ssize_t n = bytes ? pread(fd, bytes, FOUNDING_SIZE_MAX, 0) : -1;
	bool good = n > 0 && founding_genesis(bytes, (size_t)n, &h->genesis, id) == 0;
	if (!good)
		log_write(LOG_ERROR, "the founding file does not begin with a signed genesis; restore it from a backup");
	free(bytes);
	close(fd);
	return good;
}

// One supervisor a directory. The lock's descriptor is never handed on, so it ends with the process.
static bool lock_take(struct house *h)
{
	h->lock = openat(h->dir, "run/supervisor.lock", O_RDWR | O_CREAT | O_CLOEXEC, 0644);
	if (h->lock < 0) {
		log_write(LOG_ERROR, "cannot open run/supervisor.lock: %s", strerror(errno));
		return false;
	}
	if (flock(h->lock, LOCK_EX | LOCK_NB) < 0) {
		log_write(LOG_ERROR, "another supervisor runs in this directory; `redoubt stop` ends it");
		return false;
	}
	char pid[16];
	int n = snprintf(pid, sizeof pid, "%d\n", getpid());
	return ftruncate(h->lock, 0) == 0 && pwrite(h->lock, pid, (size_t)n, 0) == n;
}

static void missing_add(struct house *h, const char *what)
{
	size_t used = strlen(h->missing);
	snprintf(h->missing + used, sizeof h->missing - used, "%s%s", used ? "; " : "", what);
}

static bool user_exists(const char *role)
{
	char name[64];
	snprintf(name, sizeof name, "redoubt-%s", role);
	return getpwnam(name) != NULL;
}

static void missing_find(struct house *h)
{
	char text[160] = "";
	h->users = geteuid() == 0 && getgrnam("redoubt-journal") != NULL;
	for (size_t i = 0; h->users && i < ROLES; i++)
		h->users = user_exists(roles[i].name);
	if (geteuid() != 0)
		snprintf(text, sizeof text, "not started as root: all daemons are user %u", geteuid());
	else if (!h->users)
		snprintf(text, sizeof text, "users redoubt-ROLE and group redoubt-journal (dev/setup makes them)");
	if (text[0])
		missing_add(h, text);
	if (syscall(SYS_landlock_create_ruleset, NULL, 0, 1u) < 0)
		missing_add(h, "no Landlock in this kernel");
}

static bool directory_own(const struct house *h, const struct directory_row *row)
{
	char user[64];
	snprintf(user, sizeof user, "redoubt-%s", roles[row->owner].name);
	const struct passwd *owner = getpwnam(user);
	const struct group *group = row->group ? getgrnam(row->group) : NULL;
	int fd = openat(h->dir, row->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	bool good = owner && fd >= 0 && fchown(fd, owner->pw_uid, group ? group->gr_gid : owner->pw_gid) == 0 &&
		    fchmod(fd, row->mode) == 0;
	if (!good)
		log_write(LOG_ERROR, "cannot give %s to %s: %s", row->path, user, strerror(errno));
	if (fd >= 0)
		close(fd);
	return good;
}

// Directories that `init` made long ago belong to whoever ran it; an older state of
// the house may have been written by another user: its files move with their directory.
static bool files_own(const struct house *h, const struct directory_row *row)
{
	int fd = openat(h->dir, row->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	struct stat st;
	DIR *dir = fd >= 0 && fstat(fd, &st) == 0 ? fdopendir(fd) : NULL;
	if (!dir)
		return false;
	bool good = true;
	for (struct dirent *e; good && (e = readdir(dir));) {
		struct stat file;
		if (fstatat(fd, e->d_name, &file, AT_SYMLINK_NOFOLLOW) < 0 || !S_ISREG(file.st_mode) ||
		    file.st_uid == st.st_uid)
			continue;
		good = fchownat(fd, e->d_name, st.st_uid, st.st_gid, AT_SYMLINK_NOFOLLOW) == 0;
	}
	closedir(dir);
	return good;
}

// SQLite opens by path: its user must be able to walk through (what lies there has modes of its own).
static bool directory_passable(struct house *h)
{
	if (!h->users || fchmod(h->dir, 0711) == 0)
		return true;
	log_write(LOG_ERROR, "cannot change the mode of the directory: %s", strerror(errno));
	return false;
}

static bool directories_prepare(struct house *h)
{
	if (!directory_passable(h))
		return false;
	if (mkdirat(h->dir, "run", 0755) < 0 && errno != EEXIST) {
		log_write(LOG_ERROR, "cannot make the directory run: %s", strerror(errno));
		return false;
	}
	for (size_t i = 0; i < directory_row_count; i++) {
		const struct directory_row *row = &directory_rows[i];
		if (mkdirat(h->dir, row->path, row->mode & 0777) < 0 && errno != EEXIST) {
			log_write(LOG_ERROR, "cannot make the directory %s: %s", row->path, strerror(errno));
			return false;
		}
		if (h->users && (!directory_own(h, row) || !files_own(h, row)))
			return false;
	}
	return true;
}

// It is not at a place of its own, and most exchanges have none; a name that leads nowhere stops all, for without it
// everybody would be let in.
static bool client_ca_open(struct house *h)
{
	const char *path = config_text(h->config, "gateway.client_ca");
	if (!*path)
		return true;
	h->client_ca = openat(h->dir, path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (h->client_ca < 0)
		log_write(LOG_ERROR, "cannot open gateway.client_ca = \"%s\": %s; put the CA's certificate there, as PEM", path, strerror(errno));
	return h->client_ca >= 0;
}

static bool files_open(struct house *h)
{
	ASSERT(file_row_count <= HOUSE_FILES_MAX);
	for (size_t i = 0; i < file_row_count; i++) {
		const struct file_row *row = &file_rows[i];
		int flags = O_RDONLY | O_CLOEXEC | (row->access == FILE_READ ? 0 : O_DIRECTORY);
		h->file[i] = openat(h->dir, row->path, flags);
		if (h->file[i] < 0) {
			log_write(LOG_ERROR, "cannot open %s: %s; `redoubt init` makes it, a backup has it", row->path,
				  strerror(errno));
			return false;
		}
	}
	return client_ca_open(h);
}

static bool production_allowed(const struct house *h)
{
	if (!h->missing[0])
		return true;
	if (!h->genesis.demo) {
		log_write(LOG_ERROR, "this exchange is for production and refuses a development sandbox; missing: %s",
			  h->missing);
		return false;
	}
	log_write(LOG_WARNING, "development sandbox; missing: %s", h->missing);
	return true;
}

bool house_open(struct house *h, const char *path)
{
	*h = (struct house){ .lock = -1, .operator_socket = -1, .client_ca = -1 };
	memset(h->file, 0xff, sizeof h->file);
	memset(h->listener, 0xff, sizeof h->listener);
	umask(027);
	h->dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (h->dir < 0) {
		log_write(LOG_ERROR, "cannot open the directory %s: %s; `redoubt init --dir %s` makes it", path,
			  strerror(errno), path);
		return false;
	}
	h->config = settings_load(h->dir);
	if (!h->config || !founding_load(h))
		return false;
	h->gateways = (unsigned)config_number(h->config, "gateway.count");
	missing_find(h);
	return production_allowed(h) && directories_prepare(h) && lock_take(h) && files_open(h);
}

void house_close(struct house *h)
{
	for (size_t i = 0; i < file_row_count; i++)
		if (h->file[i] >= 0)
			close(h->file[i]);
	if (h->client_ca >= 0)
		close(h->client_ca);
	config_free(h->config);
	if (h->lock >= 0)
		close(h->lock);
	if (h->dir >= 0)
		close(h->dir);
}
