// SPDX-License-Identifier: Apache-2.0
// FIM-03: whether the baseline itself can be trusted: signed, this host's, the newest, not old, and with a copy that
// nobody on this host can rewrite.
#include "checks/integrity/integrity.h"

#include <stdio.h>

// PCI DSS 4.0, requirement 6.3.3, has critical updates installed within a month: a host that keeps to it has changed since
// an older baseline, and whatever is explained by "upgraded since" was looked at by nobody.
#define AGE_DAYS_MAX 30
#define DAY 86400u
#define NAME_KEPT 200 // of a host's name, in a baseline

static void age_judge(struct examination *e, const struct baseline *b)
{
	uint64_t now = host_now(e->host);
	if (b->time > now + DAY)
		found_fail(e, "set the clock right, and make the next baseline", "the baseline is of a time that has not come: it would never be old");
	else if (now > b->time + AGE_DAYS_MAX * DAY)
		found_fail(e, "review what changed, then redoubt host baseline make, and sign",
			   "the baseline is %llu days old, more than %d", (unsigned long long)((now - b->time) / DAY), AGE_DAYS_MAX);
}

// The key may sign for many hosts: one host's baseline is no other's.
static void name_judge(struct examination *e, const struct baseline *b)
{
	const char *name = host_file(e->host, "/etc/hostname")->text;
	struct baseline texts = { 0 };
	const char *here = baseline_text(&texts, host_copy(e->host, name, strcspn(name, "\n")));
	if (here && *here && strncmp(here, b->host, NAME_KEPT))
		found_fail(e, NULL, "the baseline is of the host %s, and this is %s", b->host, here);
	baseline_free(&texts);
}

// A copy that lies beside the baseline is no copy off the host.
static void copy_judge(struct examination *e, const char *copy)
{
	struct stat here, there;
	if (!host_stat(e->host, BASELINE_PATH, &here) && !host_stat(e->host, copy, &there) && here.st_dev == there.st_dev &&
	    (here.st_ino == there.st_ino || host_is_live(e->host)))
		found_fail(e, "mount a place of another host, read-only, and keep the copy there",
			   "%s is %s: who rewrites the one rewrites the other", copy,
			   here.st_ino == there.st_ino ? "the baseline itself" : "on the same file system as the baseline");
}

static void one_judge(struct examination *e, const char *copy, bool first)
{
	struct baseline b = { 0 };
	struct baseline_place place = { BASELINE_PATH, BASELINE_KEY_PATH, copy };
	const char *sentence = "";
	if (baseline_place_load(e->host, &place, &b, &sentence))
		found_fail(e, NULL, "%s", sentence);
	if (copy)
		copy_judge(e, copy);
	if (b.sequence && first) {
		struct dpkg *d = dpkg_open(e->host);
		age_judge(e, &b);
		name_judge(e, &b);
		found_read(e, "number %llu, signed, %zu items%s%s", (unsigned long long)b.sequence, b.count, copy ? ", equal to " : "",
			   copy ? copy : "");
		if (d && dpkg_busy_since(d, b.time))
			found_read(e, "packages were installed since: make the next baseline");
	}
	baseline_free(&b);
}

void fim_03(struct examination *e)
{
	const struct manifest *m = found_manifest(e);
	if (!m)
		return;
	if (!m->baseline_copy.count) {
		one_judge(e, NULL, true);
		found_fail(e, "keep a copy off the host and name it: baseline-copy PATH in " MANIFEST_PATH,
			   "no copy off the host is named: nobody could tell an old baseline that was put back");
	}
	for (size_t i = 0; i < m->baseline_copy.count; i++)
		one_judge(e, m->baseline_copy.name[i], i == 0);
}
