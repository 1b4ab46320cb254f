// SPDX-License-Identifier: Apache-2.0
#include "bench/market/commands.h"

#include "wire/entry.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

void commands_open(struct commands *c, size_t room)
{
	*c = (struct commands){ .room = room };
	c->entries = mmap(NULL, room, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (c->entries == MAP_FAILED)
		abort();
	(void)madvise(c->entries, room, MADV_HUGEPAGE);
}

void commands_close(struct commands *c)
{
	if (c->entries)
		munmap(c->entries, c->room);
	c->entries = NULL;
}

// Every entry is whole and there are as many as the head says.
static bool entries_valid(const struct commands *c)
{
	struct reader r = reader_over(c->entries, c->size);
	struct entry entry;
	uint64_t count = 0;
	while (reader_left(&r)) {
		if (entry_read(&r, &entry))
			return false;
		count++;
	}
	return count == c->count && c->setup <= count;
}

static int complain(const char *path, const char *what)
{
	fprintf(stderr, "bench-market: '%s' %s\n", path, what);
	return -1;
}

int commands_read(struct commands *c, const char *path)
{
	uint8_t head[COMMANDS_HEAD];
	struct stat st;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st)) {
		if (fd >= 0)
			close(fd);
		return complain(path, "cannot be opened");
	}
	size_t body = (size_t)st.st_size > COMMANDS_HEAD ? (size_t)st.st_size - COMMANDS_HEAD : 0;
	commands_open(c, body + 1);
	bool whole = read(fd, head, sizeof head) == (ssize_t)sizeof head;
	while (whole && c->size < body) {
		ssize_t n = read(fd, c->entries + c->size, body - c->size);
		whole = n > 0;
		c->size += whole ? (size_t)n : 0;
	}
	close(fd);
	struct reader r = reader_over(head, sizeof head);
	uint64_t magic = read_u64(&r);
	c->customers = read_u32(&r);
	c->markets = read_u32(&r);
	c->orders = read_u32(&r);
	c->levels = read_u32(&r);
	c->count = read_u64(&r);
	c->setup = read_u64(&r);
	if (whole && magic == COMMANDS_MAGIC && c->customers && c->markets && entries_valid(c))
		return 0;
	commands_close(c);
	return complain(path, "is not a command file (docs/PROTOCOL.commands.md)");
}

int commands_write(const struct commands *c, const char *path)
{
	uint8_t head[COMMANDS_HEAD];
	struct writer w = writer_over(head, sizeof head);
	write_u64(&w, COMMANDS_MAGIC);
	write_u32(&w, c->customers);
	write_u32(&w, c->markets);
	write_u32(&w, c->orders);
	write_u32(&w, c->levels);
	write_u64(&w, c->count);
	write_u64(&w, c->setup);
	FILE *f = fopen(path, "wb");
	if (!f)
		return complain(path, "cannot be written");
	bool good = fwrite(head, sizeof head, 1, f) == 1 && fwrite(c->entries, 1, c->size, f) == c->size;
	return fclose(f) == 0 && good ? 0 : complain(path, "could not be written whole");
}
