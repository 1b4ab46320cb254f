// SPDX-License-Identifier: Apache-2.0
#include "tiles.h"

#include "command.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

int published_open(struct published *p, const struct genesis *genesis)
{
	struct note_key key;
	*p = (struct published){ .tile_level = -1 };
	p->note = (char *)file_load("log/checkpoint", NOTE_SIZE_MAX, &p->note_size);
	if (!p->note)
		return EXIT_FAILED;
	if (note_key_make(genesis->origin, NOTE_ED25519, genesis->checkpoint_public, &key) ||
	    checkpoint_open(p->note, p->note_size, &key, &p->checkpoint)) {
		complain("%s is not a checkpoint that the key of genesis signed", path_in("log/checkpoint").text);
		return EXIT_DAMAGED;
	}
	return EXIT_DONE;
}

void published_close(struct published *p)
{
	free(p->note);
}

// Reads a tile of at least `width` hashes: the full one, or the partial one of the checkpoint's tree. 0 or -ENOENT.
static int tile_read(struct published *p, int level, uint64_t n, unsigned need)
{
	uint64_t full;
	unsigned partial = tlog_tile_partial((unsigned)level, p->checkpoint.size, &full);
	unsigned width = n < full ? TLOG_TILE_WIDTH : partial;
	char path[TLOG_PATH_MAX], name[TLOG_PATH_MAX + 8];
	if (n > full || width < need)
		return -ENOENT;
	for (unsigned w = width; w <= TLOG_TILE_WIDTH; w++) { // a grown tile has replaced the one that was
		tlog_tile_path(level, n, w, path);
		snprintf(name, sizeof name, "log/%s", path);
		int fd = open(path_in(name).text, O_RDONLY | O_CLOEXEC);
		if (fd < 0)
			continue;
		ssize_t size = read(fd, p->tile, sizeof p->tile);
		close(fd);
		if (size != (ssize_t)w * 32)
			return -EIO;
		p->tile_level = level;
		p->tile_n = n;
		p->tile_width = w;
		return 0;
	}
	return -ENOENT;
}

static int hash_at(void *context, unsigned level, uint64_t index, uint8_t hash[32])
{
	struct published *p = context;
	uint64_t n = index / TLOG_TILE_WIDTH;
	unsigned at = (unsigned)(index % TLOG_TILE_WIDTH);
	if (p->tile_level != (int)level || p->tile_n != n || p->tile_width <= at) {
		int r = tile_read(p, (int)level, n, at + 1);
		if (r)
			return r;
	}
	memcpy(hash, p->tile[at], 32);
	return 0;
}

struct tlog_source published_source(struct published *p)
{
	return (struct tlog_source){ .context = p, .hash_at = hash_at };
}
