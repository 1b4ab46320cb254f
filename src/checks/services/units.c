// SPDX-License-Identifier: Apache-2.0
// SVC-01: which units are enabled or run, from the links and control groups themselves: no program is asked.
#include "checks/services/services.h"
#include "checks/look.h"

#define FOLDER "/etc/systemd/system"
#define VENDOR "/usr/lib/systemd/system"
#define UNITS_MAX 1024

// What a Debian server has before anybody installs something on it. A star at the end stands for anything.
static const char *const BASE[] = {
	"apparmor.service", "apt-daily*", "autovt@*", "basic.target", "blk-availability.service", "console-getty.service",
	"console-setup.service", "cron.service", "dbus*", "default.target", "dirmngr.socket", "dpkg-db-backup.timer", "e2scrub_*",
	"fstrim.timer", "getty@*", "gpg-agent*", "graphical.target", "ifup@*", "init.scope", "keyboard-setup.service", "keyboxd.socket",
	"logrotate.timer", "lvm2-*", "machines.target", "man-db.timer", "multi-user.target", "network-online.target", "networking.service",
	"pk-debconf-helper.socket", "remote-fs.target", "serial-getty@*", "sudo.service", "systemd-*", "udev*", "user@*", "session-*",
	"unattended-upgrades.service", "-.slice",
};

// Where systemd looks for units, besides the vendor's folder. `unusual`: nobody puts a unit there by way of a package or
// of `systemctl enable`, so that a unit lying there is worth a word before it is even enabled.
static const struct { const char *path; bool unusual; } PLACES[] = {
	{ "/etc/systemd/system.control", true }, { "/run/systemd/system.control", true }, { "/run/systemd/transient", false },
	{ "/run/systemd/generator.early", false }, { FOLDER, false }, { "/etc/systemd/system.attached", true },
	{ "/run/systemd/system", true }, { "/run/systemd/system.attached", true }, { "/run/systemd/generator", false },
	{ "/usr/local/lib/systemd/system", true }, { "/run/systemd/generator.late", false },
	{ "/etc/systemd/user", false }, { "/run/systemd/user", true }, { "/usr/local/lib/systemd/user", true },
	{ "/root/.config/systemd/user", true }, { "/root/.config/systemd/user.control", true }, { "/root/.local/share/systemd/user", true },
};

// Programs that systemd starts as root at boot, at each reload, at shutdown or at sleep, or that dbus starts when asked.
static const char *const PROGRAMS[] = {
	"/etc/systemd/system-generators", "/run/systemd/system-generators", "/usr/local/lib/systemd/system-generators",
	"/etc/systemd/system-environment-generators", "/run/systemd/system-environment-generators",
	"/usr/local/lib/systemd/system-environment-generators", "/etc/systemd/user-generators", "/usr/local/lib/systemd/user-generators",
	"/etc/systemd/system-shutdown", "/etc/systemd/system-sleep", "/usr/local/lib/systemd/system-shutdown",
	"/usr/local/lib/systemd/system-sleep", "/usr/local/share/dbus-1/system-services", "/run/dbus-1/system-services",
	"/etc/dbus-1/system-services",
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

static bool of_vendor(const char *target)
{
	return path_beneath(target, VENDOR) || path_beneath(target, "/lib/systemd/system") || path_beneath(target, "/usr/lib/systemd/user");
}

// A link to /dev/null or an empty file: the unit cannot start.
static bool masks(struct host *h, const char *path)
{
	const char *link = host_link(h, path);
	struct stat s;
	return link ? !strcmp(link, "/dev/null") : !host_lstat(h, path, &s) && S_ISREG(s.st_mode) && !s.st_size;
}

// "getty@tty1.service" -> "getty@.service"; NULL: it is no instance.
static const char *template_of(struct host *h, const char *name)
{
	const char *at = strchr(name, '@'), *dot = strrchr(name, '.');
	return at && dot && dot > at + 1 ? host_print(h, "%.*s%s", (int)(at - name + 1), name, dot) : NULL;
}

static bool masked(struct units *u, const char *name)
{
	const char *names[] = { name, template_of(u->e->host, name) };
	for (size_t i = 0; i < ARRAY_LEN(PLACES); i++)
		for (size_t k = 0; k < ARRAY_LEN(names); k++)
			if (names[k] && masks(u->e->host, host_print(u->e->host, "%s/%s", PLACES[i].path, names[k])))
				return true;
	return false;
}

// A file of the unit's name that stands before the vendor's: what runs is then not the base system's, whatever its name.
static const char *replaced_at(struct units *u, const char *name)
{
	const char *names[] = { name, template_of(u->e->host, name) };
	for (size_t i = 0; i < ARRAY_LEN(PLACES) && !text_ends(name, ".scope"); i++)
		for (size_t k = 0; k < ARRAY_LEN(names); k++) {
			const char *path = names[k] ? host_print(u->e->host, "%s/%s", PLACES[i].path, names[k]) : NULL, *link;
			struct stat s;
			if (!path || text_begins(PLACES[i].path, "/run/systemd/generator") || host_lstat(u->e->host, path, &s))
				continue;
			link = host_link(u->e->host, path);
			if (link ? !of_vendor(link) && strcmp(link, "/dev/null") : s.st_size > 0)
				return path;
		}
	return NULL;
}

static bool unit_declared(const struct units *u, const char *name)
{
	const char *template = template_of(u->e->host, name); // an instance is declared by its template: "redoubt-gateway@.service"
	return manifest_has(&u->manifest->service, name) || (template && manifest_has(&u->manifest->service, template));
}

static bool unit_expected(struct units *u, const char *name)
{
	bool base = false;
	for (size_t i = 0; i < ARRAY_LEN(BASE); i++)
		base |= pattern_fits(BASE[i], name);
	return unit_declared(u, name) || (base && !replaced_at(u, name));
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

static bool runs(const char *name)
{
	return text_ends(name, ".service") || text_ends(name, ".socket") || text_ends(name, ".timer") || text_ends(name, ".path");
}

static void link_judge(struct units *u, const char *name, const char *path, const char *target)
{
	if (unit_leads_out(target) && !unit_declared(u, name) && !masked(u, name))
		found_fail(u->e, host_print(u->e->host, "rm %.200s; systemctl daemon-reload", path), "%.200s leads to %.200s, outside systemd's folders",
			   path, target);
}

// The links in X.wants, X.requires or X.upholds start a unit with X. The link's name counts; a target of another name
// is an alias, and starts as well.
static void wants_read(struct units *u, const char *folder, bool generated)
{
	const struct host_names *links = host_names(u->e->host, folder);
	for (size_t k = 0; k < links->count; k++) {
		const char *name = links->name[k], *target = host_link(u->e->host, host_print(u->e->host, "%s/%s", folder, name));
		const char *other = target ? host_basename(target) : name, *template = template_of(u->e->host, name);
		if ((generated && !runs(name)) || masked(u, name))
			continue;
		unit_take(u, name, host_print(u->e->host, "is enabled: %s", folder));
		if (target)
			link_judge(u, name, host_print(u->e->host, "%s/%s", folder, name), target);
		if (strcmp(other, name) && (!template || strcmp(other, template)) && strcmp(other, "null"))
			unit_take(u, other, host_print(u->e->host, "is enabled as %s: %s", name, folder));
	}
}

static void place_read(struct units *u, const char *place, bool unusual)
{
	const struct host_names *names = host_names(u->e->host, place);
	for (size_t i = 0; i < names->count; i++) {
		const char *name = names->name[i], *path = host_print(u->e->host, "%s/%s", place, name);
		if (text_ends(name, ".wants") || text_ends(name, ".requires") || text_ends(name, ".upholds"))
			wants_read(u, path, text_begins(place, "/run/systemd/generator"));
		else if (unusual && runs(name) && !masks(u->e->host, path))
			unit_take(u, name, host_print(u->e->host, "lies in %s", place));
		else if (unusual && text_ends(name, ".d") && host_names(u->e->host, path)->count)
			found_fail(u->e, host_print(u->e->host, "rm -r %.200s; systemctl daemon-reload", path),
				   "%.200s changes a unit from where nobody looks", path);
		else if (text_ends(name, ".d") && !unit_declared(u, host_copy(u->e->host, name, strlen(name) - 2)))
			unit_drop_ins_read(u->e, path);
		else if (host_link(u->e->host, path))
			link_judge(u, name, path, host_link(u->e->host, path));
	}
}

// What the vendor's folder enables belongs to packages, and lies in the same folder; what does not was put there.
static void vendor_read(struct units *u)
{
	const struct host_names *names = host_names(u->e->host, VENDOR);
	for (size_t i = 0; i < names->count; i++) {
		const char *folder = host_print(u->e->host, VENDOR "/%s", names->name[i]);
		const struct host_names *links = text_ends(folder, ".wants") || text_ends(folder, ".requires") ? host_names(u->e->host, folder) : NULL;
		for (size_t k = 0; links && k < links->count; k++) {
			const char *target = host_link(u->e->host, host_print(u->e->host, "%s/%s", folder, links->name[k]));
			if (!target || (*target == '/' && !of_vendor(target)) || replaced_at(u, links->name[k]))
				unit_take(u, links->name[k], host_print(u->e->host, "is enabled: %s", folder));
		}
	}
}

static void programs_read(struct units *u)
{
	for (size_t i = 0; i < ARRAY_LEN(PROGRAMS); i++) {
		const struct host_names *names = host_names(u->e->host, PROGRAMS[i]);
		for (size_t k = 0; k < names->count; k++) {
			const char *path = host_print(u->e->host, "%s/%s", PROGRAMS[i], names->name[k]);
			if (!masks(u->e->host, path))
				found_fail(u->e, host_print(u->e->host, "find out who put it there; rm %.200s", path),
					   "%.200s is started as root without being a unit", path);
		}
	}
}

// Who lingers has a manager of units of their own from boot on.
static void lingering_read(struct units *u)
{
	const struct host_names *users = host_names(u->e->host, "/var/lib/systemd/linger");
	for (size_t i = 0; i < users->count; i++)
		found_fail(u->e, host_print(u->e->host, "loginctl disable-linger %.60s", users->name[i]),
			   "units of the user %.60s run without a log-in: /var/lib/systemd/linger", users->name[i]);
}

// A script of System V that has no unit becomes one at boot, without a link in systemd's folders; so does rc.local.
static void scripts_read(struct units *u)
{
	static const char *const UNITS[] = { VENDOR, "/lib/systemd/system", FOLDER };
	static const char *const LEVELS[] = { "/etc/rc2.d", "/etc/rc3.d", "/etc/rc4.d", "/etc/rc5.d" };
	struct stat s;
	for (size_t level = 0; level < ARRAY_LEN(LEVELS); level++) {
		const struct host_names *scripts = host_names(u->e->host, LEVELS[level]);
		for (size_t i = 0; i < scripts->count; i++) {
			const char *name = scripts->name[i];
			bool known = false;
			if (name[0] != 'S' || strlen(name) < 4)
				continue;
			name = host_print(u->e->host, "%s.service", name + 3);
			for (size_t k = 0; k < ARRAY_LEN(UNITS); k++)
				known |= !host_lstat(u->e->host, host_print(u->e->host, "%s/%s", UNITS[k], name), &s);
			if (!known)
				unit_take(u, name, host_print(u->e->host, "is started by %s/%s", LEVELS[level], scripts->name[i]));
		}
	}
	if (!host_stat(u->e->host, "/etc/rc.local", &s) && S_ISREG(s.st_mode) && (s.st_mode & 0111) && !masked(u, "rc-local.service"))
		unit_take(u, "rc-local.service", "is started because /etc/rc.local is executable");
}

// "0::/system.slice/ssh.service/x": the last part that is a unit which can run, because a user's manager is a unit, too.
static const char *unit_of_group(struct host *h, const char *text)
{
	const char *line = text_begins(text, "0::") ? text : strstr(text, "\n0::"), *found = NULL;
	const char *old = strstr(text, ":name=systemd:");
	line = line && strcspn(line + 1, "\n") > 4 ? line : old ? old : line;
	size_t end = line ? strcspn(line + 1, "\n") + 1 : 0;
	for (const char *at = line; at && at < line + end; at += 1 + strcspn(at + 1, "/\n")) {
		const char *part = host_copy(h, at + 1, *at == '/' ? strcspn(at + 1, "/\n") : 0);
		if ((text_ends(part, ".service") || text_ends(part, ".scope")) && *part != '.')
			found = part;
	}
	return found;
}

static size_t running_read(struct units *u)
{
	const struct host_processes *all = host_processes(u->e->host);
	struct stat unused;
	bool booted = !host_stat(u->e->host, "/run/systemd/private", &unused); // systemd is here, so that each process has a unit
	size_t count = 0;
	for (size_t i = 0; i < all->count; i++) {
		const struct host_process *p = &all->process[i];
		const struct host_file *f = host_file(u->e->host, host_print(u->e->host, "/proc/%d/cgroup", (int)p->pid));
		const char *unit = unit_of_group(u->e->host, f->text);
		if (!unit && booted && !f->error && *p->program)
			found_fail(u->e, "find out who started it", "process %d (%s) runs and belongs to no unit: %.80s", (int)p->pid, p->program,
				   host_copy(u->e->host, f->text, strcspn(f->text, "\n")));
		if (!unit)
			continue;
		count++;
		unit_take(u, unit, host_print(u->e->host, "runs: process %d (%s)", (int)p->pid, p->name));
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
	for (size_t i = 0; i < ARRAY_LEN(PLACES); i++)
		place_read(u, PLACES[i].path, PLACES[i].unusual);
	vendor_read(u);
	programs_read(u);
	dbus_folders_read(e);
	lingering_read(u);
	scripts_read(u);
	size_t running = running_read(u);
	found_read(e, "%zu units in systemd's folders, /etc/rc?.d and /proc/*/cgroup; %zu processes belong to one", u->count, running);
}
