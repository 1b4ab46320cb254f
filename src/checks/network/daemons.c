// SPDX-License-Identifier: Apache-2.0
// Our own daemons: the engine that must have no network, and the gateways.
#include "checks/network/network.h"

#include <ctype.h>
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

void net_14(struct examination *e)
{
	const struct host_processes *all = host_processes(e->host);
	size_t count = 0;
	if (all->error) {
		found_unknown(e, "/proc could not be read: %s", strerror(-all->error));
		return;
	}
	for (size_t i = 0; i < all->count; i++)
		count += !strncmp(all->process[i].name, "redoubt-gateway", 15) || !strcmp(all->process[i].name, "gateway");
	if (!count)
		found_not_applicable(e, "no gateway runs on this host");
	else if (count < 2)
		found_fail(e, NULL, "one gateway process runs");
	else
		found_read(e, "%zu gateway processes", count);
}

// --- the gateway and its limits ---

// The exchange's folder, as a supervisor that runs or its unit names it.
static const char *exchange_folder(struct host *h)
{
	const struct host_processes *all = host_processes(h);
	const char *said = NULL;
	for (size_t i = 0; i < all->count && !said; i++)
		if (!strncmp(all->process[i].name, "redoubt-supervi", 15))
			said = strstr(all->process[i].arguments, "--dir ");
	if (!said)
		said = strstr(host_file(h, "/etc/systemd/system/redoubt.service")->text, "redoubt-supervisor --dir ");
	if (!said)
		return NULL;
	said = strstr(said, "--dir ") + 6;
	return host_copy(h, said, strcspn(said, " \n"));
}

// The last "name = number" of a libconfig file, whole words, comments left out. Without one, the daemon's own default.
static unsigned long setting_of(struct host *h, const char *text, const char *name, unsigned long fallback)
{
	struct host_lines cursor = { text, 0 };
	size_t size = strlen(name);
	for (const char *line; host_line(h, &cursor, &line);) {
		for (const char *at = line; (at = strstr(at, name)); at += size) {
			const char *before = host_copy(h, line, (size_t)(at - line)), *value = at + size + strspn(at + size, " \t");
			if (strchr(before, '#') || strstr(before, "//") || (at > line && (at[-1] == '_' || isalnum((unsigned char)at[-1]))))
				continue;
			if (*value == '=' || *value == ':')
				fallback = strtoul(value + 1, NULL, 0);
		}
	}
	return fallback;
}

void net_10(struct examination *e)
{
	static const struct { const char *name, *what; unsigned long fallback; } LIMITS[] = {
		{ "weight_per_minute", "what one address may ask for", 1200 },
		{ "accepts_per_minute", "new connections of one address", 600 },
		{ "orders_per_10s", "orders of one account in 10 s", 100000 },
		{ "orders_per_day", "orders of one account in a day", 200000000 } };
	const char *folder = exchange_folder(e->host);
	if (!folder) {
		found_not_applicable(e, "no exchange runs on this host and no unit starts one");
		return;
	}
	const struct host_file *f = host_file(e->host, host_print(e->host, "%s/redoubt.conf", folder));
	if (f->error != -ENOENT && !found_file(e, f)) // without a file, the defaults hold
		return;
	for (size_t i = 0; i < ARRAY_LEN(LIMITS); i++) {
		unsigned long limit = setting_of(e->host, f->text, LIMITS[i].name, LIMITS[i].fallback);
		if (!limit)
			found_fail(e, host_print(e->host, "%s = %lu in %s", LIMITS[i].name, LIMITS[i].fallback, f->path),
				   "%s: %s = 0: no limit of %s", f->path, LIMITS[i].name, LIMITS[i].what);
		else
			found_read(e, "%s %lu", LIMITS[i].name, limit);
	}
}
