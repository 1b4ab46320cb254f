// SPDX-License-Identifier: Apache-2.0
// Deaths and new starts. A role that dies is started again after a pause that
// doubles; one that dies too often in a minute is left down and reported.
#include "base/clock.h"
#include "base/log.h"
#include "daemons/supervisor/family.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#define STOP_PATIENCE_MS 10000
#define STEADY_US 10000000u // a life this long starts the pauses from the beginning

static uint64_t now_us(void)
{
	return clock_monotonic_ns() / 1000;
}

static struct instance *instance_by_pid(struct family *f, pid_t pid)
{
	for (size_t n = 0; n < f->instances; n++)
		if (f->instance[n].pid == pid)
			return &f->instance[n];
	return NULL;
}

static void death_describe(int status, char *to, size_t size)
{
	if (WIFEXITED(status))
		snprintf(to, size, "ended with status %d", WEXITSTATUS(status));
	else if (WTERMSIG(status) == SIGSYS)
		snprintf(to, size, "was killed by its sandbox: a forbidden system call (the kernel's log names it)");
	else
		snprintf(to, size, "was killed by signal %d (%s)", WTERMSIG(status), strsignal(WTERMSIG(status)));
}

// True when there were too many deaths in the window.
static bool death_count(const struct family *f, struct instance *i, uint64_t now)
{
	if (!i->died || now - i->deaths_since_us >= DEATHS_WINDOW_US) {
		i->deaths_since_us = now;
		i->deaths = 0;
	}
	i->died = true;
	return ++i->deaths > config_number(f->house->config, "supervisor.deaths_per_minute");
}

static void schedule(struct instance *i, uint64_t now)
{
	if (now - i->started_us >= STEADY_US)
		i->backoff_us = BACKOFF_MIN_US;
	i->start_at_us = now + i->backoff_us;
	i->backoff_us = u64_min(2 * i->backoff_us, BACKOFF_MAX_US);
}

static void bury(struct family *f, struct instance *i, int status)
{
	char how[128];
	uint64_t now = now_us();
	death_describe(status, how, sizeof how);
	i->pid = 0;
	close(i->pidfd);
	close(i->link);
	i->pidfd = i->link = -1;
	atomic_store(&i->status->pid, 0);
	atomic_store(&i->status->last_status, status);
	atomic_store(&i->status->since_us, clock_realtime_us());
	if (f->stopping) {
		atomic_store(&i->status->state, ROLE_STOPPED);
		log_write(status ? LOG_WARNING : LOG_INFO, "%s %s", i->name, how);
		return;
	}
	i->down = death_count(f, i, now);
	schedule(i, now);
	bool for_good = WIFEXITED(status) && WEXITSTATUS(status) == EXIT_FOR_GOOD;
	i->down |= for_good;
	atomic_store(&i->status->state, i->down ? ROLE_DOWN : ROLE_WAITING);
	if (for_good)
		log_write(LOG_ALERT, "%s %s: starting it again cannot help, so it is left down; what it logged before says "
			  "why and what to do", i->name, how);
	else if (i->down)
		log_write(LOG_ALERT, "%s %s; it died %llu times in a minute and is left down", i->name, how,
			  (unsigned long long)i->deaths);
	else
		log_write(LOG_ERROR, "%s %s; starting it again in %llu ms", i->name, how,
			  (unsigned long long)((i->start_at_us - now) / 1000));
}

void lives_reap(struct family *f)
{
	int status;
	pid_t pid;
	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		struct instance *i = instance_by_pid(f, pid);
		if (i)
			bury(f, i, status);
	}
}

int lives_start_due(struct family *f)
{
	uint64_t now = now_us(), next = UINT64_MAX;
	for (size_t n = 0; n < f->instances; n++) {
		struct instance *i = &f->instance[n];
		if (i->pid || i->down)
			continue;
		if (i->start_at_us <= now) {
			if (instance_start(f, i)) {
				// The very first start is none after a death.
				atomic_fetch_add(&i->status->restarts, i->died ? 1 : 0);
				continue;
			}
			i->down |= death_count(f, i, now);
			i->started_us = now;
			atomic_store(&i->status->state, i->down ? ROLE_DOWN : ROLE_WAITING);
			schedule(i, now);
		}
		if (!i->down)
			next = u64_min(next, i->start_at_us);
	}
	return next == UINT64_MAX ? -1 : (int)((next > now ? next - now : 0) / 1000 + 1);
}

static bool stage_over(const struct family *f, unsigned stage)
{
	for (size_t n = 0; n < f->instances; n++)
		if (f->instance[n].pid && roles[f->instance[n].role].stop_stage == stage)
			return false;
	return true;
}

static void stage_signal(struct family *f, unsigned stage, int signal_number)
{
	for (size_t n = 0; n < f->instances; n++)
		if (roles[f->instance[n].role].stop_stage == stage)
			instance_stop(&f->instance[n], signal_number);
}

static void stage_stop(struct family *f, unsigned stage)
{
	uint64_t until = now_us() + STOP_PATIENCE_MS * 1000;
	stage_signal(f, stage, SIGTERM);
	while (!stage_over(f, stage) && now_us() < until) {
		poll(NULL, 0, 2);
		lives_reap(f);
	}
	if (stage_over(f, stage))
		return;
	log_write(LOG_WARNING, "not everybody ended in %d s: killing the rest", STOP_PATIENCE_MS / 1000);
	stage_signal(f, stage, SIGKILL);
	while (!stage_over(f, stage)) {
		poll(NULL, 0, 2);
		lives_reap(f);
	}
}

void lives_stop(struct family *f)
{
	f->stopping = true;
	for (unsigned stage = 0; stage < 3; stage++)
		stage_stop(f, stage);
}
