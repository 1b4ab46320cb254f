// SPDX-License-Identifier: Apache-2.0
#include "companion.h"

#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "command.h"

#define ARGUMENTS_MAX 66

// "redoubt-qr" in the directory of this program's own file: never by PATH, which others may set.
static int program_find(char to[PATH_MAX])
{
	static const char name[] = "redoubt-qr";
	ssize_t size = readlink("/proc/self/exe", to, PATH_MAX - sizeof name);
	char *slash = size > 0 ? memrchr(to, '/', (size_t)size) : NULL;
	if (!slash) {
		complain("this program's own place could not be found: %s", strerror(errno));
		return EXIT_FAILED;
	}
	memcpy(slash + 1, name, sizeof name);
	if (access(to, X_OK) == 0)
		return 0;
	complain("redoubt-qr must lie beside redoubt-sign to show and read QR codes: '%s': %s", to, strerror(errno));
	return EXIT_FAILED;
}

// Until there is something to show no other program runs: it would share the terminal with the passphrase's prompt.
static void input_wait(int from)
{
	struct pollfd input = { .fd = from, .events = POLLIN };
	while (poll(&input, 1, -1) < 0 && errno == EINTR)
		;
	if (!(input.revents & POLLIN)) // nothing was signed
		_exit(0);
}

NORETURN static void child_run(const char *program, char *const *arguments, int from, int to)
{
	char value[128];
	char *const environment[] = { value, NULL };
	const char *term = getenv("TERM");
	if (to == STDIN_FILENO)
		input_wait(from);
	signal(SIGTSTP, SIG_DFL);
	signal(SIGPIPE, SIG_DFL);
	if (dup2(from, to) < 0) // without close-on-exec; every other descriptor has it
		_exit(127);
	snprintf(value, sizeof value, "TERM=%.100s", term ? term : "dumb");
	execve(program, arguments, environment);
	_exit(127);
}

// `end`: the descriptor of the child that becomes the pipe's other end.
static int companion_start(char *const *arguments, int end, struct companion *ret)
{
	char program[PATH_MAX];
	int ends[2], r = program_find(program);
	if (r)
		return r;
	if (pipe2(ends, O_CLOEXEC) < 0) {
		complain("no pipe to redoubt-qr could be made: %s", strerror(errno));
		return EXIT_FAILED;
	}
	int theirs = end == STDIN_FILENO ? ends[0] : ends[1], ours = end == STDIN_FILENO ? ends[1] : ends[0];
	fflush(NULL);
	pid_t pid = fork();
	if (pid == 0) {
		close(ours); // else the pipe would never end for it
		child_run(program, arguments, theirs, end);
	}
	close(theirs);
	if (pid < 0) {
		complain("redoubt-qr could not be started: %s", strerror(errno));
		close(ours);
		return EXIT_FAILED;
	}
	*ret = (struct companion){ .pid = pid, .pipe = ours };
	return 0;
}

int companion_scan(const char *const *paths, size_t count, struct companion *ret)
{
	char *arguments[ARGUMENTS_MAX] = { (char *)"redoubt-qr", (char *)"scan", (char *)"--with-type", (char *)"--" };
	if (count > ARGUMENTS_MAX - 5) {
		complain("at most %d images at once; name their directory instead", ARGUMENTS_MAX - 5);
		return EXIT_USAGE;
	}
	for (size_t i = 0; i < count; i++)
		arguments[4 + i] = (char *)(uintptr_t)paths[i];
	return companion_start(arguments, STDOUT_FILENO, ret);
}

int companion_show(struct companion *ret)
{
	char *const arguments[] = { (char *)"redoubt-qr", (char *)"show", (char *)"-", NULL };
	return companion_start(arguments, STDIN_FILENO, ret);
}

int companion_finish(struct companion *companion)
{
	int status;
	if (!companion->pid)
		return 0;
	close(companion->pipe);
	while (waitpid(companion->pid, &status, 0) < 0)
		if (errno != EINTR) {
			complain("redoubt-qr's end could not be waited for: %s", strerror(errno));
			return EXIT_FAILED;
		}
	companion->pid = 0;
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return 0;
	if (WIFEXITED(status))
		complain("redoubt-qr ended with code %d; it has said why", WEXITSTATUS(status));
	else
		complain("redoubt-qr was killed by signal %d", WTERMSIG(status));
	return EXIT_FAILED;
}
