// SPDX-License-Identifier: Apache-2.0
// LOG: whether the logs are whole, elsewhere and read.
#include "host/checks.h"
#include "host/look.h"

#include "base/text.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/statvfs.h>
#include <sys/timex.h>
#include <unistd.h>

#define EXCHANGES_MAX 8
#define ACKNOWLEDGED_S 300
#define DAY 86400u
#define KEPT_DAYS 90
#define FREE_PERCENT 15

// --- LOG-01 --------------------------------------------------------------------------------------------------------

// A daemon's user may not own the log nor write it through the group or as anybody. The audit daemon writes its own.
static int audit_visit(void *context, const struct walk_entry *w)
{
	struct examination *e = context;
	const char *owner = look_user(e->host, w->status->st_uid);
	if (S_ISLNK(w->status->st_mode))
		return 0;
	if (look_is_daemon(e, w->status->st_uid) && !look_ends(owner, "-audit"))
		found_fail(e, host_print(e->host, "chown it to the audit daemon's user: %s", w->path), "%s belongs to %s", w->path, owner);
	else if (w->status->st_mode & (S_IWOTH | S_IWGRP))
		found_fail(e, host_print(e->host, "chmod go-w %s", w->path), "%s is %s", w->path, look_owner_text(e->host, w->status));
	return 0;
}

static bool log_judge(struct examination *e, const char *path, struct stat *ret)
{
	if (host_stat(e->host, path, ret))
		return false;
	const char *slash = strrchr(path, '/');
	audit_visit(e, &(struct walk_entry){ path, -1, slash + 1, ret });
	found_read(e, "%s %s", path, look_owner_text(e->host, ret));
	return true;
}

static void log_01(struct examination *e)
{
	static const char *const SYSTEM[] = { "/var/log/auth.log", "/var/log/journal", "/var/log/audit", "/var/log/audit/audit.log" };
	const char *exchange[EXCHANGES_MAX];
	struct stat system[ARRAY_LEN(SYSTEM)], ours;
	bool there[ARRAY_LEN(SYSTEM)];
	size_t count = look_exchanges(e, exchange, EXCHANGES_MAX);
	if (!found_manifest(e))
		return;
	for (size_t i = 0; i < ARRAY_LEN(SYSTEM); i++)
		there[i] = log_judge(e, SYSTEM[i], &system[i]);
	if (!there[0] && !there[1])
		found_fail(e, "mkdir /var/log/journal, or install rsyslog", "log-ins are kept nowhere: no /var/log/auth.log and no /var/log/journal");
	for (size_t i = 0; i < count; i++) {
		const char *folder = host_print(e->host, "%s/log", exchange[i]);
		look_walk(e, folder, audit_visit, e);
		if (host_stat(e->host, folder, &ours))
			continue;
		for (size_t k = 0; k < ARRAY_LEN(SYSTEM); k++)
			if (there[k] && system[k].st_ino == ours.st_ino && system[k].st_dev == ours.st_dev)
				found_fail(e, NULL, "%s and %s are one place", folder, SYSTEM[k]);
		log_judge(e, folder, &ours);
	}
}

// --- LOG-02 --------------------------------------------------------------------------------------------------------

struct target { bool v6; uint8_t address[16]; uint16_t port; const char *text, *file; };

static const char *quoted(struct host *h, const char *line, const char *name)
{
	const char *at = strcasestr(line, name);
	if (!at)
		return NULL;
	at += strlen(name);
	at += *at == '"';
	return host_copy(h, at, strcspn(at, "\" \t)"));
}

// "*.* @@192.0.2.9:6514" or action(type="omfwd" target="192.0.2.9" port="6514").
static bool target_read(struct host *h, const char *line, struct target *t)
{
	const char *address = quoted(h, line, "target=\""), *port = quoted(h, line, "port=\""), *at = strstr(line, " @");
	if (!address && at) {
		at += 2 + (at[2] == '@');
		const char *colon = strrchr(at, ':');
		address = host_copy(h, at, colon ? (size_t)(colon - at) : strcspn(at, " ;"));
		port = colon ? colon + 1 : "514";
	}
	if (!address || !*address)
		return false;
	*t = (struct target){ .v6 = strchr(address, ':') != NULL, .port = (uint16_t)strtoul(port ? port : "514", NULL, 10), .text = address };
	if (inet_pton(t->v6 ? AF_INET6 : AF_INET, address, t->address) != 1)
		memset(t->address, 0, sizeof t->address); // a name: any peer on that port will do
	return true;
}

static bool target_of_file(struct host *h, const char *path, struct target *t)
{
	const struct host_file *f = host_file(h, path);
	struct host_lines cursor = { f->text, 0 };
	for (const char *line; host_line(h, &cursor, &line);) {
		line += strspn(line, " \t");
		if (*line != '#' && target_read(h, line, t)) {
			t->file = path;
			return true;
		}
	}
	return false;
}

static bool target_find(struct host *h, struct target *t)
{
	const struct host_names *names = host_names(h, "/etc/rsyslog.d");
	bool found = target_of_file(h, "/etc/rsyslog.conf", t);
	for (size_t i = 0; !found && i < names->count; i++)
		found = look_ends(names->name[i], ".conf") && target_of_file(h, host_print(h, "/etc/rsyslog.d/%s", names->name[i]), t);
	return found;
}

// The kernel's own books: an established connection to the target, and nothing in it that the peer did not acknowledge.
// 1: so; 0: bytes wait; -1: there is none.
static int connection_find(struct host *h, const struct target *t)
{
	static const uint8_t none[16];
	struct host_lines cursor = { host_file(h, t->v6 ? "/proc/net/tcp6" : "/proc/net/tcp")->text, 0 };
	for (const char *line; host_line(h, &cursor, &line);) {
		char remote[64];
		unsigned state, waiting, port = 0;
		uint8_t address[16] = { 0 };
		if (sscanf(line, " %*u: %*63s %63s %x %x", remote, &state, &waiting) != 3 || state != 1)
			continue;
		for (size_t i = 0; i < (t->v6 ? 4u : 1u); i++) {
			char word[9] = { 0 };
			memcpy(word, remote + 8 * i, 8);
			uint32_t n = (uint32_t)strtoul(word, NULL, 16);
			memcpy(address + 4 * i, &n, 4);
		}
		const char *colon = strchr(remote, ':');
		port = colon ? (unsigned)strtoul(colon + 1, NULL, 16) : 0;
		if (port == t->port && (!memcmp(t->address, none, 16) || !memcmp(address, t->address, t->v6 ? 16 : 4)))
			return !waiting;
	}
	return -1;
}

// Log lines that wait on disk for a target that is away.
static uint64_t queue_age(struct examination *e, const char **ret_name)
{
	const struct host_names *names = host_names(e->host, "/var/spool/rsyslog");
	uint64_t oldest = 0;
	for (size_t i = 0; i < names->count; i++) {
		struct stat s;
		const char *path = host_print(e->host, "/var/spool/rsyslog/%s", names->name[i]);
		if (look_ends(path, ".qi") || host_lstat(e->host, path, &s) || !S_ISREG(s.st_mode))
			continue;
		uint64_t changed = (uint64_t)s.st_mtime, age = host_now(e->host) > changed ? host_now(e->host) - changed : 0;
		if (age > oldest) {
			oldest = age;
			*ret_name = path;
		}
	}
	return oldest;
}

static void rsyslog_judge(struct examination *e, const struct target *t)
{
	const char *waiting = "";
	bool here = t->v6 ? IN6_IS_ADDR_LOOPBACK((const struct in6_addr *)(const void *)t->address) : t->address[0] == 127;
	if (here || !strcmp(t->text, "localhost")) {
		found_fail(e, NULL, "%s forwards to %s: this very host", t->file, t->text);
		return;
	}
	int r = connection_find(e->host, t);
	if (r < 0)
		found_fail(e, "systemctl status rsyslog", "no connection to the log host %s port %u is established", t->text, t->port);
	uint64_t age = queue_age(e, &waiting);
	if (age > ACKNOWLEDGED_S)
		found_fail(e, NULL, "%s has waited for %" PRIu64 " minutes: the log host does not take it", waiting, age / 60);
	if (r >= 0)
		found_read(e, "%s forwards to %s port %u: connected, %s; what its disk did is to be asked there", t->file, t->text, t->port,
			   r ? "every byte acknowledged" : "bytes on their way");
}

static bool upload_judge(struct examination *e)
{
	struct host_lines cursor = { host_file(e->host, "/etc/systemd/journal-upload.conf")->text, 0 };
	struct stat s;
	for (const char *line; host_line(e->host, &cursor, &line);) {
		if (!look_begins(line, "URL="))
			continue;
		int r = host_stat(e->host, "/var/lib/systemd/journal-upload/state", &s);
		uint64_t age = r ? 0 : host_now(e->host) > (uint64_t)s.st_mtime ? host_now(e->host) - (uint64_t)s.st_mtime : 0;
		if (r || age > ACKNOWLEDGED_S)
			found_fail(e, "systemctl status systemd-journal-upload", "%s: nothing was acknowledged for %" PRIu64 " minutes", line,
				   age / 60);
		found_read(e, "%s, acknowledged %" PRIu64 " s ago", line, age);
		return true;
	}
	return false;
}

static void log_02(struct examination *e)
{
	struct target t;
	if (host_names(e->host, "/etc")->error) {
		found_unknown(e, "/etc could not be read");
		return;
	}
	if (target_find(e->host, &t))
		rsyslog_judge(e, &t);
	else if (!upload_judge(e))
		found_fail(e, NULL, "neither rsyslog nor systemd-journal-upload forwards anything");
}

// --- LOG-03 --------------------------------------------------------------------------------------------------------

// tile/0/000, tile/0/x001/000.p/7: the leaf hashes of our log, 256 to a tile (C2SP tlog-tiles).
static const char *tile_path(struct host *h, const char *folder, uint64_t n, unsigned width)
{
	const char *path = host_print(h, "%03u", (unsigned)(n % 1000));
	for (n /= 1000; n; n /= 1000)
		path = host_print(h, "x%03u/%s", (unsigned)(n % 1000), path);
	path = host_print(h, "%s/log/tile/0/%s", folder, path);
	return width < 256 ? host_print(h, "%s.p/%u", path, width) : path;
}

static bool leaf_find(struct host *h, const char *folder, uint64_t index, uint8_t leaf[SHA256_SIZE])
{
	size_t at = (size_t)(index % 256) * SHA256_SIZE;
	for (unsigned width = 256; width > index % 256; width--) {
		const struct host_file *f = host_file(h, tile_path(h, folder, index / 256, width));
		if (f->error || f->size < at + SHA256_SIZE)
			continue;
		memcpy(leaf, f->text + at, SHA256_SIZE);
		return true;
	}
	return false;
}

#define PUBLISHED_S 60 // the audit daemon follows the journal; a backup may be ahead of it for a moment
struct anchor { const char *path; uint64_t blocks, made_us; uint8_t leaf[SHA256_SIZE]; };

// The newest manifest at a destination says how far the journal reached, and the last block's leaf hash.
static bool anchor_read(struct host *h, const char *folder, uint64_t number, struct anchor *ret)
{
	char hex[65];
	ret->path = host_print(h, "%s/manifests/%020" PRIu64, folder, number);
	const char *at = strstr(host_file(h, ret->path)->text, "\ntime ");
	return at && sscanf(at, "\ntime %" SCNu64 "\njournal %" SCNu64 " %*u %64[0-9a-f]", &ret->made_us, &ret->blocks, hex) == 3 &&
	       !hex_decode(hex, strlen(hex), ret->leaf, SHA256_SIZE);
}

static void anchor_judge(struct examination *e, const char *exchange, const struct anchor *a)
{
	uint8_t leaf[SHA256_SIZE];
	if (!a->blocks)
		return;
	bool there = leaf_find(e->host, exchange, a->blocks - 1, leaf);
	if (!there && a->made_us / 1000000 + PUBLISHED_S > host_now(e->host))
		found_unknown(e, "%s/log has no leaf %" PRIu64 " yet: the backup that has it is seconds old", exchange, a->blocks - 1);
	else if (!there)
		found_fail(e, NULL, "%s/log has no leaf %" PRIu64 ", which %s has: the log was cut", exchange, a->blocks - 1, a->path);
	else if (memcmp(leaf, a->leaf, SHA256_SIZE))
		found_fail(e, NULL, "leaf %" PRIu64 " of %s/log is not the one in %s: the log was rewritten", a->blocks - 1, exchange, a->path);
	else
		found_read(e, "leaf %" PRIu64 " of %s/log is that of %s", a->blocks - 1, exchange, a->path);
}

static size_t anchors_judge(struct examination *e, const char *exchange)
{
	const struct host_file *f = host_file(e->host, host_print(e->host, "%s/backup/status", exchange));
	json_t *status = json_loadb(f->text, f->size, 0, NULL), *d;
	size_t i, judged = 0;
	json_array_foreach(json_object_get(status, "destinations"), i, d) {
		const char *folder = json_string_value(json_object_get(d, "folder"));
		struct anchor a;
		if (!folder || !anchor_read(e->host, folder, (uint64_t)json_integer_value(json_object_get(d, "manifest")), &a))
			continue;
		anchor_judge(e, exchange, &a);
		judged++;
	}
	json_decref(status);
	return judged;
}

static void log_03(struct examination *e)
{
	const char *exchange[EXCHANGES_MAX];
	size_t count = look_exchanges(e, exchange, EXCHANGES_MAX);
	if (found_manifest(e) && !count)
		found_not_applicable(e, "the manifest names no exchange on this host (backup-catalogue)");
	for (size_t i = 0; i < count; i++) {
		const struct host_file *f = host_file(e->host, host_print(e->host, "%s/log/checkpoint", exchange[i]));
		if (f->error == -ENOENT)
			found_fail(e, NULL, "there is no %s", f->path);
		else if (found_file(e, f) && !anchors_judge(e, exchange[i]))
			found_unknown(e, "%s: no destination of the backups has a manifest to compare the log with", exchange[i]);
	}
}

// --- LOG-04 --------------------------------------------------------------------------------------------------------

struct watched { const char *path; bool found; };

static void rule_take(struct host *h, const char *line, struct watched *w, size_t count, bool *disabled)
{
	const char *word[16];
	size_t words = host_words(h, line, word, 16);
	const char *path = NULL;
	for (size_t i = 0; i < words && i < 16; i++) {
		if (!strcmp(word[i], "-w") && i + 1 < words)
			path = word[i + 1];
		else if (look_begins(word[i], "path=") || look_begins(word[i], "dir="))
			path = strchr(word[i], '=') + 1;
		if (!strcmp(word[i], "-e") && i + 1 < words && !strcmp(word[i + 1], "0"))
			*disabled = true;
	}
	const char *permissions = strstr(line, "-p ");
	bool writes = strstr(line, "perm=") ? strpbrk(strstr(line, "perm=") + 5, "w") != NULL :
					      !permissions || memchr(permissions + 3, 'w', strcspn(permissions + 3, " ")) != NULL;
	for (size_t i = 0; path && writes && i < count; i++)
		w[i].found |= look_beneath(w[i].path, path);
}

// "-a never,task" without a field: the kernel makes no audit context for any process, so no rule ever speaks.
static bool never_task(struct host *h, const char *line)
{
	const char *word[4];
	size_t words = host_words(h, line, word, 4);
	return words >= 2 && (!strcmp(word[0], "-a") || !strcmp(word[0], "-A")) && !strstr(line, " -F") &&
	       (!strcmp(word[1], "never,task") || !strcmp(word[1], "task,never"));
}

static void rules_read(struct host *h, const char *path, struct watched *w, size_t count, bool *disabled)
{
	struct host_lines cursor = { host_file(h, path)->text, 0 };
	for (const char *line; host_line(h, &cursor, &line);) {
		line += strspn(line, " \t");
		if (look_begins(line, "-D") && strchr(" \t\r", line[2])) { // takes back every rule before it
			for (size_t i = 0; i < count; i++)
				w[i].found = false;
		} else if (*line == '-') {
			*disabled |= never_task(h, line);
			rule_take(h, line, w, count, disabled);
		}
	}
}

static void log_04(struct examination *e)
{
	struct watched w[] = { { "/etc/ssh/sshd_config", false }, { "/etc/sudoers", false }, { "/etc/passwd", false }, { "/etc/shadow", false },
			       { "/etc/redoubt", false } };
	const struct host_names *names = host_names(e->host, "/etc/audit/rules.d");
	const struct host_processes *all = host_processes(e->host);
	bool disabled = false, running = false;
	if (host_names(e->host, "/etc")->error) {
		found_unknown(e, "/etc could not be read");
		return;
	}
	for (size_t i = 0; i < names->count; i++)
		if (look_ends(names->name[i], ".rules"))
			rules_read(e->host, host_print(e->host, "/etc/audit/rules.d/%s", names->name[i]), w, ARRAY_LEN(w), &disabled);
	if (!names->count)
		rules_read(e->host, "/etc/audit/audit.rules", w, ARRAY_LEN(w), &disabled);
	for (size_t i = 0; i < ARRAY_LEN(w); i++)
		if (!w[i].found)
			found_fail(e, "redoubt host harden --only logs --apply", "no audit rule records writes to %s", w[i].path);
	for (size_t i = 0; i < all->count; i++)
		running |= !strcmp(all->process[i].name, "auditd");
	if (!running)
		found_fail(e, "apt-get install auditd; systemctl enable --now auditd", "auditd does not run");
	if (disabled)
		found_fail(e, "take '-e 0' and '-a never,task' out of the rules", "the audit rules switch auditing off (-e 0, or -a never,task)");
	found_read(e, "%zu files of audit rules; staff data and the cold table are not built yet", names->count);
}

// --- LOG-05 --------------------------------------------------------------------------------------------------------

struct journal { const char *storage, *retention; };

static void journal_read(struct host *h, const char *path, struct journal *j)
{
	struct host_lines cursor = { host_file(h, path)->text, 0 };
	for (const char *line; host_line(h, &cursor, &line);) {
		line += strspn(line, " \t");
		size_t size = strcspn(line, " \t=");
		const char *value = strchr(line, '=');
		if (!value || line[size + strspn(line + size, " \t")] != '=')
			continue;
		value += 1 + strspn(value + 1, " \t");
		if (size == 7 && look_begins(line, "Storage"))
			j->storage = value;
		else if (size == 15 && look_begins(line, "MaxRetentionSec"))
			j->retention = value;
	}
}

// "90day", "3month", "7776000", "12week": in days; 0 is no limit.
static double days_of(const char *text)
{
	static const struct { const char *unit; double seconds; } UNITS[] = {
		{ "month", 2629800 }, { "min", 60 }, { "m", 60 }, { "year", 31557600 }, { "y", 31557600 }, { "M", 2629800 }, { "week", 604800 },
		{ "w", 604800 }, { "day", 86400 }, { "d", 86400 }, { "hour", 3600 }, { "hr", 3600 }, { "h", 3600 }, { "s", 1 },
	};
	char *unit;
	double n = strtod(text, &unit);
	unit += strspn(unit, " ");
	for (size_t i = 0; i < ARRAY_LEN(UNITS); i++)
		if (look_begins(unit, UNITS[i].unit))
			return n * UNITS[i].seconds / DAY;
	return n / DAY;
}

// Percent that is free beneath /var/log; in a tree facts/log-free says it. Negative: unknown.
static double free_percent(struct host *h)
{
	struct statvfs v;
	if (!host_is_live(h)) {
		const struct host_file *f = host_file(h, "/facts/log-free");
		return f->error ? -1 : strtod(f->text, NULL);
	}
	int fd = host_openat(h, "/var/log", O_RDONLY | O_DIRECTORY);
	int r = fd < 0 ? -1 : fstatvfs(fd, &v);
	if (fd >= 0)
		close(fd);
	return r || !v.f_blocks ? -1 : 100.0 * (double)v.f_bavail / (double)v.f_blocks;
}

// The drop-ins of all folders in the order of their names; of two with one name the first folder's counts.
static void drop_ins_read(struct examination *e, struct journal *j)
{
	static const char *const FOLDERS[] = { "/etc/systemd/journald.conf.d", "/run/systemd/journald.conf.d",
					       "/usr/local/lib/systemd/journald.conf.d", "/usr/lib/systemd/journald.conf.d" };
	for (const char *last = "";;) {
		const char *next = NULL, *folder = NULL;
		for (size_t i = 0; i < ARRAY_LEN(FOLDERS); i++) {
			const struct host_names *names = host_names(e->host, FOLDERS[i]);
			for (size_t k = 0; k < names->count; k++)
				if (look_ends(names->name[k], ".conf") && strcmp(names->name[k], last) > 0 &&
				    (!next || strcmp(names->name[k], next) < 0)) {
					next = names->name[k];
					folder = FOLDERS[i];
				}
		}
		if (!next)
			return;
		journal_read(e->host, host_print(e->host, "%s/%s", folder, next), j);
		last = next;
	}
}

static void log_05(struct examination *e)
{
	struct journal j = { "auto", "0" };
	struct stat s;
	if (host_names(e->host, "/etc")->error) {
		found_unknown(e, "/etc could not be read");
		return;
	}
	journal_read(e->host, "/etc/systemd/journald.conf", &j);
	drop_ins_read(e, &j);
	bool kept = look_begins(j.storage, "persistent") || (look_begins(j.storage, "auto") && !host_stat(e->host, "/var/log/journal", &s));
	if (!kept)
		found_fail(e, NULL, "the journal is gone after a reboot: Storage=%s%s", j.storage, look_begins(j.storage, "auto") ? " without /var/log/journal" : "");
	double days = days_of(j.retention), space = free_percent(e->host);
	if (days > 0 && days < KEPT_DAYS - 0.5)
		found_fail(e, NULL, "the journal is kept for %.0f days: MaxRetentionSec=%s", days, j.retention);
	if (space < 0)
		found_unknown(e, "the free space of /var/log could not be read");
	else if (space < FREE_PERCENT)
		found_fail(e, "make room, or move old logs to the log host", "%.0f %% of /var/log's disk is free", space);
	found_read(e, "Storage=%s, MaxRetentionSec=%s, %.0f %% free", j.storage, j.retention, space);
}

// --- LOG-06, LOG-07 ------------------------------------------------------------------------------------------------

static void log_06(struct examination *e)
{
	found_not_applicable(e, "reviews are signed with staff keys, which are not built yet");
}

// Off by how many seconds, or negative when the kernel says that nobody keeps it right.
static double clock_offset(struct host *h, bool *ret_known)
{
	struct timex t = { 0 };
	double offset = 0;
	*ret_known = true;
	if (!host_is_live(h)) { // facts/clock: "synchronised SECONDS" or "unsynchronised"
		const struct host_file *f = host_file(h, "/facts/clock");
		*ret_known = !f->error;
		return sscanf(f->text, "synchronised %lf", &offset) == 1 ? offset : -1;
	}
	if (adjtimex(&t) < 0) {
		*ret_known = false;
		return 0;
	}
	if (t.status & STA_UNSYNC)
		return -1;
	offset = (double)t.offset / (t.status & STA_NANO ? 1e9 : 1e6);
	double error = (double)t.maxerror / 1e6;
	offset = offset < 0 ? -offset : offset;
	return offset > error ? offset : error;
}

static void log_07(struct examination *e)
{
	bool known;
	double offset = clock_offset(e->host, &known);
	if (!known)
		found_unknown(e, "the kernel's clock state could not be read");
	else if (offset < 0)
		found_fail(e, NULL, "the kernel says that nobody keeps the clock right");
	else if (offset >= 1)
		found_fail(e, NULL, "the clock may be off by %.3f s", offset);
	else
		found_read(e, "synchronised, off by at most %.3f s", offset);
}

const struct check logs_checks[] = {
	{ "LOG-01", SEVERITY_HIGH, "S",
	  "Logs are apart, and daemons cannot rewrite the audit log",
	  "separate files; the application's users cannot write the audit log",
	  "the intruder's first act is to edit the log",
	  "chown and chmod as said", log_01 },
	{ "LOG-02", SEVERITY_HIGH, "S C",
	  "Logs leave the host",
	  "a forwarder with a target elsewhere, acknowledged within 5 minutes",
	  "a log that lies only where the break-in happened is the intruder's",
	  "redoubt host harden --only logs --apply", log_02 },
	{ "LOG-03", SEVERITY_CRITICAL, "C",
	  "The audit chain is whole",
	  "its hash chain agrees with the anchor off the host",
	  "a missing entry is the crime",
	  "investigate: redoubt journal verify", log_03 },
	{ "LOG-04", SEVERITY_MEDIUM, "O5",
	  "Changes of access are recorded",
	  "audit rules on SSH, sudoers, staff data and the cold table",
	  "who changed it is the first question",
	  "install the audit rules", log_04 },
	{ "LOG-05", SEVERITY_MEDIUM, "S",
	  "Logs are kept long enough",
	  "journald persistent, 90 days, 15 % of the disk free",
	  "break-ins are noticed after months",
	  "/etc/systemd/journald.conf.d/00-redoubt.conf", log_05 },
	{ "LOG-06", SEVERITY_MEDIUM, "O5 S",
	  "Logs are read",
	  "a signed review within 7 days",
	  "alarms that nobody reads are none",
	  "review and sign", log_06 },
	{ "LOG-07", SEVERITY_MEDIUM, "C",
	  "The clock is right",
	  "synchronised, off by less than 1 s",
	  "times in logs, certificates and windows depend on it",
	  "apt-get install chrony", log_07 },
};
const size_t logs_check_count = ARRAY_LEN(logs_checks);
