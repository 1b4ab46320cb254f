// SPDX-License-Identifier: Apache-2.0
// BAK-05: a backup that does less than it should says so.
#include "checks/backups/backups.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#define STALLED_S (10 * 60) // the journal is shipped every few seconds
#define SEARCH_MAX 60000    // manifests looked through for the full one before the last

// What a full manifest names, summed up. False: it is not there, or no full one.
static bool full_size(struct examination *e, const char *folder, uint64_t number, uint64_t *ret)
{
	struct manifest_head head;
	uint64_t size;
	*ret = 0;
	if (!manifest_head(e, folder, number, &head) || !head.full)
		return false;
	for (const char *at = host_file(e->host, head.path)->text; (at = strstr(at, "\nitem ")); at++)
		if (sscanf(at, "\nitem %*127s %" SCNu64, &size) == 1)
			*ret += size;
	return true;
}

static void size_judge(struct examination *e, const struct catalogue *c, const char *folder)
{
	uint64_t last, before = 0, number = c->full;
	if (!number || !full_size(e, folder, number, &last))
		return; // the newest full one is not here: BAK-01 says so
	for (unsigned tries = 0; --number && !before && tries < SEARCH_MAX; tries++)
		(void)full_size(e, folder, number, &before);
	if (!last || (before && (last * 2 < before || last > before + before / 2)))
		found_fail(e, NULL, "%s: the last full backup has %" PRIu64 " bytes, the one before had %" PRIu64, folder, last, before);
	else if (before)
		found_read(e, "%s: full backups of %" PRIu64 " and %" PRIu64 " bytes", folder, before, last);
}

static void destination_judge(struct examination *e, const struct catalogue *c, const struct destination *d)
{
	if (!d->error)
		found_fail(e, NULL, "destination %s: backup/status does not say whether it failed", d->folder);
	else if (*d->error)
		found_fail(e, NULL, "destination %s is behind: %s", d->folder, d->error);
	else if (d->manifest != c->manifest)
		found_fail(e, NULL, "destination %s has backup %" PRIu64 " of %" PRIu64 ", and no error says why", d->folder, d->manifest,
			   c->manifest);
	size_judge(e, c, d->folder);
}

static void silent_judge(struct examination *e, const struct catalogue *c)
{
	bool future;
	uint64_t age = backup_age(e, c->shipped_s, &future);
	if (future)
		found_fail(e, "set the clock right", "%s: the last shipment is from the future", c->folder);
	else if (age > STALLED_S)
		found_fail(e, "systemctl status the unit that runs 'redoubt backup run'", "%s: nothing was shipped for %" PRIu64 " minutes",
			   c->folder, age / 60);
	for (size_t i = 0; i < c->count; i++)
		destination_judge(e, c, &c->destination[i]);
	found_read(e, "%s: backup %" PRIu64 ", %zu destinations without an error", c->folder, c->manifest, c->count);
}

void backups_silent(struct examination *e)
{
	each_catalogue(e, silent_judge);
}
