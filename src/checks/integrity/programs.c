// SPDX-License-Identifier: Apache-2.0
// FIM-01: whether critical programs, on disk and running, are what they were.
#include "checks/integrity/integrity.h"
#include "checks/look.h"

#include <stdio.h>
#include <stdlib.h>

#define PROGRAMS_MAX 2048

static const char *const CRITICAL[] = {
	"/usr/sbin/sshd", "/usr/bin/ssh", "/usr/bin/sudo", "/usr/bin/su", "/bin/su", "/usr/bin/login", "/bin/login",
	"/usr/bin/passwd", "/usr/sbin/nft", "/usr/lib/systemd/systemd", "/lib/systemd/systemd", "/usr/bin/bash", "/bin/bash",
	"/usr/bin/dash", "/usr/bin/dpkg", "/usr/bin/apt-get", "/usr/sbin/cron", "/usr/sbin/rsyslogd",
};

static bool critical_library(const char *name)
{
	return text_begins(name, "libc.so") || text_begins(name, "libcrypto.so") || text_begins(name, "libssl.so") ||
	       text_begins(name, "libpam") || text_begins(name, "ld-linux") || text_begins(name, "libnss_");
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
		if (!text_ends(kinds->name[i], "-linux-gnu"))
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
			if (text_begins(names->name[k], "redoubt") || strstr(OWN[i], "redoubt"))
				program_add(e, jobs, count, host_print(e->host, "%s/%s", OWN[i], names->name[k]));
	}
	const struct host_processes *all = host_processes(e->host);
	for (size_t i = 0; i < all->count && !host_is_live(e->host); i++)
		if (all->process[i].program[0] == '/' && !all->process[i].deleted)
			program_add(e, jobs, count, all->process[i].program);
}

// --- what runs -----------------------------------------------------------------------------------------------------
// Each file that is a process's program is hashed itself, once, through /proc/PID/exe: a name that is mounted over, in that
// process's own mount namespace, leads us to another file.

struct runs {
	const struct host_process *process;
	struct stat status;
	char exe[32];
};

static int by_file(const void *a, const void *b)
{
	const struct runs *x = a, *y = b;
	int order = strcmp(x->process->program, y->process->program);
	if (order)
		return order;
	if (x->status.st_dev != y->status.st_dev)
		return x->status.st_dev < y->status.st_dev ? -1 : 1;
	return (x->status.st_ino > y->status.st_ino) - (x->status.st_ino < y->status.st_ino);
}

static size_t running_list(struct host *h, const struct host_processes *all, struct runs *to)
{
	size_t count = 0, kept = 0;
	for (size_t i = 0; i < all->count; i++) {
		struct runs *r = &to[count];
		r->process = &all->process[i];
		if (r->process->program[0] != '/' || r->process->deleted)
			continue; // a kernel thread, or another check's: its file is gone
		snprintf(r->exe, sizeof r->exe, "/proc/%d/exe", (int)r->process->pid);
		count += !stat(r->exe, &r->status);
	}
	qsort(to, count, sizeof *to, by_file);
	for (size_t i = 0; i < count; i++)
		if (!kept || by_file(&to[kept - 1], &to[i]))
			to[kept++] = to[i];
	return kept;
}

// Judged under the name that it runs by.
static void one_judge(struct comparing *c, const struct runs *r, struct digest_job *job)
{
	job->path = r->process->program;
	bool known = comparing_judge(c, job);
	known |= comparing_package(c, job);
	if (!known && c->baseline.sequence)
		found_fail(c->e, "investigate; if it belongs here: redoubt host baseline make, then sign",
			   "%s, which process %d runs, is neither in the baseline nor of a package", job->path, (int)r->process->pid);
}

static void running_judge(struct comparing *c)
{
	struct host *h = c->e->host;
	const struct host_processes *all = host_processes(h);
	struct digest_cost unused;
	if (!host_is_live(h) || all->error)
		return; // a tree's processes run what their names lead to
	struct runs *runs = host_alloc(h, (all->count + 1) * sizeof *runs);
	size_t count = running_list(h, all, runs);
	struct digest_job *jobs = host_alloc(h, (count + 1) * sizeof *jobs);
	for (size_t i = 0; i < count; i++)
		jobs[i] = (struct digest_job){ .path = runs[i].exe, .md5_wanted = c->dpkg && dpkg_file(c->dpkg, runs[i].process->program) };
	digest_all(h, jobs, count, 0, &unused);
	for (size_t i = 0; i < count; i++)
		if (!jobs[i].error) // otherwise it ended meanwhile
			one_judge(c, &runs[i], &jobs[i]);
	found_read(c->e, "%zu programs that run, by /proc/PID/exe", count);
}

// --- the whole -----------------------------------------------------------------------------------------------------

void fim_01(struct examination *e)
{
	struct comparing c;
	struct digest_cost unused;
	struct digest_job *jobs = host_alloc(e->host, PROGRAMS_MAX * sizeof *jobs);
	size_t count = 0, strangers = 0;
	comparing_begin(&c, e);
	programs_add(e, jobs, &count);
	for (size_t i = 0; i < count; i++)
		jobs[i].md5_wanted = c.dpkg && dpkg_file(c.dpkg, jobs[i].path);
	digest_all(e->host, jobs, count, 0, &unused);
	for (size_t i = 0; i < count; i++) {
		if (jobs[i].error == -ENOENT)
			continue;
		if (jobs[i].error) {
			found_unknown(e, "%s could not be read: %s", jobs[i].path, strerror(-jobs[i].error));
			continue;
		}
		bool known = comparing_judge(&c, &jobs[i]);
		known |= comparing_package(&c, &jobs[i]);
		if (!known && c.baseline.sequence)
			found_fail(e, "investigate; if it belongs here: redoubt host baseline make, then sign",
				   "%s is neither in the baseline nor of a package", jobs[i].path);
		strangers += !known;
	}
	running_judge(&c);
	if (!count)
		found_unknown(e, "none of the critical programs is there");
	else if (!c.baseline.sequence)
		found_unknown(e, "there is no baseline that holds (FIM-03): dpkg's MD5 alone vouches for %zu of %zu programs", c.by_package,
			      count);
	comparing_end(&c, count);
}
