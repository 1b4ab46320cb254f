// SPDX-License-Identifier: Apache-2.0
// The memory of an examination, freed whole; texts in it, their lines and words.
#include "host/host_internal.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#define BLOCK_SIZE ((size_t)256 << 10)
#define MEMORY_MAX ((size_t)512 << 20)

struct host_block {
	struct host_block *next;
	size_t used, size;
	alignas(16) uint8_t bytes[];
};

void *host_alloc(struct host *h, size_t size)
{
	ASSERT(size < MEMORY_MAX);
	size = (size + 15) & ~(size_t)15;
	struct host_block *b = h->blocks;
	if (!b || b->size - b->used < size) {
		size_t room = size > BLOCK_SIZE ? size : BLOCK_SIZE;
		b = malloc(sizeof *b + room);
		ASSERT(b);
		b->used = 0;
		b->size = room;
		b->next = h->blocks;
		h->blocks = b;
	}
	void *p = b->bytes + b->used;
	b->used += size;
	return memset(p, 0, size);
}

char *host_copy(struct host *h, const char *text, size_t size)
{
	char *copy = host_alloc(h, size + 1);
	if (size)
		memcpy(copy, text, size);
	return copy;
}

char *host_print(struct host *h, const char *format, ...)
{
	va_list arguments, again;
	va_start(arguments, format);
	va_copy(again, arguments);
	char start[512];
	int n = vsnprintf(start, sizeof start, format, arguments);
	va_end(arguments);
	ASSERT(n >= 0);
	char *text = host_copy(h, start, (size_t)n < sizeof start ? (size_t)n : 0);
	if ((size_t)n >= sizeof start) {
		text = host_alloc(h, (size_t)n + 1);
		vsnprintf(text, (size_t)n + 1, format, again);
	}
	va_end(again);
	return text;
}

void host_blocks_free(struct host *h)
{
	for (struct host_block *b = h->blocks, *next; b; b = next) {
		next = b->next;
		free(b);
	}
}

bool host_line(struct host *h, struct host_lines *cursor, const char **ret_line)
{
	if (!cursor->at || !*cursor->at)
		return false;
	size_t size = strcspn(cursor->at, "\n");
	*ret_line = host_copy(h, cursor->at, size);
	cursor->at += size + (cursor->at[size] == '\n');
	cursor->number++;
	return true;
}

const char *host_basename(const char *path)
{
	const char *slash = strrchr(path, '/');
	return slash ? slash + 1 : path;
}

size_t host_words(struct host *h, const char *line, const char **words, size_t max)
{
	size_t count = 0;
	for (;;) {
		line += strspn(line, " \t\r");
		size_t size = strcspn(line, " \t\r");
		if (!size)
			return count;
		if (count < max)
			words[count] = host_copy(h, line, size);
		count++;
		line += size;
	}
}
