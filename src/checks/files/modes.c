// SPDX-License-Identifier: Apache-2.0
// Who can change what runs: a service's own code, and what root runs.
#include "checks/files/files.h"

#include "checks/look.h"

struct looking { struct examination *e; size_t count; const char *folder; };

static int code_visit(void *context, const struct walk_entry *w)
{
	struct looking *l = context;
	struct host *h = l->e->host;
	l->count++;
	if (S_ISLNK(w->status->st_mode))
		return 0;
	if (look_is_daemon(l->e, w->status->st_uid))
		found_fail(l->e, host_print(h, "chown root:root %s", w->path), "%s belongs to the daemon user %s", w->path,
			   look_user(h, w->status->st_uid));
	else if (w->status->st_mode & (S_IWGRP | S_IWOTH))
		found_fail(l->e, host_print(h, "chmod go-w %s", w->path), "%s is %s", w->path, look_owner_text(h, w->status));
	return 0;
}

static bool is_database(const char *name)
{
	static const char *const ENDS[] = { ".db", ".sqlite", ".sqlite3", ".db-wal", ".db-shm", ".mdb" };
	for (size_t i = 0; i < ARRAY_LEN(ENDS); i++)
		if (text_ends(name, ENDS[i]))
			return true;
	return false;
}

static bool is_followed(const struct looking *l, const char *path)
{
	return path_beneath(path, host_print(l->e->host, "%s/journal", l->folder)) ||
	       path_beneath(path, host_print(l->e->host, "%s/snapshots", l->folder));
}

// The writer's alone; the journal and the snapshots the group of those that follow it may read as well.
static int data_visit(void *context, const struct walk_entry *w)
{
	struct looking *l = context;
	struct host *h = l->e->host;
	const char *stranger = NULL;
	bool followed = is_followed(l, w->path);
	l->count++;
	if (exchange_judge(l->e, l->folder, w->path, w->status))
		return 0; // told
	if (!S_ISREG(w->status->st_mode) || !(followed || is_database(w->name)) || !(w->status->st_mode & (S_IRWXG | S_IRWXO)))
		return 0;
	if (!followed || !journal_group_reads(l->e, w->status, &stranger))
		found_fail(l->e, followed ? host_print(h, "chgrp redoubt-journal %s; chmod 640 %s", w->path, w->path) : host_print(h, "chmod 600 %s", w->path),
			   "%s is %s, group %u", w->path, look_owner_text(h, w->status), w->status->st_gid);
	else if (stranger)
		found_fail(l->e, host_print(h, "take %s out of the group redoubt-journal", stranger),
			   "%s can be read by %s: he has the group redoubt-journal and is no daemon of the manifest", w->path, stranger);
	return 0;
}

void fs_01(struct examination *e)
{
	static const char *const CODE[] = { "/opt", "/usr/local" };
	const struct manifest *m = found_manifest(e);
	const char *exchange[FILES_EXCHANGES_MAX];
	struct looking l = { .e = e };
	bool any = false;
	for (size_t i = 0; m && i < ARRAY_LEN(CODE); i++)
		any |= look_walk(e, CODE[i], code_visit, &l);
	for (size_t i = 0; m && i < m->web_root.count; i++)
		any |= look_walk(e, m->web_root.name[i], code_visit, &l);
	size_t count = look_exchanges(e, exchange, FILES_EXCHANGES_MAX);
	for (size_t i = 0; m && i < count; i++) {
		struct stat s;
		l.folder = exchange[i];
		if (!host_stat(e->host, exchange[i], &s))
			exchange_judge(e, exchange[i], exchange[i], &s);
		any |= look_walk(e, exchange[i], data_visit, &l);
	}
	if (any)
		found_read(e, "%zu entries of /opt, /usr/local, the web roots and the exchange's directory", l.count);
	else if (m)
		found_not_applicable(e, "there is no /opt, /usr/local, web root or exchange on this host");
}
