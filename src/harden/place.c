// SPDX-License-Identifier: Apache-2.0
#include "harden/place.h"

#include "harden/beneath.h"
#include "harden/guard.h"
#include "harden/nft.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

// --- the record ------------------------------------------------------------------------------------------------

static unsigned number_next(struct host *h)
{
	const struct host_names *names = host_names(h, RECORD_PLACE);
	unsigned last = 0;
	for (size_t i = 0; i < names->count; i++) {
		unsigned n = (unsigned)strtoul(names->name[i], NULL, 10);
		last = n > last ? n : last;
	}
	return last + 1;
}

static int link_keep(struct host *h, unsigned number, struct record_row w, struct record *r)
{
	const char *target = beneath_link_read(h, w.path);
	int error = 0;
	w.kind = target ? RECORD_LINK : RECORD_ABSENT;
	if (target)
		error = beneath_write(h, record_path(h, number, host_print(h, "copy.%zu", w.copy)), target, strlen(target), 0600, 0, 0);
	r->row[r->count++] = w;
	return error;
}

static int row_keep(struct host *h, unsigned number, const struct artefact *a, struct record *r)
{
	struct record_row w = { .path = a->path, .copy = r->count };
	struct stat st;
	char *text;
	size_t size;
	if (a->kind == ARTEFACT_LINK)
		return link_keep(h, number, w, r);
	int error = a->kind == ARTEFACT_MODE ? host_lstat(h, a->path, &st) : beneath_read(h, a->path, &text, &size, &st);
	if (error && error != -ENOENT)
		return error;
	w.kind = error ? RECORD_ABSENT : a->kind == ARTEFACT_MODE ? RECORD_MODE : a->kind == ARTEFACT_SETTING ? RECORD_SETTING : RECORD_FILE;
	if (!error) {
		w.mode = st.st_mode & 07777;
		w.uid = st.st_uid;
		w.gid = st.st_gid;
	}
	if (!error && a->kind != ARTEFACT_MODE)
		error = beneath_write(h, record_path(h, number, host_print(h, "copy.%zu", w.copy)), text, size, 0600, 0, 0);
	else
		error = 0;
	r->row[r->count++] = w;
	return error;
}

// Rules that cannot be loaded again (iptables-nft's own extensions are listed as remarks) would leave no way back.
static int rules_keep(struct host *h, unsigned number, struct complaints *c)
{
	const char *text, *error = "";
	int r = nft_list(h, false, &text, &error);
	if (!r)
		r = nft_check(h, text, &error);
	if (r > 0)
		complaint_add(h, c, "the ruleset that is loaded now could not be loaded again, so there would be no way back (%.300s): save those rules by "
			      "the program that made them and take them out", error);
	return r > 0 ? -EIO : r < 0 ? r : beneath_write(h, record_path(h, number, "rules"), text, strlen(text), 0600, 0, 0);
}

// Room for the way back, taken while there is some: each file that is put back is written beside what replaced it.
static int reserve_make(struct plan *p, unsigned number)
{
	size_t size = 65536;
	for (size_t i = 0; i < p->count; i++)
		size += 8192 + strlen(p->artefact[i].text);
	return beneath_write(p->host, record_path(p->host, number, RECORD_RESERVE), host_alloc(p->host, size), size, 0600, 0, 0);
}

static int record_make(struct plan *p, const struct place_options *o, unsigned number, struct complaints *c)
{
	struct host *h = p->host;
	struct record *r = host_alloc(h, sizeof *r);
	int error = beneath_folders(h, record_path(h, number, "record"), 0700);
	r->rules = o->load_rules;
	if (!error && r->rules)
		error = rules_keep(h, number, c);
	for (size_t i = 0; !error && i < p->count; i++)
		if (artefact_differs(h, &p->artefact[i]))
			error = row_keep(h, number, &p->artefact[i], r);
	if (!error)
		error = reserve_make(p, number);
	const char *text = record_text(h, r);
	return error ? error : beneath_write(h, record_path(h, number, "record"), text, strlen(text), 0600, 0, 0);
}

static int pending_write(struct host *h, unsigned number, unsigned seconds)
{
	const char *text = host_print(h, "%u %llu\n", number, (unsigned long long)time(NULL) + seconds);
	return beneath_write(h, RECORD_PLACE "/pending", text, strlen(text), 0600, 0, 0);
}

int place_outcome(struct host *h, unsigned number, const char *outcome)
{
	int r = beneath_write(h, record_path(h, number, "outcome"), outcome, strlen(outcome), 0600, 0, 0);
	return r ? r : beneath_remove(h, RECORD_PLACE "/pending");
}

// --- there and back --------------------------------------------------------------------------------------------

static int artefact_place(struct host *h, const struct artefact *a)
{
	if (a->kind == ARTEFACT_MODE)
		return beneath_mode(h, a->path, a->mode, a->uid, a->gid);
	if (a->kind == ARTEFACT_SETTING)
		return beneath_set(h, a->path, a->text, strlen(a->text));
	int r = beneath_folders(h, a->path, 0755);
	if (!r && a->kind == ARTEFACT_LINK)
		return beneath_link(h, a->path, a->text);
	return r ? r : beneath_write(h, a->path, a->text, strlen(a->text), a->mode, 0, 0);
}

static int rules_load(struct plan *p, struct complaints *c)
{
	const struct artefact *rules = plan_find(p, RULES_PATH);
	const char *error = "";
	int r = rules ? nft_load(p->host, rules->text, &error) : 0;
	if (r)
		complaint_add(p->host, c, "the ruleset was not loaded: %s", r > 0 ? error : strerror(-r));
	return r;
}

static int change_make(struct plan *p, const struct place_options *o, struct complaints *c)
{
	for (size_t i = 0; i < p->count; i++) {
		const struct artefact *a = &p->artefact[i];
		int r = artefact_differs(p->host, a) ? artefact_place(p->host, a) : 0;
		if (r == 0)
			continue;
		// a kernel may refuse a setting (a container's, a locked-down one): the file stands for the next start
		if (a->kind == ARTEFACT_SETTING) {
			complaint_add(p->host, &p->advice, "%s could not be set now: %s", a->path, strerror(-r));
			continue;
		}
		complaint_add(p->host, c, "%s could not be changed: %s", a->path, strerror(-r));
		return r;
	}
	return o->load_rules ? rules_load(p, c) : 0;
}

int place_apply(struct plan *p, const struct place_options *o, unsigned *ret_number, struct complaints *c)
{
	struct host *h = p->host;
	unsigned number = number_next(h), undone;
	int r = record_make(p, o, number, c);
	if (!r)
		r = pending_write(h, number, o->seconds);
	if (!r && (r = guard_start(h, number, o->seconds)) && beneath_remove(h, RECORD_PLACE "/pending"))
		complaint_add(h, c, RECORD_PLACE "/pending could not be removed");
	if (r) {
		complaint_add(h, c, "nothing was changed; what is there could not be kept beneath " RECORD_PLACE ": %s", strerror(-r));
		return 1;
	}
	if (change_make(p, o, c)) {
		complaint_add(h, c, place_roll_back(h, &undone, c) ? "not everything could be put back; `redoubt host harden --roll-back` tries again" :
								     "what was there has been put back");
		return 1;
	}
	*ret_number = number;
	return 0;
}

int place_confirm(struct host *h, unsigned *ret_number)
{
	uint64_t deadline;
	unsigned number;
	int r = pending_read(h, &number, &deadline);
	if (r || !number)
		return r ? r : 1;
	if (beneath_remove(h, record_path(h, number, RECORD_RESERVE)))
		r = 0; // a file too many; the change stays all the same
	r = place_outcome(h, number, "confirmed\n");
	if (!r)
		*ret_number = number;
	return r;
}
