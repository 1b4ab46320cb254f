// SPDX-License-Identifier: Apache-2.0
// The child's side: reading the list, finding things by name, and learning about replaced channels.
#include "process/handover_layout.h"

#include "base/log.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

struct handover {
	struct handover_page page;
	int link;
};

static bool page_valid(const struct handover_page *page)
{
	if (page->magic != HANDOVER_MAGIC || page->count > HANDOVER_MAX || page->text_size > HANDOVER_TEXT_MAX)
		return false;
	if (page->text_size && page->text[page->text_size - 1] != '\0')
		return false;
	for (uint32_t i = 0; i < page->count; i++)
		if (memchr(page->entry[i].name, 0, sizeof page->entry[i].name) == NULL)
			return false;
	return true;
}

struct handover *handover_receive(void)
{
	struct handover *h = calloc(1, sizeof *h);
	if (!h)
		return NULL;
	int seals = fcntl(HANDOVER_FD, F_GET_SEALS);
	if (seals < 0 || !(seals & F_SEAL_WRITE) ||
	    pread(HANDOVER_FD, &h->page, sizeof h->page, 0) != (ssize_t)sizeof h->page || !page_valid(&h->page)) {
		free(h);
		return NULL;
	}
	close(HANDOVER_FD);
	// A program started by descriptor has a number for a name.
	prctl(PR_SET_NAME, program_invocation_short_name);
	// None of them may leak into anything this process could start.
	for (uint32_t i = 0; i < h->page.count; i++)
		fcntl(h->page.entry[i].fd, F_SETFD, FD_CLOEXEC);
	h->link = handover_fd(h, "supervisor");
	return h;
}

static const struct handover_entry *entry_find(const struct handover *h, const char *name)
{
	for (uint32_t i = 0; i < h->page.count; i++)
		if (strcmp(h->page.entry[i].name, name) == 0)
			return &h->page.entry[i];
	return NULL;
}

int handover_fd(const struct handover *h, const char *name)
{
	const struct handover_entry *e = entry_find(h, name);
	return e ? e->fd : -1;
}

static int channel_find(const struct handover *h, const char *name, struct channel_fds *ret)
{
	static const char *const part[3] = { "ring", "cursor", "bell" };
	int fd[3];
	for (size_t i = 0; i < 3; i++) {
		char full[HANDOVER_NAME_MAX + 1];
		if (snprintf(full, sizeof full, "%s.%s", name, part[i]) >= (int)sizeof full)
			return -ENOENT;
		fd[i] = handover_fd(h, full);
		if (fd[i] < 0)
			return -ENOENT;
	}
	*ret = (struct channel_fds){ .ring = fd[0], .cursor = fd[1], .doorbell = fd[2] };
	return 0;
}

int handover_writer(const struct handover *h, const char *name, struct channel_writer *ret)
{
	struct channel_fds fds;
	int r = channel_find(h, name, &fds);
	return r < 0 ? r : channel_open_writer(ret, &fds);
}

int handover_reader(const struct handover *h, const char *name, struct channel_reader *ret)
{
	struct channel_fds fds;
	int r = channel_find(h, name, &fds);
	return r < 0 ? r : channel_open_reader(ret, &fds);
}

const char *handover_text(const struct handover *h, const char *name, const char *fallback)
{
	const char *at = h->page.text, *end = at + h->page.text_size;
	while (at < end) {
		const char *value = at + strlen(at) + 1;
		if (value >= end)
			break;
		if (strcmp(at, name) == 0)
			return value;
		at = value + strlen(value) + 1;
	}
	return fallback;
}

uint64_t handover_number(const struct handover *h, const char *name, uint64_t fallback)
{
	const char *text = handover_text(h, name, NULL);
	if (!text || *text < '0' || *text > '9')
		return fallback;
	errno = 0;
	char *end;
	unsigned long long n = strtoull(text, &end, 10);
	return errno || *end ? fallback : n;
}

void *handover_map(const struct handover *h, const char *name, size_t size, bool writable)
{
	struct stat st;
	int fd = handover_fd(h, name);
	if (fd < 0 || fstat(fd, &st) < 0 || (uint64_t)st.st_size < size)
		return NULL;
	void *p = mmap(NULL, size, PROT_READ | (writable ? PROT_WRITE : 0), MAP_SHARED, fd, 0);
	return p == MAP_FAILED ? NULL : p;
}

int handover_link(const struct handover *h)
{
	return h->link;
}

// Puts the new descriptors where the old ones were listed, and closes those.
static int channel_replace(struct handover *h, const char *name, const int fd[3])
{
	static const char *const part[3] = { "ring", "cursor", "bell" };
	for (size_t i = 0; i < 3; i++) {
		char full[HANDOVER_NAME_MAX + 1];
		if (snprintf(full, sizeof full, "%s.%s", name, part[i]) >= (int)sizeof full)
			return -EPROTO;
		const struct handover_entry *found = entry_find(h, full);
		if (!found)
			return -EPROTO;
		struct handover_entry *e = &h->page.entry[found - h->page.entry];
		close(e->fd);
		e->fd = fd[i];
	}
	return 1;
}

int handover_poll(struct handover *h, char ret_name[HANDOVER_NAME_MAX + 1])
{
	if (h->link < 0)
		return 0;
	char name[HANDOVER_NAME_MAX + 1];
	alignas(struct cmsghdr) char control[CMSG_SPACE(3 * sizeof(int))];
	struct iovec piece = { .iov_base = name, .iov_len = sizeof name };
	struct msghdr message = { .msg_iov = &piece, .msg_iovlen = 1, .msg_control = control,
				  .msg_controllen = sizeof control };
	ssize_t n = recvmsg(h->link, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
	if (n < 0)
		return errno == EAGAIN || errno == EINTR ? 0 : -errno;
	if (n == 0)
		return -EPIPE;
	const struct cmsghdr *c = CMSG_FIRSTHDR(&message);
	if (n != (ssize_t)sizeof name || name[HANDOVER_NAME_MAX] || !c || c->cmsg_type != SCM_RIGHTS ||
	    c->cmsg_len != CMSG_LEN(3 * sizeof(int)))
		return -EPROTO;
	int fd[3];
	memcpy(fd, CMSG_DATA(c), sizeof fd);
	memcpy(ret_name, name, sizeof name);
	return channel_replace(h, name, fd);
}

int handover_serve(struct handover *h, int (*replaced)(void *context, const char *name), void *context)
{
	char name[HANDOVER_NAME_MAX + 1];
	int r;
	while ((r = handover_poll(h, name)) > 0) {
		r = replaced(context, name);
		if (r < 0)
			return r;
		log_write(LOG_NOTICE, "channel %s was replaced", name);
	}
	return r;
}

static volatile sig_atomic_t stopping;

static void on_stop(int signal_number)
{
	(void)signal_number;
	stopping = 1;
}

void handover_stop_signals(void)
{
	struct sigaction stop = { .sa_handler = on_stop };
	sigaction(SIGTERM, &stop, NULL);
	sigaction(SIGINT, &stop, NULL);
	struct sigaction ignore = { .sa_handler = SIG_IGN };
	sigaction(SIGPIPE, &ignore, NULL);
}

bool handover_stopping(void)
{
	return stopping != 0;
}
