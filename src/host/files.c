// SPDX-License-Identifier: Apache-2.0
// FS: who can change what, and where secrets lie.
#include "host/checks.h"
#include "host/dpkg.h"
#include "host/look.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/xattr.h>

#define EXCHANGES_MAX 8

struct looking { struct examination *e; size_t count; const char *folder; struct dpkg *dpkg; uint64_t scanned; };

// --- FS-01 ---------------------------------------------------------------------------------------------------------

static int code_visit(void *context, const struct walk_entry *w)
{
	struct looking *l = context;
	struct host *h = l->e->host;
	l->count++;
	if (S_ISLNK(w->status->st_mode))
		return 0;
	if (look_is_daemon(l->e, w->status->st_uid))
		found_fail(l->e, host_print(h, "chown root:root %s", w->path), "%s belongs to the daemon user %s", w->path,
			   look_user(h, w->status->st_uid));
	else if (w->status->st_mode & (S_IWGRP | S_IWOTH))
		found_fail(l->e, host_print(h, "chmod go-w %s", w->path), "%s is %s", w->path, look_owner_text(h, w->status));
	return 0;
}

static bool is_database(const char *name)
{
	static const char *const ENDS[] = { ".db", ".sqlite", ".sqlite3", ".db-wal", ".db-shm", ".mdb" };
	for (size_t i = 0; i < ARRAY_LEN(ENDS); i++)
		if (look_ends(name, ENDS[i]))
			return true;
	return false;
}

static int data_visit(void *context, const struct walk_entry *w)
{
	struct looking *l = context;
	bool store = is_database(w->name) || look_beneath(w->path, host_print(l->e->host, "%s/journal", l->folder));
	l->count++;
	if (S_ISREG(w->status->st_mode) && store && (w->status->st_mode & (S_IRWXG | S_IRWXO)))
		found_fail(l->e, host_print(l->e->host, "chmod 600 %s", w->path), "%s is %s", w->path,
			   look_owner_text(l->e->host, w->status));
	return 0;
}

static void fs_01(struct examination *e)
{
	static const char *const CODE[] = { "/opt", "/usr/local" };
	const struct manifest *m = found_manifest(e);
	const char *exchange[EXCHANGES_MAX];
	struct looking l = { .e = e };
	bool any = false;
	for (size_t i = 0; m && i < ARRAY_LEN(CODE); i++)
		any |= look_walk(e, CODE[i], code_visit, &l);
	for (size_t i = 0; m && i < m->web_root.count; i++)
		any |= look_walk(e, m->web_root.name[i], code_visit, &l);
	size_t count = look_exchanges(e, exchange, EXCHANGES_MAX);
	for (size_t i = 0; m && i < count; i++) {
		l.folder = exchange[i];
		any |= look_walk(e, exchange[i], data_visit, &l);
	}
	if (any)
		found_read(e, "%zu entries of /opt, /usr/local, the web roots and the exchange's directory", l.count);
	else if (m)
		found_not_applicable(e, "there is no /opt, /usr/local, web root or exchange on this host");
}

// --- FS-02 ---------------------------------------------------------------------------------------------------------

static bool has_capability(const struct walk_entry *w)
{
	char value[64], path[NAME_MAX + 64];
	// one call for each executable: the last name is not followed, and the descriptor is our own directory's
	snprintf(path, sizeof path, "/proc/self/fd/%d/%s", w->directory, w->name);
	return lgetxattr(path, "security.capability", value, sizeof value) > 0;
}

static int setuid_visit(void *context, const struct walk_entry *w)
{
	struct looking *l = context;
	mode_t mode = w->status->st_mode;
	if (!S_ISREG(mode))
		return 0;
	bool runs_as_another = mode & (S_ISUID | S_ISGID);
	if (!runs_as_another && !((mode & 0111) && has_capability(w)))
		return 0;
	l->count++;
	if (l->e->manifest && manifest_has(&l->e->manifest->setuid_program, w->path))
		return 0;
	if (!l->dpkg || !dpkg_file(l->dpkg, w->path))
		found_fail(l->e, host_print(l->e->host, runs_as_another ? "chmod u-s,g-s %s" : "setcap -r %s", w->path),
			   "%s is %s%s, of no package and not in the manifest", w->path, look_owner_text(l->e->host, w->status),
			   runs_as_another ? "" : " with file capabilities");
	return 0;
}

static void fs_02(struct examination *e)
{
	struct looking l = { .e = e, .dpkg = dpkg_open(e->host) };
	if (!l.dpkg)
		found_read(e, "no dpkg database");
	look_walk(e, "/", setuid_visit, &l);
	if (!host_names(e->host, "/")->count)
		found_unknown(e, "the root is empty");
	else
		found_read(e, "%zu setuid, setgid and capability files", l.count);
}

// --- FS-03 ---------------------------------------------------------------------------------------------------------

static int root_only_visit(void *context, const struct walk_entry *w)
{
	struct looking *l = context;
	// Debian's crontabs are written by a setgid program; the sticky bit keeps each user to his own
	bool crontabs = look_beneath(w->path, "/var/spool/cron/crontabs");
	l->count++;
	if (!crontabs)
		look_judge_root_only(l->e, w->path, w->status);
	else if (w->status->st_mode & (S_IWOTH | (S_ISREG(w->status->st_mode) ? S_IWGRP : 0)))
		found_fail(l->e, host_print(l->e->host, "chmod go-w %s", w->path), "%s is %s", w->path, look_owner_text(l->e->host, w->status));
	return 0;
}

static void fs_03(struct examination *e)
{
	static const char *const RUN_BY_ROOT[] = {
		"/etc/systemd", "/usr/lib/systemd/system", "/etc/cron.d", "/etc/cron.daily", "/etc/cron.hourly", "/etc/cron.weekly",
		"/etc/cron.monthly", "/etc/crontab", "/var/spool/cron", "/etc/profile", "/etc/profile.d", "/etc/ld.so.conf",
		"/etc/ld.so.conf.d", "/etc/init.d", "/etc/rc.local", "/usr/bin", "/usr/sbin", "/usr/local/bin", "/usr/local/sbin",
	};
	struct looking l = { .e = e };
	const struct host_file *preload = host_file(e->host, "/etc/ld.so.preload");
	for (size_t i = 0; i < ARRAY_LEN(RUN_BY_ROOT); i++) {
		struct stat s;
		if (!host_lstat(e->host, RUN_BY_ROOT[i], &s) && S_ISDIR(s.st_mode))
			look_judge_root_only(e, RUN_BY_ROOT[i], &s);
		look_walk(e, RUN_BY_ROOT[i], root_only_visit, &l);
	}
	if (!preload->error)
		found_fail(e, "read it, then rm /etc/ld.so.preload", "/etc/ld.so.preload is there: %.*s", (int)strcspn(preload->text, "\n"),
			   preload->text);
	if (l.count)
		found_read(e, "%zu units, jobs, profiles and programs; no /etc/ld.so.preload", l.count);
}

// --- FS-04 ---------------------------------------------------------------------------------------------------------

// Whether this word is among the options between commas.
static bool option_among(const char *options, const char *word)
{
	size_t size = strlen(word);
	for (const char *at = options; at; at = strchr(at, ','), at = at ? at + 1 : NULL)
		if (!strncmp(at, word, size) && (!at[size] || at[size] == ','))
			return true;
	return false;
}

// The last mount wins. NULL: nothing is mounted there.
static const char *mount_options(struct host *h, const char *place)
{
	const char *found = NULL, *word[6];
	struct host_lines cursor = { host_file(h, "/proc/self/mountinfo")->text, 0 };
	for (const char *line; host_line(h, &cursor, &line);)
		if (host_words(h, line, word, 6) >= 6 && !strcmp(word[4], place))
			found = word[5];
	return found;
}

static void fs_04(struct examination *e)
{
	static const char *const PLACES[] = { "/tmp", "/var/tmp", "/dev/shm" }, *const WANTED[] = { "nosuid", "nodev", "noexec" };
	if (!found_file(e, host_file(e->host, "/proc/self/mountinfo")))
		return;
	for (size_t i = 0; i < ARRAY_LEN(PLACES); i++) {
		const char *options = mount_options(e->host, PLACES[i]);
		const char *remedy = host_print(e->host, "a line for %s with nosuid,nodev,noexec in /etc/fstab", PLACES[i]);
		if (!options) {
			found_fail(e, remedy, "%s is not a mount of its own", PLACES[i]);
			continue;
		}
		for (size_t k = 0; k < ARRAY_LEN(WANTED); k++)
			if (!option_among(options, WANTED[k]))
				found_fail(e, remedy, "%s is mounted without %s (%s)", PLACES[i], WANTED[k], options);
		found_read(e, "%s %s", PLACES[i], options);
	}
}

// --- FS-05 ---------------------------------------------------------------------------------------------------------

static bool secret_name(const char *name)
{
	static const char *const ENDS[] = { ".key", ".pem", ".p12", ".pfx", ".jks", ".seed", ".env", ".kdbx" };
	static const char *const WHOLE[] = { "id_rsa", "id_ed25519", "id_ecdsa", "wallet.dat", ".pgpass", ".netrc", ".my.cnf",
					     "credentials.json", ".htpasswd", "secrets.yml", "secrets.yaml" };
	for (size_t i = 0; i < ARRAY_LEN(ENDS); i++)
		if (look_ends(name, ENDS[i]))
			return true;
	for (size_t i = 0; i < ARRAY_LEN(WHOLE); i++)
		if (!strcmp(name, WHOLE[i]))
			return true;
	return look_begins(name, ".env.") && strcmp(name, ".env.example");
}

// Certificates and public keys go by the same names.
static bool public_content(struct host *h, const char *path)
{
	const struct host_file *f = host_file(h, path);
	return !f->error && !strstr(f->text, "PRIVATE KEY") &&
	       (strstr(f->text, "-----BEGIN CERTIFICATE") || strstr(f->text, "PUBLIC KEY-----"));
}

static const char *bad_place(struct examination *e, const char *path, bool in_repository)
{
	for (size_t i = 0; e->manifest && i < e->manifest->web_root.count; i++)
		if (look_beneath(path, e->manifest->web_root.name[i]))
			return "beneath a web root";
	return look_beneath(path, "/var/log") ? "among the logs" : in_repository ? "in a repository" : NULL;
}

static bool repository(struct host *h, const char *path)
{
	char *folder = host_copy(h, path, strlen(path));
	struct stat s;
	for (char *slash; (slash = strrchr(folder, '/')) && slash != folder;) {
		*slash = 0;
		if (!host_lstat(h, host_print(h, "%s/.git", folder), &s))
			return true;
	}
	return false;
}

#define SCAN_FILE_MAX 65536
#define SCAN_MAX (32u << 20)

// A private key under whatever name, where others read: small files of web roots and logs are looked into.
static bool key_content(struct looking *l, const struct walk_entry *w)
{
	uint64_t size = (uint64_t)w->status->st_size;
	if (size > SCAN_FILE_MAX || l->scanned > SCAN_MAX || !bad_place(l->e, w->path, false))
		return false;
	l->scanned += size;
	if (l->scanned > SCAN_MAX)
		found_unknown(l->e, "%u MiB of small files were searched for keys; the rest, from %s, was not", SCAN_MAX >> 20, w->path);
	const char *at = strstr(host_file(l->e->host, w->path)->text, "-----BEGIN ");
	for (; at; at = strstr(at + 1, "-----BEGIN ")) {
		const char *key = strstr(at, "PRIVATE KEY-----");
		if (key && key - at < 40)
			return true;
	}
	return false;
}

static int secret_visit(void *context, const struct walk_entry *w)
{
	struct looking *l = context;
	struct host *h = l->e->host;
	if (S_ISDIR(w->status->st_mode))
		return !strcmp(w->name, "node_modules") || !strcmp(w->path, "/etc/ssl/certs");
	if (!S_ISREG(w->status->st_mode) || ((!secret_name(w->name) || public_content(h, w->path)) && !key_content(l, w)))
		return 0;
	const char *where = bad_place(l->e, w->path, repository(h, w->path));
	l->count++;
	if (where)
		found_fail(l->e, NULL, "%s lies %s", w->path, where);
	else if (w->status->st_mode & (S_IRWXG | S_IRWXO))
		found_fail(l->e, host_print(h, "chmod 400 %s", w->path), "%s is %s", w->path, look_owner_text(h, w->status));
	return 0;
}

static void fs_05(struct examination *e)
{
	static const char *const PLACES[] = { "/etc", "/home", "/opt", "/root", "/srv", "/usr/local", "/var/lib/redoubt", "/var/log", "/var/www" };
	const char *exchange[EXCHANGES_MAX];
	struct looking l = { .e = e };
	bool any = false;
	for (size_t i = 0; i < ARRAY_LEN(PLACES); i++)
		any |= look_walk(e, PLACES[i], secret_visit, &l);
	for (size_t i = 0; e->manifest && i < e->manifest->web_root.count; i++)
		if (!look_beneath(e->manifest->web_root.name[i], "/srv") && !look_beneath(e->manifest->web_root.name[i], "/var/www"))
			any |= look_walk(e, e->manifest->web_root.name[i], secret_visit, &l);
	size_t count = look_exchanges(e, exchange, EXCHANGES_MAX);
	for (size_t i = 0; i < count; i++)
		if (!look_beneath(exchange[i], "/srv") && !look_beneath(exchange[i], "/var/lib/redoubt"))
			any |= look_walk(e, exchange[i], secret_visit, &l);
	if (any)
		found_read(e, "%zu files named like secrets", l.count);
	else
		found_unknown(e, "none of the directories that are searched is there");
}

// --- FS-06 ---------------------------------------------------------------------------------------------------------

static bool encrypted_device(struct host *h, const char *path)
{
	if (look_begins(path, "/dev/zram"))
		return true; // memory
	const char *name = look_basename(path);
	const char *target = host_link(h, path); // /dev/mapper/swap -> ../dm-1
	name = target ? look_basename(target) : name;
	return look_begins(host_file(h, host_print(h, "/sys/block/%s/dm/uuid", name))->text, "CRYPT-");
}

static void swap_judge(struct examination *e)
{
	const struct host_file *f = host_file(e->host, "/proc/swaps");
	struct host_lines cursor = { f->text, 0 };
	const char *word[2];
	size_t count = 0;
	if (!found_file(e, f))
		return;
	for (const char *line; host_line(e->host, &cursor, &line);) {
		if (cursor.number == 1 || host_words(e->host, line, word, 2) < 2)
			continue;
		count++;
		if (!encrypted_device(e->host, word[0]))
			found_fail(e, host_print(e->host, "swapoff %s, and take it out of /etc/fstab", word[0]), "swap on %s is not encrypted",
				   word[0]);
	}
	found_read(e, "%zu swap areas", count);
}

static void cores_judge(struct examination *e)
{
	const struct host_file *f = host_file(e->host, "/proc/sys/kernel/core_pattern");
	if (!found_file(e, f))
		return;
	bool nowhere = look_begins(f->text, "|/bin/false") || look_begins(f->text, "|/usr/bin/false") || look_begins(f->text, "|/bin/true") ||
		       look_begins(f->text, "/dev/null");
	if (!nowhere)
		found_fail(e, NULL, "cores are written: kernel.core_pattern is '%.*s'", (int)strcspn(f->text, "\n"), f->text);
}

static void fs_06(struct examination *e)
{
	static const struct { const char *path; long least; } WANTED[] = {
		{ "/proc/sys/kernel/kptr_restrict", 1 }, { "/proc/sys/kernel/dmesg_restrict", 1 },
		{ "/proc/sys/kernel/yama/ptrace_scope", 1 }, { "/proc/sys/kernel/unprivileged_bpf_disabled", 1 },
	};
	swap_judge(e);
	cores_judge(e);
	for (size_t i = 0; i < ARRAY_LEN(WANTED); i++) {
		const struct host_file *f = host_file(e->host, WANTED[i].path);
		if (f->error == -ENOENT)
			found_fail(e, "a kernel that has it", "%s: this kernel has no such setting", WANTED[i].path);
		else if (found_file(e, f) && strtol(f->text, NULL, 10) < WANTED[i].least)
			found_fail(e, NULL, "%s is %.*s, not %ld or more", WANTED[i].path, (int)strcspn(f->text, "\n"), f->text, WANTED[i].least);
	}
}

// --- FS-07 ---------------------------------------------------------------------------------------------------------

// A device, or what it is made of, down to dm-crypt.
static bool device_encrypted(struct host *h, const char *device, unsigned depth)
{
	if (look_begins(host_file(h, host_print(h, "%s/dm/uuid", device))->text, "CRYPT-"))
		return true;
	const char *slaves = host_print(h, "%s/slaves", device);
	const struct host_names *names = host_names(h, slaves);
	bool all = names->count > 0;
	for (size_t i = 0; all && i < names->count && depth < 8; i++)
		all = device_encrypted(h, host_print(h, "/sys/block/%s", names->name[i]), depth + 1);
	return all && depth < 8;
}

// "254:0" of the file system that holds a path. In a tree, facts/devices says it ("PATH MAJOR:MINOR").
static const char *device_of(struct host *h, const char *path, const struct stat *s)
{
	struct host_lines cursor = { host_file(h, "/facts/devices")->text, 0 };
	const char *word[2];
	if (host_is_live(h))
		return host_print(h, "%u:%u", (unsigned)((s->st_dev >> 8) & 0xfff), (unsigned)((s->st_dev & 0xff) | ((s->st_dev >> 12) & 0xfff00)));
	for (const char *line; host_line(h, &cursor, &line);)
		if (host_words(h, line, word, 2) == 2 && !strcmp(word[0], path))
			return word[1];
	return NULL;
}

static void fs_07(struct examination *e)
{
	const char *exchange[EXCHANGES_MAX];
	size_t count = look_exchanges(e, exchange, EXCHANGES_MAX);
	if (found_manifest(e) && !count)
		found_not_applicable(e, "the manifest names no exchange on this host (backup-catalogue)");
	for (size_t i = 0; i < count; i++) {
		struct stat s;
		int r = host_stat(e->host, exchange[i], &s);
		const char *device = r ? NULL : device_of(e->host, exchange[i], &s);
		if (r || !device)
			found_unknown(e, "%s: its device could not be found%s%s", exchange[i], r ? ": " : "", r ? strerror(-r) : "");
		else if (!device_encrypted(e->host, host_print(e->host, "/sys/dev/block/%s", device), 0))
			found_fail(e, NULL, "%s lies on device %s, which is not dm-crypt nor on it", exchange[i], device);
		else
			found_read(e, "%s lies on device %s, dm-crypt", exchange[i], device);
	}
}

const struct check files_checks[] = {
	{ "FS-01", SEVERITY_HIGH, "S",
	  "Services cannot change their own code",
	  "code not owned by the service nor writable by group or others; databases 0600",
	  "a hole that can write becomes a hole that stays",
	  "chown root:root FILE; chmod go-w FILE", fs_01 },
	{ "FS-02", SEVERITY_HIGH, "S",
	  "No new setuid programs",
	  "setuid, setgid and capability files are those of packages and the manifest",
	  "each is a way to root for whoever is already in",
	  "chmod u-s,g-s FILE", fs_02 },
	{ "FS-03", SEVERITY_CRITICAL, "S",
	  "What root runs, only root can change",
	  "units, cron, PATH directories and profile.d writable by root alone; no ld.so.preload",
	  "root runs them for whoever may write them",
	  "chown root:root FILE; chmod go-w FILE", fs_03 },
	{ "FS-04", SEVERITY_MEDIUM, "S",
	  "Scratch directories run nothing",
	  "nosuid, nodev, noexec on /tmp, /var/tmp and /dev/shm",
	  "it is where intruders drop and start their tools",
	  "add the options in /etc/fstab", fs_04 },
	{ "FS-05", SEVERITY_CRITICAL, "C",
	  "Secrets lie where only their owner reads them",
	  "keys, seeds and .env files mode 0400 of their owner; none in web roots, repositories or logs",
	  "a readable key is a lost key",
	  "move it to systemd credentials and rotate it", fs_05 },
	{ "FS-06", SEVERITY_MEDIUM, "C",
	  "Memory does not leak to disk or to other users",
	  "swap off or encrypted, no core dumps, kernel pointers, dmesg, ptrace and bpf restricted",
	  "keys in swap and cores outlive the process",
	  "redoubt host harden --only sysctl --apply", fs_06 },
	{ "FS-07", SEVERITY_HIGH, "C",
	  "Data is encrypted at rest",
	  "the data directories lie on dm-crypt",
	  "disks are stolen, returned and resold",
	  "move the directory to an encrypted volume", fs_07 },
};
const size_t files_check_count = ARRAY_LEN(files_checks);
