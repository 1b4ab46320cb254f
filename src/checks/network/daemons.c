// SPDX-License-Identifier: Apache-2.0
// Our own daemons: the engine that must have no network.
#include "checks/network/network.h"

#include <stdlib.h>

bool network_user(struct host *h, const char *name, uid_t *ret)
{
	struct host_lines cursor = { host_file(h, "/etc/passwd")->text, 0 };
	size_t size = strlen(name);
	for (const char *line; host_line(h, &cursor, &line);) {
		const char *field = strchr(line, ':');
		if (strncmp(line, name, size) || line[size] != ':' || !(field = strchr(field + 1, ':')))
			continue;
		*ret = (uid_t)strtoul(field + 1, NULL, 10);
		return true;
	}
	return false;
}

static void engine_judge(struct examination *e, const char *name, uid_t uid)
{
	const struct host_processes *all = host_processes(e->host);
	const struct host_sockets *sockets = host_sockets(e->host);
	const char *hosts = host_link(e->host, "/proc/1/ns/net");
	size_t count = 0;
	for (size_t i = 0; i < all->count; i++) {
		const struct host_process *p = &all->process[i];
		if (p->uid != uid)
			continue;
		count++;
		if (!hosts || !*p->network)
			found_unknown(e, "the network namespace of process %d (%s) could not be read", (int)p->pid, p->name);
		else if (!strcmp(p->network, hosts))
			found_fail(e, NULL, "process %d (%s) of %s is in the host's network namespace", (int)p->pid, p->name, name);
		else
			engine_namespace_judge(e, p);
	}
	for (size_t i = 0; i < sockets->count; i++)
		if (sockets->socket[i].uid == uid)
			found_fail(e, NULL, "%s of %s", host_socket_text(e->host, &sockets->socket[i]), name);
	connections_judge(e, uid, name);
	hidden_sockets_judge(e, &uid);
	found_read(e, "%zu processes of %s, their sockets of every kind and the interfaces of their namespaces", count, name);
}

void net_12(struct examination *e)
{
	const struct manifest *m = found_manifest(e);
	if (m && !m->engine.count)
		found_not_applicable(e, "the manifest names no engine user");
	else if (m && host_processes(e->host)->error)
		found_unknown(e, "/proc could not be read: %s", strerror(-host_processes(e->host)->error));
	else
		for (size_t i = 0; m && i < m->engine.count; i++) {
			uid_t uid;
			if (!network_user(e->host, m->engine.name[i], &uid))
				found_fail(e, "dev/setup makes the users", "there is no user %.60s in /etc/passwd", m->engine.name[i]);
			else
				engine_judge(e, m->engine.name[i], uid);
		}
}
