// SPDX-License-Identifier: Apache-2.0
// The program spawns itself: as a child it reports through its channel what it was handed.
#include "process/handover_layout.h"
#include "process/memory.h"
#include "process/stats.h"

#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum { SAY_DESCRIPTORS = 1, SAY_TEXT, SAY_REPLACED, SAY_LOST };

// ---- the child ----

static uint32_t descriptors_open(void)
{
	uint32_t open = 0;
	for (int fd = 0; fd < 1024; fd++)
		open += fcntl(fd, F_GETFD) >= 0;
	return open;
}

static void say(struct channel_writer *w, uint32_t kind, const char *text)
{
	if (channel_write(w, kind, text, strlen(text) + 1) == 0)
		channel_publish(w);
}

static int child(struct handover *h)
{
	struct channel_writer w;
	char text[256], name[HANDOVER_NAME_MAX + 1];
	if (handover_writer(h, "child.parent", &w) < 0)
		return 10;
	snprintf(text, sizeof text, "%u", descriptors_open());
	say(&w, SAY_DESCRIPTORS, text);
	int signal_number = 0;
	prctl(PR_GET_PDEATHSIG, &signal_number);
	snprintf(text, sizeof text, "%s %llu %s %d %d %s", handover_text(h, "color", "none"),
		 (unsigned long long)handover_number(h, "count", 0), handover_text(h, "missing", "fallback"),
		 signal_number == SIGTERM, prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0), getenv("HOME") ? "home" : "bare");
	say(&w, SAY_TEXT, text);
	struct pollfd wait = { .fd = handover_link(h), .events = POLLIN };
	for (;;) {
		poll(&wait, 1, 10000);
		int r = handover_poll(h, name);
		if (r < 0)
			return r == -EPIPE ? 7 : 11;
		if (r == 0)
			continue;
		channel_close_writer(&w);
		if (handover_writer(h, name, &w) < 0)
			return 12;
		say(&w, SAY_REPLACED, name);
	}
}

// ---- the parent ----

struct kid {
	int hear, ring, link[2], pidfd;
	struct channel_reader r;
	pid_t pid;
};

static void channel_pair(struct kid *k, struct channel_fds *ret_writer)
{
	struct channel_fds made, end;
	assert_int_equal(channel_create("t", 4096, k->ring, &made), 0);
	assert_int_equal(channel_end(&made, true, ret_writer), 0);
	assert_int_equal(channel_end(&made, false, &end), 0);
	channel_fds_close(&made);
	channel_close_reader(&k->r);
	assert_int_equal(channel_open_reader(&k->r, &end), 0);
	channel_fds_close(&end);
}

static void kid_start(struct kid *k)
{
	struct channel_fds writer;
	memset(k, 0, sizeof *k);
	assert_int_equal(doorbell_create(&k->hear, &k->ring), 0);
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, k->link), 0);
	channel_pair(k, &writer);
	struct handover_list *l = handover_list_new();
	assert_int_equal(handover_add_channel(l, "child.parent", &writer), 0);
	assert_int_equal(handover_add_fd(l, "supervisor", k->link[1]), 0);
	assert_int_equal(handover_add_text(l, "color", "red"), 0);
	assert_int_equal(handover_add_text(l, "count", "42"), 0);
	struct spawn_request request = { .path = "/proc/self/exe", .name = "kid", .list = l };
	k->pid = spawn(&request, &k->pidfd);
	assert_true(k->pid > 0);
	handover_list_free(l);
	channel_fds_close(&writer);
	close(k->link[1]);
}

static void expect(struct kid *k, uint32_t kind, const char *text)
{
	static uint8_t record[CHANNEL_RECORD_MAX];
	struct channel_reader *readers[1] = { &k->r };
	uint32_t got;
	size_t size;
	for (int i = 0; i < 100 && channel_empty(&k->r); i++)
		assert_int_equal(channel_wait(readers, 1, k->hear, 0, 100), 0);
	assert_int_equal(channel_read(&k->r, record, &got, &size), 1);
	channel_release(&k->r);
	assert_int_equal(got, kind);
	assert_string_equal((char *)record, text);
}

static void kid_end(struct kid *k, int status)
{
	int got;
	close(k->link[0]);
	assert_int_equal(waitpid(k->pid, &got, 0), k->pid);
	assert_true(WIFEXITED(got));
	assert_int_equal(WEXITSTATUS(got), status);
	channel_close_reader(&k->r);
	close(k->hear);
	close(k->ring);
	close(k->pidfd);
}

static void test_child_has_what_is_listed_and_nothing_else(void **state)
{
	struct kid k;
	int leaks[20]; // not close-on-exec, on purpose
	for (int i = 0; i < 20; i++)
		leaks[i] = dup(1);
	setenv("HOME", "/secret", 1);
	kid_start(&k);
	expect(&k, SAY_DESCRIPTORS, "7"); // 0, 1, 2, three of the channel, the link
	expect(&k, SAY_TEXT, "red 42 fallback 1 1 bare");
	kid_end(&k, 7); // the link closed: the supervisor is gone
	for (int i = 0; i < 20; i++)
		close(leaks[i]);
}

static void test_channels_are_replaced(void **state)
{
	struct kid k;
	kid_start(&k);
	expect(&k, SAY_DESCRIPTORS, "7");
	expect(&k, SAY_TEXT, "red 42 fallback 1 1 bare");
	for (int i = 0; i < 50; i++) {
		struct channel_fds writer;
		channel_pair(&k, &writer);
		assert_int_equal(handover_replace(k.link[0], "child.parent", &writer), 0);
		channel_fds_close(&writer);
		expect(&k, SAY_REPLACED, "child.parent");
	}
	kid_end(&k, 7);
}

static void test_unknown_channel_is_refused(void **state)
{
	struct kid k;
	kid_start(&k);
	struct channel_fds writer;
	channel_pair(&k, &writer);
	assert_int_equal(handover_replace(k.link[0], "other", &writer), 0);
	channel_fds_close(&writer);
	int got;
	assert_int_equal(waitpid(k.pid, &got, 0), k.pid);
	assert_int_equal(WEXITSTATUS(got), 11);
	close(k.link[0]);
	channel_close_reader(&k.r);
}

static void test_spawn_errors_come_back(void **state)
{
	struct handover_list *l = handover_list_new();
	int pidfd;
	struct spawn_request request = { .path = "/nonexistent/redoubt-x", .name = "x", .list = l };
	assert_int_equal(spawn(&request, &pidfd), -ENOENT);
	request.path = "/etc/passwd";
	assert_int_equal(spawn(&request, &pidfd), -EACCES);
	request.path = "/proc/self/exe";
	request.user = "redoubt-nobody-has-this";
	assert_int_equal(spawn(&request, &pidfd), -ENOENT);
	handover_list_free(l);
}

static void test_lists_have_limits(void **state)
{
	struct handover_list *l = handover_list_new();
	char long_name[64];
	memset(long_name, 'x', sizeof long_name);
	long_name[40] = '\0';
	assert_int_equal(handover_add_fd(l, long_name, 0), -ENAMETOOLONG);
	assert_int_equal(handover_add_fd(l, "closed", -1), -EBADF);
	for (int i = 0; i < HANDOVER_MAX; i++)
		assert_int_equal(handover_add_fd(l, "n", 0), 0);
	assert_int_equal(handover_add_fd(l, "n", 0), -E2BIG);
	char *value = calloc(1, HANDOVER_TEXT_MAX + 1);
	memset(value, 'v', HANDOVER_TEXT_MAX);
	assert_int_equal(handover_add_text(l, "name", value), -E2BIG);
	free(value);
	handover_list_free(l);
}

static void test_stats_counters(void **state)
{
	struct stats_page *page = calloc(1, STATS_PAGE_SIZE);
	assert_ptr_not_equal(stats_counter(page, "a"), stats_counter(page, "b"));
	assert_ptr_equal(stats_counter(page, "a"), stats_counter(page, "a"));
	assert_int_equal(atomic_load(&page->count), 2);
	atomic_store(&page->count, UINT32_MAX); // scribbled on
	atomic_store(stats_counter(page, "a"), 5);
	assert_ptr_equal(stats_counter(page, "new"), stats_counter(page, "newer")); // full: the dummy
	assert_non_null(stats_counter(NULL, "x"));
	free(page);
}

int main(void)
{
	struct handover *h = handover_receive();
	if (h)
		return child(h);
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_child_has_what_is_listed_and_nothing_else),
		cmocka_unit_test(test_channels_are_replaced),
		cmocka_unit_test(test_unknown_channel_is_refused),
		cmocka_unit_test(test_spawn_errors_come_back),
		cmocka_unit_test(test_lists_have_limits),
		cmocka_unit_test(test_stats_counters),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
