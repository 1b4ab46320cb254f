// SPDX-License-Identifier: Apache-2.0
// What is there, and how it differs from what is wanted.
#include "harden/beneath.h"
#include "harden/diff.h"
#include "harden/place.h"

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
	if (a->kind == ARTEFACT_LINK) {
		const char *target = beneath_link_read(h, a->path);
		*ret_there = target != NULL;
		return target ? target : "";
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
	if (a->kind == ARTEFACT_LINK) // systemd goes by the name, wherever the link leads to; /dev/null is not that name
		return !there || strcmp(host_basename(now), host_basename(a->text)) != 0;
	return !there || strcmp(now, wanted(h, a)) || file_mode_wide(h, a);
}

const char *artefact_diff(struct host *h, const struct artefact *a)
{
	bool there;
	const char *now = present(h, a, &there);
	if (!artefact_differs(h, a))
		return "";
	// no hunk: patch(1) passes over it
	if (a->kind == ARTEFACT_LINK)
		return host_print(h, "enable: %s -> %s\n", a->path, a->text);
	const char *diff = diff_unified(h, there ? host_print(h, "a%s", a->path) : "/dev/null", now, host_print(h, "b%s", a->path), wanted(h, a));
	return *diff ? diff : host_print(h, "--- a%s\n+++ b%s\n(owner or mode alone)\n", a->path, a->path);
}

const char *place_diff(struct plan *p)
{
	struct text t = { .host = p->host };
	for (size_t i = 0; i < p->count; i++)
		text_add(&t, "%s", artefact_diff(p->host, &p->artefact[i]));
	return text_end(&t);
}
