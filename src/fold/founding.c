// SPDX-License-Identifier: Apache-2.0
#include "fold/founding.h"

#include "crypto/sha256.h"

#include <stdlib.h>
#include <unistd.h>

int founding_read(const void *data, size_t size, struct founding *ret)
{
	struct reader r = reader_over(data, size);
	struct entry entry;
	struct control control;
	struct founding found = { 0 };
	if (entry_read(&r, &entry) || entry.kind != ENTRY_GENESIS || control_read(&entry, &control))
		return 1;
	if (genesis_read(control.body, control.body_size, &found.genesis))
		return 1;
	sha256_of(control.body, control.body_size, found.exchange_id);
	if (!control_verify(&found.genesis, found.exchange_id, entry.kind, &control))
		return 1;
	*ret = found;
	return 0;
}

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
		r = size > FOUNDING_SIZE_MAX ? 1 : founding_read(data, size, ret);
	free(data);
	return r;
}
