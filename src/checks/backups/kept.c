// SPDX-License-Identifier: Apache-2.0
#include "checks/backups/kept.h"

#include "backup/head_names.h"
#include "base/text.h"

#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define CARD_BEFORE "redoubt-backup-card 1 "
#define NAMES_MAX (4u << 20) // looked at in a folder of heads: a new one a minute for eight years

bool signer_read(struct examination *e, const char *folder, struct signer *ret)
{
	const struct host_file *f = host_file(e->host, host_print(e->host, "%s/backup/card", folder));
	const char *hex = f->text + sizeof CARD_BEFORE - 1;
	if (!f->error && f->size == sizeof CARD_BEFORE - 1 + 130 && text_begins(f->text, CARD_BEFORE) && hex[64] == ' ' &&
	    !hex_decode(hex, 64, ret->exchange, 32) && !hex_decode(hex + 65, 64, ret->key, 32))
		return true;
	found_fail(e, "redoubt backup init wrote it; the operator keeps a copy", "%s is not the card that says which key signs the backups", f->path);
	return false;
}

// Outside of the examination's memory: a chain may have tens of thousands of them.
static const char *text_load(struct host *h, const char *path, size_t max, char **ret, size_t *ret_size)
{
	struct stat st;
	int fd = host_openat(h, path, O_RDONLY | O_NONBLOCK);
	if (fd < 0)
		return "is not there";
	if (fstat(fd, &st) || !S_ISREG(st.st_mode) || st.st_size < 1 || (uint64_t)st.st_size > max) {
		close(fd);
		return "is no file of its size";
	}
	*ret_size = (size_t)st.st_size;
	*ret = malloc(*ret_size);
	ASSERT(*ret);
	size_t have = 0;
	for (ssize_t n; have < *ret_size && (n = pread(fd, *ret + have, *ret_size - have, (off_t)have)) > 0;)
		have += (size_t)n;
	close(fd);
	if (have == *ret_size)
		return NULL;
	free(*ret);
	return "cannot be read";
}

static const char *load(struct host *h, const char *destination, uint64_t number, const struct signer *signer, const uint8_t *digest,
			struct kept *ret)
{
	char *text;
	size_t size, line;
	struct kept s = { .path = host_print(h, "%s/manifests/%020" PRIu64, destination, number) };
	const char *why = text_load(h, s.path, BACKUP_MANIFEST_SIZE_MAX, &text, &size);
	ret->path = s.path;
	if (why)
		return why;
	size_t room = size / 64 + 1; // a line of an item is longer
	struct backup_manifest_item *items = calloc(room, sizeof *items);
	ASSERT(items);
	enum backup_manifest_refusal refusal =
		digest ? backup_manifest_read_pinned(text, size, digest, items, room, &s.manifest, &line) :
			 backup_manifest_read(text, size, signer->key, items, room, &s.manifest, &line);
	backup_manifest_digest(text, size, s.digest);
	free(text);
	if (!refusal && memcmp(s.manifest.exchange, signer->exchange, 32))
		refusal = BACKUP_MANIFEST_EXCHANGE;
	if (!refusal && s.manifest.number != number)
		refusal = BACKUP_MANIFEST_GAP;
	if (!refusal)
		*ret = s;
	else
		free(items);
	return refusal ? backup_manifest_refusal_text(refusal) : NULL;
}

const char *kept_load(struct host *h, const char *destination, uint64_t number, const struct signer *signer, struct kept *ret)
{
	return load(h, destination, number, signer, NULL, ret);
}

const char *kept_load_pinned(struct host *h, const char *destination, uint64_t number, const struct signer *signer,
			       const uint8_t digest[SHA256_SIZE], struct kept *ret)
{
	return load(h, destination, number, signer, digest, ret);
}

void kept_free(struct kept *s)
{
	free(s->manifest.items);
	s->manifest.items = NULL;
}

// --- heads ---------------------------------------------------------------------------------------------------------

static const char *head_load(struct host *h, const char *path, const struct signer *signer, struct backup_head *ret)
{
	char *text;
	size_t size, line;
	const char *why = text_load(h, path, BACKUP_HEAD_SIZE_MAX, &text, &size);
	if (why)
		return why;
	enum backup_manifest_refusal refusal = backup_head_read(text, size, signer->key, ret, &line);
	free(text);
	if (!refusal && memcmp(ret->exchange, signer->exchange, 32))
		refusal = BACKUP_MANIFEST_EXCHANGE;
	return refusal ? backup_manifest_refusal_text(refusal) : NULL;
}

static bool names_read(struct host *h, const char *folder, struct backup_head_names *names)
{
	int fd = host_openat(h, folder, O_RDONLY | O_DIRECTORY);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	size_t looked = 0;
	for (struct dirent *d; dir && looked < NAMES_MAX && (d = readdir(dir)); looked++)
		backup_head_names_add(names, d->d_name);
	if (dir)
		closedir(dir);
	else if (fd >= 0)
		close(fd);
	backup_head_names_finish(names);
	return looked < NAMES_MAX && !names->left_off;
}

const char *kept_head(struct host *h, const char *destination, const struct signer *signer, struct backup_head *ret, const char **ret_path)
{
	struct backup_head_names *names = calloc(1, sizeof *names);
	const char *folder = host_print(h, "%s/heads", destination), *found = NULL;
	ASSERT(names);
	bool all = names_read(h, folder, names);
	for (size_t i = 0; i < names->count && !found; i++) {
		const char *path = host_print(h, "%s/%s", folder, names->name[i]);
		if (!head_load(h, path, signer, ret) && ret->number == strtoull(names->name[i], NULL, 10))
			found = path; // an older one under a newer name hides nothing
	}
	free(names);
	*ret_path = found ? found : folder;
	return found ? NULL : all ? "has no head that the exchange signed" : "has so many other files that the search was not exhausted";
}
