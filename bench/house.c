// SPDX-License-Identifier: Apache-2.0
#include "bench/house.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

// Runs the CLI with the arguments given; its output goes to *ret_output, or nowhere. Complaints are seen.
static int cli(const struct house *h, const char *const *arguments, FILE **ret_output)
{
	const char *argv[24] = { h->redoubt };
	int pipes[2], status, n = 1;
	for (; arguments[n - 1]; n++)
		argv[n] = arguments[n - 1];
	if (ret_output && pipe(pipes))
		return -1;
	pid_t child = fork();
	if (child == 0) {
		dup2(ret_output ? pipes[1] : open("/dev/null", O_WRONLY | O_CLOEXEC), STDOUT_FILENO);
		if (ret_output) {
			close(pipes[0]);
			close(pipes[1]);
		}
		execv(h->redoubt, (char *const *)argv);
		_exit(127);
	}
	if (ret_output) {
		close(pipes[1]);
		*ret_output = fdopen(pipes[0], "r");
		return child > 0 ? 0 : -1;
	}
	return child > 0 && waitpid(child, &status, 0) == child && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static uint16_t free_port(void)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t size = sizeof at;
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	if (fd < 0 || bind(fd, (struct sockaddr *)&at, sizeof at) || getsockname(fd, (struct sockaddr *)&at, &size))
		at.sin_port = htons(18443);
	close(fd);
	return ntohs(at.sin_port);
}

static int keys_load(struct house *h)
{
	static const char *const labels[2] = { "alice", "bob" };
	char path[320];
	size_t i;
	json_t *key;
	int found = 0;
	snprintf(path, sizeof path, "%s/demo-keys.json", h->dir);
	json_t *file = json_load_file(path, 0, NULL);
	json_array_foreach(json_object_get(file, "keys"), i, key) {
		const char *label = json_string_value(json_object_get(key, "label"));
		const char *name = json_string_value(json_object_get(key, "apiKey"));
		const char *secret = json_string_value(json_object_get(key, "secret"));
		for (int k = 0; k < 2 && label && name && secret; k++) {
			if (strcmp(label, labels[k]))
				continue;
			snprintf(h->key[k].api_key, sizeof h->key[k].api_key, "%s", name);
			snprintf(h->key[k].secret, sizeof h->key[k].secret, "%s", secret);
			found |= 1 << k;
		}
	}
	json_decref(file);
	return found == 3 ? 0 : -1;
}

// The limits of one address would measure themselves here.
static int configure(const struct house *h)
{
	char path[320];
	snprintf(path, sizeof path, "%s/redoubt.conf", h->dir);
	FILE *f = fopen(path, "we");
	if (!f)
		return -1;
	fprintf(f, "gateway : { listen = \"127.0.0.1:%u\"; weight_per_minute = 0; accepts_per_minute = 0; };\n"
		   "auth : { orders_per_10s = 100000000; orders_per_day = 100000000000L; };\n", h->port);
	return fclose(f) ? -1 : 0;
}

int house_start(struct house *h)
{
	char self[PATH_MAX], listen[32];
	ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);
	if (n < 0)
		return -1;
	self[n] = 0;
	snprintf(h->redoubt, sizeof h->redoubt, "%.400s/tools/redoubt/redoubt", dirname(dirname(self)));
	snprintf(h->dir, sizeof h->dir, "build/bench-state-%d", (int)getpid()); // on the disk that is being measured
	h->port = free_port();
	snprintf(listen, sizeof listen, "127.0.0.1:%u", h->port);
	const char *const init[] = { "init", "--demo", "--listen", listen, "--dir", h->dir, NULL };
	const char *const start[] = { "start", "--dir", h->dir, NULL };
	if (cli(h, init, NULL) || configure(h) || cli(h, start, NULL) || keys_load(h)) {
		fprintf(stderr, "bench: the exchange in %s did not start; its log is there\n", h->dir);
		return -1;
	}
	return 0;
}

void house_stop(struct house *h)
{
	const char *const stop[] = { "stop", "--dir", h->dir, NULL };
	const char *keep = getenv("BENCH_KEEP"); // bench/host.sh wants an exchange that was filled
	if (cli(h, stop, NULL) == 0 && keep && *keep) {
		if (rename(h->dir, keep))
			perror(keep);
	} else if (!strncmp(h->dir, "build/bench-state-", 18)) {
		pid_t child = fork();
		if (child == 0) {
			execlp("rm", "rm", "-rf", "--", h->dir, NULL);
			_exit(127);
		}
		waitpid(child, NULL, 0);
	}
}

json_t *house_status(const struct house *h)
{
	const char *const status[] = { "status", "--json", "--dir", h->dir, NULL };
	FILE *output = NULL;
	if (cli(h, status, &output) || !output)
		return NULL;
	json_t *answer = json_loadf(output, JSON_DISABLE_EOF_CHECK, NULL);
	fclose(output);
	wait(NULL);
	return answer;
}

static double process_seconds(long pid)
{
	char path[64], line[1024];
	unsigned long user = 0, system = 0;
	snprintf(path, sizeof path, "/proc/%ld/stat", pid);
	FILE *f = fopen(path, "r");
	if (!f)
		return 0;
	if (fgets(line, sizeof line, f)) {
		const char *after = strrchr(line, ')');
		if (after)
			sscanf(after + 1, " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user, &system);
	}
	fclose(f);
	return (double)(user + system) / (double)sysconf(_SC_CLK_TCK);
}

void house_cpu(const struct house *h, struct house_cpu *ret)
{
	json_t *status = house_status(h), *process;
	size_t i;
	ret->count = 0;
	json_array_foreach(json_object_get(status, "roles"), i, process) {
		long pid = (long)json_integer_value(json_object_get(process, "pid"));
		const char *role = json_string_value(json_object_get(process, "name"));
		if (pid <= 0 || !role || ret->count == HOUSE_ROLES_MAX)
			continue;
		snprintf(ret->process[ret->count].role, sizeof ret->process[0].role, "%s", role);
		ret->process[ret->count++].seconds = process_seconds(pid);
	}
	json_decref(status);
}
