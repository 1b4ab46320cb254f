// SPDX-License-Identifier: Apache-2.0
// Which connections carry people now, by what the kernel says: established sockets of sshd, and of whatever else this
// process descends from that has accepted one (another SSH server, a terminal in the web). The environment (SSH_CONNECTION) is what anybody may have set; it is not asked.
#pragma once

#include "host/host.h"

#define SESSIONS_MAX 64

struct session {
	bool v6;                 // an IPv4 address mapped into IPv6 counts as IPv4
	uint8_t peer[16], local[16];
	uint16_t peer_port, local_port;
	uint32_t pid;            // of the sshd
	bool mosh;               // carried by a mosh-server, over UDP, whose peer moves: addresses say nothing
	const char *user;        // whom the session's processes run as; NULL when that could not be told
};

struct sessions {
	bool own;                // they are this process' own, found by descent; otherwise all that there are
	size_t count;
	struct session session[SESSIONS_MAX];
};

// Sessions that this process must not cut off: those it descends from. On the machine's own console (a screen, a serial
// line) there is none. When it descends from none elsewhere (a tmux that outlived its log-in) all sessions of the host,
// since one of them may be its user's.
// 0 or negative errno. Needs a live /proc; looks in `proc` ("/proc", or a tree that a test made).
MUST_USE int sessions_find(struct host *h, const char *proc, uint32_t self, struct sessions *ret);

// A line of /proc/PID/net/tcp or tcp6. False when it is not an established connection, or no such line.
bool session_line(const char *line, bool v6, struct session *ret, uint64_t *ret_inode);
// The port of a line that listens, or 0.
uint16_t session_listener(const char *line, bool v6);
// Whether a controlling terminal, as /proc/PID/stat numbers it, is the machine's own: no pseudo-terminal.
bool session_console(uint32_t terminal);
