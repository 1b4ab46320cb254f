// SPDX-License-Identifier: Apache-2.0
// FS-01, the exchange's directory: its parts as `redoubt init` and the supervisor make them. Each daemon writes its own
// part and nothing else; what all of them believe (configuration, founding, keys) is root's.
#include "checks/files/files.h"

#include "checks/look.h"

#define OTHERS S_IRWXO
#define GROUP_AND_OTHERS (S_IRWXG | S_IRWXO)

struct part {
	const char *name;      // beneath the exchange; "" is all that lies directly in it
	mode_t folder, file;   // bits that must not be there, of the part itself and of each file
	bool roots;            // root's alone
};

static const struct part PARTS[] = {
	{ "keys", GROUP_AND_OTHERS, GROUP_AND_OTHERS, true }, // the supervisor opens them and hands them on
	{ "journal", OTHERS, OTHERS, false },                 // who its group is: journal_group.c
	{ "snapshots", OTHERS, OTHERS, false },
	{ "history", GROUP_AND_OTHERS, GROUP_AND_OTHERS, false },
	{ "backup", GROUP_AND_OTHERS, 0, false },             // behind a folder that is closed
	{ "log", 0, 0, false },                               // what it publishes is public
	{ "run", 0, 0, true },
};
static const struct part DIRECTLY = { "", 0, 0, true };

static const struct part *part_of(struct host *h, const char *exchange, const char *path)
{
	for (size_t i = 0; i < ARRAY_LEN(PARTS); i++)
		if (path_beneath(path, host_print(h, "%s/%s", exchange, PARTS[i].name)))
			return &PARTS[i];
	return &DIRECTLY;
}

static bool is_public(const char *name)
{
	return text_ends(name, ".crt") || text_ends(name, ".pem") || text_ends(name, ".pub");
}

static bool owner_right(struct examination *e, const struct part *p, const struct stat *s)
{
	const char *name = look_user(e->host, s->st_uid);
	if (!s->st_uid)
		return true;
	return !p->roots && (manifest_has(&e->manifest->daemon, name) || manifest_has(&e->manifest->engine, name));
}

bool exchange_judge(struct examination *e, const char *exchange, const char *path, const struct stat *s)
{
	struct host *h = e->host;
	const struct part *p = part_of(h, exchange, path);
	bool folder = S_ISDIR(s->st_mode);
	if (!folder && !S_ISREG(s->st_mode))
		return false;
	bool top = folder && !strcmp(path, host_print(h, "%s/%s", exchange, p->name)); // what lies deeper is behind it
	mode_t wrong = top ? p->folder : folder ? 0 : !strcmp(host_basename(path), "demo-keys.json") ? GROUP_AND_OTHERS : p->file;
	if (!folder && is_public(path))
		wrong = 0;
	wrong |= S_IWGRP | S_IWOTH;
	if (s->st_mode & wrong)
		found_fail(e, host_print(h, "setfacl -b %s; chmod %04o %s", path, s->st_mode & 07777 & ~wrong, path), "%s is %s: no more than %04o is right",
			   path, look_owner_text(h, s), s->st_mode & 07777 & ~wrong);
	if (!owner_right(e, p, s))
		found_fail(e, host_print(h, "chown %s %s", p->roots ? "root" : "DAEMON", path), "%s belongs to %s, %s", path, look_user(h, s->st_uid),
			   p->roots ? "and is root's alone to write" : "who is no daemon of the manifest");
	return s->st_mode & wrong;
}
