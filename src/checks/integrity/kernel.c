// SPDX-License-Identifier: Apache-2.0
// FIM-05: whether the kernel, /proc and what is loaded tell one story.
#include "checks/integrity/integrity.h"
#include "checks/look.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#define KILL_TRIES_MAX 1048576 // 0.1 to 0.2 s of CPU

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

// The number that was given last: the fifth word of /proc/loadavg. A hidden process may have a higher one than any that
// is listed.
static pid_t last_given(struct host *h)
{
	const char *word[5];
	size_t words = host_words(h, host_file(h, "/proc/loadavg")->text, word, 5);
	return words >= 5 ? (pid_t)strtol(word[4], NULL, 10) : 0;
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
	pid_t given = last_given(e->host);
	pid_t last = (given > highest ? given : highest) + 1024, first = last > KILL_TRIES_MAX ? last - KILL_TRIES_MAX : 0;
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

// --- what was put into programs ------------------------------------------------------------------------------------

// Variables by which the loader, or an interpreter, runs something that the program does not name itself.
static const char *const VARIABLES[] = {
	"LD_PRELOAD=", "LD_AUDIT=", "LD_LIBRARY_PATH=", "GCONV_PATH=", "OPENSSL_MODULES=", "OPENSSL_ENGINES=", "OPENSSL_CONF=", "BASH_ENV=",
	"PERL5OPT=", "PERL5DB=", "PYTHONSTARTUP=", "RUBYOPT=", "NODE_OPTIONS=", "JAVA_TOOL_OPTIONS=",
};

// 0, or why it could not be read.
static int environment_judge(struct examination *e, const struct host_process *p)
{
	const struct host_file *f = host_file(e->host, host_print(e->host, "/proc/%d/environ", (int)p->pid));
	for (size_t at = 0; at < f->size; at += strlen(f->text + at) + 1) {
		const char *entry = f->text + at;
		for (size_t n = 0; n < ARRAY_LEN(VARIABLES); n++) {
			if (!text_begins(entry, VARIABLES[n]))
				continue;
			const char *value = entry + strlen(VARIABLES[n]);
			size_t size = strcspn(value, "\n\r");
			if (size)
				found_fail(e, NULL, "process %d (%s) runs with %s%.*s", (int)p->pid, p->name, VARIABLES[n],
					   size < 200 ? (int)size : 200, value);
		}
	}
	return f->error == -ENOENT || f->error == -ESRCH ? 0 : f->error; // ended meanwhile
}

// Code in memory from where anybody can write, or from a file that never had a name.
static void mappings_judge(struct examination *e, const struct host_process *p)
{
	static const char *const PLACES[] = { "/tmp/", "/var/tmp/", "/dev/shm/", "/run/user/", "/home/", "/root/", "/memfd:" };
	struct host_lines cursor = { host_file(e->host, host_print(e->host, "/proc/%d/maps", (int)p->pid))->text, 0 };
	for (const char *line; host_line(e->host, &cursor, &line);) {
		const char *path = strchr(line, '/'), *modes = strchr(line, ' ');
		if (!path || !modes || strnlen(modes, 4) < 4 || modes[3] != 'x')
			continue;
		for (size_t i = 0; i < ARRAY_LEN(PLACES); i++) {
			if (text_begins(path, PLACES[i])) {
				found_fail(e, NULL, "process %d (%s) has code in memory from %.200s", (int)p->pid, p->name, path);
				return;
			}
		}
	}
}

static void programs_judge(struct examination *e)
{
	const struct host_processes *all = host_processes(e->host);
	size_t unread = 0;
	int why = 0;
	for (size_t i = 0; i < all->count; i++) {
		int r = environment_judge(e, &all->process[i]);
		why = r ? r : why;
		unread += r != 0;
		mappings_judge(e, &all->process[i]);
		if (text_begins(all->process[i].program, "/memfd:"))
			found_fail(e, NULL, "process %d (%s) runs from memory: it never was a file", (int)all->process[i].pid, all->process[i].name);
	}
	if (unread)
		found_unknown(e, "the environments of %zu processes could not be read: %s", unread, strerror(-why));
	const struct host_file *f = host_file(e->host, "/etc/ld.so.preload");
	if (f->error && f->error != -ENOENT)
		found_unknown(e, "%s could not be read: %s", f->path, strerror(-f->error));
	struct host_lines cursor = { f->text, 0 };
	for (const char *line; host_line(e->host, &cursor, &line);) {
		line = host_copy(e->host, line, strcspn(line, "#\r"));
		if (line[strspn(line, " \t:")])
			found_fail(e, "investigate; then rm /etc/ld.so.preload", "/etc/ld.so.preload loads %.200s into every program", line);
	}
}

// --- modules -------------------------------------------------------------------------------------------------------

// A module that took itself off the kernel's list is often still in sysfs; "initstate" is there for loaded ones alone.
static void modules_judge(struct examination *e)
{
	const struct host_file *listed = host_file(e->host, "/proc/modules");
	const struct host_names *names = host_names(e->host, "/sys/module");
	struct stat s;
	if (listed->error) // a kernel without modules
		return;
	const char *lines = host_print(e->host, "\n%s", listed->text);
	for (size_t i = 0; i < names->count; i++) {
		const char *name = names->name[i];
		if (host_stat(e->host, host_print(e->host, "/sys/module/%s/initstate", name), &s))
			continue;
		if (!strstr(lines, host_print(e->host, "\n%s ", name)))
			found_fail(e, NULL, "the module %.60s is in /sys/module and not in /proc/modules: it hides", name);
	}
}

void fim_05(struct examination *e)
{
	if (host_processes(e->host)->error || !host_processes(e->host)->count) {
		found_unknown(e, "/proc could not be read");
		return;
	}
	hidden_find(e);
	taint_judge(e);
	modules_judge(e);
	programs_judge(e);
}
