// SPDX-License-Identifier: Apache-2.0
// Who besides its writer reads the journal: one daemon writes it, four follow it, by the group redoubt-journal. That is
// by design as long as nobody else has that group; one member more, and he reads every order.
#include "checks/files/files.h"

#include "checks/look.h"

#include <stdlib.h>

#define GROUP "redoubt-journal"

static bool is_daemon(struct examination *e, const char *name)
{
	return manifest_has(&e->manifest->daemon, name) || manifest_has(&e->manifest->engine, name);
}

// The field of a line of /etc/passwd or /etc/group; "" when it has fewer.
static const char *field(struct host *h, const char *line, unsigned number)
{
	for (; number && line; number--)
		line = strchr(line, ':') ? strchr(line, ':') + 1 : NULL;
	return line ? host_copy(h, line, strcspn(line, ":")) : "";
}

static const char *stranger_among(struct examination *e, const char *members)
{
	for (const char *at = members; *at; at += *at == ',') {
		const char *name = host_copy(e->host, at, strcspn(at, ","));
		at += strlen(name);
		if (*name && !is_daemon(e, name))
			return name;
	}
	return NULL;
}

// Somebody with that number among his groups who is no daemon; a second group of the number counts.
static const char *stranger_of(struct examination *e, gid_t gid)
{
	struct host_lines cursor = { host_file(e->host, "/etc/group")->text, 0 };
	for (const char *line; host_line(e->host, &cursor, &line);) {
		const char *stranger = strtoul(field(e->host, line, 2), NULL, 10) == gid ? stranger_among(e, field(e->host, line, 3)) : NULL;
		if (stranger)
			return stranger;
	}
	cursor = (struct host_lines){ host_file(e->host, "/etc/passwd")->text, 0 };
	for (const char *line; host_line(e->host, &cursor, &line);) {
		const char *number = field(e->host, line, 3);
		if (*number && strtoul(number, NULL, 10) == gid && !is_daemon(e, field(e->host, line, 0)))
			return field(e->host, line, 0);
	}
	return NULL;
}

static bool group_found(struct host *h, gid_t *ret)
{
	struct host_lines cursor = { host_file(h, "/etc/group")->text, 0 };
	for (const char *line; host_line(h, &cursor, &line);)
		if (!strcmp(field(h, line, 0), GROUP) && *field(h, line, 2)) {
			*ret = (gid_t)strtoul(field(h, line, 2), NULL, 10);
			return true;
		}
	return false;
}

bool journal_group_reads(struct examination *e, const struct stat *s, const char **ret_stranger)
{
	gid_t gid;
	if ((s->st_mode & 07777 & ~0640u) || !group_found(e->host, &gid) || s->st_gid != gid || gid == 0 || !is_daemon(e, look_user(e->host, s->st_uid)))
		return false;
	*ret_stranger = stranger_of(e, gid);
	return true;
}
