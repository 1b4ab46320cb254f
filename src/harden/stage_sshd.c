// SPDX-License-Identifier: Apache-2.0
#include "harden/stage_sshd.h"

#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#define FOLDER SSHD_FOLDER
#define OUTPUT_MAX 65536

// The root's etc, opened anew: a descriptor of the namespace outside cannot be mounted inside.
static bool etc_mount(const char *root)
{
	char path[64];
	int top = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC);
	int etc = top >= 0 ? openat(top, "etc", O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC) : -1;
	snprintf(path, sizeof path, "/proc/self/fd/%d", etc);
	return etc >= 0 && mount(path, "/etc", NULL, MS_BIND, NULL) == 0;
}

// Everything in this child is gone with it: the mounts are in a namespace of its own.
static bool stage(const struct staging *s)
{
	if (unshare(CLONE_NEWNS) || mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) || !etc_mount(s->root) ||
	    mount("none", FOLDER, "tmpfs", 0, "mode=755") || mount("none", "/run", "tmpfs", 0, "mode=755") || mkdir("/run/sshd", 0755))
		return false;
	for (size_t i = 0; i <= s->count; i++) {
		char path[512];
		const char *content = i == s->count ? s->text : s->others[i]->text;
		size_t size = strlen(content);
		snprintf(path, sizeof path, FOLDER "/%s", i == s->count ? "00-redoubt.conf" : s->names[i]);
		int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
		if (fd < 0 || write(fd, content, size) != (ssize_t)size)
			return false;
		close(fd);
	}
	return true;
}

NORETURN static void child(const struct staging *s, char *const *argv, int out)
{
	char *environment[] = { (char *)(uintptr_t)"PATH=/usr/sbin:/usr/bin:/sbin:/bin", NULL };
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (!stage(s))
		_exit(125);
	if (null < 0 || dup2(null, 0) < 0 || dup2(out, 1) < 0 || dup2(out, 2) < 0)
		_exit(126);
	close_range(3, ~0u, 0);
	execve("/usr/sbin/sshd", argv, environment);
	_exit(127);
}

struct answer sshd_run(struct host *h, const struct staging *s, const char *const *arguments)
{
	struct answer a = { -1, host_alloc(h, OUTPUT_MAX + 1) };
	char *argv[12] = { (char *)(uintptr_t)"/usr/sbin/sshd" };
	int ends[2], status;
	size_t size = 0;
	for (size_t i = 0; arguments[i] && i + 2 < ARRAY_LEN(argv); i++)
		argv[i + 1] = (char *)(uintptr_t)arguments[i];
	if (pipe2(ends, O_CLOEXEC))
		return a;
	pid_t pid = fork();
	if (pid == 0)
		child(s, argv, ends[1]);
	close(ends[1]);
	for (ssize_t n = 1; pid > 0 && n > 0 && size < OUTPUT_MAX; size += n > 0 ? (size_t)n : 0)
		n = read(ends[0], a.text + size, OUTPUT_MAX - size);
	close(ends[0]);
	if (pid > 0 && waitpid(pid, &status, 0) == pid && WIFEXITED(status))
		a.exit_status = WEXITSTATUS(status);
	return a;
}

// As its "*.conf" takes them: no hidden ones.
static bool sshd_includes(const char *name)
{
	size_t size = strlen(name);
	return *name != '.' && size >= 5 && !strcmp(name + size - 5, ".conf");
}

void staging_make(struct plan *p, struct staging *s, struct complaints *c)
{
	struct host *h = p->host;
	const struct host_names *names = host_names(h, FOLDER);
	*s = (struct staging){ .root = host_root(h), .text = plan_find(p, SSHD_PATH)->text };
	s->others = host_alloc(h, (names->count + 1) * sizeof *s->others);
	s->names = host_alloc(h, (names->count + 1) * sizeof *s->names);
	for (size_t i = 0; i < names->count; i++) {
		const struct host_file *f = host_file(h, host_print(h, FOLDER "/%s", names->name[i]));
		if (!strcmp(names->name[i], "00-redoubt.conf"))
			continue;
		if (f->error && sshd_includes(names->name[i]))
			complaint_add(h, c, "%s cannot be read (%s), so what sshd makes of it cannot be proven: mend it or take it out", f->path,
				      f->error == -EINVAL ? "it is no regular file" : strerror(-f->error));
		if (f->error)
			continue;
		s->names[s->count] = names->name[i];
		s->others[s->count++] = f;
	}
}
