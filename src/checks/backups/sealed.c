// SPDX-License-Identifier: Apache-2.0
// BAK-04: at a destination lies nothing but sealed objects, manifests and heads, each by its name and its first bytes; and
// on the host lies no key that opens them (keys.c).
#include "checks/backups/backups.h"

#include "base/text.h"

#include <fcntl.h>
#include <unistd.h>

#define MAGIC "REDOUBT SEALED 1"
#define CHUNK_SIZE 65536u
#define HEAD_SIZE 24

// --- destinations --------------------------------------------------------------------------------------------------

struct sealing {
	struct examination *e;
	const char *folder;
	size_t objects;
};

static size_t first_bytes(const struct walk_entry *w, uint8_t *to, size_t room)
{
	int fd = openat(w->directory, w->name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : pread(fd, to, room, 0);
	if (fd >= 0)
		close(fd);
	return n > 0 ? (size_t)n : 0;
}

// A killed run leaves what it was writing: the same bytes under the name and ".new".
static bool name_is(const char *name, const char *letters, size_t size)
{
	return strspn(name, letters) == size && (!name[size] || !strcmp(name + size, ".new"));
}

// Recipients, zeros and chunk size, as docs/PROTOCOL.backup.md has them: a magic is soon written before anything.
static bool sealed(const uint8_t *head, size_t size, const struct walk_entry *w)
{
	uint32_t chunk;
	if (text_ends(w->name, ".new") && size < HEAD_SIZE)
		return memcmp(head, MAGIC, size < sizeof MAGIC - 1 ? size : sizeof MAGIC - 1) == 0;
	memcpy(&chunk, head + 20, sizeof chunk);
	return size >= HEAD_SIZE && !memcmp(head, MAGIC, sizeof MAGIC - 1) && head[16] >= 1 && head[16] <= RECOVERY_MAX && !head[17] &&
	       !head[18] && !head[19] && chunk == CHUNK_SIZE && (text_ends(w->name, ".new") || w->status->st_size > HEAD_SIZE + 112 + 24);
}

static const char *found_wrong(const struct walk_entry *w, const char *beneath, const uint8_t *head, size_t size)
{
	static const char HEX[] = "0123456789abcdef", DIGITS[] = "0123456789";
	if (size >= 15 && !memcmp(head, "SQLite format 3", 15))
		return "is a plain database";
	if (text_begins(beneath, "objects/") && name_is(w->name, HEX, 64) && strlen(beneath) == 11 + strlen(w->name))
		return sealed(head, size, w) ? NULL : "is not a sealed file";
	if (text_begins(beneath, "manifests/") && name_is(w->name, DIGITS, 20) && strlen(beneath) == 10 + strlen(w->name))
		return (size >= 17 && !memcmp(head, "redoubt-backup 1\n", 17)) || text_ends(w->name, ".new") ? NULL : "is not a manifest";
	if (text_begins(beneath, "heads/") && name_is(w->name, "0123456789-", 41) && strlen(beneath) == 6 + strlen(w->name))
		return (size >= 22 && !memcmp(head, "redoubt-backup-head 1\n", 22)) || text_ends(w->name, ".new") ? NULL : "is not a head";
	return "is none of ours: neither an object nor a manifest nor a head";
}

static int object_visit(void *context, const struct walk_entry *w)
{
	struct sealing *s = context;
	uint8_t head[HEAD_SIZE] = { 0 };
	const char *beneath = w->path + strlen(s->folder);
	if (S_ISDIR(w->status->st_mode))
		return 0;
	while (*beneath == '/')
		beneath++;
	s->objects++;
	const char *wrong = S_ISREG(w->status->st_mode) ? found_wrong(w, beneath, head, first_bytes(w, head, sizeof head)) :
							   "is a link, a pipe or a device: what a backup writes is none of them";
	if (wrong)
		found_fail(s->e, "move it out of the destination", "%s %s", w->path, wrong);
	return 0;
}

static void sealed_judge(struct examination *e, const struct catalogue *c)
{
	struct recovery keys;
	struct sealing s = { .e = e };
	if (!recovery_read(e, c->folder, &keys))
		return;
	for (size_t i = 0; i < c->count; i++) {
		s.folder = c->destination[i].folder;
		if (!look_walk(e, s.folder, object_visit, &s))
			found_unknown(e, "%s is not there to be looked at", s.folder);
	}
	found_read(e, "%zu files at the destinations, all sealed, manifests or heads", s.objects);
	backup_keys_seek(e, c->folder, &keys);
}

void backups_sealed(struct examination *e)
{
	each_catalogue(e, sealed_judge);
}
