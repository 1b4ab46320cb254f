// SPDX-License-Identifier: Apache-2.0
// Replays a fuzzer's corpus (every file of the folder named) as one TAP test,
// and every prefix of each small file, since truncation is the commonest damage.
#include <dirent.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define PREFIXES_UP_TO 512 // bytes

static int replay_file(const char *path)
{
	FILE *f = fopen(path, "rb");
	if (!f)
		return -1;
	fseek(f, 0, SEEK_END);
	long size = ftell(f);
	rewind(f);
	uint8_t *data = malloc(size > 0 ? (size_t)size : 1);
	if (!data || fread(data, 1, (size_t)size, f) != (size_t)size) {
		fclose(f);
		free(data);
		return -1;
	}
	fclose(f);
	LLVMFuzzerTestOneInput(data, (size_t)size);
	for (long n = 0; n < size && size <= PREFIXES_UP_TO; n++) {
		uint8_t *copy = malloc(n ? (size_t)n : 1); // its own block: ASan then sees an overread
		if (!copy)
			break;
		memcpy(copy, data, (size_t)n);
		LLVMFuzzerTestOneInput(copy, (size_t)n);
		free(copy);
	}
	free(data);
	return 0;
}

int main(int argc, char **argv)
{
	DIR *dir = argc == 2 ? opendir(argv[1]) : NULL;
	unsigned files = 0, unreadable = 0;
	char path[PATH_MAX];
	for (struct dirent *e; dir && (e = readdir(dir));) {
		if (e->d_name[0] == '.')
			continue;
		snprintf(path, sizeof path, "%s/%s", argv[1], e->d_name);
		files++;
		if (replay_file(path))
			unreadable++;
	}
	if (dir)
		closedir(dir);
	int good = files > 0 && unreadable == 0;
	printf("1..1\n%s 1 - replayed %u corpus files, %u unreadable\n", good ? "ok" : "not ok", files, unreadable);
	return good ? 0 : 1;
}
