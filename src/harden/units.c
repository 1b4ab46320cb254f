// SPDX-License-Identifier: Apache-2.0
// systemd units: the templates of dist/systemd with this host's paths.
#include "harden/units.h"

#include "harden/enable.h"

#include "unit_texts.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>

// What each unit's exposure may be at most, in tenths, by `systemd-analyze security`.
const struct unit_row unit_rows[] = {
	{ "redoubt.socket", REDOUBT_SOCKET, 0, NULL },
	{ "redoubt.service", REDOUBT_SERVICE, 20, NULL },
	{ "redoubt-backup.service", REDOUBT_BACKUP_SERVICE, 20, NULL },
	{ "redoubt-host-watch.service", REDOUBT_HOST_WATCH_SERVICE, 20, NULL },
	{ "redoubt-host-check.service", REDOUBT_HOST_CHECK_SERVICE, 20, NULL },
	{ "redoubt-host-check-kernel.service", REDOUBT_HOST_CHECK_KERNEL_SERVICE, 20, NULL },
	{ "redoubt-host-check.timer", REDOUBT_HOST_CHECK_TIMER, 0, NULL },
	{ "redoubt-host-rollback.service", REDOUBT_HOST_ROLLBACK_SERVICE, 20, NULL },
};
const size_t unit_row_count = ARRAY_LEN(unit_rows);

struct value { const char *name, *text; };

static const char *filled(struct host *h, const char *template, const struct value *values, size_t count)
{
	struct text t = { .host = h };
	for (const char *at = template; *at;) {
		const struct value *v = NULL;
		for (size_t i = 0; *at == '@' && i < count; i++)
			if (!strncmp(at, values[i].name, strlen(values[i].name)))
				v = &values[i];
		size_t plain = v ? 0 : 1 + strcspn(at + 1, "@");
		if (v) {
			text_add(&t, "%s", v->text);
			at += strlen(v->name);
		} else {
			text_add(&t, "%.*s", (int)plain, at);
			at += plain;
		}
	}
	return text_end(&t);
}

// What the manifest says that the gateway listens on.
static const char *listen_lines(struct plan *p, struct complaints *c)
{
	const struct manifest *m = p->manifest;
	struct text t = { .host = p->host };
	size_t count = 0;
	for (size_t i = 0; i < m->listens; i++) {
		const struct manifest_listen *l = &m->listen[i];
		char address[INET6_ADDRSTRLEN] = "0.0.0.0";
		if (l->udp || strcmp(l->program, "redoubt-gateway"))
			continue;
		if (!l->any)
			inet_ntop(l->v6 ? AF_INET6 : AF_INET, l->address, address, sizeof address);
		count++;
		text_add(&t, "%sListenStream=%s%s%s:%u", t.size ? "\n" : "", l->v6 ? "[" : "", address, l->v6 ? "]" : "", l->port);
	}
	if (count != 1)
		complaint_add(p->host, c, "the manifest has %zu lines 'listen tcp ADDRESS PORT redoubt-gateway'; the exchange listens on one "
					  "address, gateway.listen of redoubt.conf: write that", count);
	return text_end(&t);
}

// backup.conf's destinations: "destination1 = "/mnt/one"".
static const char *destinations(struct plan *p)
{
	struct text t = { .host = p->host };
	const char *at = host_file(p->host, host_print(p->host, "%s/backup/backup.conf", p->exchange))->text;
	while ((at = strstr(at, "destination"))) {
		at += strlen("destination");
		const char *open = strchr(at, '"'), *close = open ? strchr(open + 1, '"') : NULL;
		if (!close || memchr(at, '\n', (size_t)(open - at)))
			continue;
		// only what is a plain path: a blank or a % would mean something to systemd
		size_t size = (size_t)(close - open - 1);
		const char *path = host_copy(p->host, open + 1, size);
		if (path[0] == '/' && !path[strcspn(path, " \t%\\\"'$;\n")])
			text_add(&t, " -%s", path);
		else if (size)
			complaint_add(p->host, &p->advice, "backup destination %.100s is not written into the unit: no plain path", path);
		at = close;
	}
	return text_end(&t);
}

// What the check may connect to besides loopback: the listeners of this very host.
static const char *own_addresses(struct plan *p)
{
	const struct manifest *m = p->manifest;
	struct text t = { .host = p->host };
	for (size_t i = 0; i < m->listens; i++) {
		const struct manifest_listen *l = &m->listen[i];
		char address[INET6_ADDRSTRLEN];
		if (!l->udp && !l->any && inet_ntop(l->v6 ? AF_INET6 : AF_INET, l->address, address, sizeof address))
			text_add(&t, " %s", address);
	}
	return text_end(&t);
}

void plan_units(struct plan *p, struct complaints *c)
{
	const struct value values[] = { { "@LISTEN@", listen_lines(p, c) }, { "@DIR@", p->exchange }, { "@PROGRAMS@", p->programs },
					{ "@TOOL@", p->tool }, { "@DESTINATIONS@", destinations(p) }, { "@ADDRESSES@", own_addresses(p) } };
	for (size_t i = 0; i < unit_row_count; i++) {
		const char *path = host_print(p->host, UNITS_FOLDER "%s", unit_rows[i].name);
		const char *text = filled(p->host, unit_rows[i].template, values, ARRAY_LEN(values));
		drop_ins_advise(p, unit_rows[i].name);
		if (plan_find(p, path))
			continue; // the guard, which stands first
		plan_add(p, HARDEN_UNITS, path, 0644, text);
		plan_enable(p, HARDEN_UNITS, path, text);
	}
	complaint_add(p->host, &p->advice, "units are enabled, which starts them with the machine; to start them now: systemctl start redoubt.socket "
					   "redoubt.service redoubt-backup.service redoubt-host-watch.service redoubt-host-check.timer");
}

// In every plan, and first: a machine that stops between --apply and --confirm puts things back when it starts.
void plan_guard(struct plan *p)
{
	const struct value values[] = { { "@TOOL@", p->tool }, { "@DIR@", p->exchange } };
	for (size_t i = 0; i < unit_row_count; i++) {
		if (strcmp(unit_rows[i].name, GUARD_UNIT))
			continue;
		const char *text = filled(p->host, unit_rows[i].template, values, ARRAY_LEN(values));
		plan_add(p, HARDEN_UNITS, UNITS_FOLDER GUARD_UNIT, 0644, text);
		plan_enable(p, HARDEN_UNITS, UNITS_FOLDER GUARD_UNIT, text);
	}
}
