// SPDX-License-Identifier: Apache-2.0
// The way back, from the record alone.
#include "harden/beneath.h"
#include "harden/enable.h"
#include "harden/nft.h"
#include "harden/place.h"

// What was never changed, or is back already, is not written again: on a full disk that could fail for nothing, and at
// a start of the machine the kernel's settings are still their own.
static bool row_stands(struct host *h, const struct record_row *w, const char *text, size_t size)
{
	char *now;
	size_t now_size;
	struct stat st;
	if (w->kind == RECORD_LINK) {
		const char *target = beneath_link_read(h, w->path);
		return target && !strcmp(target, text);
	}
	if (beneath_read(h, w->path, &now, &now_size, &st) || now_size != size || memcmp(now, text, size))
		return false;
	return w->kind == RECORD_SETTING || ((st.st_mode & 07777) == w->mode && st.st_uid == w->uid && st.st_gid == w->gid);
}

static int row_restore(struct host *h, unsigned number, const struct record_row *w)
{
	char *text;
	size_t size;
	struct stat st;
	if (w->kind == RECORD_ABSENT || w->kind == RECORD_FILE || w->kind == RECORD_LINK)
		beneath_sweep(h, w->path);
	if (w->kind == RECORD_ABSENT)
		return beneath_remove(h, w->path);
	if (w->kind == RECORD_MODE)
		return beneath_mode(h, w->path, w->mode, w->uid, w->gid);
	int r = beneath_read(h, record_path(h, number, host_print(h, "copy.%zu", w->copy)), &text, &size, &st);
	if (r || row_stands(h, w, text, size))
		return r;
	if (w->kind == RECORD_LINK)
		return beneath_link(h, w->path, text);
	return w->kind == RECORD_SETTING ? beneath_set(h, w->path, text, size) :
					   beneath_write(h, w->path, text, size, w->mode, w->uid, w->gid);
}

static void rules_restore(struct host *h, unsigned number, struct complaints *c)
{
	char *text;
	size_t size;
	struct stat st;
	const char *error = "";
	int r = beneath_read(h, record_path(h, number, "rules"), &text, &size, &st);
	if (!r)
		r = nft_load(h, text, &error);
	if (r)
		complaint_add(h, c, "the former ruleset was not loaded: %s", r > 0 ? error : strerror(-r));
}

// The guard stands first in the record, so it goes last.
static void rows_restore(struct host *h, unsigned number, const struct record *r, bool absent, bool at_start, struct complaints *bad)
{
	for (size_t i = r->count; i-- > 0;) {
		const struct record_row *w = &r->row[i];
		bool guard = strstr(w->path, GUARD_UNIT) != NULL; // it is what would come back to this after a crash
		if ((w->kind == RECORD_ABSENT && !guard) != absent || (at_start && w->kind == RECORD_SETTING))
			continue;
		int error = row_restore(h, number, w);
		if (error)
			complaint_add(h, bad, "%s could not be put back: %s", w->path, strerror(-error));
	}
}

static int put_back(struct host *h, bool at_start, unsigned *ret_number, struct complaints *c)
{
	struct record *r = host_alloc(h, sizeof *r);
	uint64_t deadline;
	unsigned number;
	char *text;
	size_t size;
	struct stat st;
	struct complaints bad = { 0 };
	int error = pending_read(h, &number, &deadline);
	if (!error && !number)
		return 1;
	if (!error)
		error = beneath_read(h, record_path(h, number, "record"), &text, &size, &st);
	if (error || record_read(h, text, r)) {
		complaint_add(h, c, "the record beneath " RECORD_PLACE " cannot be read: %s", error ? strerror(-error) : "it is not whole");
		return 2;
	}
	error = beneath_remove(h, record_path(h, number, RECORD_RESERVE)); // now is what it was kept for
	if (r->rules && !at_start)
		rules_restore(h, number, &bad); // first: it is what shuts people out
	rows_restore(h, number, r, true, at_start, &bad); // what goes makes room for what comes back
	rows_restore(h, number, r, false, at_start, &bad);
	for (size_t i = 0; i < bad.count && i < COMPLAINTS_MAX; i++)
		complaint_add(h, c, "%s", bad.text[i]);
	if (bad.count || place_outcome(h, number, "rolled back\n"))
		return 2;
	*ret_number = number;
	return 0;
}

int place_roll_back(struct host *h, unsigned *ret_number, struct complaints *c)
{
	return put_back(h, false, ret_number, c);
}

int place_roll_back_at_start(struct host *h, unsigned *ret_number, struct complaints *c)
{
	return put_back(h, true, ret_number, c);
}
