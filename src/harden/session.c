// SPDX-License-Identifier: Apache-2.0
#include "harden/session.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>

#define ANCESTORS_MAX 64
#define SOCKETS_MAX 64
#define ESTABLISHED 0x01
#define LISTENS 0x0a

// "0100007F" is 127.0.0.1 on a little-endian machine: each group of 8 digits is one word as the machine stores it.
static bool address_read(const char *digits, bool v6, uint8_t to[16])
{
	for (size_t word = 0; word < (v6 ? 4u : 1u); word++) {
		char group[9] = "";
		memcpy(group, digits + 8 * word, 8);
		uint32_t value = (uint32_t)strtoul(group, NULL, 16);
		memcpy(to + 4 * word, &value, 4);
	}
	return true;
}

// Reads "ADDRESS:PORT"; returns where it ends, or NULL.
static const char *endpoint_read(const char *at, bool v6, uint8_t to[16], uint16_t *ret_port)
{
	size_t digits = v6 ? 32 : 8;
	while (*at == ' ')
		at++;
	if (strspn(at, "0123456789ABCDEFabcdef") != digits || at[digits] != ':' || strspn(at + digits + 1, "0123456789ABCDEFabcdef") != 4)
		return NULL;
	address_read(at, v6, to);
	*ret_port = (uint16_t)strtoul(at + digits + 1, NULL, 16);
	return at + digits + 5;
}

static void mapped_fold(struct session *s)
{
	static const uint8_t MAPPED[12] = { [10] = 0xff, [11] = 0xff };
	if (!s->v6 || memcmp(s->peer, MAPPED, 12))
		return;
	s->v6 = false;
	memmove(s->peer, s->peer + 12, 4);
	memmove(s->local, s->local + 12, 4);
	memset(s->peer + 4, 0, 12);
	memset(s->local + 4, 0, 12);
}

bool session_line(const char *line, bool v6, struct session *ret, uint64_t *ret_inode)
{
	struct session s = { .v6 = v6 };
	const char *at = strchr(line, ':'); // behind the slot's number
	at = at ? endpoint_read(at + 1, v6, s.local, &s.local_port) : NULL;
	at = at ? endpoint_read(at, v6, s.peer, &s.peer_port) : NULL;
	if (!at || strtoul(at, NULL, 16) != ESTABLISHED)
		return false;
	// state, queues, timer, retransmits, uid, timeout, and then the inode
	for (int field = 0; field < 6; field++) {
		at += strspn(at, " ");
		at += strcspn(at, " ");
	}
	at += strspn(at, " ");
	if (!isdigit((unsigned char)*at))
		return false;
	*ret_inode = strtoull(at, NULL, 10);
	mapped_fold(&s);
	*ret = s;
	return true;
}

uint16_t session_listener(const char *line, bool v6)
{
	struct session s;
	const char *at = strchr(line, ':');
	at = at ? endpoint_read(at + 1, v6, s.local, &s.local_port) : NULL;
	at = at ? endpoint_read(at, v6, s.peer, &s.peer_port) : NULL;
	return at && strtoul(at, NULL, 16) == LISTENS ? s.local_port : 0;
}

// Documentation/admin-guide/devices.txt: 4 tty and ttyS, 5:1 /dev/console, 204 ttyAMA and its like, 229 hvc.
bool session_console(uint32_t terminal)
{
	uint32_t major = terminal >> 8 & 0xfff, minor = (terminal & 0xff) | (terminal >> 12 & 0xfff00);
	return major == 4 || (major == 5 && minor == 1) || major == 204 || major == 229;
}

static const char *path_of(struct host *h, const char *proc, uint32_t pid, const char *what)
{
	return host_print(h, "%s/%u/%s", proc, pid, what);
}

// "1234 (name with ) in it) S 77 ...": the parent is the second word behind the last parenthesis.
static bool stat_read(struct host *h, const char *proc, uint32_t pid, uint32_t *ret_parent, const char **ret_name, uint32_t *ret_terminal)
{
	const struct host_file *f = host_file(h, path_of(h, proc, pid, "stat"));
	const char *open = strchr(f->text, '('), *close = strrchr(f->text, ')');
	if (f->error || !open || !close || close < open)
		return false;
	*ret_name = host_copy(h, open + 1, (size_t)(close - open - 1));
	*ret_terminal = 0;
	return sscanf(close + 1, " %*c %u %*d %*d %u", ret_parent, ret_terminal) >= 1;
}

// "sshd", and since OpenSSH 9.8 "sshd-session": the programs that hold a connection.
static bool is_sshd(struct host *h, const char *proc, uint32_t pid, const char *name)
{
	const char *program = host_link(h, path_of(h, proc, pid, "exe"));
	const char *base = program ? strrchr(program, '/') : NULL;
	return !strncmp(name, "sshd", 4) && (!base || !strncmp(base + 1, "sshd", 4));
}

static bool is_mosh(struct host *h, const char *proc, uint32_t pid, const char *name)
{
	const char *program = host_link(h, path_of(h, proc, pid, "exe"));
	return !strcmp(name, "mosh-server") || (program && !strcmp(host_basename(program), "mosh-server"));
}

static size_t sockets_read(struct host *h, const char *proc, uint32_t pid, uint64_t inode[SOCKETS_MAX])
{
	const char *folder = path_of(h, proc, pid, "fd");
	const struct host_names *names = host_names(h, folder);
	size_t count = 0;
	for (size_t i = 0; i < names->count && count < SOCKETS_MAX; i++) {
		const char *to = host_link(h, host_print(h, "%s/%s", folder, names->name[i]));
		if (to && !strncmp(to, "socket:[", 8))
			inode[count++] = strtoull(to + 8, NULL, 10);
	}
	return count;
}

static void session_keep(struct sessions *all, const struct session *s)
{
	for (size_t i = 0; !s->mosh && i < all->count; i++)
		if (!all->session[i].mosh && all->session[i].v6 == s->v6 && !memcmp(all->session[i].peer, s->peer, 16) && all->session[i].peer_port == s->peer_port)
			return; // the monitor and its child hold the same socket
	if (all->count < SESSIONS_MAX)
		all->session[all->count++] = *s;
}

// Whether the process' network has a listener on that port: who holds a connection to it has accepted it.
static bool listens(struct host *h, const char *proc, uint32_t pid, uint16_t port)
{
	for (int v6 = 0; v6 < 2; v6++) {
		struct host_lines cursor = { host_file(h, path_of(h, proc, pid, v6 ? "net/tcp6" : "net/tcp"))->text, 0 };
		for (const char *line; host_line(h, &cursor, &line);)
			if (session_listener(line, v6) == port)
				return true;
	}
	return false;
}

static void connections_find(struct host *h, const char *proc, uint32_t pid, bool accepted, struct sessions *all)
{
	uint64_t held[SOCKETS_MAX], inode;
	size_t count = sockets_read(h, proc, pid, held);
	for (int v6 = 0; count && v6 < 2; v6++) {
		struct host_lines cursor = { host_file(h, path_of(h, proc, pid, v6 ? "net/tcp6" : "net/tcp"))->text, 0 };
		struct session s;
		for (const char *line; host_line(h, &cursor, &line);) {
			if (!session_line(line, v6, &s, &inode))
				continue;
			s.pid = pid;
			for (size_t i = 0; i < count; i++)
				if (held[i] == inode && (!accepted || listens(h, proc, pid, s.local_port)))
					session_keep(all, &s);
		}
	}
}

// The name of a process' real user, or NULL.
static const char *user_of(struct host *h, const char *proc, uint32_t pid)
{
	const char *line = strstr(host_file(h, path_of(h, proc, pid, "status"))->text, "\nUid:");
	struct host_lines cursor = { host_file(h, "/etc/passwd")->text, 0 };
	unsigned uid, field;
	if (!line || sscanf(line, "\nUid: %u", &uid) != 1)
		return NULL;
	for (const char *entry; host_line(h, &cursor, &entry);) {
		const char *colon = strchr(entry, ':');
		if (colon && sscanf(colon, ":%*[^:]:%u:", &field) == 1 && field == uid)
			return host_copy(h, entry, (size_t)(colon - entry));
	}
	return NULL;
}

// Looks at one process: what it carries. `any`: also a program that is no sshd, when it has accepted a connection.
static void carrier_look(struct host *h, const char *proc, uint32_t pid, const char *name, bool any, struct sessions *all)
{
	if (is_mosh(h, proc, pid, name))
		session_keep(all, &(struct session){ .mosh = true, .pid = pid });
	else if (is_sshd(h, proc, pid, name))
		connections_find(h, proc, pid, false, all);
	else if (any)
		connections_find(h, proc, pid, true, all);
}

// Whoever runs directly beneath what carries the session is who logged in, whatever sudo made of them later.
static void ancestors_look(struct host *h, const char *proc, uint32_t self, struct sessions *all, bool *ret_console)
{
	uint32_t pid = self, parent, below = 0, terminal;
	const char *name, *user = NULL;
	*ret_console = false;
	for (int i = 0; i < ANCESTORS_MAX && pid > 1 && stat_read(h, proc, pid, &parent, &name, &terminal); i++, below = pid, pid = parent) {
		size_t before = all->count;
		if (pid == self)
			*ret_console = session_console(terminal);
		carrier_look(h, proc, pid, name, below != 0, all);
		if (!user && below && (all->count > before || is_sshd(h, proc, pid, name)))
			user = user_of(h, proc, below);
	}
	for (size_t i = 0; i < all->count; i++)
		all->session[i].user = user;
}

// Everybody on the host: one of them may be the log-in that a tmux outlived.
static void everybody_look(struct host *h, const char *proc, struct sessions *all)
{
	const struct host_names *names = host_names(h, proc);
	for (size_t i = 0; i < names->count; i++) {
		uint32_t pid = (uint32_t)strtoul(names->name[i], NULL, 10), parent, terminal;
		const char *name;
		if (pid && stat_read(h, proc, pid, &parent, &name, &terminal))
			carrier_look(h, proc, pid, name, false, all);
	}
}

int sessions_find(struct host *h, const char *proc, uint32_t self, struct sessions *ret)
{
	struct sessions all = { .own = true };
	const struct host_names *names = host_names(h, proc);
	bool console;
	if (names->error)
		return names->error;
	ancestors_look(h, proc, self, &all, &console);
	if (!all.count && !console) {
		all.own = false;
		everybody_look(h, proc, &all);
	}
	*ret = all;
	return 0;
}
