// SPDX-License-Identifier: Apache-2.0
// Who can become root, and that root itself is locked.
#include "checks/ssh/ssh.h"

#include <stdlib.h>

static void admins_judge(struct examination *e, const struct manifest *m, const char *group, const char *members, size_t *count)
{
	while (*members) {
		size_t size = strcspn(members, ",");
		const char *name = host_copy(e->host, members, size);
		members += size + (members[size] == ',');
		if (manifest_has(&m->admin, name))
			++*count;
		else
			found_fail(e, host_print(e->host, "gpasswd -d %s %s", name, group), "%s is in the group %s and no admin of the manifest", name,
				   group);
	}
}

// A user whose primary group it is stands in /etc/passwd alone.
static void primaries_judge(struct examination *e, const struct manifest *m, const char *group, unsigned long gid)
{
	struct host_lines cursor = { host_file(e->host, "/etc/passwd")->text, 0 };
	for (const char *line; host_line(e->host, &cursor, &line);) {
		const char *name = host_copy(e->host, line, strcspn(line, ":")), *at = line;
		for (int field = 0; at && field < 3; field++)
			at = strchr(at, ':') ? strchr(at, ':') + 1 : NULL;
		if (at && *at != ':' && strtoul(at, NULL, 10) == gid && !manifest_has(&m->admin, name))
			found_fail(e, host_print(e->host, "usermod -g %s %s", name, name),
				   "%s has the primary group %s and is no admin of the manifest", name, group);
	}
}

void ssh_10(struct examination *e)
{
	static const char *const GROUPS[] = { "sudo", "wheel", "admin" };
	// members read or write the disk, the memory or the password hashes, or start containers that are root
	static const char *const POWERFUL[] = { "docker", "lxd", "incus", "incus-admin", "libvirt", "disk", "shadow", "kmem", "root" };
	const struct manifest *m = found_manifest(e);
	const struct host_file *shadow = host_file(e->host, "/etc/shadow"), *group = host_file(e->host, "/etc/group");
	size_t admins = 0, unused = 0;
	if (!m || !found_file(e, shadow) || !found_file(e, group))
		return;
	struct host_lines cursor = { shadow->text, 0 };
	const char *line;
	bool root = false;
	while (host_line(e->host, &cursor, &line)) {
		if (strncmp(line, "root:", 5))
			continue;
		root = true;
		if (line[5] != '!' && line[5] != '*')
			found_fail(e, "passwd -l root", "root has a password in /etc/shadow");
	}
	if (!root)
		found_unknown(e, "/etc/shadow has no line of root");
	cursor = (struct host_lines){ group->text, 0 };
	while (host_line(e->host, &cursor, &line)) {
		size_t size = strcspn(line, ":");
		const char *members = strrchr(line, ':');
		if (members && word_listed(GROUPS, ARRAY_LEN(GROUPS), line, size))
			admins_judge(e, m, host_copy(e->host, line, size), members + 1, &admins);
		const char *gid = members && line[size] ? strchr(line + size + 1, ':') : NULL;
		if (gid && word_listed(GROUPS, ARRAY_LEN(GROUPS), line, size))
			primaries_judge(e, m, host_copy(e->host, line, size), strtoul(gid + 1, NULL, 10));
		if (members && word_listed(POWERFUL, ARRAY_LEN(POWERFUL), line, size))
			admins_judge(e, m, host_copy(e->host, line, size), members + 1, &unused);
	}
	if (admins < 2)
		found_fail(e, "usermod -aG sudo SECOND-ADMIN", "%zu admins can become root", admins);
	found_read(e, "root is locked; %zu admins", admins);
}
