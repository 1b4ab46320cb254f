// SPDX-License-Identifier: Apache-2.0
// flip PID AVAILABLE: plays silent damage (or an attacker inside the engine).
// Finds the ledger line {available, held = 0} with that unique amount (1e-8
// units) in the process's writable memory and flips its lowest bit. Prints how many it
// flipped; exit 1 when there was none.
#include <fcntl.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CHUNK (1u << 20)

static unsigned flip_chunk(int memory, uint64_t at, const uint64_t *words, size_t count, uint64_t amount)
{
	unsigned flipped = 0;
	for (size_t i = 0; i + 1 < count; i += 2) { // lines are 16 bytes, aligned to it
		uint64_t damaged = amount ^ 1;
		if (words[i] != amount || words[i + 1] != 0)
			continue;
		if (pwrite(memory, &damaged, sizeof damaged, (off_t)(at + i * 8)) == sizeof damaged)
			flipped++;
	}
	return flipped;
}

// Only pages that exist: reading the others would make them.
static unsigned flip_region(int memory, uint64_t start, uint64_t end, uint64_t amount)
{
	static uint64_t buffer[CHUNK / 8];
	unsigned flipped = 0;
	for (uint64_t at = start; at < end; at += CHUNK) {
		size_t size = end - at < CHUNK ? (size_t)(end - at) : CHUNK;
		ssize_t n = pread(memory, buffer, size, (off_t)at);
		if (n > 0)
			flipped += flip_chunk(memory, at, buffer, (size_t)n / 8, amount);
	}
	return flipped;
}

int main(int argc, char **argv)
{
	char path[64], line[512], mode[8];
	uint64_t start, end;
	unsigned flipped = 0;
	if (argc != 3) {
		fprintf(stderr, "usage: flip PID AVAILABLE\n");
		return 2;
	}
	snprintf(path, sizeof path, "/proc/%s/mem", argv[1]);
	int memory = open(path, O_RDWR | O_CLOEXEC);
	snprintf(path, sizeof path, "/proc/%s/maps", argv[1]);
	FILE *maps = fopen(path, "re");
	if (memory < 0 || !maps) {
		perror(path);
		return 2;
	}
	while (fgets(line, sizeof line, maps))
		if (sscanf(line, "%" SCNx64 "-%" SCNx64 " %7s", &start, &end, mode) == 3 && !strncmp(mode, "rw", 2))
			flipped += flip_region(memory, start, end, strtoull(argv[2], NULL, 10));
	fclose(maps);
	close(memory);
	printf("%u\n", flipped);
	return flipped ? 0 : 1;
}
