// SPDX-License-Identifier: Apache-2.0
// The walls around our daemons: what the kernel says of each process, what systemd makes of the units, and what the
// kernel can do at all.
#include "checks/services/services.h"

#include <linux/landlock.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#define EXPOSURE_MAX 2.0
#define UNITS_MAX 32

// The supervisor starts the others as their users, so it has capabilities by design; everything else has none.
static bool sandboxed_daemon(const struct host_process *p)
{
	return !strncmp(p->name, "redoubt-", 8) && strncmp(p->name, "redoubt-supervi", 15);
}

static void process_judge(struct examination *e, const struct host_process *p)
{
	if (p->no_new_privileges < 0 || p->seccomp < 0)
		found_unknown(e, "/proc/%d/status does not tell of the sandbox of %s", (int)p->pid, p->name);
	else if (p->no_new_privileges != 1)
		found_fail(e, NULL, "process %d (%s) may gain privileges: NoNewPrivs %d", (int)p->pid, p->name, p->no_new_privileges);
	else if (p->seccomp != 2)
		found_fail(e, NULL, "process %d (%s) has no system call filter: Seccomp %d", (int)p->pid, p->name, p->seccomp);
	else if (p->capabilities)
		found_fail(e, NULL, "process %d (%s) has capabilities: %016llx of its effective, permitted, inheritable and ambient", (int)p->pid, p->name, (unsigned long long)p->capabilities);
}

// "→ Overall exposure level for redoubt.service: 1.6 OK"
static void exposure_judge(struct examination *e, const char *text, size_t wanted)
{
	static const char MARK[] = "exposure level for ";
	size_t count = 0;
	for (const char *at = text; (at = strstr(at, MARK)); count++) {
		at += sizeof MARK - 1;
		size_t size = strcspn(at, ":\n");
		double exposure = at[size] == ':' ? strtod(at + size + 1, NULL) : 10;
		if (exposure > EXPOSURE_MAX)
			found_fail(e, NULL, "%.*s has exposure %.1f, at most %.1f", (int)size, at, exposure, EXPOSURE_MAX);
		else
			found_read(e, "%.*s %.1f", (int)size, at, exposure);
	}
	if (count != wanted)
		found_unknown(e, "systemd-analyze judged %zu of %zu units: %.200s", count, wanted, count ? "" : text);
}

// All our units in one run of the program.
static size_t units_judge(struct examination *e)
{
	const char *arguments[UNITS_MAX + 4] = { "security", "--offline=true", "--no-pager" };
	const struct host_names *names = host_names(e->host, "/etc/systemd/system");
	size_t count = 0;
	for (size_t i = 0; i < names->count && count < UNITS_MAX; i++) {
		size_t size = strlen(names->name[i]);
		struct stat s;
		const char *path = host_print(e->host, "/etc/systemd/system/%s", names->name[i]);
		if (strncmp(names->name[i], "redoubt", 7) || size < 8 || strcmp(names->name[i] + size - 8, ".service") ||
		    host_lstat(e->host, path, &s) || !S_ISREG(s.st_mode))
			continue;
		arguments[3 + count++] = path;
	}
	if (!count)
		return 0;
	const struct host_output *said = host_run(e->host, HOST_SYSTEMD_ANALYZE, arguments);
	if (said->error)
		found_unknown(e, "systemd-analyze could not be asked: %s", strerror(-said->error));
	else
		exposure_judge(e, said->text, count);
	return count;
}

void svc_04(struct examination *e)
{
	const struct host_processes *all = found_processes(e);
	size_t count = 0;
	for (size_t i = 0; all && i < all->count; i++) {
		if (!sandboxed_daemon(&all->process[i]))
			continue;
		count++;
		process_judge(e, &all->process[i]);
	}
	size_t units = all ? units_judge(e) : 0;
	if (all && !count && !units)
		found_not_applicable(e, "none of our daemons runs on this host, and it has none of our units");
	else if (all)
		found_read(e, "%zu of our daemons, %zu of our units", count, units);
}

// --- the kernel ---

static bool word_within(const char *list, const char *word)
{
	size_t size = strlen(word);
	for (const char *at = list; *at; at += strcspn(at, ", \n"), at += *at != 0)
		if (!strncmp(at, word, size) && strchr(", \n", at[size]))
			return true;
	return false;
}

static void landlock_judge(struct examination *e)
{
	const struct host_file *modules = host_file(e->host, "/sys/kernel/security/lsm");
	if (host_is_live(e->host)) {
		long version = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
		if (version > 0)
			found_read(e, "Landlock ABI %ld", version);
		else
			found_fail(e, NULL, "the kernel has no Landlock: %s", strerror(errno));
	} else if (found_file(e, modules)) {
		if (word_within(modules->text, "landlock"))
			found_read(e, "Landlock is among the security modules");
		else
			found_fail(e, "lsm=landlock,... on the kernel's command line, or a newer kernel", "%s does not have landlock: %.100s",
				   modules->path, modules->text);
	}
}

// There since 5.14, switched on since 6.5; before that the command line says so.
static void secret_memory_judge(struct examination *e)
{
	const struct host_file *release = host_file(e->host, "/proc/sys/kernel/osrelease"), *line = host_file(e->host, "/proc/cmdline");
	unsigned major = 0, minor = 0;
	if (!found_file(e, release))
		return;
	bool read = sscanf(release->text, "%u.%u", &major, &minor) == 2, there;
	unsigned version = major * 1000 + minor;
	if (!read) {
		found_unknown(e, "%s is no version: '%.60s'", release->path, release->text);
		return;
	}
	if (host_is_live(e->host)) {
		long fd = syscall(SYS_memfd_secret, 0);
		there = fd >= 0;
		if (there)
			close((int)fd);
	} else {
		there = version >= 6005 ? !strstr(line->text, "secretmem.enable=0") :
					  version >= 5014 && (strstr(line->text, "secretmem.enable=1") || strstr(line->text, "secretmem.enable=y"));
	}
	if (there)
		found_read(e, "memfd_secret on kernel %u.%u", major, minor);
	else
		found_fail(e, version >= 5014 ? "secretmem.enable=1 on the kernel's command line" : NULL, "no memfd_secret on kernel %u.%u", major, minor);
}

void svc_05(struct examination *e)
{
	landlock_judge(e);
	secret_memory_judge(e);
}
