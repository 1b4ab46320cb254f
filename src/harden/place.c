// SPDX-License-Identifier: Apache-2.0
#include "harden/place.h"

#include "harden/beneath.h"
#include "harden/diff.h"
#include "harden/guard.h"
#include "harden/nft.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

// Settings are separated by blanks or tabs as the kernel likes.
static bool same_setting(const char *a, const char *b)
{
	return strcspn(a, "\n") == strcspn(b, "\n") && !strncmp(a, b, strcspn(a, "\n"));
}

static const char *mode_line(struct host *h, unsigned mode, uid_t uid, gid_t gid)
{
	return host_print(h, "mode %04o user %u group %u\n", mode & 07777, uid, gid);
}

// What is there, in the form in which it is compared.
static const char *present(struct host *h, const struct artefact *a, bool *ret_there)
{
	struct stat st;
	char *text;
	size_t size;
	*ret_there = true;
	if (a->kind == ARTEFACT_MODE) {
		*ret_there = host_lstat(h, a->path, &st) == 0;
		return *ret_there ? mode_line(h, st.st_mode, st.st_uid, st.st_gid) : "";
	}
	if (beneath_read(h, a->path, &text, &size, &st) == 0)
		return text;
	*ret_there = false;
	return "";
}

static const char *wanted(struct host *h, const struct artefact *a)
{
	return a->kind == ARTEFACT_MODE ? mode_line(h, a->mode, a->uid, a->gid) : a->text;
}

// A file's mode may be tighter by an owner's hand, never wider.
static bool file_mode_wide(struct host *h, const struct artefact *a)
{
	struct stat st;
	return a->kind == ARTEFACT_FILE && host_lstat(h, a->path, &st) == 0 && (st.st_uid != 0 || (st.st_mode & 07777 & ~a->mode));
}

bool artefact_differs(struct host *h, const struct artefact *a)
{
	bool there;
	const char *now = present(h, a, &there);
	if (a->kind == ARTEFACT_SETTING)
		return there && !same_setting(now, a->text);
	return !there || strcmp(now, wanted(h, a)) || file_mode_wide(h, a);
}

const char *place_diff(struct plan *p)
{
	struct text t = { .host = p->host };
	for (size_t i = 0; i < p->count; i++) {
		const struct artefact *a = &p->artefact[i];
		bool there;
		const char *now = present(p->host, a, &there);
		if (!artefact_differs(p->host, a))
			continue;
		const char *diff = diff_unified(p->host, there ? host_print(p->host, "a%s", a->path) : "/dev/null", now,
						host_print(p->host, "b%s", a->path), wanted(p->host, a));
		text_add(&t, "%s", *diff ? diff : host_print(p->host, "--- a%s\n+++ b%s\n(owner or mode alone)\n", a->path, a->path));
	}
	return text_end(&t);
}

static int lock_open(struct host *h)
{
	int r = beneath_folders(h, RECORD_PLACE "/lock", 0700);
	int folder = r ? r : host_openat(h, RECORD_PLACE, O_RDONLY | O_DIRECTORY);
	if (folder < 0)
		return folder;
	int fd = openat(folder, "lock", O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	r = fd < 0 ? -errno : fd;
	close(folder);
	return r;
}

static int lock_take(struct host *h, int how, int *ret_fd)
{
	int fd = lock_open(h);
	if (fd < 0)
		return fd;
	while (flock(fd, how)) {
		int error = errno;
		if (error == EINTR)
			continue;
		close(fd);
		return error == EWOULDBLOCK ? 1 : -error;
	}
	*ret_fd = fd;
	return 0;
}

int place_lock(struct host *h, int *ret_fd)
{
	return lock_take(h, LOCK_EX | LOCK_NB, ret_fd);
}

int place_lock_wait(struct host *h, int *ret_fd)
{
	return lock_take(h, LOCK_EX, ret_fd);
}

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

static int row_keep(struct host *h, unsigned number, const struct artefact *a, struct record *r)
{
	struct record_row w = { .path = a->path, .copy = r->count };
	struct stat st;
	char *text;
	size_t size;
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

static int rules_keep(struct host *h, unsigned number)
{
	const char *text, *error = "";
	int r = nft_list(h, false, &text, &error);
	return r > 0 ? -EIO : r < 0 ? r : beneath_write(h, record_path(h, number, "rules"), text, strlen(text), 0600, 0, 0);
}

static int record_make(struct plan *p, const struct place_options *o, unsigned number)
{
	struct host *h = p->host;
	struct record *r = host_alloc(h, sizeof *r);
	int error = beneath_folders(h, record_path(h, number, "record"), 0700);
	r->rules = o->load_rules;
	if (!error && r->rules)
		error = rules_keep(h, number);
	for (size_t i = 0; !error && i < p->count; i++)
		if (artefact_differs(h, &p->artefact[i]))
			error = row_keep(h, number, &p->artefact[i], r);
	const char *text = record_text(h, r);
	return error ? error : beneath_write(h, record_path(h, number, "record"), text, strlen(text), 0600, 0, 0);
}

static int pending_write(struct host *h, unsigned number, unsigned seconds)
{
	const char *text = host_print(h, "%u %llu\n", number, (unsigned long long)time(NULL) + seconds);
	return beneath_write(h, RECORD_PLACE "/pending", text, strlen(text), 0600, 0, 0);
}

static int outcome_write(struct host *h, unsigned number, const char *outcome)
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
	int r = record_make(p, o, number);
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
	r = outcome_write(h, number, "confirmed\n");
	if (!r)
		*ret_number = number;
	return r;
}

static int row_restore(struct host *h, unsigned number, const struct record_row *w)
{
	char *text;
	size_t size;
	struct stat st;
	if (w->kind == RECORD_ABSENT || w->kind == RECORD_FILE)
		beneath_sweep(h, w->path);
	if (w->kind == RECORD_ABSENT)
		return beneath_remove(h, w->path);
	if (w->kind == RECORD_MODE)
		return beneath_mode(h, w->path, w->mode, w->uid, w->gid);
	int r = beneath_read(h, record_path(h, number, host_print(h, "copy.%zu", w->copy)), &text, &size, &st);
	if (r)
		return r;
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

int place_roll_back(struct host *h, unsigned *ret_number, struct complaints *c)
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
	if (r->rules)
		rules_restore(h, number, &bad); // first: it is what shuts people out
	for (size_t i = r->count; i-- > 0;)
		if ((error = row_restore(h, number, &r->row[i])))
			complaint_add(h, &bad, "%s could not be put back: %s", r->row[i].path, strerror(-error));
	for (size_t i = 0; i < bad.count && i < COMPLAINTS_MAX; i++)
		complaint_add(h, c, "%s", bad.text[i]);
	if (bad.count || outcome_write(h, number, "rolled back\n"))
		return 2;
	*ret_number = number;
	return 0;
}
