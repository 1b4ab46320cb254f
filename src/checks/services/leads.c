// SPDX-License-Identifier: Apache-2.0
// SVC-01: units that keep a name of the base system and yet run something else: lines laid over them, links that lead
// out of systemd's folders, and folders of services that dbus is told of.
#include "checks/services/services.h"

#include "checks/look.h"

static void drop_in_read(struct examination *e, const char *path)
{
	struct host_lines cursor = { host_file(e->host, path)->text, 0 };
	for (const char *line; host_line(e->host, &cursor, &line);) {
		const char *at = line + strspn(line, " \t");
		bool starts = text_begins(at, "Exec") || (text_begins(at, "Environment") && strstr(at, "LD_"));
		if (starts && strchr(at, '=') && strchr(at, '=')[1 + strspn(strchr(at, '=') + 1, " \t")])
			found_fail(e, host_print(e->host, "rm %.200s; systemctl daemon-reload, or the unit into the manifest after review", path),
				   "%.200s:%u lays over the unit what it runs: '%.80s'", path, cursor.number, at);
	}
}

void unit_drop_ins_read(struct examination *e, const char *folder)
{
	const struct host_names *names = host_names(e->host, folder);
	for (size_t i = 0; i < names->count; i++)
		if (text_ends(names->name[i], ".conf"))
			drop_in_read(e, host_print(e->host, "%s/%s", folder, names->name[i]));
}

bool unit_leads_out(const char *target)
{
	static const char *const FOLDERS[] = { "/etc/systemd", "/run/systemd", "/usr/lib/systemd", "/lib/systemd", "/usr/local/lib/systemd" };
	for (size_t i = 0; i < ARRAY_LEN(FOLDERS); i++)
		if (path_beneath(target, FOLDERS[i]) && !strstr(target, "/../"))
			return false;
	return *target == '/' && strcmp(target, "/dev/null");
}

// <servicedir> and <standard_system_servicedirs/>: the second is what system.conf of the package says.
void dbus_folders_read(struct examination *e)
{
	static const char *const PLACES[] = { "/etc/dbus-1/system.d", "/etc/dbus-1" };
	for (size_t i = 0; i < ARRAY_LEN(PLACES); i++) {
		const struct host_names *names = host_names(e->host, PLACES[i]);
		for (size_t k = 0; k < names->count; k++) {
			const char *path = host_print(e->host, "%s/%s", PLACES[i], names->name[k]);
			if (text_ends(path, ".conf") && strstr(host_file(e->host, path)->text, "<servicedir>"))
				found_fail(e, host_print(e->host, "read it, and take <servicedir> out of %.200s", path),
					   "%.200s names a folder of services of its own: dbus starts them as root when asked", path);
		}
	}
}
