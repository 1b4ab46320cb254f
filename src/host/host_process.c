// SPDX-License-Identifier: Apache-2.0
// Processes and sockets, from /proc.
#include "host/host_internal.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>

#define SOCKETS_MAX 16384
#define TCP_LISTENS 0x0a
#define UDP_UNCONNECTED 0x07

static bool digits_only(const char *s)
{
	return *s && !s[strspn(s, "0123456789")];
}

static const char *proc_text(struct host *h, const char *pid, const char *name, size_t *ret_size)
{
	const struct host_file *f = host_file(h, host_print(h, "/proc/%s/%s", pid, name));
	if (ret_size)
		*ret_size = f->size;
	return f->text;
}

// The value behind "Name:\t" in /proc/PID/status, or NULL.
static const char *status_value(const char *text, const char *name)
{
	size_t size = strlen(name);
	for (const char *at = text; at && *at; at = strchr(at, '\n'), at = at ? at + 1 : NULL)
		if (!strncmp(at, name, size) && at[size] == ':')
			return at + size + 1 + strspn(at + size + 1, " \t");
	return NULL;
}

// Field 22 of stat, counted behind the last ')' because a name may hold anything.
static uint64_t start_ticks(const char *stat)
{
	const char *at = strrchr(stat, ')');
	for (int field = 2; at && field < 22; field++) {
		at = strchr(at + 1, ' ');
	}
	return at ? strtoull(at + 1, NULL, 10) : 0;
}

static uint64_t boot_time(struct host *h)
{
	const char *at = strstr(host_file(h, "/proc/stat")->text, "btime ");
	return at ? strtoull(at + 6, NULL, 10) : 0;
}

static const char *arguments_of(struct host *h, const char *pid)
{
	size_t size;
	const char *text = proc_text(h, pid, "cmdline", &size);
	char *copy = host_copy(h, text, size);
	while (size && (!copy[size - 1] || copy[size - 1] == '\n'))
		copy[--size] = 0;
	for (size_t i = 0; i < size; i++)
		if (!copy[i])
			copy[i] = ' ';
	return copy;
}

// Whether one of the line's ids is 0.
static bool has_zero(const char *ids)
{
	for (char *end; *ids && *ids != '\n'; ids = end) {
		unsigned long id = strtoul(ids, &end, 10);
		if (end == ids)
			break;
		if (!id)
			return true;
	}
	return false;
}

// What it may not use now it may raise: permitted. The bounding set gives nothing by itself, without a program that has
// capabilities, and a process without new privileges gets none of those.
static uint64_t capabilities_of(const char *status)
{
	static const char *const SETS[] = { "CapEff", "CapPrm", "CapInh", "CapAmb" };
	uint64_t all = 0;
	for (size_t i = 0; i < ARRAY_LEN(SETS); i++) {
		const char *v = status_value(status, SETS[i]);
		all |= v ? strtoull(v, NULL, 16) : 0;
	}
	return all;
}

static void process_read(struct host *h, const char *pid, uint64_t boot, struct host_process *p)
{
	static const char DELETED[] = " (deleted)";
	const char *status = proc_text(h, pid, "status", NULL), *v;
	*p = (struct host_process){ .pid = (pid_t)strtol(pid, NULL, 10), .no_new_privileges = -1, .seccomp = -1 };
	v = status_value(status, "Name");
	p->name = v ? host_copy(h, v, strcspn(v, "\n")) : "";
	v = status_value(status, "Uid"); // real, effective, saved, file system
	p->uid = v ? (uid_t)strtoul(v + strcspn(v, "\t "), NULL, 10) : (uid_t)-1;
	p->root = v && has_zero(v);
	if ((v = status_value(status, "NoNewPrivs")))
		p->no_new_privileges = atoi(v);
	if ((v = status_value(status, "Seccomp")))
		p->seccomp = atoi(v);
	p->capabilities = capabilities_of(status);
	p->arguments = arguments_of(h, pid);
	uint64_t ticks = start_ticks(proc_text(h, pid, "stat", NULL));
	p->started = ticks && boot ? boot + ticks / 100 : 0;
	const char *exe = host_link(h, host_print(h, "/proc/%s/exe", pid));
	const char *network = host_link(h, host_print(h, "/proc/%s/ns/net", pid));
	p->network = network ? network : "";
	size_t size = exe ? strlen(exe) : 0;
	p->deleted = size >= sizeof DELETED && !strcmp(exe + size - (sizeof DELETED - 1), DELETED);
	p->program = exe ? host_copy(h, exe, p->deleted ? size - (sizeof DELETED - 1) : size) : "";
}

const struct host_processes *host_processes(struct host *h)
{
	if (h->processes)
		return h->processes;
	struct host_processes *all = host_alloc(h, sizeof *all);
	const struct host_names *names = host_names(h, "/proc");
	uint64_t boot = boot_time(h);
	size_t room = 0;
	h->processes = all;
	all->error = names->error;
	for (size_t i = 0; i < names->count; i++)
		room += digits_only(names->name[i]);
	if (room > HOST_PROCESSES_MAX)
		all->error = -EFBIG;
	if (all->error)
		return all;
	struct host_process *p = host_alloc(h, (room + 1) * sizeof *p);
	for (size_t i = 0; i < names->count; i++) {
		if (!digits_only(names->name[i]))
			continue;
		process_read(h, names->name[i], boot, &p[all->count]);
		all->count += *p[all->count].name != 0; // one that ended meanwhile has none
	}
	all->process = p;
	return all;
}

// --- sockets ---------------------------------------------------------------------------------------------------

// "0100007F:1F90": the kernel prints each 32-bit word of the address in the machine's order.
static bool address_read(const char *text, bool v6, uint8_t address[16], unsigned *ret_port)
{
	size_t words = v6 ? 4 : 1;
	for (size_t i = 0; i < words; i++) {
		char word[9] = { 0 };
		for (size_t k = 0; k < 8; k++)
			if (!(word[k] = text[8 * i + k]))
				return false;
		uint32_t n = (uint32_t)strtoul(word, NULL, 16);
		memcpy(address + 4 * i, &n, 4);
	}
	return sscanf(text + 8 * words, ":%4x", ret_port) == 1;
}

static bool socket_read(const char *line, bool udp, bool v6, struct host_socket *s)
{
	char local[64], remote[64];
	unsigned state, uid, port, remote_port;
	unsigned long long inode;
	uint8_t unused[16] = { 0 };
	if (sscanf(line, " %*u: %63s %63s %x %*s %*s %*s %u %*u %llu", local, remote, &state, &uid, &inode) != 5)
		return false;
	*s = (struct host_socket){ .udp = udp, .v6 = v6, .uid = uid, .inode = inode };
	if (!address_read(local, v6, s->address, &port) || !address_read(remote, v6, unused, &remote_port))
		return false;
	s->port = (uint16_t)port;
	return udp ? state == UDP_UNCONNECTED && !remote_port : state == TCP_LISTENS;
}

static void sockets_of(struct host *h, const char *name, bool udp, bool v6, struct host_sockets *all,
		       struct host_socket *to)
{
	const struct host_file *f = host_file(h, name);
	struct host_lines cursor = { f->text, 0 };
	if (f->error && f->error != -ENOENT) // a kernel without IPv6 has no tcp6
		all->error = f->error;
	for (const char *line; host_line(h, &cursor, &line) && all->count < SOCKETS_MAX;)
		all->count += socket_read(line, udp, v6, &to[all->count]);
	if (all->count == SOCKETS_MAX)
		all->error = -EFBIG;
}

// systemd opens a unit's sockets and keeps a copy, a supervisor hands them on: whose listener it is says the process
// that accepts there, which is the one that has given root up.
static bool owns_rather(const struct host_process *a, const struct host_process *b)
{
	return !b || (a->uid != 0 && b->uid == 0) || (b->pid == 1 && (a->uid == 0) == (b->uid == 0));
}

static void owner_note(struct host_socket *sockets, size_t count, const char *link, const struct host_process *p)
{
	if (!link || strncmp(link, "socket:[", 8))
		return;
	uint64_t inode = strtoull(link + 8, NULL, 10);
	for (size_t i = 0; i < count; i++)
		if (sockets[i].inode == inode && owns_rather(p, sockets[i].owner))
			sockets[i].owner = p;
}

static void owners_find(struct host *h, struct host_socket *sockets, size_t count)
{
	const struct host_processes *all = host_processes(h);
	for (size_t i = 0; i < all->count; i++) {
		char directory[64];
		snprintf(directory, sizeof directory, "/proc/%d/fd", (int)all->process[i].pid);
		const struct host_names *names = host_names(h, directory);
		for (size_t k = 0; k < names->count; k++)
			owner_note(sockets, count, host_link(h, host_print(h, "%s/%s", directory, names->name[k])),
				   &all->process[i]);
	}
}

const struct host_sockets *host_sockets(struct host *h)
{
	if (h->sockets)
		return h->sockets;
	struct host_sockets *all = host_alloc(h, sizeof *all);
	struct host_socket *s = host_alloc(h, SOCKETS_MAX * sizeof *s);
	h->sockets = all;
	const struct host_file *tcp = host_file(h, "/proc/net/tcp");
	if (tcp->error)
		all->error = tcp->error;
	sockets_of(h, "/proc/net/tcp", false, false, all, s);
	sockets_of(h, "/proc/net/tcp6", false, true, all, s);
	sockets_of(h, "/proc/net/udp", true, false, all, s);
	sockets_of(h, "/proc/net/udp6", true, true, all, s);
	owners_find(h, s, all->count);
	all->socket = s;
	return all;
}

bool host_socket_wildcard(const struct host_socket *s)
{
	static const uint8_t none[16];
	return !memcmp(s->address, none, s->v6 ? 16 : 4);
}

bool host_socket_loopback(const struct host_socket *s)
{
	static const uint8_t one[16] = { [15] = 1 };
	static const uint8_t mapped[13] = { [10] = 0xff, 0xff, 127 };
	return s->v6 ? !memcmp(s->address, one, 16) || !memcmp(s->address, mapped, 13) : s->address[0] == 127;
}

const char *host_socket_text(struct host *h, const struct host_socket *s)
{
	char address[INET6_ADDRSTRLEN];
	inet_ntop(s->v6 ? AF_INET6 : AF_INET, s->address, address, sizeof address);
	const char *program = s->owner ? *s->owner->program ? s->owner->program : s->owner->name : "owner unknown";
	return host_print(h, "%s %s%s%s:%u (%s, uid %u)", s->udp ? "udp" : "tcp", s->v6 ? "[" : "", address,
			  s->v6 ? "]" : "", s->port, program, (unsigned)s->uid);
}
