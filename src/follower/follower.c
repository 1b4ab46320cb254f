// SPDX-License-Identifier: Apache-2.0
#include "follower/follower.h"

#include "base/clock.h"
#include "base/log.h"
#include "crypto/secret.h"

#include <sched.h>
#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

#define AWAIT_MS 100u

static int missing(const char *what, const char *why)
{
	log_write(LOG_ERROR, "%s: %s", what, why);
	return 1;
}

static int key_open(struct follower *f)
{
	f->key = secret_alloc(32);
	if (!f->key)
		return missing("journal-key", "no locked memory is left; raise the memlock limit");
	int r = secret_read(handover_fd(f->handover, "journal-key"), f->key, 32);
	return r ? missing("journal-key", r < 0 ? strerror(-r) : "the file does not have 32 bytes") : 0;
}

static int founding_open(struct follower *f)
{
	int r = founding_load(handover_fd(f->handover, "founding"), &f->founding);
	return r ? missing("founding", r < 0 ? strerror(-r) : "it does not start with a genesis signed by its operator")
		 : 0;
}

static int journal_find(struct follower *f)
{
	f->journal_fd = handover_fd(f->handover, "journal-dir");
	int r = f->journal_fd < 0 ? -EBADF
				  : storage_directory_open(f->journal_fd, false, &f->directory, &f->storage);
	return r ? missing("journal-dir", strerror(-r)) : 0;
}

static int pages_map(struct follower *f)
{
	f->durable = handover_map(f->handover, "durable", sizeof *f->durable, false);
	f->stats = handover_map(f->handover, "stats", STATS_PAGE_SIZE, true);
	if (!f->durable)
		return missing("durable", "the page cannot be mapped");
	if (f->stats)
		f->stats->pid = (uint32_t)getpid();
	f->doorbell = handover_fd(f->handover, "doorbell");
	return 0;
}

int follower_open(struct follower *f, const char *name)
{
	*f = (struct follower){ .journal_fd = -1, .doorbell = -1 };
	log_open(name);
	f->handover = handover_receive();
	if (!f->handover) {
		fprintf(stderr, "%s: the supervisor starts this program; run `redoubt start`\n", name);
		return 1;
	}
	handover_stop_signals();
	if (crypto_init())
		return missing("crypto", "libsodium or OpenSSL does not start");
	return key_open(f) || founding_open(f) || journal_find(f) || pages_map(f);
}

void follower_close(struct follower *f)
{
	storage_directory_close(f->directory);
	secret_free(f->key);
	f->directory = NULL;
	f->key = NULL;
}

void follower_stand_back(int nice)
{
	struct sched_param none = { 0 };
	// A batch process does not push aside whoever runs when it wakes. Neither call failing is worth a stop.
	if (sched_setscheduler(0, SCHED_BATCH, &none) || setpriority(PRIO_PROCESS, 0, nice))
		log_write(LOG_NOTICE, "the priority stays as it is: %s", strerror(errno));
}

int follower_sandbox(struct follower *f, int read_dir, int write_dir)
{
	struct sandbox sandbox = { .privileges = PRIVILEGE_READ_DIR, .secrets = false };
	struct sandbox_report report = { 0 };
	if (write_dir >= 0)
		sandbox.privileges |= PRIVILEGE_WRITE_DIR;
	for (size_t i = 0; i < SANDBOX_DIRS_MAX; i++)
		sandbox.read_dirs[i] = sandbox.write_dirs[i] = -1;
	sandbox.read_dirs[0] = f->journal_fd;
	sandbox.read_dirs[1] = read_dir;
	sandbox.write_dirs[0] = write_dir;
	int r = sandbox_enter(&sandbox, &report);
	if (r)
		return missing("sandbox", strerror(-r));
	if (f->stats)
		snprintf(f->stats->sandbox_missing, sizeof f->stats->sandbox_missing, "%s", report.missing);
	return 0;
}

bool follower_turn(struct follower *f, follower_replaced replaced, void *context)
{
	char name[HANDOVER_NAME_MAX + 1];
	int r;
	if (f->stats)
		stats_set(&f->stats->heartbeat_us, clock_realtime_us());
	while ((r = handover_poll(f->handover, name)) == 1)
		if (replaced)
			replaced(context, name);
	return r == 0 && !handover_stopping();
}

bool follower_await(struct follower *f, follower_replaced replaced, void *context)
{
	while (follower_turn(f, replaced, context))
		if (journal_follow(f->durable, 0, 0, AWAIT_MS) > 0)
			return true;
	return false;
}
