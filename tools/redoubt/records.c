// SPDX-License-Identifier: Apache-2.0
#include "records.h"

#include "command.h"
#include "crypto/secret.h"

#include <fcntl.h>
#include <unistd.h>

static uint64_t bytes_of(const struct storage *storage)
{
	uint32_t first, count;
	uint64_t sum = 0, size;
	if (storage->list(storage->context, &first, &count))
		return 0;
	for (uint32_t i = 0; i < count; i++)
		if (!storage->size(storage->context, first + i, &size))
			sum += size;
	return sum;
}

int records_open(struct records *r, uint64_t from)
{
	struct journal_error error;
	*r = (struct records){ .dir_fd = -1 };
	if (genesis_load(&r->genesis, r->exchange) || !(r->key = key_load("keys/journal.key", NULL, 32)))
		return EXIT_FAILED;
	r->dir_fd = open(path_in("journal").text, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int result = r->dir_fd < 0 ? -errno : storage_directory_open(r->dir_fd, false, &r->directory, &r->storage);
	if (result < 0) {
		complain("cannot open %s: %s", path_in("journal").text, strerror(-result));
		return EXIT_FAILED;
	}
	r->bytes = bytes_of(&r->storage);
	result = journal_reader_open(&r->storage, r->key, r->exchange, from, &r->reader, &error);
	if (result < 0)
		complain("cannot read the journal: %s", strerror(-result));
	else if (result)
		complain("%s", error.text);
	return result < 0 ? EXIT_FAILED : result ? EXIT_DAMAGED : EXIT_DONE;
}

void records_close(struct records *r)
{
	journal_reader_close(r->reader);
	storage_directory_close(r->directory);
	secret_free(r->key);
	if (r->dir_fd >= 0)
		close(r->dir_fd);
}

int records_next(struct records *r, struct block_view *ret)
{
	struct journal_error error;
	int result = journal_reader_next(r->reader, UINT64_MAX, ret, &error);
	if (result == 1)
		complain("%s", error.text);
	else if (result < 0)
		complain("cannot read the journal: %s", strerror(-result));
	return result < 0 ? 1 : result;
}
