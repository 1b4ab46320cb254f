// SPDX-License-Identifier: Apache-2.0
// SVC-01: which units are enabled or run, from the links and control groups themselves: no program is asked.
#include "host/services.h"

#define FOLDER "/etc/systemd/system"
#define UNITS_MAX 1024

// What a Debian server has before anybody installs something on it. A star at the end stands for anything.
static const char *const BASE[] = {
	"apparmor.service", "apt-daily*", "autovt@*", "basic.target", "blk-availability.service", "console-getty.service",
	"console-setup.service", "cron.service", "dbus*", "default.target", "dpkg-db-backup.timer", "e2scrub_*", "fstrim.timer",
	"getty@*", "graphical.target", "ifup@*", "init.scope", "keyboard-setup.service", "logrotate.timer", "lvm2-*", "machines.target",
	"man-db.timer", "multi-user.target", "network-online.target", "networking.service", "remote-fs.target", "serial-getty@*",
	"sudo.service", "systemd-*", "udev*", "user@*", "session-*", "unattended-upgrades.service", "-.slice",
};

struct units {
	struct examination *e;
	const struct manifest *manifest;
	size_t count;
	const char *seen[UNITS_MAX];
};

static bool pattern_fits(const char *pattern, const char *name)
{
	size_t size = strlen(pattern);
	return pattern[size - 1] == '*' ? !strncmp(pattern, name, size - 1) : !strcmp(pattern, name);
}

static bool unit_expected(const struct units *u, const char *name)
{
	const char *at = strchr(name, '@');
	for (size_t i = 0; i < ARRAY_LEN(BASE); i++)
		if (pattern_fits(BASE[i], name))
			return true;
	if (manifest_has(&u->manifest->service, name))
		return true;
	// an instance is declared by its template: "redoubt-gateway@.service"
	return at && manifest_has(&u->manifest->service, host_print(u->e->host, "%.*s%s", (int)(at - name + 1), name, strrchr(name, '.')));
}

static void unit_take(struct units *u, const char *name, const char *how)
{
	for (size_t i = 0; i < u->count; i++)
		if (!strcmp(u->seen[i], name))
			return;
	if (u->count == UNITS_MAX) {
		found_unknown(u->e, "there are more than %d units; the others were not read", UNITS_MAX);
		return;
	}
	u->seen[u->count++] = name;
	if (!unit_expected(u, name))
		found_fail(u->e, host_print(u->e->host, "systemctl mask --now %.100s, or 'service %.100s' in the manifest after review", name, name),
			   "%.100s %s", name, how);
}

static bool ends_with(const char *text, const char *end)
{
	size_t size = strlen(text), tail = strlen(end);
	return size > tail && !strcmp(text + size - tail, end);
}

// Links in X.wants, X.requires and X.upholds start a unit with X.
static void enabled_read(struct units *u)
{
	const struct host_names *folders = host_names(u->e->host, FOLDER);
	for (size_t i = 0; i < folders->count; i++) {
		const char *folder = folders->name[i];
		if (!ends_with(folder, ".wants") && !ends_with(folder, ".requires") && !ends_with(folder, ".upholds"))
			continue;
		const struct host_names *links = host_names(u->e->host, host_print(u->e->host, FOLDER "/%s", folder));
		for (size_t k = 0; k < links->count; k++)
			unit_take(u, links->name[k], host_print(u->e->host, "is enabled: " FOLDER "/%s", folder));
	}
}

// A script of System V that has no unit becomes one at boot, without a link in systemd's folders.
static void scripts_read(struct units *u)
{
	static const char *const UNITS[] = { "/usr/lib/systemd/system", "/lib/systemd/system", FOLDER };
	const struct host_names *scripts = host_names(u->e->host, "/etc/rc3.d");
	for (size_t i = 0; i < scripts->count; i++) {
		const char *name = scripts->name[i];
		struct stat unused;
		bool known = false;
		if (name[0] != 'S' || strlen(name) < 4)
			continue;
		name = host_print(u->e->host, "%s.service", name + 3);
		for (size_t k = 0; k < ARRAY_LEN(UNITS); k++)
			known |= !host_lstat(u->e->host, host_print(u->e->host, "%s/%s", UNITS[k], name), &unused);
		if (!known)
			unit_take(u, name, host_print(u->e->host, "is started by /etc/rc3.d/%s", scripts->name[i]));
	}
}

// "0::/system.slice/ssh.service": the last part that is a unit which can run.
static const char *unit_of_group(struct host *h, const char *text)
{
	const char *line = strstr(text, "0::"), *found = NULL;
	size_t end = line ? strcspn(line, "\n") : 0;
	for (const char *at = line; at && at < line + end; at += 1 + strcspn(at + 1, "/\n")) {
		const char *part = host_copy(h, at + 1, *at == '/' ? strcspn(at + 1, "/\n") : 0);
		if (ends_with(part, ".service") || ends_with(part, ".scope"))
			return part;
	}
	return found;
}

static size_t running_read(struct units *u)
{
	const struct host_processes *all = host_processes(u->e->host);
	size_t count = 0;
	for (size_t i = 0; i < all->count; i++) {
		const char *text = host_file(u->e->host, host_print(u->e->host, "/proc/%d/cgroup", (int)all->process[i].pid))->text;
		const char *unit = unit_of_group(u->e->host, text);
		if (!unit)
			continue;
		count++;
		unit_take(u, unit, host_print(u->e->host, "runs: process %d (%s)", (int)all->process[i].pid, all->process[i].name));
	}
	return count;
}

void svc_01(struct examination *e)
{
	const struct manifest *m = found_manifest(e);
	if (!m)
		return;
	if (host_names(e->host, FOLDER)->error) {
		found_not_applicable(e, "there is no " FOLDER ": this host does not run systemd");
		return;
	}
	struct units *u = host_alloc(e->host, sizeof *u);
	u->e = e;
	u->manifest = m;
	enabled_read(u);
	scripts_read(u);
	size_t running = running_read(u);
	found_read(e, "%zu units in " FOLDER ", /etc/rc3.d and /proc/*/cgroup; %zu processes belong to one", u->count, running);
}
