// SPDX-License-Identifier: Apache-2.0
// Opening and closing a vault. vault_recover.c compares it with its log, vault_act.c changes it.
#include "vault/vault.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "command.h"
#include "crypto/secret.h"
#include "screen/screen.h"
#include "utc.h"
#include "vault/files.h"

const struct vault_file *vault_find(const struct vault *vault, const char *name)
{
	for (size_t i = 0; i < vault->file_count; i++)
		if (!strcmp(vault->files[i].name, name))
			return &vault->files[i];
	return NULL;
}

static int dir_open(const char *path, enum vault_mode mode, int *ret)
{
	struct stat st;
	if (mode == VAULT_CREATE && mkdir(path, 0700) < 0 && errno != EEXIST) {
		complain("the vault's directory '%s' could not be made: %s", path, strerror(errno));
		return EXIT_FAILED;
	}
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0 || fstat(fd, &st) < 0) {
		complain("there is no vault at '%s' (%s); --vault names it, 'ceremony' makes one", path, strerror(errno));
		if (fd >= 0)
			close(fd);
		return EXIT_FAILED;
	}
	if (st.st_uid != geteuid() || (st.st_mode & 077)) {
		complain("the vault '%s' must belong to you and be closed to all others: chmod 700 it", path);
		close(fd);
		return EXIT_FAILED;
	}
	*ret = fd;
	return 0;
}

static int lock_take(struct vault *vault, const char *path)
{
	vault->lock = openat(vault->dir, "lock", O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (vault->lock < 0) {
		complain("the vault's lock could not be opened: %s", strerror(errno));
		return EXIT_FAILED;
	}
	if (flock(vault->lock, LOCK_EX | LOCK_NB) == 0)
		return 0;
	complain("the vault '%s' is in use by another redoubt-sign; end that one first", path);
	return EXIT_LOCKED;
}

static int log_open(struct vault *vault, enum vault_mode mode)
{
	int flags = O_RDWR | O_APPEND | O_CLOEXEC | O_NOFOLLOW | (mode == VAULT_CREATE ? O_CREAT : 0);
	uint8_t *text = NULL;
	vault->log = openat(vault->dir, VAULT_LOG, flags, 0600);
	int r = vault->log < 0 ? -errno : file_read(vault->dir, VAULT_LOG, LOG_SIZE_MAX, &text, &vault->log_size);
	vault->log_text = (char *)text;
	if (r == 0)
		return 0;
	if (r == 1)
		complain("the log is longer than %u MiB: carry it out and begin a new vault", LOG_SIZE_MAX >> 20);
	else
		complain("the vault's log could not be read: %s", strerror(-r));
	return EXIT_DAMAGED;
}

// A line that was cut off by a crash never counted: its act was not reported. It goes.
static int tail_cut(struct vault *vault)
{
	if (vault->head.size == vault->log_size)
		return 0;
	if (ftruncate(vault->log, (off_t)vault->head.size) < 0 || fsync(vault->log) < 0) {
		complain("the log's cut-off last line could not be removed: %s", strerror(errno));
		return EXIT_FAILED;
	}
	vault->log_size = vault->head.size;
	vault->log_text[vault->log_size] = '\0';
	return 0;
}

static int log_check(struct vault *vault, struct vault_records *records, enum vault_mode mode)
{
	size_t at;
	int stopped;
	enum log_refusal r = log_walk(vault->log_text, vault->log_size, vault_record_line, records, &vault->head, &at, &stopped);
	if (stopped) {
		complain("the log's line %zu names a file that no vault holds: the log was altered", at);
		return EXIT_DAMAGED;
	}
	if (r && r != LOG_TAIL && r != LOG_EMPTY) {
		complain("the log was altered: line %zu: %s", at, log_refusal_text(r));
		return EXIT_DAMAGED;
	}
	bool empty = vault->head.next == 0;
	if (mode == VAULT_OPEN && empty) {
		complain("this vault was never finished: its log is empty. Begin its ceremony again");
		return EXIT_DAMAGED;
	}
	if (mode == VAULT_CREATE && !empty) {
		complain("there is a vault already");
		return EXIT_REFUSED;
	}
	return tail_cut(vault);
}

static int vault_begin(struct vault *vault, const char *path, enum vault_mode mode)
{
	struct vault_records *records = calloc(1, sizeof *records);
	int r = records ? dir_open(path, mode, &vault->dir) : EXIT_FAILED;
	if (!r)
		r = lock_take(vault, path);
	if (!r && mode == VAULT_CREATE && mkdirat(vault->dir, "wallets", 0700) < 0 && errno != EEXIST) {
		complain("the vault's directory of wallets could not be made: %s", strerror(errno));
		r = EXIT_FAILED;
	}
	if (!r)
		r = log_open(vault, mode);
	if (!r)
		r = log_check(vault, records, mode);
	if (!r)
		r = vault_recover(vault, records);
	free(records);
	return r;
}

int vault_open(const char *path, enum vault_mode mode, struct vault *ret)
{
	*ret = (struct vault){ .dir = -1, .lock = -1, .log = -1 };
	int r = vault_begin(ret, path, mode);
	if (r)
		vault_close(ret);
	return r;
}

void vault_close(struct vault *vault)
{
	for (size_t i = 0; i < vault->file_count; i++) {
		secret_wipe(vault->files[i].bytes, vault->files[i].size);
		free(vault->files[i].bytes);
	}
	free(vault->log_text);
	const int fds[] = { vault->log, vault->lock, vault->dir };
	for (size_t i = 0; i < ARRAY_LEN(fds); i++)
		if (fds[i] > 0) // 0: a zeroed struct
			close(fds[i]);
	*vault = (struct vault){ .dir = -1, .lock = -1, .log = -1 };
}

bool vault_holds(const struct vault *vault, int dir)
{
	static const char *const places[] = { ".", "wallets" };
	struct stat given, own;
	for (size_t i = 0; i < ARRAY_LEN(places); i++) {
		if (fstat(dir, &given) == 0 && fstatat(vault->dir, places[i], &own, AT_SYMLINK_NOFOLLOW) == 0 &&
		    (given.st_dev != own.st_dev || given.st_ino != own.st_ino))
			continue;
		complain("what is handed out may not lie in the vault itself: it would replace one of its files. Name another "
			 "directory");
		return true;
	}
	return false;
}

int vault_check_key(const struct vault *vault, const struct log_key *key)
{
	if (!vault->head.next || equal_constant_time(vault->head.key, key->public_key, ED25519_PUBLIC_SIZE))
		return 0;
	complain("the vault's log was not signed with the key of this keystore: the log, or the whole vault but for the "
		 "keystore, was exchanged. Nothing is done with it");
	return EXIT_DAMAGED;
}
