// SPDX-License-Identifier: Apache-2.0
// A line of the authentication log: whoever knocks writes some of it.
#include "watch/watch.h"

#include <ctype.h>
#include <stdlib.h>

static void word_check(const char *word)
{
	ASSERT(strlen(word) < LOGIN_WORD);
	for (; *word; word++)
		ASSERT(isgraph((unsigned char)*word));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *line = malloc(size + 1);
	struct login_line l;
	ASSERT(line);
	memcpy(line, data, size);
	line[size] = 0;
	if (login_line_read(line, &l)) {
		word_check(l.method);
		word_check(l.user);
		word_check(l.address);
		word_check(l.key);
	}
	free(line);
	return 0;
}
