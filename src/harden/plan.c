// SPDX-License-Identifier: Apache-2.0
#include "harden/harden.h"
#include "harden/units.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

const char *const harden_group_name[HARDEN_GROUPS] = { "nft", "ssh", "units", "sysctl", "logs", "updates", "files" };

static void (*const GENERATORS[HARDEN_GROUPS])(struct plan *p, struct complaints *c) = {
	plan_rules, plan_ssh, plan_units, plan_sysctl, plan_logs, plan_updates, plan_files,
};

bool harden_group_read(const char *name, enum harden_group *ret)
{
	for (size_t i = 0; i < HARDEN_GROUPS; i++) {
		if (strcmp(name, harden_group_name[i]))
			continue;
		*ret = (enum harden_group)i;
		return true;
	}
	return false;
}

void complaint_add(struct host *h, struct complaints *c, const char *format, ...)
{
	char line[1024];
	va_list arguments;
	va_start(arguments, format);
	int n = vsnprintf(line, sizeof line, format, arguments);
	va_end(arguments);
	ASSERT(n >= 0);
	for (size_t i = 0; i < c->count && i < COMPLAINTS_MAX; i++)
		if (!strcmp(c->text[i], line))
			return; // said already
	if (c->count < COMPLAINTS_MAX)
		c->text[c->count] = host_copy(h, line, strlen(line));
	c->count++;
}

void plan_add(struct plan *p, enum harden_group group, const char *path, unsigned mode, const char *text)
{
	ASSERT(p->count < ARTEFACTS_MAX);
	p->artefact[p->count++] =
		(struct artefact){ .group = group, .kind = ARTEFACT_FILE, .path = path, .text = text, .mode = mode };
}

const struct artefact *plan_find(const struct plan *p, const char *path)
{
	for (size_t i = 0; i < p->count; i++)
		if (!strcmp(p->artefact[i].path, path))
			return &p->artefact[i];
	return NULL;
}

// What several groups need is asked for once.
static void manifest_judge(const struct plan *p, struct complaints *c)
{
	const struct manifest *m = p->manifest;
	unsigned remote = 1u << HARDEN_NFT | 1u << HARDEN_SSH;
	if (!(p->groups & remote))
		return;
	if (!m->ssh_port)
		complaint_add(p->host, c, "the manifest says no ssh-port; without it nobody would get in again: add 'ssh-port PORT'");
	if (m->ssh_port == 80 || m->ssh_port == 443)
		complaint_add(p->host, c, "ssh-port %u is one of the web ports, which the proxy alone reaches; choose another", m->ssh_port);
}

int plan_make(struct plan *p, struct complaints *ret)
{
	manifest_judge(p, ret);
	plan_guard(p);
	for (size_t i = 0; i < HARDEN_GROUPS; i++)
		if (p->groups & 1u << i)
			GENERATORS[i](p, ret);
	return ret->count != 0;
}

void text_add(struct text *t, const char *format, ...)
{
	va_list arguments, again;
	va_start(arguments, format);
	va_copy(again, arguments);
	int n = vsnprintf(NULL, 0, format, arguments);
	va_end(arguments);
	ASSERT(n >= 0);
	if (t->size + (size_t)n + 1 > t->room) {
		size_t room = 2 * (t->size + (size_t)n + 1) + 1024;
		char *grown = host_alloc(t->host, room);
		if (t->size)
			memcpy(grown, t->at, t->size);
		t->at = grown;
		t->room = room;
	}
	vsnprintf(t->at + t->size, t->room - t->size, format, again);
	va_end(again);
	t->size += (size_t)n;
}

const char *text_end(struct text *t)
{
	return t->at ? t->at : "";
}

// The fields of "name:x:1000:..." from the third on; NULL when the line is another's.
static const char *entry_number(const char *line, const char *name)
{
	size_t size = strlen(name);
	if (strncmp(line, name, size) || line[size] != ':')
		return NULL;
	const char *field = strchr(line + size + 1, ':');
	return field && field[1] >= '0' && field[1] <= '9' ? field + 1 : NULL;
}

bool user_find(struct host *h, const char *name, uid_t *ret_uid, gid_t *ret_gid)
{
	struct host_lines cursor = { host_file(h, "/etc/passwd")->text, 0 };
	for (const char *line; host_line(h, &cursor, &line);) {
		const char *number = entry_number(line, name);
		const char *group = number ? strchr(number, ':') : NULL;
		if (!group)
			continue;
		*ret_uid = (uid_t)strtoul(number, NULL, 10);
		if (ret_gid)
			*ret_gid = (gid_t)strtoul(group + 1, NULL, 10);
		return true;
	}
	return false;
}

bool group_find(struct host *h, const char *name, gid_t *ret)
{
	struct host_lines cursor = { host_file(h, "/etc/group")->text, 0 };
	for (const char *line; host_line(h, &cursor, &line);) {
		const char *number = entry_number(line, name);
		if (!number)
			continue;
		*ret = (gid_t)strtoul(number, NULL, 10);
		return true;
	}
	return false;
}
