// SPDX-License-Identifier: Apache-2.0
// BAK-02: verdicts of drills, signed by whoever holds the recovery key. A verdict is about one exchange and one backup: of
// another exchange, of a backup that was old when it was drilled, or of one that is not the one here, it says nothing.
#include "checks/backups/backups.h"

#include "base/text.h"
#include "crypto/ed25519.h"
#include "crypto/sha256.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#define DRILL_AGE_MAX (7 * DAY)
#define VERDICT_DOMAIN "redoubt/backup/drill/v1"
#define VERDICT_SIGNATURE 139 // "signature ", 128 digits and a newline
#define VERDICT_MAX 1024

struct verdict {
	uint64_t time_s, manifest;
	char outcome[16], exchange[65], digest[65], reason[128];
};

static bool verdict_signed(const struct host_file *f, const struct recovery *keys)
{
	char bytes[sizeof VERDICT_DOMAIN + VERDICT_MAX];
	uint8_t signature[ED25519_SIGNATURE_SIZE];
	if (f->size <= VERDICT_SIGNATURE || f->size > VERDICT_MAX)
		return false;
	size_t size = f->size - VERDICT_SIGNATURE;
	if (memcmp(f->text + size, "signature ", 10) || hex_decode(f->text + size + 10, 128, signature, sizeof signature))
		return false;
	memcpy(bytes, VERDICT_DOMAIN, sizeof VERDICT_DOMAIN);
	memcpy(bytes + sizeof VERDICT_DOMAIN, f->text, size);
	for (size_t i = 0; i < keys->count; i++)
		if (ed25519_verify(keys->signing[i], bytes, sizeof VERDICT_DOMAIN + size, signature))
			return true;
	return false;
}

static bool verdict_read(const struct host_file *f, struct verdict *v)
{
	uint64_t time_us;
	if (sscanf(f->text,
		   "redoubt-drill 1\nexchange %64[0-9a-f]\noutcome %15[a-z]\ntime %" SCNu64 "\nmanifest %" SCNu64
		   " %64[0-9a-f]\njournal %*u %*u %*64[0-9a-f]\nreason %127[ -~]",
		   v->exchange, v->outcome, &time_us, &v->manifest, v->digest, v->reason) != 6)
		return false;
	v->time_s = time_us / 1000000;
	return true;
}

// The newest that counts; every other one is said.
static bool verdict_newest(struct examination *e, const struct catalogue *c, const char *exchange, struct verdict *newest)
{
	struct recovery keys;
	const char *folder = host_print(e->host, "%s/backup/verdicts", c->folder);
	const struct host_names *names = host_names(e->host, folder);
	*newest = (struct verdict){ 0 };
	if (!recovery_read(e, c->folder, &keys))
		return false;
	for (size_t i = 0; i < names->count; i++) {
		struct verdict v;
		const struct host_file *f = host_file(e->host, host_print(e->host, "%s/%s", folder, names->name[i]));
		if (!verdict_signed(f, &keys) || !verdict_read(f, &v) || strcmp(v.exchange, exchange))
			found_fail(e, NULL, "%s is no verdict about this exchange that a recovery key signed", f->path);
		else if (v.time_s >= newest->time_s)
			*newest = v;
	}
	if (!newest->time_s)
		found_fail(e, NULL, "%s: no drill has been brought here", c->folder);
	return newest->time_s > 0;
}

// Over the whole file: a manifest may be large.
static bool digest_is(struct examination *e, const char *path, const char *hex)
{
	struct digest_job job = { .path = path };
	struct digest_cost cost;
	char found[65];
	digest_all(e->host, &job, 1, 1, &cost);
	hex_encode(job.sha256, SHA256_SIZE, found);
	return !job.error && !strcmp(found, hex);
}

// The backup that was drilled is this exchange's, and was fresh when it was drilled.
static void drilled_judge(struct examination *e, const struct catalogue *c, const struct verdict *v)
{
	struct manifest_head head;
	if (v->manifest > c->manifest) {
		found_fail(e, NULL, "%s: the last drill was of backup %" PRIu64 ", and %" PRIu64 " is the newest that was made here", c->folder,
			   v->manifest, c->manifest);
		return;
	}
	for (size_t i = 0; i < c->count; i++) {
		if (!manifest_head(e, c->destination[i].folder, v->manifest, &head))
			continue;
		if (!digest_is(e, head.path, v->digest))
			found_fail(e, NULL, "%s is not the backup %" PRIu64 " that was drilled", head.path, v->manifest);
		else if (head.time_s > v->time_s + HOUR)
			found_fail(e, "set the clock right, here or where the drill was", "%s was made after its drill", head.path);
		else if (v->time_s > head.time_s + FULL_AGE_MAX)
			found_fail(e, NULL, "%s was %" PRIu64 " hours old when it was drilled: the source was behind, or was set back", head.path,
				   (v->time_s - head.time_s) / HOUR);
		else
			found_read(e, "%s: backup %" PRIu64 " passed, %" PRIu64 " hours old by then: %s", c->folder, v->manifest,
				   v->time_s > head.time_s ? (v->time_s - head.time_s) / HOUR : 0, v->reason);
		return;
	}
	found_unknown(e, "%s: backup %" PRIu64 ", which was drilled, lies at no destination any more: whether it was fresh is not known",
		      c->folder, v->manifest);
}

static void drill_judge(struct examination *e, const struct catalogue *c)
{
	struct verdict v;
	const char *exchange = backup_exchange(e, c->folder);
	if (!exchange) {
		found_fail(e, "redoubt backup run --full",
			   "%s: neither backup/card nor backup/last-full says which exchange this is: no verdict can be told from another's", c->folder);
		return;
	}
	if (!verdict_newest(e, c, exchange, &v))
		return;
	bool future;
	uint64_t age = backup_age(e, v.time_s, &future);
	if (future)
		found_fail(e, "set the clock right, here or where the drill was", "%s: the last drill is from the future", c->folder);
	else if (strcmp(v.outcome, "pass"))
		found_fail(e, NULL, "%s: the last drill says %s: %s", c->folder, v.outcome, v.reason);
	else if (age > DRILL_AGE_MAX)
		found_fail(e, NULL, "%s: the last drill was %" PRIu64 " days ago", c->folder, age / DAY);
	else
		drilled_judge(e, c, &v);
}

void backups_drill(struct examination *e)
{
	each_catalogue(e, drill_judge);
}
