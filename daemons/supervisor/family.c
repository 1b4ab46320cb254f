// SPDX-License-Identifier: Apache-2.0
#include "daemons/supervisor/family.h"

#include "base/clock.h"
#include "base/log.h"
#include "process/memory.h"

#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

// A sealed page and a second, read-only descriptor of it.
static bool page_make(const char *name, size_t size, int *ret, int *ret_reader)
{
	*ret = memory_create(name, size);
	*ret_reader = *ret < 0 ? *ret : memory_reopen(*ret, false);
	if (*ret_reader < 0) {
		log_write(LOG_ERROR, "cannot make the page %s of %zu bytes: %s", name, size, strerror(-*ret_reader));
		return false;
	}
	memory_seal_mode(*ret);
	return true;
}

static bool instance_new(struct family *f, enum role_id role, unsigned number)
{
	struct instance *i = &f->instance[f->instances++];
	*i = (struct instance){ .role = role, .number = number, .pidfd = -1, .link = -1, .backoff_us = BACKOFF_MIN_US };
	if (roles[role].per_gateway)
		snprintf(i->name, sizeof i->name, "%s%u", roles[role].name, number);
	else
		snprintf(i->name, sizeof i->name, "%s", roles[role].name);
	int r = doorbell_create(&i->hear, &i->ring);
	if (r < 0) {
		log_write(LOG_ERROR, "cannot make a doorbell: %s", strerror(-r));
		return false;
	}
	i->status = &f->status->role[f->instances - 1];
	memcpy(i->status->name, i->name, sizeof i->status->name);
	return page_make(i->name, STATS_PAGE_SIZE, &i->stats, &i->stats_reader);
}

static bool status_make(struct family *f)
{
	int fd;
	if (!page_make("supervisor", STATUS_PAGE_SIZE, &fd, &f->status_reader))
		return false;
	f->status = mmap(NULL, STATUS_PAGE_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	close(fd);
	if (f->status == MAP_FAILED)
		return false;
	f->status->started_us = clock_realtime_us();
	f->status->pid = (uint32_t)getpid();
	f->status->development = f->house->missing[0] != '\0';
	snprintf(f->status->missing, sizeof f->status->missing, "%s", f->house->missing);
	return true;
}

bool family_new(struct family *f, struct house *house)
{
	*f = (struct family){ .house = house };
	if (!status_make(f))
		return false;
	for (enum role_id role = 0; role < ROLES; role++)
		for (unsigned g = 0; g < (roles[role].per_gateway ? house->gateways : 1); g++)
			if (!instance_new(f, role, g))
				return false;
	atomic_store(&f->status->roles, (uint32_t)f->instances);
	for (size_t n = 0; n < page_row_count; n++)
		if (!page_make(page_rows[n].name, page_rows[n].size(&house->genesis), &f->page[n], &f->page_reader[n]))
			return false;
	watch_open(f);
	wires_new(f);
	return true;
}

// Beside this program: build/KIND/daemons/ROLE/redoubt-ROLE, all in one directory, or as installed.
static int program_find(const char *role, char *to, size_t size)
{
	char self[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);
	if (n <= 0)
		return -errno;
	self[n] = '\0';
	*strrchr(self, '/') = '\0';
	snprintf(to, size, "%s/redoubt-%s", self, role);
	if (access(to, X_OK) == 0)
		return 0;
	snprintf(to, size, "%s/../%s/redoubt-%s", self, role, role);
	if (access(to, X_OK) == 0)
		return 0;
	snprintf(to, size, "%s/../libexec/redoubt/redoubt-%s", self, role);
	return access(to, X_OK) == 0 ? 0 : -errno;
}

static int child_spawn(struct family *f, struct instance *i, struct handover_list *list, int child_link)
{
	char path[2 * PATH_MAX], name[32], user[64];
	const struct role *role = &roles[i->role];
	int r = program_find(role->name, path, sizeof path);
	if (r < 0) {
		log_write(LOG_ALERT, "the program redoubt-%s is not beside this one: %s is left down", role->name, i->name);
		i->down = true; // no new try brings it
		return r;
	}
	snprintf(name, sizeof name, "redoubt-%s", i->name);
	snprintf(user, sizeof user, "redoubt-%s", role->name);
	r = handover_add_fd(list, "supervisor", child_link);
	if (r < 0)
		return r;
	struct spawn_request request = { .path = path, .name = name, .list = list };
	if (f->house->users) {
		request.user = user;
		request.group = role->reads_journal ? "redoubt-journal" : NULL;
	}
	return spawn(&request, &i->pidfd);
}

static void started(struct family *f, struct instance *i, pid_t pid, int link)
{
	i->pid = pid;
	i->link = link;
	i->started_us = clock_monotonic_ns() / 1000;
	wires_given(f, i);
	atomic_store(&i->status->pid, pid);
	atomic_store(&i->status->state, ROLE_RUNNING);
	atomic_store(&i->status->since_us, clock_realtime_us());
}

static int list_fill(struct family *f, struct instance *i, struct handover_list *list)
{
	int r = wires_give(f, i, list);
	return r ? r : handing_fill(f, i, list);
}

bool instance_start(struct family *f, struct instance *i)
{
	struct handover_list *list = handover_list_new();
	int link[2] = { -1, -1 };
	int r = list ? list_fill(f, i, list) : -ENOMEM;
	if (r == 0 && socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, link) < 0)
		r = -errno;
	if (r == 0)
		r = child_spawn(f, i, list, link[1]);
	handover_list_free(list);
	if (link[1] >= 0)
		close(link[1]);
	if (r < 0) {
		if (!i->down)
			log_write(LOG_ERROR, "cannot start %s: %s", i->name, strerror(-r));
		if (link[0] >= 0)
			close(link[0]);
		return false;
	}
	started(f, i, r, link[0]);
	log_write(LOG_INFO, "%s started, pid %d", i->name, i->pid);
	return true;
}

void instance_stop(struct instance *i, int signal_number)
{
	if (!i->pid)
		return;
	// By pidfd: the number may already be somebody else's.
	if (i->pidfd >= 0)
		syscall(SYS_pidfd_send_signal, i->pidfd, signal_number, NULL, 0);
	else
		kill(i->pid, signal_number);
	doorbell_ring(i->ring);
}

void family_free(struct family *f)
{
	for (size_t n = 0; n < f->wires; n++)
		for (int side = 0; side < 2; side++)
			channel_fds_close(&f->wire[n].end[side]);
	for (size_t n = 0; n < f->instances; n++) {
		struct instance *i = &f->instance[n];
		close(i->hear);
		close(i->ring);
		close(i->stats);
		close(i->stats_reader);
	}
	for (size_t n = 0; n < page_row_count; n++) {
		close(f->page[n]);
		close(f->page_reader[n]);
	}
	munmap(f->status, STATUS_PAGE_SIZE);
	close(f->status_reader);
}
