// SPDX-License-Identifier: Apache-2.0
#include "push.h"

#include "prune.h"
#include "stored.h"

#include "base/clock.h"

#include <inttypes.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

// What stands still is looked at again after this time: whether all that it had is still there.
#define EXAMINE_NS 3600000000000ull

struct destination {
	const struct backup_place *place;
	const char *folder;
	char *error;	   // 256 bytes
	bool nowhere;	   // what is lacking is neither in the spool nor at another destination
	bool another;	   // what lies there is of another past: nothing is written there
	uint8_t digest[SHA256_SIZE]; // of the manifest before
	bool digest_known;
};

// One object, unless it is there. A file of its size under its name was written whole: its name came last.
static int object_push(struct destination *d, const struct backup_manifest_item *item)
{
	const struct backup_place *p = d->place;
	char from[PATH_MAX], to[PATH_MAX];
	struct stat st;
	if (!object_path(from, p->spool, item->sum.sealed_digest) || !object_path(to, d->folder, item->sum.sealed_digest))
		return -ENAMETOOLONG;
	if (lstat(to, &st) == 0 && S_ISREG(st.st_mode) && (uint64_t)st.st_size == item->sum.sealed_size)
		return 0;
	int r = object_copy(from, to, item->sum.sealed_digest);
	// What an earlier backup shipped has left the spool: another destination has it.
	for (size_t i = 0; i < p->destination_count && r && r != -ENOSPC; i++)
		if (strcmp(p->destinations[i], d->folder) && object_path(from, p->destinations[i], item->sum.sealed_digest) &&
		    !access(from, F_OK))
			r = object_copy(from, to, item->sum.sealed_digest);
	d->nowhere = r == -ENOENT || r > 0;
	if (r == -ENOENT)
		snprintf(d->error, 256, "%s is neither there, nor in the spool, nor at another destination", item->name);
	else if (r)
		snprintf(d->error, 256, "%s: %s", item->name, r > 0 ? "its bytes were altered where they lay" : strerror(-r));
	return r;
}

// The manifest's text from the spool, or from where it lies at this destination, or at another. 0, or 1 with the error.
static int manifest_find(struct destination *d, uint64_t number, struct stored *ret, bool *ret_there)
{
	const struct backup_place *p = d->place;
	char error[256];
	struct stored there;
	*ret_there = stored_load(d->folder, number, p->signing_public, p->exchange, &there, error) == 0;
	if (stored_load(p->spool, number, p->signing_public, p->exchange, ret, error) == 0) {
		bool same = !*ret_there || memcmp(there.digest, ret->digest, SHA256_SIZE) == 0;
		stored_free(&there);
		if (same)
			return 0;
		snprintf(d->error, 256, "its manifest %" PRIu64 " is another one, signed by this exchange too: it was restored elsewhere in between; begin at an empty folder",
			 number);
		stored_free(ret);
		d->another = true;
		return 1;
	}
	*ret = there;
	if (*ret_there)
		return 0;
	for (size_t i = 0; i < p->destination_count; i++)
		if (strcmp(p->destinations[i], d->folder) &&
		    stored_load(p->destinations[i], number, p->signing_public, p->exchange, ret, error) == 0)
			return 0;
	d->nowhere = true;
	snprintf(d->error, 256, "manifest %" PRIu64 " is neither there, nor in the spool, nor at another destination", number);
	return 1;
}

static int manifest_write(struct destination *d, const struct stored *s)
{
	char to[PATH_MAX];
	int r = manifest_path(to, d->folder, s->manifest.number) ? whole_file_write(to, 0400, s->text, s->size) : -ENAMETOOLONG;
	if (r)
		snprintf(d->error, 256, "manifest %" PRIu64 ": %s", s->manifest.number, strerror(-r));
	return r;
}

// One manifest and all that it names is there when this returns 0, and follows the one before.
static int bring(struct destination *d, uint64_t number)
{
	struct stored s;
	bool there;
	if (manifest_find(d, number, &s, &there))
		return 1;
	int r = 0;
	if (d->digest_known && memcmp(s.manifest.previous, d->digest, SHA256_SIZE) != 0) {
		snprintf(d->error, 256, "its manifest %" PRIu64 " belongs to another chain than the one before: begin at an empty folder", number);
		d->another = true;
		r = 1;
	}
	for (size_t i = 0; i < s.manifest.item_count && !r; i++)
		r = object_push(d, &s.manifest.items[i]);
	if (!r && !there)
		r = manifest_write(d, &s);
	memcpy(d->digest, s.digest, SHA256_SIZE);
	d->digest_known = !r;
	stored_free(&s);
	return r;
}

// From the last full backup on everything is to be there; what waits in the spool before it goes along.
static uint64_t begin_at(const struct position *position, uint64_t last, uint64_t spool_first)
{
	bool waits = last && spool_first && spool_first <= last + 1 && last < position->full_number;
	return waits ? last + 1 : position->full_number;
}

static void push_one(const struct backup_place *p, size_t i, const struct position *position, uint64_t spool_first,
		     struct push_state *state)
{
	struct destination d = { .place = p, .folder = p->destinations[i], .error = state->error[i] };
	struct numbers numbers;
	struct stat st;
	uint64_t now = clock_monotonic_ns();
	int r = stat(d.folder, &st) ? -errno : numbers_list(d.folder, &numbers);
	if (r) { // an unmounted disk must not become a folder on this one
		snprintf(d.error, 256, "%s", strerror(-r));
		return;
	}
	uint64_t last = numbers.count ? numbers.number[numbers.count - 1] : 0, number = position->number;
	numbers_free(&numbers);
	if (last > number) {
		snprintf(d.error, 256, "it has manifest %" PRIu64 ", ours end at %" PRIu64 ": another exchange's, or this one was set back",
			 last, number);
		state->number[i] = 0;
		state->another[i] = true;
		return;
	}
	if (!state->examined_ns[i] || now - state->examined_ns[i] > EXAMINE_NS || last < state->number[i])
		state->number[i] = 0;
	state->examined_ns[i] = state->number[i] ? state->examined_ns[i] : now;
	uint64_t next = begin_at(position, state->number[i] ? state->number[i] : last, spool_first);
	if (state->number[i] >= position->full_number)
		next = state->number[i] + 1;
	for (; next && next <= number; next++) {
		if (bring(&d, next)) {
			state->needs_full |= d.nowhere;
			state->another[i] = d.another;
			return;
		}
		state->number[i] = next;
	}
	if (d.digest_known && memcmp(d.digest, position->digest, SHA256_SIZE) != 0) {
		snprintf(d.error, 256, "its manifest %" PRIu64 " is not the one that was made here: it was restored elsewhere in between; begin at an empty folder", number);
		state->number[i] = 0;
		state->another[i] = true;
	}
}

// ---- the spool ----

static void spool_drop(const struct backup_place *p, uint64_t number)
{
	char error[256], path[PATH_MAX];
	struct stored s;
	if (stored_load(p->spool, number, p->signing_public, p->exchange, &s, error))
		return;
	for (size_t i = 0; i < s.manifest.item_count; i++)
		if (object_path(path, p->spool, s.manifest.items[i].sum.sealed_digest))
			unlink(path);
	if (manifest_path(path, p->spool, number))
		unlink(path);
	stored_free(&s);
}

static void add_size(void *context, const char *path, const char *name, uint64_t size)
{
	*(uint64_t *)context += size;
}

void push_all(const struct backup_place *p, const struct position *position, struct push_state *state)
{
	struct numbers spool;
	uint64_t lowest = UINT64_MAX;
	int r = numbers_list(p->spool, &spool);
	state->needs_full = false;
	state->spool_bytes = 0;
	for (size_t i = 0; i < p->destination_count; i++) {
		state->error[i][0] = 0;
		state->another[i] = false;
		if (r)
			snprintf(state->error[i], 256, "the spool: %s", strerror(-r));
		else
			push_one(p, i, position, spool.count ? spool.number[0] : 0, state);
		if (state->number[i] < lowest)
			lowest = state->number[i];
	}
	for (size_t i = 0; i < spool.count && spool.number[i] <= lowest; i++)
		spool_drop(p, spool.number[i]);
	numbers_free(&spool);
	objects_visit(p->spool, add_size, &state->spool_bytes);
}
