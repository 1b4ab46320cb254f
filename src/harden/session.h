// SPDX-License-Identifier: Apache-2.0
// Which SSH connections carry people now, by what the kernel says: sockets of sshd processes that are established.
// The environment (SSH_CONNECTION) is what anybody may have set; it is not asked.
#pragma once

#include "host/host.h"

#define SESSIONS_MAX 64

struct session {
	bool v6;                 // an IPv4 address mapped into IPv6 counts as IPv4
	uint8_t peer[16], local[16];
	uint16_t peer_port, local_port;
	uint32_t pid;            // of the sshd
	const char *user;        // whom the session's processes run as; NULL when that could not be told
};

struct sessions {
	bool own;                // they are this process' own, found by descent; otherwise all that there are
	size_t count;
	struct session session[SESSIONS_MAX];
};

// Sessions that this process must not cut off: those of the sshd it descends from. When it descends from none (a
// console, or a tmux that outlived its log-in) all sessions of the host, since one of them may be its user's.
// 0 or negative errno. Needs a live /proc; looks in `proc` ("/proc", or a tree that a test made).
MUST_USE int sessions_find(struct host *h, const char *proc, uint32_t self, struct sessions *ret);

// A line of /proc/PID/net/tcp or tcp6. False when it is not an established connection, or no such line.
bool session_line(const char *line, bool v6, struct session *ret, uint64_t *ret_inode);
