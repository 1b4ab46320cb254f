// SPDX-License-Identifier: Apache-2.0
// Owners and modes: of the exchange's directory, as `redoubt init` and the supervisor lay it out, and of the files
// that decide who gets in.
#include "harden/harden.h"

#include <stdio.h>

static const struct mode_row {
	const char *path; // beneath the exchange's directory unless it begins with '/'
	const char *user, *group; // NULL: root
	unsigned mode;
} MODES[] = {
	{ "", NULL, NULL, 0711 }, // each daemon's user walks through to its own part
	{ "redoubt.conf", NULL, NULL, 0640 },
	{ "founding", NULL, NULL, 0644 },
	{ "keys", NULL, NULL, 0700 }, // the supervisor opens what lies there and hands it on
	{ "keys/journal.key", NULL, NULL, 0400 },
	{ "keys/log.key", NULL, NULL, 0400 },
	{ "keys/auth.key", NULL, NULL, 0400 },
	{ "keys/tls.key", NULL, NULL, 0400 },
	{ "keys/operator.key", NULL, NULL, 0400 },
	{ "keys/tls.crt", NULL, NULL, 0444 },
	{ "keys/client-ca.pem", NULL, NULL, 0444 },
	{ "journal", "redoubt-engine", "redoubt-journal", 02750 },
	{ "snapshots", "redoubt-replica", "redoubt-journal", 02750 },
	{ "log", "redoubt-audit", NULL, 0755 },
	{ "history", "redoubt-history", NULL, 0700 },
	{ "history/history.db", "redoubt-history", NULL, 0600 }, // of before it was made so
	{ "history/history.db-wal", "redoubt-history", NULL, 0600 },
	{ "history/history.db-shm", "redoubt-history", NULL, 0600 },
	{ "backup", NULL, NULL, 0700 },
	{ "run", NULL, NULL, 0755 },
	{ "/etc/redoubt", NULL, NULL, 0755 },
	{ "/etc/redoubt/host.manifest", NULL, NULL, 0644 },
	{ "/etc/ssh/sshd_config", NULL, NULL, 0600 },
	{ "/etc/sudoers", NULL, NULL, 0440 },
	{ "/etc/crontab", NULL, NULL, 0600 },
	{ "/etc/ssh/ssh_host_ed25519_key", NULL, NULL, 0600 },
	{ "/etc/ssh/ssh_host_rsa_key", NULL, NULL, 0600 },
	{ "/etc/ssh/ssh_host_ecdsa_key", NULL, NULL, 0600 },
};

static void row_plan(struct plan *p, const struct mode_row *row, struct complaints *c)
{
	struct host *h = p->host;
	const char *path = row->path[0] == '/' ? row->path : row->path[0] ? host_print(h, "%s/%s", p->exchange, row->path) : p->exchange;
	uid_t uid = 0;
	gid_t gid = 0;
	struct stat st;
	if (host_lstat(h, path, &st))
		return; // what is not there needs no mode
	if (S_ISLNK(st.st_mode)) {
		complaint_add(h, c, "%s is a link; its owner and mode are not changed through it: put the file itself there", path);
		return;
	}
	if ((row->user && !user_find(h, row->user, &uid, &gid)) || (row->group && !group_find(h, row->group, &gid))) {
		complaint_add(h, &p->advice, "%s is left as it is: there is no user %s%s%s", path, row->user,
			      row->group ? " or no group " : "", row->group ? row->group : "");
		return;
	}
	plan_add(p, HARDEN_FILES, path, row->mode, "");
	struct artefact *a = &p->artefact[p->count - 1];
	a->kind = ARTEFACT_MODE;
	a->uid = uid;
	a->gid = gid;
}

// Mounts are advice: what a running /tmp holds cannot be judged from here, and a wrong fstab keeps a host from starting.
static void mounts_advise(struct plan *p)
{
	static const char *const PLACES[] = { "/tmp", "/var/tmp", "/dev/shm" };
	const char *mounts = host_file(p->host, "/proc/self/mountinfo")->text;
	for (size_t i = 0; i < ARRAY_LEN(PLACES); i++) {
		const char *at = strstr(mounts, host_print(p->host, " %s ", PLACES[i]));
		const char *options = at ? host_copy(p->host, at, strcspn(at, "\n")) : "";
		if (!strstr(options, "nosuid") || !strstr(options, "nodev") || !strstr(options, "noexec"))
			complaint_add(p->host, &p->advice, "into /etc/fstab: tmpfs %s tmpfs rw,nosuid,nodev,noexec,size=1g,mode=1777 0 0",
				      PLACES[i]);
	}
}

void plan_files(struct plan *p, struct complaints *c)
{
	for (size_t i = 0; i < ARRAY_LEN(MODES); i++)
		row_plan(p, &MODES[i], c);
	mounts_advise(p);
}
