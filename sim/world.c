// SPDX-License-Identifier: Apache-2.0
#include "sim/world.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

void world_fail(struct world *w, const char *format, ...)
{
	if (w->failure[0])
		return; // the first one tells
	va_list arguments;
	va_start(arguments, format);
	(void)vsnprintf(w->failure, sizeof w->failure, format, arguments);
	va_end(arguments);
}

void snapshots_empty(int dir_fd)
{
	int fd = openat(dir_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *stream = fdopendir(fd);
	ASSERT(stream);
	for (struct dirent *e; (e = readdir(stream));)
		if (e->d_name[0] != '.')
			(void)unlinkat(dir_fd, e->d_name, 0);
	closedir(stream);
}

bool world_run(struct world *w, const struct beginning *beginning, uint64_t seed, int snapshots_fd,
	       struct block *blocks)
{
	memset(w, 0, sizeof *w);
	w->beginning = beginning;
	w->seed = seed;
	w->chance.state = seed;
	w->snapshots_fd = snapshots_fd;
	w->clock.realtime_us = 1700000000000000u;
	snapshots_empty(snapshots_fd);
	disk_init(&w->disk, &w->chance, &w->storage);
	chance_fill(&w->chance, w->key, sizeof w->key);
	uint64_t lives = 2 + chance_below(&w->chance, 5);
	for (uint64_t i = 0; i <= lives && !w->failure[0]; i++) {
		// A dropped engine may have kept a block: each life begins with all of them.
		for (w->spares = 0; w->spares < BLOCKS_MAX; w->spares++)
			w->spare[w->spares] = &blocks[w->spares];
		life_run(w, i == lives);
	}
	// One more opening sees what the last life left.
	if (!w->failure[0]) {
		for (w->spares = 0; w->spares < BLOCKS_MAX; w->spares++)
			w->spare[w->spares] = &blocks[w->spares];
		life_run(w, true);
	}
	disk_clear(&w->disk);
	return !w->failure[0];
}
