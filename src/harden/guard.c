// SPDX-License-Identifier: Apache-2.0
#include "harden/guard.h"

#include "harden/activate.h"
#include "harden/place.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#define LOCK_PATIENCE_S 60

// Wakes each second to see whether it is still needed. CLOCK_BOOTTIME: a clock that is set does not move the deadline.
static bool wait_unconfirmed(struct host *h, unsigned number, unsigned seconds)
{
	struct timespec begin, now;
	clock_gettime(CLOCK_BOOTTIME, &begin);
	do {
		unsigned pending;
		uint64_t deadline;
		nanosleep(&(struct timespec){ 0, 250000000 }, NULL);
		clock_gettime(CLOCK_BOOTTIME, &now);
		if (pending_read(h, &pending, &deadline) == 0 && pending != number)
			return false;
	} while (now.tv_sec - begin.tv_sec < (time_t)seconds);
	return true;
}

// The lock waits for a tool that is still at work; one that was killed has let go of it. One that hangs does not keep
// people out for ever.
static void put_back(struct host *h, unsigned number)
{
	struct complaints c = { 0 };
	unsigned pending;
	uint64_t deadline;
	int lock = -1;
	if (place_lock_wait_at_most(h, LOCK_PATIENCE_S, &lock) < 0 || pending_read(h, &pending, &deadline) || pending != number)
		return;
	int r = place_roll_back(h, &pending, &c);
	openlog("redoubt-harden", 0, LOG_AUTHPRIV);
	syslog(LOG_ALERT, "change %u of the host was not confirmed: %s", number, r ? "not everything could be put back" : "what was there has been put back");
	for (size_t i = 0; i < c.count && i < COMPLAINTS_MAX; i++)
		syslog(LOG_ALERT, "%s", c.text[i]);
	activate_after(h, &c);
}

NORETURN static void guard(const char *root, unsigned number, unsigned seconds, int ready)
{
	struct host *h;
	signal(SIGHUP, SIG_IGN);
	signal(SIGINT, SIG_IGN);
	signal(SIGPIPE, SIG_IGN);
	int null = open("/dev/null", O_RDWR);
	if (null < 0 || dup2(null, 0) < 0 || dup2(null, 1) < 0 || dup2(null, 2) < 0 || dup2(ready, 3) < 0)
		_exit(1);
	// the tool's lock, above all: a lock belongs to whoever holds a copy of its descriptor
	close_range(4, ~0u, 0);
	// an open of its own, which remembers nothing that the tool has read
	if (host_open(root, &h) || write(3, "r", 1) != 1)
		_exit(1);
	close(3);
	if (wait_unconfirmed(h, number, seconds))
		put_back(h, number);
	_exit(0);
}

NORETURN static void parent_of_guard(const char *root, unsigned number, unsigned seconds, int ready, int other_end)
{
	setsid();
	close(other_end);
	if (fork() == 0)
		guard(root, number, seconds, ready);
	_exit(0);
}

int guard_start(struct host *h, unsigned number, unsigned seconds)
{
	char byte;
	int ends[2], r = 0;
	if (pipe2(ends, O_CLOEXEC))
		return -errno;
	pid_t child = fork();
	if (child == 0)
		parent_of_guard(host_root(h), number, seconds, ends[1], ends[0]);
	close(ends[1]);
	if (child < 0)
		r = -errno;
	while (child > 0 && waitpid(child, NULL, 0) < 0 && errno == EINTR)
		;
	if (!r && read(ends[0], &byte, 1) != 1)
		r = -ECHILD;
	close(ends[0]);
	if (!r)
		activate_timer(h, number, seconds);
	return r;
}
