// SPDX-License-Identifier: Apache-2.0
#include "heads.h"

#include "files.h"

#include <dirent.h>
#include <inttypes.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define NAME_SIZE 41
#define NAMES_MAX (16u << 20) // looked at in one folder
#define TRIES_MAX 32 // of the names that sort last: a stranger's files may be among them

// How many blocks the checkpoint says it covers; for the name alone, nobody believes it.
static uint64_t note_blocks(const struct backup_head *h)
{
	char text[BACKUP_HEAD_NOTE_MAX + 1], *line;
	memcpy(text, h->note, h->note_size);
	text[h->note_size] = 0;
	line = strchr(text, '\n');
	return line ? strtoull(line + 1, NULL, 10) : 0;
}

void heads_write(const struct backup_place *p, const struct position *position, const struct push_state *pushed,
		 const char *note, size_t note_size)
{
	static struct backup_head h;
	static char text[BACKUP_HEAD_SIZE_MAX];
	char name[NAME_SIZE + 8], path[PATH_MAX];
	struct timespec now;
	struct stat st;
	if (!position->number)
		return;
	clock_gettime(CLOCK_REALTIME, &now);
	h = (struct backup_head){ .number = position->number, .blocks = position->blocks, .sequence = position->sequence,
				  .time_us = (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000 };
	memcpy(h.exchange, p->exchange, sizeof h.exchange);
	memcpy(h.digest, position->digest, sizeof h.digest);
	if (note && note_size <= sizeof h.note)
		memcpy(h.note, note, h.note_size = note_size);
	size_t size = backup_head_write(&h, p->seed, text);
	snprintf(name, sizeof name, "heads/%020" PRIu64 "-%020" PRIu64, h.number, note_blocks(&h));
	for (size_t i = 0; size && i < p->destination_count; i++)
		if (!pushed->another[i] && !stat(p->destinations[i], &st) && path_join(path, p->destinations[i], name) && access(path, F_OK) &&
		    whole_file_write(path, 0400, text, size) < 0)
			continue;
}

int head_read(const char *path, const struct backup_card *card, struct backup_head *ret)
{
	static struct backup_head h;
	char *text;
	size_t size, line;
	if (whole_file_read(path, BACKUP_HEAD_SIZE_MAX, &text, &size))
		return 1;
	bool good = backup_head_read(text, size, card->signing, &h, &line) == BACKUP_MANIFEST_FINE &&
		    memcmp(h.exchange, card->exchange, sizeof h.exchange) == 0;
	free(text);
	if (good)
		*ret = h;
	return good ? 0 : 1;
}

// Keeps the names that sort last, in order.
static void name_keep(char kept[TRIES_MAX][NAME_SIZE + 1], size_t *count, const char *name)
{
	if (strlen(name) != NAME_SIZE || strspn(name, "0123456789-") != NAME_SIZE)
		return;
	size_t at = *count;
	while (at && strcmp(kept[at - 1], name) < 0)
		at--;
	if (at == TRIES_MAX)
		return;
	*count += *count < TRIES_MAX;
	memmove(kept[at + 1], kept[at], (*count - at - 1) * sizeof kept[0]);
	memcpy(kept[at], name, NAME_SIZE + 1);
}

int head_newest(const char *folder, const struct backup_card *card, struct backup_head *ret, char ret_path[PATH_MAX])
{
	char kept[TRIES_MAX][NAME_SIZE + 1], path[PATH_MAX];
	size_t count = 0;
	DIR *dir = path_join(path, folder, "heads") ? opendir(path) : NULL;
	uint64_t names = 0;
	for (struct dirent *e; dir && names++ < NAMES_MAX && (e = readdir(dir));)
		name_keep(kept, &count, e->d_name);
	if (dir)
		closedir(dir);
	for (size_t i = 0; i < count; i++)
		if (path_join(ret_path, path, kept[i]) && head_read(ret_path, card, ret) == 0 &&
		    ret->number == strtoull(kept[i], NULL, 10)) // an older one under a newer name hides nothing
			return 0;
	return 1;
}
