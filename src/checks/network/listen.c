// SPDX-License-Identifier: Apache-2.0
// What listens, held against the manifest.
#include "checks/network/network.h"

static const char *owner_name(const struct host_socket *s)
{
	return s->owner ? host_basename(*s->owner->program ? s->owner->program : s->owner->name) : "";
}

// The sockets, or NULL after it has said why they are unknown.
const struct host_sockets *found_sockets(struct examination *e)
{
	const struct host_sockets *all = host_sockets(e->host);
	if (all->error)
		found_unknown(e, "the listening sockets could not be read from /proc/net: %s", strerror(-all->error));
	else
		found_read(e, "%zu listening sockets in /proc/net/{tcp,tcp6,udp,udp6}", all->count);
	return all->error ? NULL : all;
}

static bool same_address(const struct manifest_listen *l, const struct host_socket *s)
{
	return l->any || (l->v6 == s->v6 && !memcmp(l->address, s->address, s->v6 ? 16 : 4));
}

// The declared line of a socket: by protocol, port and program.
static const struct manifest_listen *declared(const struct manifest *m, const struct host_socket *s, bool *ret_address)
{
	const struct manifest_listen *found = NULL;
	*ret_address = false;
	for (size_t i = 0; i < m->listens; i++) {
		const struct manifest_listen *l = &m->listen[i];
		if (l->udp != s->udp || l->port != s->port || (s->owner && strcmp(l->program, owner_name(s))))
			continue;
		found = l;
		*ret_address |= same_address(l, s);
	}
	return found;
}

// A program that listens and lies where everybody may put one, or nowhere.
static const char *strange_place(const struct host_process *p)
{
	static const char *const PLACES[] = { "/tmp/", "/var/tmp/", "/dev/shm/", "/run/user/", "/home/", "/root/", "/memfd:" };
	for (size_t i = 0; p && i < ARRAY_LEN(PLACES); i++)
		if (!strncmp(p->program, PLACES[i], strlen(PLACES[i])))
			return PLACES[i];
	return NULL;
}

void net_05(struct examination *e)
{
	const struct manifest *m = found_manifest(e);
	const struct host_sockets *all = m ? found_sockets(e) : NULL;
	bool address;
	for (size_t i = 0; all && i < all->count; i++) {
		const struct host_socket *s = &all->socket[i];
		const char *text = host_socket_text(e->host, s), *place = strange_place(s->owner);
		if (!declared(m, s, &address))
			found_fail(e, NULL, "%s is not in the manifest", text);
		else if (!s->owner)
			found_unknown(e, "%s: its port is in the manifest, but no readable process holds it (the kernel's own, or hidden)", text);
		else if (place)
			found_fail(e, NULL, "%s runs from %s: only its name is the declared one", text, s->owner->program);
	}
	if (!all)
		return;
	hidden_sockets_judge(e, NULL);
	namespaces_judge(e, m);
}

void net_06(struct examination *e)
{
	const struct manifest *m = found_manifest(e);
	const struct host_sockets *all = m ? found_sockets(e) : NULL;
	bool address;
	for (size_t i = 0; all && i < all->count; i++)
		if (declared(m, &all->socket[i], &address) && !address)
			found_fail(e, NULL, "%s listens on another address than the manifest says%s", host_socket_text(e->host, &all->socket[i]),
				   host_socket_wildcard(&all->socket[i]) ? ": on every one" : "");
}

void net_13(struct examination *e)
{
	static const struct { uint16_t port; const char *what; } KNOWN[] = {
		{ 2345, "the debugger delve" }, { 3389, "remote desktop" }, { 5005, "the Java debugger" }, { 5900, "VNC" },
		{ 5901, "VNC" }, { 6060, "Go's profiler" }, { 9090, "Prometheus" }, { 9100, "the node exporter" },
		{ 9222, "a browser's debugger" }, { 9229, "Node's debugger" }, { 15672, "RabbitMQ's console" }, { 5601, "Kibana" } };
	const struct host_sockets *all = found_sockets(e);
	for (size_t i = 0; all && i < all->count; i++)
		for (size_t k = 0; k < ARRAY_LEN(KNOWN); k++)
			if (all->socket[i].port == KNOWN[k].port && !host_socket_loopback(&all->socket[i]))
				found_fail(e, NULL, "%s is the port of %s", host_socket_text(e->host, &all->socket[i]), KNOWN[k].what);
}
