// SPDX-License-Identifier: Apache-2.0
#include "checks/look.h"

#include <stdio.h>
#include <stdlib.h>

const char *look_user(struct host *h, uid_t uid)
{
	struct host_lines cursor = { host_file(h, "/etc/passwd")->text, 0 };
	for (const char *line; host_line(h, &cursor, &line);) {
		const char *password = strchr(line, ':'), *number = password ? strchr(password + 1, ':') : NULL;
		if (number && strtoul(number + 1, NULL, 10) == uid)
			return host_copy(h, line, (size_t)(password - line));
	}
	return host_print(h, "uid %u", (unsigned)uid);
}

bool look_is_daemon(struct examination *e, uid_t uid)
{
	return e->manifest && uid != 0 && manifest_has(&e->manifest->daemon, look_user(e->host, uid));
}

bool look_root_only(const struct stat *s)
{
	return s->st_uid == 0 && !(s->st_mode & (S_IWGRP | S_IWOTH));
}

const char *look_owner_text(struct host *h, const struct stat *s)
{
	return host_print(h, "%s %04o", look_user(h, s->st_uid), s->st_mode & 07777);
}

void look_judge_root_only(struct examination *e, const char *path, const struct stat *s)
{
	if (!S_ISLNK(s->st_mode) && !look_root_only(s))
		found_fail(e, host_print(e->host, "chown root:root %s; chmod go-w %s", path, path), "%s is %s", path,
			   look_owner_text(e->host, s));
}

size_t look_exchanges(struct examination *e, const char **ret, size_t max)
{
	size_t count = 0;
	for (size_t i = 0; e->manifest && i < e->manifest->backup_catalogue.count && count < max; i++) {
		const char *path = e->manifest->backup_catalogue.name[i];
		size_t size = strlen(path);
		while (size > 1 && path[size - 1] == '/')
			size--;
		if (size > 7 && !strncmp(path + size - 7, "/backup", 7))
			size -= 7;
		ret[count++] = host_copy(e->host, path, size);
	}
	return count;
}

bool look_walk(struct examination *e, const char *path, walk_visit *visit, void *context)
{
	uint64_t budget = LOOK_ENTRIES_MAX;
	int r = host_walk(e->host, path, &budget, visit, context);
	if (r == -E2BIG)
		found_unknown(e, "%s has more than %u entries: the rest was not looked at", path, LOOK_ENTRIES_MAX);
	else if (r && r != -ENOENT)
		found_unknown(e, "%s could not be walked: %s", path, strerror(-r));
	return r != -ENOENT;
}
