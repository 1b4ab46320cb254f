// SPDX-License-Identifier: Apache-2.0
// BAK-05: a backup that does less than it should says so.
#include "checks/backups/kept.h"

#include <inttypes.h>

#define STALLED_S (10 * 60) // the journal is shipped every few seconds
#define SEARCH_MAX 60000    // manifests looked through for the full one before the last

// What a full manifest names, summed up. False: it is not there, or no full one; what is there and is not signed is said.
static bool full_size(struct examination *e, const char *folder, uint64_t number, const struct signer *signer, uint64_t *ret)
{
	struct manifest_head head;
	struct kept s;
	*ret = 0;
	if (!manifest_head(e, folder, number, &head) || !head.full) // a glance: there are tens of thousands between two full ones
		return false;
	const char *why = kept_load(e->host, folder, number, signer, &s);
	if (why) {
		found_fail(e, NULL, "%s: %s", s.path, why);
		return false;
	}
	for (size_t i = 0; i < s.manifest.item_count; i++)
		*ret += s.manifest.items[i].sum.sealed_size;
	kept_free(&s);
	return true;
}

static void size_judge(struct examination *e, const struct catalogue *c, const struct signer *signer, const char *folder)
{
	uint64_t last, before = 0, number = c->full;
	if (!number || !full_size(e, folder, number, signer, &last))
		return; // the newest full one is not here: BAK-01 says so
	for (unsigned tries = 0; --number && !before && tries < SEARCH_MAX; tries++)
		(void)full_size(e, folder, number, signer, &before);
	if (!last || (before && (last * 2 < before || last > before + before / 2)))
		found_fail(e, NULL, "%s: the last full backup has %" PRIu64 " bytes, the one before had %" PRIu64, folder, last, before);
	else if (before)
		found_read(e, "%s: full backups of %" PRIu64 " and %" PRIu64 " bytes", folder, before, last);
}

static void destination_judge(struct examination *e, const struct catalogue *c, const struct signer *signer,
			      const struct destination *d)
{
	if (!d->error)
		found_fail(e, NULL, "destination %s: backup/status does not say whether it failed", d->folder);
	else if (*d->error)
		found_fail(e, NULL, "destination %s is behind: %s", d->folder, d->error);
	else if (d->manifest != c->manifest)
		found_fail(e, NULL, "destination %s has backup %" PRIu64 " of %" PRIu64 ", and no error says why", d->folder, d->manifest,
			   c->manifest);
	if (d->altered)
		found_fail(e, "redoubt backup status names one; remove it, the next run brings it from another copy",
			   "destination %s: %" PRIu64 " objects are not what was written", d->folder, d->altered);
	if (signer)
		size_judge(e, c, signer, d->folder);
}

static void silent_judge(struct examination *e, const struct catalogue *c)
{
	struct signer signer;
	bool future, known = signer_read(e, c->folder, &signer);
	uint64_t age = backup_age(e, c->shipped_s, &future);
	if (future)
		found_fail(e, "set the clock right", "%s: the last shipment is from the future", c->folder);
	else if (age > STALLED_S)
		found_fail(e, "systemctl status the unit that runs 'redoubt backup run'", "%s: nothing was shipped for %" PRIu64 " minutes",
			   c->folder, age / 60);
	for (size_t i = 0; i < c->count; i++)
		destination_judge(e, c, known ? &signer : NULL, &c->destination[i]);
	found_read(e, "%s: backup %" PRIu64 ", %zu destinations without an error", c->folder, c->manifest, c->count);
}

void backups_silent(struct examination *e)
{
	each_catalogue(e, silent_judge);
}
