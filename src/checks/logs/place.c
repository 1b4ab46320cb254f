// SPDX-License-Identifier: Apache-2.0
// LOG-01: whether logs are apart, and who may write them.
#include "checks/logs/logs.h"
#include "checks/look.h"

// A daemon's user may not own the log nor write it through the group or as anybody. The audit daemon writes its own.
static int audit_visit(void *context, const struct walk_entry *w)
{
	struct examination *e = context;
	const char *owner = look_user(e->host, w->status->st_uid);
	if (S_ISLNK(w->status->st_mode))
		return 0;
	if (look_is_daemon(e, w->status->st_uid) && !text_ends(owner, "-audit"))
		found_fail(e, host_print(e->host, "chown it to the audit daemon's user: %s", w->path), "%s belongs to %s", w->path, owner);
	else if (w->status->st_mode & (S_IWOTH | S_IWGRP))
		found_fail(e, host_print(e->host, "chmod go-w %s", w->path), "%s is %s", w->path, look_owner_text(e->host, w->status));
	return 0;
}

static bool log_judge(struct examination *e, const char *path, struct stat *ret)
{
	if (host_stat(e->host, path, ret))
		return false;
	const char *slash = strrchr(path, '/');
	audit_visit(e, &(struct walk_entry){ path, -1, slash + 1, ret });
	found_read(e, "%s %s", path, look_owner_text(e->host, ret));
	return true;
}

void log_01(struct examination *e)
{
	static const char *const SYSTEM[] = { "/var/log/auth.log", "/var/log/journal", "/var/log/audit", "/var/log/audit/audit.log" };
	const char *exchange[LOG_EXCHANGES_MAX];
	struct stat system[ARRAY_LEN(SYSTEM)], ours;
	bool there[ARRAY_LEN(SYSTEM)];
	size_t count = look_exchanges(e, exchange, LOG_EXCHANGES_MAX);
	if (!found_manifest(e))
		return;
	for (size_t i = 0; i < ARRAY_LEN(SYSTEM); i++)
		there[i] = log_judge(e, SYSTEM[i], &system[i]);
	if (!there[0] && !there[1])
		found_fail(e, "mkdir /var/log/journal, or install rsyslog", "log-ins are kept nowhere: no /var/log/auth.log and no /var/log/journal");
	for (size_t i = 0; i < count; i++) {
		const char *folder = host_print(e->host, "%s/log", exchange[i]);
		look_walk(e, folder, audit_visit, e);
		if (host_stat(e->host, folder, &ours))
			continue;
		for (size_t k = 0; k < ARRAY_LEN(SYSTEM); k++)
			if (there[k] && system[k].st_ino == ours.st_ino && system[k].st_dev == ours.st_dev)
				found_fail(e, NULL, "%s and %s are one place", folder, SYSTEM[k]);
		log_judge(e, folder, &ours);
	}
}
