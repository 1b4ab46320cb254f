// SPDX-License-Identifier: Apache-2.0
// Sockets that the lists of TCP and UDP listeners do not show: raw and packet sockets (which see packets before any rule),
// SCTP and UDP-Lite, connections of those who should have none, and listeners in other network namespaces.
#include "checks/network/network.h"

#include <stdio.h>
#include <stdlib.h>

#define COLUMNS 12
#define NAMESPACES_MAX 64

// The columns as net/ipv4/raw.c, net/packet/af_packet.c and net/sctp/proc.c print them.
static const struct socket_table {
	const char *name, *what;
	unsigned local, user, inode;
	bool programs; // some programs of the system need one
} TABLES[] = {
	{ "raw", "a raw socket", 1, 7, 9, true },	     { "raw6", "a raw IPv6 socket", 1, 7, 9, true },
	{ "packet", "a packet socket", 3, 7, 8, true },      { "udplite", "a UDP-Lite socket", 1, 7, 9, false },
	{ "udplite6", "a UDP-Lite socket", 1, 7, 9, false }, { "sctp/eps", "an SCTP socket", 5, 6, 7, false },
};

// They speak DHCP or watch for routers before there is an address; by their whole path, since a name is anybody's.
static const char *const NEED_RAW[] = { "/usr/lib/systemd/systemd-networkd", "/lib/systemd/systemd-networkd", "/usr/sbin/dhclient",
					"/sbin/dhclient", "/usr/sbin/dhcpcd", "/usr/sbin/NetworkManager" };

static const struct host_process *holder_of(struct host *h, const char *inode)
{
	const struct host_processes *all = host_processes(h);
	const char *wanted = host_print(h, "socket:[%s]", inode);
	for (size_t i = 0; i < all->count; i++) {
		const struct host_names *fds = host_names(h, host_print(h, "/proc/%d/fd", (int)all->process[i].pid));
		for (size_t k = 0; k < fds->count; k++) {
			const char *link = host_link(h, host_print(h, "/proc/%d/fd/%s", (int)all->process[i].pid, fds->name[k]));
			if (link && !strcmp(link, wanted))
				return &all->process[i];
		}
	}
	return NULL;
}

static bool needs_raw(const struct host_process *p)
{
	for (size_t i = 0; p && i < ARRAY_LEN(NEED_RAW); i++)
		if (!strcmp(p->program, NEED_RAW[i]))
			return true;
	return false;
}

static const char *process_text(struct host *h, const struct host_process *p)
{
	return p ? host_print(h, "%s, process %d", *p->program ? p->program : p->name, (int)p->pid) : "held by no readable process";
}

// The next line of a table, behind its heading. False at the end.
static bool table_line(struct host *h, struct host_lines *cursor, const char *word[COLUMNS], size_t *count)
{
	for (const char *line; host_line(h, cursor, &line);) {
		*count = host_words(h, line, word, COLUMNS);
		if (cursor->number > 1 && *count)
			return true;
	}
	return false;
}

// A table that the kernel has not is empty; one that cannot be read is unknown.
static bool table_there(struct examination *e, const struct host_file *f)
{
	return f->error != -ENOENT && found_file(e, f);
}

static void table_judge(struct examination *e, const struct socket_table *t, const uid_t *only)
{
	struct host *h = e->host;
	const struct host_file *f = host_file(h, host_print(h, "/proc/net/%s", t->name));
	struct host_lines cursor = { f->text, 0 };
	const char *word[COLUMNS];
	size_t count;
	if (!table_there(e, f))
		return;
	while (table_line(h, &cursor, word, &count)) {
		if (count <= t->inode || count <= t->user) {
			found_unknown(e, "%s:%u is not understood", f->path, cursor.number);
			continue;
		}
		if (only && strtoul(word[t->user], NULL, 10) != *only)
			continue;
		const struct host_process *p = holder_of(h, word[t->inode]);
		if (!only && t->programs && needs_raw(p))
			found_read(e, "%s of %s", t->what, p->program);
		else
			found_fail(e, "end the process, and find out who began it", "%s (%s:%u, %s): %s of user %s", t->what, f->path, cursor.number,
				   word[t->local], process_text(h, p), word[t->user]);
	}
}

void hidden_sockets_judge(struct examination *e, const uid_t *only)
{
	for (size_t i = 0; i < ARRAY_LEN(TABLES); i++)
		table_judge(e, &TABLES[i], only);
}

// What is neither listening nor bound without a peer: connections.
void connections_judge(struct examination *e, uid_t uid, const char *name)
{
	static const char *const NAMES[] = { "tcp", "tcp6", "udp", "udp6" };
	for (size_t i = 0; i < ARRAY_LEN(NAMES); i++) {
		const struct host_file *f = host_file(e->host, host_print(e->host, "/proc/net/%s", NAMES[i]));
		struct host_lines cursor = { f->text, 0 };
		const char *word[COLUMNS];
		size_t count;
		while (!f->error && table_line(e->host, &cursor, word, &count))
			if (count > 9 && strtoul(word[7], NULL, 10) == uid && strcmp(word[3], "0A") && (i < 2 || !strcmp(word[3], "01")))
				found_fail(e, NULL, "a connection of %s: %s from %s to %s (hexadecimal, as in %s)", name, NAMES[i], word[1], word[2], f->path);
	}
}

// --- other network namespaces ---

// An interface besides the loopback one, or NULL. *ret_known: whether it could be read.
static const char *way_out(struct host *h, const struct host_process *p, bool *ret_known)
{
	const struct host_file *f = host_file(h, host_print(h, "/proc/%d/net/dev", (int)p->pid));
	struct host_lines cursor = { f->text, 0 };
	*ret_known = !f->error || f->error == -ENOENT; // it has ended
	for (const char *line, *word[1]; host_line(h, &cursor, &line);) {
		const char *colon = strchr(line, ':');
		if (colon && host_words(h, host_copy(h, line, (size_t)(colon - line)), word, 1) == 1 && strcmp(word[0], "lo") &&
		    cursor.number > 2)
			return word[0];
	}
	return NULL;
}

void engine_namespace_judge(struct examination *e, const struct host_process *p)
{
	bool known;
	const char *interface = way_out(e->host, p, &known);
	if (!known)
		found_unknown(e, "the interfaces of process %d (%s) could not be read", (int)p->pid, p->name);
	else if (interface)
		found_fail(e, NULL, "the network namespace of process %d (%s) has the interface %s, which leads out of it", (int)p->pid, p->name,
			   interface);
}

static bool loopback_text(const char *local)
{
	return !strncmp(local, "00000000000000000000000001000000:", 33) || (strcspn(local, ":") == 8 && !strncmp(local + 6, "7F", 2)) ||
	       (!strncmp(local, "0000000000000000FFFF0000", 24) && !strncmp(local + 30, "7F:", 3));
}

static bool named(const struct manifest *m, bool udp, unsigned long port, const struct host_process *p)
{
	const char *program = p ? host_basename(*p->program ? p->program : p->name) : "";
	for (size_t i = 0; i < m->listens; i++)
		if (m->listen[i].udp == udp && m->listen[i].port == port && !strcmp(m->listen[i].program, program))
			return true;
	return false;
}

static void namespace_judge(struct examination *e, const struct manifest *m, const struct host_process *p, const char *interface)
{
	static const char *const NAMES[] = { "tcp", "tcp6", "udp", "udp6" };
	struct host *h = e->host;
	for (size_t i = 0; i < ARRAY_LEN(NAMES); i++) {
		const struct host_file *f = host_file(h, host_print(h, "/proc/%d/net/%s", (int)p->pid, NAMES[i]));
		struct host_lines cursor = { f->text, 0 };
		const char *word[COLUMNS];
		size_t count;
		if (!table_there(e, f))
			continue;
		while (table_line(h, &cursor, word, &count)) {
			if (count <= 9 || strcmp(word[3], i < 2 ? "0A" : "07") || loopback_text(word[1]))
				continue;
			unsigned long port = strtoul(strchr(word[1], ':') ? strchr(word[1], ':') + 1 : "", NULL, 16);
			const struct host_process *holder = holder_of(h, word[9]);
			if (!named(m, i > 1, port, holder))
				found_fail(e, NULL, "%s port %lu listens in the network namespace %s, which %s leads out of: %s; it is not in the manifest",
					   NAMES[i], port, p->network, interface, process_text(h, holder));
		}
	}
}

// One process of each namespace speaks for it; one without a way out is reached by nobody.
void namespaces_judge(struct examination *e, const struct manifest *m)
{
	const struct host_processes *all = host_processes(e->host);
	const char *own = host_link(e->host, "/proc/1/ns/net"), *seen[NAMESPACES_MAX];
	size_t count = 0;
	for (size_t i = 0; i < all->count; i++) {
		const struct host_process *p = &all->process[i];
		bool known, new = *p->network && (!own || strcmp(p->network, own));
		for (size_t k = 0; k < count; k++)
			new &= strcmp(seen[k], p->network) != 0;
		if (!new)
			continue;
		if (count == NAMESPACES_MAX) {
			found_unknown(e, "not exhausted: there are more than %d network namespaces", NAMESPACES_MAX);
			return;
		}
		seen[count++] = p->network;
		const char *interface = way_out(e->host, p, &known);
		if (!known)
			found_unknown(e, "the interfaces of process %d (%s) could not be read", (int)p->pid, p->name);
		else if (interface)
			namespace_judge(e, m, p, interface);
	}
}
