// SPDX-License-Identifier: Apache-2.0
// ACC-02, the files of accounts themselves: who may write them is who he likes, and who may read the shadow may guess.
#include "checks/accounts/account_files.h"

#include "checks/look.h"

#include <stdlib.h>

static bool group_is(struct host *h, gid_t gid, const char *name)
{
	struct host_lines cursor = { host_file(h, "/etc/group")->text, 0 };
	size_t size = strlen(name);
	for (const char *line; host_line(h, &cursor, &line);) {
		const char *number = !strncmp(line, name, size) && line[size] == ':' ? strchr(line + size + 1, ':') : NULL;
		if (number && strtoul(number + 1, NULL, 10) == gid)
			return true;
	}
	return false;
}

// As base-passwd and passwd make them: root's, 0644, or 0640 for the group shadow (unix_chkpwd has it), or closed.
static void file_judge(struct examination *e, const char *path, bool shadow)
{
	struct stat s;
	if (host_lstat(e->host, path, &s))
		return; // the copies are there once something was changed; what must be there is read by others
	mode_t more = s.st_mode & 07777 & ~(shadow ? 0640u : 0644u);
	bool readers = !shadow || !(s.st_mode & S_IRGRP) || !s.st_gid || group_is(e->host, s.st_gid, "shadow");
	const char *remedy = host_print(e->host, "chown root:%s %s; chmod %s %s", shadow ? "shadow" : "root", path, shadow ? "640" : "644", path);
	if (!S_ISREG(s.st_mode))
		found_fail(e, remedy, "%s is no regular file", path);
	else if (s.st_uid || more || !readers)
		found_fail(e, remedy, "%s is %s, group %u: root %s is right", path, look_owner_text(e->host, &s), s.st_gid,
			   shadow ? "0640, group shadow," : "0644");
}

void account_files_judge(struct examination *e)
{
	static const struct { const char *path; bool shadow; } FILES[] = {
		{ "/etc/passwd", false }, { "/etc/passwd-", false }, { "/etc/group", false }, { "/etc/group-", false },
		{ "/etc/subuid", false }, { "/etc/subgid", false }, { "/etc/shadow", true }, { "/etc/shadow-", true },
		{ "/etc/gshadow", true }, { "/etc/gshadow-", true },
	};
	for (size_t i = 0; i < ARRAY_LEN(FILES); i++)
		file_judge(e, FILES[i].path, FILES[i].shadow);
}
