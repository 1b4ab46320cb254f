// SPDX-License-Identifier: Apache-2.0
// The supervisor's side: what a child will find.
#include "process/handover_layout.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>

struct handover_list *handover_list_new(void)
{
	struct handover_list *l = calloc(1, sizeof *l);
	if (l)
		l->page.magic = HANDOVER_MAGIC;
	return l;
}

void handover_list_free(struct handover_list *l)
{
	free(l);
}

int handover_add_fd(struct handover_list *l, const char *name, int fd)
{
	if (l->page.count == HANDOVER_MAX || fd < 0)
		return fd < 0 ? -EBADF : -E2BIG;
	struct handover_entry *e = &l->page.entry[l->page.count];
	if (strlen(name) > HANDOVER_NAME_MAX)
		return -ENAMETOOLONG;
	memset(e->name, 0, sizeof e->name);
	memcpy(e->name, name, strlen(name));
	e->fd = HANDOVER_FIRST + (int32_t)l->page.count;
	l->fd[l->page.count++] = fd;
	return 0;
}

int handover_add_channel(struct handover_list *l, const char *name, const struct channel_fds *fds)
{
	const struct { const char *part; int fd; } each[3] = { { "ring", fds->ring },
							       { "cursor", fds->cursor },
							       { "bell", fds->doorbell } };
	for (size_t i = 0; i < 3; i++) {
		char full[HANDOVER_NAME_MAX + 1];
		if (snprintf(full, sizeof full, "%s.%s", name, each[i].part) >= (int)sizeof full)
			return -ENAMETOOLONG;
		int r = handover_add_fd(l, full, each[i].fd);
		if (r < 0)
			return r;
	}
	return 0;
}

int handover_add_text(struct handover_list *l, const char *name, const char *value)
{
	size_t need = strlen(name) + 1 + strlen(value) + 1;
	if (need > HANDOVER_TEXT_MAX - l->page.text_size)
		return -E2BIG;
	char *at = l->page.text + l->page.text_size;
	memcpy(at, name, strlen(name) + 1);
	memcpy(at + strlen(name) + 1, value, strlen(value) + 1);
	l->page.text_size += (uint32_t)need;
	return 0;
}

int handover_replace(int link, const char *name, const struct channel_fds *fds)
{
	char padded[HANDOVER_NAME_MAX + 1] = { 0 };
	if (strlen(name) > HANDOVER_NAME_MAX)
		return -ENAMETOOLONG;
	memcpy(padded, name, strlen(name));
	int fd[3] = { fds->ring, fds->cursor, fds->doorbell };
	alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof fd)] = { 0 };
	struct iovec piece = { .iov_base = padded, .iov_len = sizeof padded };
	struct msghdr message = { .msg_iov = &piece, .msg_iovlen = 1, .msg_control = control,
				  .msg_controllen = sizeof control };
	struct cmsghdr *c = CMSG_FIRSTHDR(&message);
	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof fd);
	memcpy(CMSG_DATA(c), fd, sizeof fd);
	return sendmsg(link, &message, MSG_DONTWAIT | MSG_NOSIGNAL) < 0 ? -errno : 0;
}
