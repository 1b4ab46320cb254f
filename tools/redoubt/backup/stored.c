// SPDX-License-Identifier: Apache-2.0
#include "stored.h"

#include <dirent.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

// A file of the manifests' folder: 20 digits, nothing else. 0 = it is none.
static uint64_t number_of(const char *name)
{
	char *end;
	if (strlen(name) != 20 || strspn(name, "0123456789") != 20)
		return 0;
	errno = 0;
	uint64_t number = strtoull(name, &end, 10);
	return errno ? 0 : number;
}

static int ascending(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
	return x < y ? -1 : x > y;
}

static int number_add(struct numbers *n, size_t *room, uint64_t number)
{
	if (n->count == *room) {
		*room = *room ? *room * 2 : 1024;
		uint64_t *grown = n->count >= NUMBERS_MAX ? NULL : realloc(n->number, *room * sizeof *grown);
		if (!grown)
			return n->count >= NUMBERS_MAX ? -E2BIG : -ENOMEM;
		n->number = grown;
	}
	n->number[n->count++] = number;
	return 0;
}

int numbers_list(const char *folder, struct numbers *ret)
{
	char path[PATH_MAX];
	size_t room = 0;
	int r = 0;
	*ret = (struct numbers){ 0 };
	if (!path_join(path, folder, "manifests"))
		return -ENAMETOOLONG;
	DIR *dir = opendir(path);
	if (!dir)
		return errno == ENOENT ? 0 : -errno;
	for (struct dirent *e; !r && (e = readdir(dir));) {
		uint64_t number = number_of(e->d_name);
		r = number ? number_add(ret, &room, number) : 0;
	}
	closedir(dir);
	if (r)
		numbers_free(ret);
	else if (ret->count)
		qsort(ret->number, ret->count, sizeof *ret->number, ascending);
	return r;
}

void numbers_free(struct numbers *n)
{
	free(n->number);
	*n = (struct numbers){ 0 };
}

static enum backup_manifest_refusal examine(struct stored *s, uint64_t number, const uint8_t signing_public[32],
					    const uint8_t exchange[32], size_t *ret_line)
{
	size_t room = s->size / 64 + 1; // an item's line is longer than that
	struct backup_manifest_item *items = calloc(room, sizeof *items);
	enum backup_manifest_refusal refusal =
		items ? backup_manifest_read(s->text, s->size, signing_public, items, room, &s->manifest, ret_line) :
			BACKUP_MANIFEST_ITEMS;
	if (refusal)
		free(items);
	else if (memcmp(s->manifest.exchange, exchange, 32) != 0)
		refusal = BACKUP_MANIFEST_EXCHANGE;
	else if (s->manifest.number != number)
		refusal = BACKUP_MANIFEST_GAP;
	return refusal;
}

int stored_load(const char *folder, uint64_t number, const uint8_t signing_public[32], const uint8_t exchange[32],
		struct stored *ret, char error[256])
{
	char path[PATH_MAX];
	size_t line = 0;
	*ret = (struct stored){ 0 };
	int r = manifest_path(path, folder, number) ?
			whole_file_read(path, BACKUP_MANIFEST_SIZE_MAX, &ret->text, &ret->size) :
			-ENAMETOOLONG;
	if (r) {
		snprintf(error, 256, "manifest %" PRIu64 ": %s", number, strerror(-r));
		return 1;
	}
	enum backup_manifest_refusal refusal = examine(ret, number, signing_public, exchange, &line);
	if (refusal) {
		snprintf(error, 256, "manifest %" PRIu64 ", line %zu: %s", number, line, backup_manifest_refusal_text(refusal));
		stored_free(ret);
		return 1;
	}
	backup_manifest_digest(ret->text, ret->size, ret->digest);
	return 0;
}

void stored_free(struct stored *s)
{
	free(s->text);
	free(s->manifest.items);
	*s = (struct stored){ 0 };
}
