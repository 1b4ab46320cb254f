// SPDX-License-Identifier: Apache-2.0
#include "fold/founding.h"

#include <stdlib.h>
#include <unistd.h>

// The whole file, wherever its offset stands: the descriptor is shared with our siblings.
static int file_read(int fd, uint8_t *to, size_t room, size_t *ret_size)
{
	size_t have = 0;
	while (have < room) {
		ssize_t n = pread(fd, to + have, room - have, (off_t)have);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (n == 0)
			break;
		have += (size_t)n;
	}
	*ret_size = have;
	return 0;
}

int founding_load(int fd, struct founding *ret)
{
	uint8_t *data = malloc(FOUNDING_SIZE_MAX + 1);
	if (!data)
		return -ENOMEM;
	size_t size = 0;
	int r = file_read(fd, data, FOUNDING_SIZE_MAX + 1, &size);
	if (!r)
		r = size > FOUNDING_SIZE_MAX ? 1 : founding_genesis(data, size, &ret->genesis, ret->exchange_id);
	free(data);
	return r;
}
