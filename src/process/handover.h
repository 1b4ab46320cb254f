// SPDX-License-Identifier: Apache-2.0
// What the supervisor hands to a daemon at birth: named descriptors, and
// nothing else. Descriptor 3 is a sealed memfd that lists them; every other
// inherited descriptor is closed. Names are the contract between supervisor/roles.c and the daemon's main.
#pragma once

#include "process/channel.h"

#define HANDOVER_NAME_MAX 31
#define HANDOVER_MAX 128
#define HANDOVER_TEXT_MAX 8192

struct handover; // opaque

// In the child, first thing. NULL when started by hand: the caller then prints that the supervisor starts it.
struct handover *handover_receive(void);

// The descriptor of that name, or -1. Ownership stays with the handover.
int handover_fd(const struct handover *h, const char *name);
// A channel of that name (three descriptors NAME.ring NAME.cursor NAME.bell). 0, or -ENOENT.
MUST_USE int handover_writer(const struct handover *h, const char *name, struct channel_writer *ret);
MUST_USE int handover_reader(const struct handover *h, const char *name, struct channel_reader *ret);
// A text setting ("gateway.listen" = "127.0.0.1:8443"), or fallback.
const char *handover_text(const struct handover *h, const char *name, const char *fallback);
uint64_t handover_number(const struct handover *h, const char *name, uint64_t fallback);
// Maps a memfd of that name. NULL when it is missing or smaller than size.
void *handover_map(const struct handover *h, const char *name, size_t size, bool writable);

// When a peer died the supervisor replaces the channels shared with it, over the link (descriptor "supervisor"),
// and rings this process' doorbell. Non-blocking; call after each wake-up until it returns 0:
//   1  channel NAME was replaced: channel_close_reader/_writer the old one, open it anew with handover_reader/_writer;
//      whatever was in flight on the old one is lost
//   0  nothing
//   <0 the supervisor is gone (-EPIPE) or broke the protocol: the daemon exits
MUST_USE int handover_poll(struct handover *h, char ret_name[HANDOVER_NAME_MAX + 1]);
// The same until nothing is left: `replaced` opens each channel anew (0, or negative errno, which ends it).
// 0, or negative: the daemon exits.
MUST_USE int handover_serve(struct handover *h, int (*replaced)(void *context, const char *name), void *context);
// The link, for poll or epoll; -1 when there is none (tests).
int handover_link(const struct handover *h);

// SIGTERM and SIGINT only set a flag from here on; the supervisor rings the doorbell after it.
void handover_stop_signals(void);
bool handover_stopping(void);

// ---- the supervisor's side ----
struct handover_list; // being built
struct handover_list *handover_list_new(void);
void handover_list_free(struct handover_list *l);
MUST_USE int handover_add_fd(struct handover_list *l, const char *name, int fd); // borrowed
MUST_USE int handover_add_channel(struct handover_list *l, const char *name, const struct channel_fds *fds);
MUST_USE int handover_add_text(struct handover_list *l, const char *name, const char *value);

// Sends a replaced channel over the link to a living daemon. 0, or negative errno (-EAGAIN: its queue is full).
MUST_USE int handover_replace(int link, const char *name, const struct channel_fds *fds);

struct spawn_request {
	const char *path;     // the daemon's program
	const char *name;     // argv[0], and its name in logs
	const char *user;     // NULL = stay as we are
	const char *group;    // supplementary group, NULL = none
	const struct handover_list *list;
};
// fork, set descriptors, drop to the user, exec. Returns the pid (and *ret_pidfd), or negative errno.
MUST_USE int spawn(const struct spawn_request *request, int *ret_pidfd);
