// SPDX-License-Identifier: Apache-2.0
// redoubt start, redoubt stop
#include "backup/restore.h"
#include "certificate.h"
#include "client.h"
#include "command.h"
#include "programs.h"

#include "base/clock.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#define LOG_NAME "run/supervisor.log"
#define LOOK_US 50000
#define WAIT_DEFAULT_S 120
#define STOP_WAIT_S 45

// What a production exchange is not started with. The supervisor refuses a development sandbox itself.
static int production_check(const struct genesis *genesis)
{
	size_t size;
	if (genesis->demo)
		return EXIT_DONE;
#ifndef REDOUBT_RELEASE
	complain("this is a debug build, and the exchange is for production: use a release build (dev/build release)");
	return EXIT_REFUSED;
#endif
	if (access(path_in("demo-keys.json").text, F_OK) == 0) {
		complain("%s has no place beside a production exchange: remove it", path_in("demo-keys.json").text);
		return EXIT_REFUSED;
	}
	char *pem = (char *)file_load("keys/tls.crt", CERTIFICATE_PEM_MAX, &size);
	char *key = pem ? (char *)file_load("keys/tls.key", CERTIFICATE_PEM_MAX, &size) : NULL;
	int self = pem && key ? certificate_self_signed(pem, key) : -1;
	free(pem);
	free(key);
	if (self) {
		complain(self > 0 ? "keys/tls.crt in %s is self-signed; production needs one that clients can check" :
				    "keys/tls.crt and keys/tls.key in %s do not belong together", globals.dir);
		return EXIT_REFUSED;
	}
	return EXIT_DONE;
}

static pid_t supervisor_spawn(const char *program, bool foreground)
{
	char *const argv[] = { "redoubt-supervisor", "--dir", (char *)(uintptr_t)globals.dir, NULL };
	int log = foreground ? -1 : open(path_in(LOG_NAME).text, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640);
	if (!foreground && log < 0) {
		complain("cannot open %s: %s", path_in(LOG_NAME).text, strerror(errno));
		return -1;
	}
	pid_t pid = foreground ? 0 : fork();
	if (pid == 0) {
		int null = open("/dev/null", O_RDWR | O_CLOEXEC);
		if (!foreground) {
			setsid();
			dup2(null, STDIN_FILENO);
			dup2(log, STDOUT_FILENO);
			dup2(log, STDERR_FILENO);
		}
		signal(SIGPIPE, SIG_DFL);
		execv(program, argv);
		fprintf(stderr, "cannot run %s: %s\n", program, strerror(errno));
		_exit(127);
	}
	if (log >= 0)
		close(log);
	if (pid < 0)
		complain("cannot fork: %s", strerror(errno));
	return pid;
}

// Counter `name` of the role, or -1.
static json_int_t counter_of(json_t *role, const char *name)
{
	json_t *value = json_object_get(json_object_get(role, "counters"), name);
	return value ? json_integer_value(value) : -1;
}

// The role that was given up (its program is missing, or it died too often), or NULL.
static const char *role_down(json_t *status)
{
	json_t *role;
	size_t i;
	json_array_foreach(json_object_get(status, "roles"), i, role) {
		const char *state = json_string_value(json_object_get(role, "state"));
		if (state && !strcmp(state, "down"))
			return json_string_value(json_object_get(role, "name"));
	}
	return NULL;
}

// Ready: every role runs, and auth has its keys and takes requests. Else ret_what says what is waited for.
static bool ready(json_t *status, char *ret_what, size_t size)
{
	json_t *role, *roles = json_object_get(status, "roles");
	size_t i;
	snprintf(ret_what, size, "the supervisor");
	json_array_foreach(roles, i, role) {
		const char *name = json_string_value(json_object_get(role, "name"));
		const char *state = json_string_value(json_object_get(role, "state"));
		bool runs = state && !strcmp(state, "running");
		bool open = !name || strcmp(name, "auth") || counter_of(role, "open") == 1;
		snprintf(ret_what, size, "%s", name ? name : "?");
		if (!runs || !open || json_integer_value(json_object_get(role, "heartbeat_us")) == 0)
			return false;
	}
	return json_array_size(roles) > 0;
}

// The last lines of the log: why it did not start.
static void log_tail(off_t from)
{
	char text[4096];
	int fd = open(path_in(LOG_NAME).text, O_RDONLY | O_CLOEXEC);
	off_t end = fd >= 0 ? lseek(fd, 0, SEEK_END) : 0;
	if (end - from > (off_t)sizeof text)
		from = end - (off_t)sizeof text;
	ssize_t n = fd >= 0 ? pread(fd, text, sizeof text, from) : 0;
	if (n > 0)
		fprintf(stderr, "%.*s", (int)n, text);
	if (fd >= 0)
		close(fd);
}

static off_t log_size(void)
{
	int fd = open(path_in(LOG_NAME).text, O_RDONLY | O_CLOEXEC);
	off_t end = fd >= 0 ? lseek(fd, 0, SEEK_END) : 0;
	if (fd >= 0)
		close(fd);
	return end > 0 ? end : 0;
}

static int wait_ready(pid_t pid, uint64_t seconds, off_t log_from)
{
	uint64_t until = clock_monotonic_ns() + seconds * 1000000000u;
	char what[64] = "the supervisor";
	while (clock_monotonic_ns() < until) {
		int status;
		if (waitpid(pid, &status, WNOHANG) == pid) {
			complain("the exchange did not start; its log says:");
			log_tail(log_from);
			return EXIT_FAILED;
		}
		json_t *answer;
		if (exchange_answers() && !exchange_ask(json_pack("{s:s}", "op", "status"), &answer, NULL)) {
			bool good = ready(answer, what, sizeof what);
			const char *down = role_down(answer);
			if (down)
				complain("%s does not come up and was given up; the log says:", down);
			json_decref(answer);
			if (down)
				log_tail(log_from);
			if (good || down)
				return good ? EXIT_DONE : EXIT_FAILED;
		}
		usleep(LOOK_US);
	}
	complain("after %llu s %s is not ready; it goes on starting, 'redoubt status' shows how far, %s why",
		 (unsigned long long)seconds, what, path_in(LOG_NAME).text);
	return EXIT_FAILED;
}

static int start_background(const char *program, uint64_t seconds)
{
	off_t log_from = log_size();
	pid_t pid = supervisor_spawn(program, false);
	int r = pid < 0 ? EXIT_FAILED : wait_ready(pid, seconds, log_from);
	if (!r)
		result_say(json_pack("{s:b, s:i}", "started", 1, "pid", (int)pid),
			   "the exchange in %s runs (pid %d); its log is %s", globals.dir, (int)pid, path_in(LOG_NAME).text);
	return r;
}

int command_start(int argc, char **argv)
{
	const char *wait = NULL;
	bool foreground = false;
	const struct option options[] = { { "--foreground", NULL, &foreground }, { "--wait", &wait, NULL } };
	char program[PATH_MAX];
	struct genesis genesis;
	uint8_t id[32];
	uint64_t seconds = WAIT_DEFAULT_S;
	int r = options_read(argc, argv, options, ARRAY_LEN(options), NULL, 0, 0);
	if (r < 0)
		return options_exit(r);
	if (wait && !number_read(wait, "--wait", 1, 86400, &seconds))
		return EXIT_USAGE;
	if (genesis_load(&genesis, id) || program_find("supervisor", program))
		return EXIT_FAILED;
	r = production_check(&genesis);
	if (r)
		return r;
	if (access(path_in(RESTORE_UNFINISHED).text, F_OK) == 0) {
		complain("%s: a restore was begun here and has not ended; empty the folder and restore again",
			 path_in(RESTORE_UNFINISHED).text);
		return EXIT_REFUSED;
	}
	pid_t pid = supervisor_pid();
	if (pid > 0) {
		result_say(json_pack("{s:b, s:i}", "started", 0, "pid", (int)pid), "the exchange in %s runs already (pid %d)",
			   globals.dir, (int)pid);
		return EXIT_DONE;
	}
	if (foreground)
		return supervisor_spawn(program, true) < 0 ? EXIT_FAILED : EXIT_DONE;
	return start_background(program, seconds);
}

int command_stop(int argc, char **argv)
{
	int r = options_read(argc, argv, NULL, 0, NULL, 0, 0);
	if (r < 0)
		return options_exit(r);
	pid_t pid = supervisor_pid();
	if (pid < 0) {
		complain("cannot tell whether an exchange runs in %s: %s", globals.dir, strerror(-pid));
		return EXIT_FAILED;
	}
	if (pid == 0) {
		result_say(json_pack("{s:b}", "stopped", 0), "no exchange runs in %s", globals.dir);
		return EXIT_NOT_RUNNING;
	}
	if (kill(pid, SIGTERM)) {
		complain("cannot stop pid %d: %s; be the user who started it, or root", (int)pid, strerror(errno));
		return EXIT_FAILED;
	}
	for (unsigned i = 0; i < STOP_WAIT_S * 1000000 / LOOK_US; i++) {
		if (supervisor_pid() == 0) {
			result_say(json_pack("{s:b, s:i}", "stopped", 1, "pid", (int)pid), "stopped (pid %d)", (int)pid);
			return EXIT_DONE;
		}
		usleep(LOOK_US);
	}
	complain("pid %d has not ended after %d s; %s says what it waits for", (int)pid, STOP_WAIT_S,
		 path_in(LOG_NAME).text);
	return EXIT_FAILED;
}
