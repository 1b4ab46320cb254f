// SPDX-License-Identifier: Apache-2.0
// FIM: whether programs and configuration are what they were.
#include "host/baseline_place.h"
#include "host/checks.h"
#include "host/dpkg.h"
#include "host/look.h"

#include "base/text.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#define PROGRAMS_MAX 2048
#define KILL_TRIES_MAX 131072

// --- what is compared ----------------------------------------------------------------------------------------------

struct comparing {
	struct examination *e;
	struct baseline baseline; // sequence 0: there is none that holds
	struct dpkg *dpkg;
	size_t same, upgraded, by_package;
};

static void comparing_begin(struct comparing *c, struct examination *e)
{
	const char *sentence = "";
	struct baseline_place place = { BASELINE_PATH, BASELINE_KEY_PATH, NULL };
	*c = (struct comparing){ .e = e, .dpkg = dpkg_open(e->host) };
	if (baseline_place_load(e->host, &place, &c->baseline, &sentence))
		found_read(e, "no baseline: %s", sentence);
}

// Whether the package that ships it has this content, and came since the baseline.
static bool explained(const struct comparing *c, const char *path)
{
	char md5[MD5_TEXT];
	const struct dpkg_file *f = c->dpkg ? dpkg_file(c->dpkg, path) : NULL;
	return f && dpkg_installed_since(c->dpkg, f->package, c->baseline.time) && !digest_md5(c->e->host, path, md5) &&
	       !strcmp(md5, f->md5);
}

static const char *value_of(struct host *h, const struct digest_job *job)
{
	char hex[2 * SHA256_SIZE + 1];
	hex_encode(job->sha256, SHA256_SIZE, hex);
	return host_print(h, "%04o.%u.%u.%llu.%s", job->status.st_mode & 07777, (unsigned)job->status.st_uid,
			  (unsigned)job->status.st_gid, (unsigned long long)job->status.st_size, hex);
}

// Against the baseline. False: it has no such file, or there is no baseline.
static bool baseline_judge(struct comparing *c, const struct digest_job *job)
{
	struct baseline texts = { 0 };
	const char *key = c->baseline.sequence ? baseline_text(&texts, job->path) : NULL;
	const struct baseline_item *item = key ? baseline_find(&c->baseline, BASELINE_FILE, key) : NULL;
	baseline_free(&texts);
	if (!item)
		return false;
	if (!strcmp(item->value, value_of(c->e->host, job)))
		c->same++;
	else if (explained(c, job->path))
		c->upgraded++;
	else
		found_fail(c->e, NULL, "%s is not what baseline %llu has: %s, was %s", job->path,
			   (unsigned long long)c->baseline.sequence, value_of(c->e->host, job), item->value);
	return true;
}

static bool package_judge(struct comparing *c, const char *path)
{
	char md5[MD5_TEXT];
	const struct dpkg_file *f = c->dpkg ? dpkg_file(c->dpkg, path) : NULL;
	if (!f || f->configuration || digest_md5(c->e->host, path, md5))
		return false;
	if (strcmp(md5, f->md5))
		found_fail(c->e, host_print(c->e->host, "investigate, then apt-get install --reinstall %s", f->package),
			   "%s is not what package %s shipped: md5 %s, was %s", path, f->package, md5, f->md5);
	else
		c->by_package++;
	return true;
}

static void comparing_end(struct comparing *c, size_t count)
{
	found_read(c->e, "%zu files: %zu as in the baseline, %zu as their package shipped them, %zu upgraded since the baseline", count,
		   c->same, c->by_package, c->upgraded);
	baseline_free(&c->baseline);
}

// --- FIM-01 --------------------------------------------------------------------------------------------------------

static const char *const CRITICAL[] = {
	"/usr/sbin/sshd", "/usr/bin/ssh", "/usr/bin/sudo", "/usr/bin/su", "/bin/su", "/usr/bin/login", "/bin/login",
	"/usr/bin/passwd", "/usr/sbin/nft", "/usr/lib/systemd/systemd", "/lib/systemd/systemd", "/usr/bin/bash", "/bin/bash",
	"/usr/bin/dash", "/usr/bin/dpkg", "/usr/bin/apt-get", "/usr/sbin/cron", "/usr/sbin/rsyslogd",
};

static bool critical_library(const char *name)
{
	return look_begins(name, "libc.so") || look_begins(name, "libcrypto.so") || look_begins(name, "libssl.so") ||
	       look_begins(name, "libpam") || look_begins(name, "ld-linux") || look_begins(name, "libnss_");
}

static void program_add(struct examination *e, struct digest_job *jobs, size_t *count, const char *path)
{
	struct stat s;
	if (*count == PROGRAMS_MAX || host_lstat(e->host, path, &s) || !S_ISREG(s.st_mode))
		return;
	for (size_t i = 0; i < *count; i++)
		if (!strcmp(jobs[i].path, path))
			return;
	jobs[(*count)++].path = path;
}

static void libraries_add(struct examination *e, struct digest_job *jobs, size_t *count)
{
	const struct host_names *kinds = host_names(e->host, "/usr/lib");
	for (size_t i = 0; i < kinds->count; i++) {
		if (!look_ends(kinds->name[i], "-linux-gnu"))
			continue;
		const char *folder = host_print(e->host, "/usr/lib/%s", kinds->name[i]);
		const struct host_names *names = host_names(e->host, folder);
		for (size_t k = 0; k < names->count; k++)
			if (critical_library(names->name[k]))
				program_add(e, jobs, count, host_print(e->host, "%s/%s", folder, names->name[k]));
		names = host_names(e->host, host_print(e->host, "%s/security", folder));
		for (size_t k = 0; k < names->count; k++)
			program_add(e, jobs, count, host_print(e->host, "%s/security/%s", folder, names->name[k]));
	}
}

static void programs_add(struct examination *e, struct digest_job *jobs, size_t *count)
{
	static const char *const OWN[] = { "/usr/bin", "/usr/sbin", "/usr/local/bin", "/usr/local/sbin", "/usr/local/libexec/redoubt",
					   "/usr/libexec/redoubt", "/opt/redoubt/bin" };
	for (size_t i = 0; i < ARRAY_LEN(CRITICAL); i++)
		program_add(e, jobs, count, CRITICAL[i]);
	libraries_add(e, jobs, count);
	for (size_t i = 0; i < ARRAY_LEN(OWN); i++) {
		const struct host_names *names = host_names(e->host, OWN[i]);
		for (size_t k = 0; k < names->count; k++)
			if (look_begins(names->name[k], "redoubt") || strstr(OWN[i], "redoubt"))
				program_add(e, jobs, count, host_print(e->host, "%s/%s", OWN[i], names->name[k]));
	}
	const struct host_processes *all = host_processes(e->host);
	for (size_t i = 0; i < all->count; i++)
		if (all->process[i].program[0] == '/' && !all->process[i].deleted)
			program_add(e, jobs, count, all->process[i].program);
}

static void fim_01(struct examination *e)
{
	struct comparing c;
	struct digest_cost unused;
	struct digest_job *jobs = host_alloc(e->host, PROGRAMS_MAX * sizeof *jobs);
	size_t count = 0, strangers = 0;
	comparing_begin(&c, e);
	programs_add(e, jobs, &count);
	digest_all(e->host, jobs, count, 0, &unused);
	for (size_t i = 0; i < count; i++) {
		if (jobs[i].error == -ENOENT)
			continue;
		if (jobs[i].error) {
			found_unknown(e, "%s could not be read: %s", jobs[i].path, strerror(-jobs[i].error));
			continue;
		}
		bool known = baseline_judge(&c, &jobs[i]);
		known |= package_judge(&c, jobs[i].path);
		if (!known && c.baseline.sequence)
			found_fail(e, "investigate; if it belongs here: redoubt host baseline make, then sign",
				   "%s is neither in the baseline nor of a package", jobs[i].path);
		strangers += !known;
	}
	if (!count)
		found_unknown(e, "none of the critical programs is there");
	else if (!c.baseline.sequence)
		found_unknown(e, "there is no baseline that holds (FIM-03): dpkg's MD5 alone vouches for %zu of %zu programs", c.by_package,
			      count);
	comparing_end(&c, count);
}

// --- FIM-02 --------------------------------------------------------------------------------------------------------

static const char *const CONFIGURATION[] = {
	"/etc/apt", "/etc/cron.d", "/etc/cron.daily", "/etc/cron.hourly", "/etc/cron.monthly", "/etc/cron.weekly", "/etc/crontab",
	"/etc/nftables.conf", "/etc/pam.d", "/etc/redoubt", "/etc/ssh", "/etc/sudoers", "/etc/sudoers.d", "/etc/systemd",
};
#define CONFIGURATION_MAX 8192

struct configuration { struct examination *e; struct digest_job *jobs; size_t count; };

static int configuration_visit(void *context, const struct walk_entry *w)
{
	struct configuration *c = context;
	if (S_ISREG(w->status->st_mode) && c->count < CONFIGURATION_MAX && !look_beneath(w->path, BASELINE_KEY_PATH))
		c->jobs[c->count++].path = host_copy(c->e->host, w->path, strlen(w->path));
	return 0;
}

static bool in_scope(const struct baseline *b, const char *path)
{
	for (size_t i = 0; i < b->scope_count; i++)
		if (look_beneath(path, b->scope[i]))
			return true;
	return false;
}

static void configuration_missing(struct comparing *c, const struct configuration *found)
{
	for (size_t i = 0; i < c->baseline.count; i++) {
		const struct baseline_item *item = &c->baseline.items[i];
		bool ours = false;
		struct stat s;
		for (size_t k = 0; item->kind == BASELINE_FILE && k < ARRAY_LEN(CONFIGURATION); k++)
			ours |= look_beneath(item->key, CONFIGURATION[k]);
		if (ours && host_lstat(c->e->host, item->key, &s) == -ENOENT && !(c->dpkg && dpkg_busy_since(c->dpkg, c->baseline.time)))
			found_fail(c->e, NULL, "%s of the baseline is gone", item->key);
	}
}

static void fim_02(struct examination *e)
{
	struct comparing c;
	struct digest_cost unused;
	struct configuration found = { .e = e, .jobs = host_alloc(e->host, CONFIGURATION_MAX * sizeof *found.jobs) };
	comparing_begin(&c, e);
	if (!c.baseline.sequence) {
		found_unknown(e, "there is no baseline that holds (FIM-03)");
		return;
	}
	for (size_t i = 0; i < ARRAY_LEN(CONFIGURATION); i++) {
		struct stat s;
		if (host_lstat(e->host, CONFIGURATION[i], &s))
			continue;
		if (in_scope(&c.baseline, CONFIGURATION[i]))
			look_walk(e, CONFIGURATION[i], configuration_visit, &found);
		else
			found_fail(e, "redoubt host baseline make with a scope that covers it", "the baseline's scope leaves %s out",
				   CONFIGURATION[i]);
	}
	digest_all(e->host, found.jobs, found.count, 0, &unused);
	for (size_t i = 0; i < found.count; i++) {
		if (found.jobs[i].error)
			found_unknown(e, "%s could not be read: %s", found.jobs[i].path, strerror(-found.jobs[i].error));
		else if (!baseline_judge(&c, &found.jobs[i]) && !explained(&c, found.jobs[i].path))
			found_fail(e, NULL, "%s is not in the baseline", found.jobs[i].path);
		else if (explained(&c, found.jobs[i].path))
			c.upgraded++;
	}
	configuration_missing(&c, &found);
	comparing_end(&c, found.count);
}

// --- FIM-03 --------------------------------------------------------------------------------------------------------

static void fim_03(struct examination *e)
{
	const struct manifest *m = found_manifest(e);
	struct baseline b = { 0 };
	const char *sentence = "";
	struct baseline_place place = { BASELINE_PATH, BASELINE_KEY_PATH, m && m->baseline_copy.count ? m->baseline_copy.name[0] : NULL };
	if (!m)
		return;
	if (baseline_place_load(e->host, &place, &b, &sentence))
		found_fail(e, NULL, "%s", sentence);
	if (!place.copy)
		found_fail(e, "keep a copy off the host and name it: baseline-copy PATH in " MANIFEST_PATH,
			   "no copy off the host is named: nobody could tell an old baseline that was put back");
	if (b.sequence) {
		struct dpkg *d = dpkg_open(e->host);
		found_read(e, "number %llu, signed, %zu items%s%s", (unsigned long long)b.sequence, b.count,
			   place.copy ? ", equal to " : "", place.copy ? place.copy : "");
		if (d && dpkg_busy_since(d, b.time))
			found_read(e, "packages were installed since: make the next baseline");
	}
	baseline_free(&b);
}

// --- FIM-04, FIM-05 ------------------------------------------------------------------------------------------------

static void fim_04(struct examination *e)
{
	found_not_applicable(e, "the cold-address table is not built yet: there is nothing whose hash could be compared");
}

static int number_order(const void *a, const void *b)
{
	const pid_t *x = a, *y = b;
	return (*x > *y) - (*x < *y);
}

// A thread answers to its own number, too; then its status names another as the process.
static bool is_thread(struct host *h, pid_t pid)
{
	const char *at = strstr(host_file(h, host_print(h, "/proc/%d/status", (int)pid))->text, "\nTgid:");
	return at && strtol(at + 6, NULL, 10) != pid;
}

static void hidden_judge(struct examination *e, const pid_t *listed, size_t count, pid_t pid)
{
	if (bsearch(&pid, listed, count, sizeof *listed, number_order) || is_thread(e->host, pid))
		return;
	if (host_is_live(e->host)) { // it may have begun after the list was read
		struct stat s;
		char path[32];
		snprintf(path, sizeof path, "/proc/%d", (int)pid);
		if (!host_stat(e->host, path, &s) || (kill(pid, 0) && errno == ESRCH))
			return;
	}
	found_fail(e, NULL, "process %d answers to a signal and is not in /proc", (int)pid);
}

static void hidden_find(struct examination *e)
{
	const struct host_names *names = host_names(e->host, "/proc");
	pid_t *listed = host_alloc(e->host, (names->count + 1) * sizeof *listed), highest = 0;
	size_t count = 0;
	for (size_t i = 0; i < names->count; i++) {
		pid_t pid = (pid_t)strtol(names->name[i], NULL, 10);
		if (pid > 0)
			listed[count++] = pid;
		highest = pid > highest ? pid : highest;
	}
	qsort(listed, count, sizeof *listed, number_order);
	if (!host_is_live(e->host)) {
		struct host_lines cursor = { host_file(e->host, "/facts/answering")->text, 0 };
		for (const char *line; host_line(e->host, &cursor, &line);)
			hidden_judge(e, listed, count, (pid_t)strtol(line, NULL, 10));
		found_read(e, "%zu processes in /proc", count);
		return;
	}
	pid_t first = highest > KILL_TRIES_MAX ? highest - KILL_TRIES_MAX : 0, last = highest + 1024;
	for (pid_t pid = first + 1; pid <= last; pid++)
		if (!kill(pid, 0) || errno == EPERM)
			hidden_judge(e, listed, count, pid);
	found_read(e, "%zu processes in /proc, numbers %d to %d asked", count, (int)first + 1, (int)last);
}

static const struct { unsigned bit; const char *what; } TAINTS[] = {
	{ 1, "a module was forced in" }, { 3, "a module was forced out" }, { 12, "a module from outside the kernel's tree" },
	{ 13, "an unsigned module" }, { 15, "the kernel was live-patched" },
};

static void taint_judge(struct examination *e)
{
	const struct host_file *f = host_file(e->host, "/proc/sys/kernel/tainted");
	if (!found_file(e, f))
		return;
	unsigned long taint = strtoul(f->text, NULL, 10);
	for (size_t i = 0; i < ARRAY_LEN(TAINTS); i++)
		if (taint >> TAINTS[i].bit & 1)
			found_fail(e, "lsmod; find out where the module came from", "the kernel is tainted (%lu): %s", taint, TAINTS[i].what);
	found_read(e, "taint %lu", taint);
}

// Environments in which a library was put before all others.
static void preload_judge(struct examination *e)
{
	static const char *const NAMES[] = { "LD_PRELOAD=", "LD_AUDIT=" };
	const struct host_processes *all = host_processes(e->host);
	for (size_t i = 0; i < all->count; i++) {
		const struct host_file *f = host_file(e->host, host_print(e->host, "/proc/%d/environ", (int)all->process[i].pid));
		for (size_t at = 0; at < f->size; at += strlen(f->text + at) + 1)
			for (size_t n = 0; n < ARRAY_LEN(NAMES); n++)
				if (look_begins(f->text + at, NAMES[n]) && f->text[at + strlen(NAMES[n])] > ' ')
					found_fail(e, NULL, "process %d (%s) runs with %.200s", (int)all->process[i].pid,
						   all->process[i].name, f->text + at);
	}
}

static void fim_05(struct examination *e)
{
	if (host_processes(e->host)->error || !host_processes(e->host)->count) {
		found_unknown(e, "/proc could not be read");
		return;
	}
	hidden_find(e);
	taint_judge(e);
	preload_judge(e);
}

const struct check integrity_checks[] = {
	{ "FIM-01", SEVERITY_CRITICAL, "O5",
	  "Critical programs are what the packages shipped",
	  "sshd, sudo, su, login, PAM, libcrypto, libc, nft, systemd, our own, on disk and running, match the baseline and dpkg",
	  "a replaced program is how an intruder stays",
	  "investigate, then apt-get install --reinstall PACKAGE", fim_01 },
	{ "FIM-02", SEVERITY_HIGH, "O5",
	  "Critical configuration is as signed",
	  "/etc/ssh, pam.d, sudoers, nftables, systemd, cron and apt match the baseline",
	  "a changed line is a quieter back door than a changed program",
	  "review the difference, then redoubt host baseline sign", fim_02 },
	{ "FIM-03", SEVERITY_HIGH, "O5",
	  "The baseline itself can be trusted",
	  "signature valid, sequence not lower than the copy kept off the host, reconciled with dpkg's log",
	  "who can change the programs can change the list of them",
	  "redoubt host baseline sign", fim_03 },
	{ "FIM-04", SEVERITY_CRITICAL, "O",
	  "The cold addresses are the quorum's",
	  "hash of the table equals the value the quorum signed",
	  "one changed address takes the next sweep",
	  "halt withdrawals and investigate", fim_04 },
	{ "FIM-05", SEVERITY_HIGH, "O5",
	  "The kernel and /proc tell the same story",
	  "no hidden process, no taint, no LD_PRELOAD in a daemon's environment",
	  "rootkits hide in the difference",
	  "isolate the host", fim_05 },
};
const size_t integrity_check_count = ARRAY_LEN(integrity_checks);
