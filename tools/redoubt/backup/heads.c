// SPDX-License-Identifier: Apache-2.0
#include "heads.h"

#include "files.h"

#include "backup/head_names.h"
#include "base/clock.h"

#include <dirent.h>
#include <inttypes.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define NAMES_MAX (16u << 20) // looked at in one folder

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
	char name[BACKUP_HEAD_NAME_SIZE + 8], path[PATH_MAX];
	struct stat st;
	if (!position->number)
		return;
	h = (struct backup_head){ .number = position->number, .blocks = position->blocks, .sequence = position->sequence,
				  .time_us = clock_realtime_us() };
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

// Every name in the folder; false when it has more than are looked at.
static bool names_read(const char *folder, struct backup_head_names *names)
{
	DIR *dir = opendir(folder);
	uint64_t looked = 0;
	for (struct dirent *e; dir && looked < NAMES_MAX && (e = readdir(dir)); looked++)
		backup_head_names_add(names, e->d_name);
	if (dir)
		closedir(dir);
	backup_head_names_finish(names);
	return looked < NAMES_MAX;
}

int head_newest(const char *folder, const struct backup_card *card, struct backup_head *ret, char ret_path[PATH_MAX])
{
	char path[PATH_MAX];
	struct backup_head_names *names = calloc(1, sizeof *names);
	int r = 1;
	if (!names || !path_join(path, folder, "heads")) {
		free(names);
		return 2;
	}
	bool all = names_read(path, names) && !names->left_off;
	for (size_t i = 0; r == 1 && i < names->count; i++)
		if (path_join(ret_path, path, names->name[i]) && head_read(ret_path, card, ret) == 0 &&
		    ret->number == strtoull(names->name[i], NULL, 10)) // an older one under a newer name hides nothing
			r = 0;
	free(names);
	return r == 1 && !all ? 2 : r;
}
