// SPDX-License-Identifier: Apache-2.0
#include "harden/activate.h"

#include "harden/beneath.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define RUN_SECONDS 30
#define SSHD_SECONDS 10
#define LISTENS 0x0a // in /proc/net/tcp

#define SYSTEMCTL "/usr/bin/systemctl"

static bool systemd_runs(struct host *h)
{
	return host_is_live(h) && access("/run/systemd/system", F_OK) == 0;
}

// A service that does not come back must not hold up what is to roll back.
static bool ended_in_time(pid_t child)
{
	int fd = (int)syscall(SYS_pidfd_open, child, 0);
	struct pollfd p = { .fd = fd, .events = POLLIN };
	int r = fd < 0 ? 1 : poll(&p, 1, RUN_SECONDS * 1000);
	if (fd >= 0)
		close(fd);
	return r != 0;
}

int activate_run(const char *const argv[])
{
	char *environment[] = { (char *)(uintptr_t)"PATH=/usr/sbin:/usr/bin:/sbin:/bin", (char *)(uintptr_t)"LC_ALL=C", NULL };
	int status;
	pid_t child = fork();
	if (child == 0) {
		int null = open("/dev/null", O_RDWR);
		if (null < 0 || dup2(null, 0) < 0 || dup2(null, 1) < 0 || dup2(null, 2) < 0)
			_exit(126);
		close_range(3, ~0u, 0);
		execve(argv[0], (char *const *)(uintptr_t)argv, environment);
		_exit(127);
	}
	if (child > 0 && !ended_in_time(child))
		kill(child, SIGKILL);
	while (child > 0 && waitpid(child, &status, 0) < 0)
		if (errno != EINTR)
			return -1;
	return child > 0 && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

// Each where it has a subject. sshd is restarted, which ends no session: after a mere reload it would still be the
// process of before its configuration, by which nobody can tell whether it has read it.
static const struct step { const char *subject, *argv[4]; } STEPS[] = {
	{ SYSTEMCTL, { SYSTEMCTL, "daemon-reload" } },
	{ "/usr/sbin/sshd", { SYSTEMCTL, "try-restart", "ssh.service" } },
	{ SYSTEMCTL, { SYSTEMCTL, "try-restart", "systemd-journald.service" } },
	{ "/usr/sbin/rsyslogd", { SYSTEMCTL, "try-restart", "rsyslog.service" } },
	{ "/usr/sbin/augenrules", { "/usr/sbin/augenrules", "--load" } },
};

void activate_after(struct host *h, struct complaints *c)
{
	if (!systemd_runs(h)) {
		complaint_add(h, c, "no systemd runs here: services were not told; reload sshd and the others by hand");
		return;
	}
	for (size_t i = 0; i < ARRAY_LEN(STEPS); i++)
		if (access(STEPS[i].subject, F_OK) == 0 && activate_run(STEPS[i].argv))
			complaint_add(h, c, "%s %s %s did not succeed", STEPS[i].argv[0], STEPS[i].argv[1],
				      STEPS[i].argv[2] ? STEPS[i].argv[2] : "");
}

void activate_at_start(struct host *h, struct complaints *c)
{
	if (systemd_runs(h) && activate_run(STEPS[0].argv))
		complaint_add(h, c, "systemd did not read its units again");
}

bool activate_listens(const char *table, uint16_t port)
{
	for (const char *line = table; line; line = strchr(line, '\n') ? strchr(line, '\n') + 1 : NULL) {
		unsigned local, state;
		if (sscanf(line, " %*u: %*[0-9A-Fa-f]:%x %*[0-9A-Fa-f]:%*x %x", &local, &state) == 2 && state == LISTENS && local == port)
			return true;
	}
	return false;
}

void activate_sshd_verify(struct host *h, uint16_t port, struct complaints *c)
{
	static const char *const TABLES[] = { "/proc/net/tcp", "/proc/net/tcp6" };
	for (int i = 0; systemd_runs(h) && i < 10 * SSHD_SECONDS; i++) {
		for (size_t t = 0; t < ARRAY_LEN(TABLES); t++) {
			char *text;
			size_t size;
			struct stat st;
			if (beneath_read(h, TABLES[t], &text, &size, &st) == 0 && activate_listens(text, port))
				return;
		}
		nanosleep(&(struct timespec){ 0, 100000000 }, NULL);
	}
	if (systemd_runs(h))
		complaint_add(h, c, "nothing listens on the SSH port %u, %d seconds after sshd was told; is it enabled, and started by ssh.service?", port,
			      SSHD_SECONDS);
}

// In systemd's own network namespace; from within another (a container's) only the guard is right.
static bool same_network(struct host *h)
{
	const char *own = host_link(h, "/proc/self/ns/net"), *first = host_link(h, "/proc/1/ns/net");
	return own && first && !strcmp(own, first);
}

void activate_timer(struct host *h, unsigned number, unsigned seconds)
{
	char self[4096];
	ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);
	if (n <= 0 || !systemd_runs(h) || !same_network(h))
		return;
	self[n] = 0;
	const char *const argv[] = { "/usr/bin/systemd-run", "--quiet", "--collect", host_print(h, "--unit=redoubt-harden-%u", number),
				     host_print(h, "--on-active=%us", seconds), "--timer-property=AccuracySec=1s", self, "host", "harden",
				     "--roll-back", "--number", host_print(h, "%u", number), NULL };
	(void)activate_run(argv); // the guard is there in any case
}
