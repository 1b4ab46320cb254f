// SPDX-License-Identifier: Apache-2.0
#include "harden/activate.h"

#include <fcntl.h>
#include <stdint.h>
#include <sys/wait.h>
#include <unistd.h>

static bool systemd_runs(struct host *h)
{
	return host_is_live(h) && access("/run/systemd/system", F_OK) == 0;
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
	while (child > 0 && waitpid(child, &status, 0) < 0)
		if (errno != EINTR)
			return -1;
	return child > 0 && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static const char *const STEPS[][6] = {
	{ "/usr/bin/systemctl", "daemon-reload" },
	{ "/usr/bin/systemctl", "try-reload-or-restart", "ssh.service" },
	{ "/usr/bin/systemctl", "try-restart", "systemd-journald.service" },
	{ "/usr/bin/systemctl", "try-restart", "rsyslog.service" },
	{ "/usr/sbin/augenrules", "--load" },
};

void activate_after(struct host *h, struct complaints *c)
{
	if (!systemd_runs(h)) {
		complaint_add(h, c, "no systemd runs here: services were not told; reload sshd and the others by hand");
		return;
	}
	for (size_t i = 0; i < ARRAY_LEN(STEPS); i++)
		if (access(STEPS[i][0], X_OK) == 0 && activate_run(STEPS[i]))
			complaint_add(h, c, "%s %s %s did not succeed", STEPS[i][0], STEPS[i][1], STEPS[i][2] ? STEPS[i][2] : "");
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
