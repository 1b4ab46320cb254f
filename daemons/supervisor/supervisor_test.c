// SPDX-License-Identifier: Apache-2.0
// The supervisor as a process, with this program in every role: each says on the log
// what happens to it, and the test reads the log.
#include "daemons/supervisor/roles.h"

#include "base/clock.h"
#include "base/log.h"
#include "crypto/secret.h"
#include "crypto/sha256.h"
#include "exchange/lab.h"
#include "process/stats.h"
#include "process/status.h"

#include <fcntl.h>
#include <ftw.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

// ---- in a role ----

static void note(const char *name, const char *what, const char *more)
{
	char line[128];
	int n = snprintf(line, sizeof line, "ROLE %s %s %s\n", name, what, more);
	ssize_t ignored = write(2, line, (size_t)n);
	(void)ignored;
}

static void count_cut(struct stats_page *stats, const char *peer)
{
	char counter[STATS_NAME_MAX];
	snprintf(counter, sizeof counter, "cut.%s", peer);
	atomic_fetch_add(stats_counter(stats, counter), 1);
}

// Some roles misbehave when they are asked to by SIGUSR1.
static volatile sig_atomic_t asked;
static void on_asked(int signal_number)
{
	(void)signal_number;
	asked = 1;
}

static void misbehave(const char *name, struct stats_page *stats)
{
	asked = 0;
	if (strcmp(name, "engine") == 0)
		count_cut(stats, "gateway0"); // as it may
	if (strcmp(name, "gateway0") == 0)
		count_cut(stats, "engine"); // as it may not
	note(name, "misbehaved", "");
}

static int role_main(struct handover *h)
{
	const char *name = handover_text(h, "name", "?");
	struct stats_page *stats = handover_map(h, "stats", sizeof *stats, true);
	char replaced[HANDOVER_NAME_MAX + 1], id[32];
	handover_stop_signals();
	sigaction(SIGUSR1, &(struct sigaction){ .sa_handler = on_asked }, NULL);
	snprintf(id, sizeof id, "%d", getpid());
	note(name, "started", id);
	while (!handover_stopping()) {
		struct pollfd wait[2] = { { .fd = handover_fd(h, "doorbell"), .events = POLLIN },
					  { .fd = handover_link(h), .events = POLLIN } };
		poll(wait, 2, 1000);
		doorbell_clear(wait[0].fd);
		if (asked && strcmp(name, "history") == 0)
			return EXIT_FOR_GOOD;
		if (asked)
			misbehave(name, stats);
		int r;
		while ((r = handover_poll(h, replaced)) > 0)
			note(name, "replaced", replaced);
		if (r < 0)
			return 3;
	}
	note(name, "stopped", "");
	return 0;
}

// ---- in the test ----

struct stage {
	char dir[64], log_path[128];
	int pid;
};

static void copy_file(const char *from, const char *to)
{
	static char buffer[1 << 16];
	int in = open(from, O_RDONLY), out = open(to, O_WRONLY | O_CREAT | O_TRUNC, 0755);
	assert_true(in >= 0 && out >= 0);
	for (ssize_t n; (n = read(in, buffer, sizeof buffer)) > 0;)
		assert_int_equal(write(out, buffer, (size_t)n), n);
	close(in);
	close(out);
}

static void put_file(const struct stage *s, const char *name, const void *data, size_t size)
{
	char path[512];
	snprintf(path, sizeof path, "%s/state/%s", s->dir, name);
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
	assert_true(fd >= 0 && write(fd, data, size) == (ssize_t)size);
	close(fd);
}

static size_t founding_bytes(bool demo, uint8_t *to, size_t room)
{
	struct capacities capacities = lab_capacities();
	struct lab lab;
	lab_open(&lab, &capacities);
	struct genesis genesis = lab.genesis;
	genesis.demo = demo;
	uint8_t body[4096], id[32], zeros[32] = { 0 };
	size_t size = genesis_write(&genesis, body, sizeof body);
	sha256_of(body, size, id);
	size_t n = control_sign(id, ENTRY_GENESIS, 1, zeros, 0, lab.operator_seed, 0, body, size, to, room);
	lab_close(&lab);
	assert_true(n > 0);
	return n;
}

static void stage_make(struct stage *s, bool demo)
{
	static const char *const dirs[] = { "state", "state/keys", "state/journal", "state/snapshots", "state/log",
					    "state/history", "state/run" };
	static const char *const keys[] = { "journal.key", "log.key", "auth.key", "tls.key", "tls.crt" };
	char path[256], self[512], text[128];
	uint8_t founding[8192];
	memset(s, 0, sizeof *s);
	assert_int_equal(crypto_init(), 0);
	snprintf(s->dir, sizeof s->dir, "/tmp/redoubt-supervisor-XXXXXX");
	assert_non_null(mkdtemp(s->dir));
	chmod(s->dir, 0755);
	snprintf(s->log_path, sizeof s->log_path, "%s/log", s->dir);
	for (size_t i = 0; i < ARRAY_LEN(dirs); i++) {
		snprintf(path, sizeof path, "%s/%s", s->dir, dirs[i]);
		assert_int_equal(mkdir(path, 0755), 0);
	}
	for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
		snprintf(path, sizeof path, "keys/%s", keys[i]);
		put_file(s, path, "x", 1);
	}
	put_file(s, "founding", founding, founding_bytes(demo, founding, sizeof founding));
	int n = snprintf(text, sizeof text, "gateway : { listen = \"127.0.0.1:%d\"; };\n", 20000 + getpid() % 20000);
	put_file(s, "redoubt.conf", text, (size_t)n);
	ssize_t length = readlink("/proc/self/exe", self, sizeof self - 40);
	assert_true(length > 0);
	self[length] = '\0';
	for (size_t i = 0; i < ROLES; i++) {
		snprintf(path, sizeof path, "%s/redoubt-%s", s->dir, roles[i].name);
		copy_file("/proc/self/exe", path);
	}
	strcpy(strrchr(self, '/'), "/daemons/supervisor/redoubt-supervisor");
	snprintf(path, sizeof path, "%s/redoubt-supervisor", s->dir);
	copy_file(self, path);
}

static int supervisor_spawn(const struct stage *s, const char *log_path, uid_t uid)
{
	pid_t pid = fork();
	if (pid == 0) {
		char program[128], state[128];
		snprintf(program, sizeof program, "%s/redoubt-supervisor", s->dir);
		snprintf(state, sizeof state, "%s/state", s->dir);
		int fd = open(log_path, O_WRONLY | O_CREAT | O_APPEND, 0666);
		prctl(PR_SET_PDEATHSIG, SIGTERM); // a test that fails leaves nobody behind
		dup2(fd, 2);
		if (uid && setuid(uid) < 0)
			_exit(98);
		execl(program, "redoubt-supervisor", "--dir", state, (char *)NULL);
		_exit(99);
	}
	return pid;
}

static char *log_read(const struct stage *s)
{
	static char text[1 << 18];
	int fd = open(s->log_path, O_RDONLY);
	ssize_t n = fd < 0 ? 0 : read(fd, text, sizeof text - 1);
	text[n > 0 ? n : 0] = '\0';
	if (fd >= 0)
		close(fd);
	return text;
}

static unsigned count_of(const struct stage *s, const char *line)
{
	unsigned n = 0;
	for (const char *at = log_read(s); (at = strstr(at, line)); at++)
		n++;
	return n;
}

static void expect(const struct stage *s, const char *line, unsigned times)
{
	for (int i = 0; i < 1000 && count_of(s, line) < times; i++)
		poll(NULL, 0, 10);
	if (count_of(s, line) < times)
		fail_msg("'%s' %u times: the log says\n%s", line, times, log_read(s));
}

static int role_pid(const struct stage *s, const char *name)
{
	char line[64];
	int pid = 0, last = 0;
	snprintf(line, sizeof line, "ROLE %s started ", name);
	for (const char *at = log_read(s); (at = strstr(at, line)); at++)
		if (sscanf(at + strlen(line), "%d", &pid) == 1)
			last = pid;
	assert_true(last > 0);
	return last;
}

static void stage_start(struct stage *s)
{
	s->pid = supervisor_spawn(s, s->log_path, 0);
	expect(s, " started ", 8); // seven roles, two of them gateways
	expect(s, "ROLE gateway1 started", 1);
}

static int remove_one(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
	return remove(path);
}

static int stage_end(struct stage *s)
{
	int status;
	kill(s->pid, SIGTERM);
	assert_int_equal(waitpid(s->pid, &status, 0), s->pid);
	return status;
}

static void stage_remove(struct stage *s)
{
	nftw(s->dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static size_t place_of(const char *log, const char *line)
{
	const char *at = strstr(log, line);
	if (!at)
		fail_msg("no '%s'", line);
	return (size_t)(at - log);
}

static void test_stops_in_order(void **state)
{
	static const char *const first[] = { "auth", "control", "gateway0", "gateway1" };
	static const char *const last[] = { "replica", "audit", "history" };
	struct stage s;
	stage_make(&s, true);
	stage_start(&s);
	assert_int_equal(stage_end(&s), 0);
	const char *log = log_read(&s);
	size_t engine = place_of(log, "ROLE engine stopped");
	for (size_t i = 0; i < ARRAY_LEN(first); i++) {
		char line[64];
		snprintf(line, sizeof line, "ROLE %s stopped", first[i]);
		assert_true(place_of(log, line) < engine);
	}
	for (size_t i = 0; i < ARRAY_LEN(last); i++) {
		char line[64];
		snprintf(line, sizeof line, "ROLE %s stopped", last[i]);
		assert_true(place_of(log, line) > engine);
	}
	stage_remove(&s);
}

static void test_a_dead_role_comes_back_and_its_peers_are_told(void **state)
{
	struct stage s;
	stage_make(&s, true);
	stage_start(&s);
	kill(role_pid(&s, "auth"), SIGKILL);
	expect(&s, "ROLE auth started", 2);
	expect(&s, "ROLE engine replaced auth.engine", 1);
	expect(&s, "ROLE engine replaced engine.auth", 1);
	expect(&s, "ROLE gateway1 replaced auth.gateway1", 1);
	expect(&s, "ROLE history replaced auth.history", 1);
	kill(role_pid(&s, "engine"), SIGSEGV);
	expect(&s, "ROLE engine started", 2);
	expect(&s, "ROLE auth replaced engine.auth", 1);
	expect(&s, "ROLE control replaced control.engine", 1);
	expect(&s, "ROLE gateway0 replaced engine.gateway0", 1);
	assert_int_equal(count_of(&s, "ROLE gateway0 replaced gateway1"), 0);
	assert_int_equal(count_of(&s, "ROLE replica replaced"), 0); // it has no channel
	assert_int_equal(stage_end(&s), 0);
	stage_remove(&s);
}

static void test_two_at_once_and_both_channel_ends(void **state)
{
	struct stage s;
	stage_make(&s, true);
	stage_start(&s);
	int engine = role_pid(&s, "engine"), auth = role_pid(&s, "auth");
	kill(engine, SIGKILL);
	kill(auth, SIGKILL);
	expect(&s, "ROLE auth started", 2);
	expect(&s, "ROLE engine started", 2);
	assert_int_equal(stage_end(&s), 0);
	assert_int_equal(count_of(&s, "cannot start"), 0);
	stage_remove(&s);
}

static void test_only_those_who_may_have_a_peer_cut_off(void **state)
{
	struct stage s;
	stage_make(&s, true);
	stage_start(&s);
	kill(role_pid(&s, "gateway0"), SIGUSR1);
	expect(&s, "ROLE gateway0 misbehaved", 1);
	poll(NULL, 0, 700);
	assert_int_equal(count_of(&s, "was cut off"), 0);
	kill(role_pid(&s, "engine"), SIGUSR1);
	expect(&s, "gateway0 was cut off by engine", 1);
	expect(&s, "ROLE gateway0 started", 2);
	assert_int_equal(count_of(&s, "ROLE engine started"), 1);
	assert_int_equal(stage_end(&s), 0);
	stage_remove(&s);
}

static void test_who_ends_for_good_is_left_down(void **state)
{
	struct stage s;
	stage_make(&s, true);
	stage_start(&s);
	kill(role_pid(&s, "history"), SIGUSR1);
	expect(&s, "history ended with status 78: starting it again cannot help, so it is left down", 1);
	poll(NULL, 0, 1000); // the first pause is 100 ms
	assert_int_equal(count_of(&s, "ROLE history started"), 1);
	assert_int_equal(count_of(&s, "ROLE engine started"), 1); // the others go on
	assert_int_equal(stage_end(&s), 0);
	stage_remove(&s);
}

static void test_one_supervisor_a_directory(void **state)
{
	struct stage s;
	char path[128];
	int status;
	stage_make(&s, true);
	stage_start(&s);
	snprintf(path, sizeof path, "%s/second", s.dir);
	int second = supervisor_spawn(&s, path, 0);
	assert_int_equal(waitpid(second, &status, 0), second);
	assert_int_equal(WEXITSTATUS(status), 1);
	assert_int_equal(stage_end(&s), 0);
	strcpy(s.log_path, path);
	assert_int_equal(count_of(&s, "another supervisor runs in this directory"), 1);
	stage_remove(&s);
}

static void test_nobody_outlives_the_supervisor(void **state)
{
	struct stage s;
	stage_make(&s, true);
	stage_start(&s);
	static const char *const all[] = { "engine", "replica", "audit", "history", "auth", "control", "gateway0", "gateway1" };
	int pids[ARRAY_LEN(all)], status;
	for (size_t i = 0; i < ARRAY_LEN(all); i++)
		pids[i] = role_pid(&s, all[i]);
	kill(s.pid, SIGKILL);
	assert_int_equal(waitpid(s.pid, &status, 0), s.pid);
	for (size_t i = 0; i < ARRAY_LEN(all); i++) {
		char path[64];
		FILE *f = NULL;
		char line[256] = "", flag = '?';
		snprintf(path, sizeof path, "/proc/%d/stat", pids[i]);
		for (int n = 0; n < 500; n++) { // gone, or a zombie that init has not taken yet
			f = fopen(path, "r");
			flag = f && fgets(line, sizeof line, f) ? strrchr(line, ')')[2] : 'X';
			if (f)
				fclose(f);
			if (flag == 'X' || flag == 'Z')
				break;
			poll(NULL, 0, 10);
		}
		assert_true(flag == 'X' || flag == 'Z');
	}
	stage_remove(&s);
}

static void own_all(const char *dir, uid_t uid)
{
	char command[256];
	static const char *const paths[] = { "", "/state", "/state/keys", "/state/journal", "/state/snapshots", "/state/log",
					     "/state/history", "/state/run" };
	for (size_t i = 0; i < ARRAY_LEN(paths); i++) {
		snprintf(command, sizeof command, "%s%s", dir, paths[i]);
		assert_int_equal(chown(command, uid, uid), 0);
	}
}

static void test_production_refuses_a_development_sandbox(void **state)
{
	struct stage s;
	int status;
	if (geteuid() != 0)
		skip();
	for (int demo = 0; demo < 2; demo++) {
		stage_make(&s, demo);
		own_all(s.dir, 65534);
		s.pid = supervisor_spawn(&s, s.log_path, 65534);
		if (demo) {
			expect(&s, "development sandbox; missing: not started as root", 1);
			expect(&s, "ROLE gateway1 started", 1);
			assert_int_equal(stage_end(&s), 0);
		} else {
			assert_int_equal(waitpid(s.pid, &status, 0), s.pid);
			assert_int_equal(WEXITSTATUS(status), 1);
			assert_int_equal(count_of(&s, "refuses a development sandbox"), 1);
			assert_int_equal(count_of(&s, " started"), 1); // only in that sentence
		}
		stage_remove(&s);
	}
}

int main(void)
{
	struct handover *h = handover_receive();
	if (h)
		return role_main(h);
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_stops_in_order),
		cmocka_unit_test(test_a_dead_role_comes_back_and_its_peers_are_told),
		cmocka_unit_test(test_two_at_once_and_both_channel_ends),
		cmocka_unit_test(test_only_those_who_may_have_a_peer_cut_off),
		cmocka_unit_test(test_who_ends_for_good_is_left_down),
		cmocka_unit_test(test_one_supervisor_a_directory),
		cmocka_unit_test(test_nobody_outlives_the_supervisor),
		cmocka_unit_test(test_production_refuses_a_development_sandbox),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
