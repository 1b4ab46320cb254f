// SPDX-License-Identifier: Apache-2.0
// BAK-01: the newest backup is there. The newest manifest is verified by the exchange's signature, and those before it, down
// to the full one, by the digest that each names; every object that they name lies at the destination with its size. What is
// in the objects is `redoubt backup run`'s to read again, and a drill's.
#include "checks/backups/kept.h"

#include "base/text.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#define CHAIN_MAX 65536u     // manifests from a full one on: a day has 28,800 at most
#define OBJECTS_MAX 1000000u // of one chain, looked at
#define HEAD_AHEAD_S 600u     // it is written before backup/status is, and more backups are made while this looks
#define MISSING_SAID_MAX 3u  // by name; the rest is counted

struct looking {
	struct examination *e;
	const struct signer *signer;
	const char *destination;
	size_t objects, missing, manifests;
};

static void object_look(struct looking *l, const struct backup_manifest_item *item, const char *manifest)
{
	char hex[65];
	struct stat s;
	hex_encode(item->sum.sealed_digest, SHA256_SIZE, hex);
	char path[4096];
	l->objects++;
	snprintf(path, sizeof path, "%s/objects/%.2s/%s", l->destination, hex, hex);
	int r = host_lstat(l->e->host, path, &s);
	if (!r && S_ISREG(s.st_mode) && (uint64_t)s.st_size == item->sum.sealed_size)
		return;
	if (l->missing++ < MISSING_SAID_MAX)
		found_fail(l->e, "redoubt backup run --full", "%s, which %s names as %s, %s", path, manifest, item->name,
			   r ? strerror(-r) : "has another size");
}

static void objects_look(struct looking *l, const struct kept *s)
{
	for (size_t i = 0; i < s->manifest.item_count && l->objects < OBJECTS_MAX; i++)
		object_look(l, &s->manifest.items[i], s->path);
}

// From the newest back to its full one. False after it has said where the chain ends too early.
static bool chain_look(struct looking *l, struct kept *s)
{
	const char *why = NULL;
	for (l->manifests = 1;; l->manifests++) {
		uint8_t before[SHA256_SIZE];
		uint64_t number = s->manifest.number - 1;
		bool full = s->manifest.kind == BACKUP_MANIFEST_FULL;
		objects_look(l, s);
		memcpy(before, s->manifest.previous, sizeof before);
		kept_free(s);
		if (full || l->manifests == CHAIN_MAX || l->objects == OBJECTS_MAX) {
			if (!full)
				found_unknown(l->e, "%s: not exhausted: %zu manifests and %zu objects looked at, and no full backup among them",
					      l->destination, l->manifests, l->objects);
			return full;
		}
		why = number ? kept_load_pinned(l->e->host, l->destination, number, l->signer, before, s) : "there is none before it";
		if (!why)
			continue;
		found_fail(l->e, "redoubt backup run --full", "%s: %s: the chain of the newest backup is broken", s->path, why);
		return false;
	}
}

static void age_judge(struct examination *e, const struct kept *s)
{
	bool future;
	uint64_t age = backup_age(e, s->manifest.time_us / 1000000, &future);
	if (future || age > FULL_AGE_MAX)
		found_fail(e, NULL, "%s was made %s", s->path,
			   future ? "in the future: set the clock right" : host_print(e->host, "%" PRIu64 " hours ago", age / HOUR));
}

// What was signed as the end of the chain, and what the record says of it.
static void head_judge(struct looking *l, const struct catalogue *c, const struct kept *s)
{
	static struct backup_head head;
	const char *path, *why = kept_head(l->e->host, l->destination, l->signer, &head, &path);
	if (why)
		found_fail(l->e, "redoubt backup run", "%s %s", path, why);
	else if (head.number > c->manifest && head.time_us / 1000000 + HEAD_AHEAD_S < host_now(l->e->host))
		found_fail(l->e, NULL, "%s says that backup %" PRIu64 " was made, and backup/status knows %" PRIu64 ": it was set back", path,
			   head.number, c->manifest);
	else if (head.number == s->manifest.number && memcmp(head.digest, s->digest, SHA256_SIZE))
		found_fail(l->e, NULL, "%s is not the backup that %s says, and both are signed: there are two pasts", s->path, path);
}

// True when the newest backup's manifest is there, whatever else is wrong.
static bool destination_look(struct examination *e, const struct catalogue *c, const struct destination *d, const struct signer *signer)
{
	struct looking l = { .e = e, .signer = signer, .destination = d->folder };
	struct kept s;
	if (d->manifest != c->manifest || !d->error || *d->error)
		return false; // BAK-05 says so
	const char *why = kept_load(e->host, d->folder, c->manifest, signer, &s);
	if (why) {
		found_fail(e, "redoubt backup run", "%s: %s", s.path, why);
		return false;
	}
	age_judge(e, &s);
	head_judge(&l, c, &s);
	bool whole = chain_look(&l, &s);
	if (l.missing)
		found_fail(e, "redoubt backup run --full", "%s: %zu of the newest backup's %zu objects are missing or have another size", d->folder,
			   l.missing, l.objects);
	else if (whole)
		found_read(e, "%s: %zu signed manifests, %zu objects, all there", d->folder, l.manifests, l.objects);
	return true;
}

void backups_whole(struct examination *e, const struct catalogue *c)
{
	struct signer signer;
	bool somewhere = false;
	if (!signer_read(e, c->folder, &signer))
		return;
	for (size_t i = 0; i < c->count; i++)
		somewhere |= destination_look(e, c, &c->destination[i], &signer);
	if (!somewhere)
		found_fail(e, NULL, "%s: no destination has the newest backup, number %" PRIu64 ", whatever backup/status says", c->folder,
			   c->manifest);
}
