// SPDX-License-Identifier: Apache-2.0
// A snapshot file that nobody vouches for: raw, and with its header's CRC and size made right.
#include "base/crc32c.h"
#include "crypto/secret.h"
#include "journal/snapshot.h"

#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const uint8_t master[32] = { 1 }, exchange[32] = { 2 };

static void load(int fd)
{
	struct snapshot_info info;
	struct journal_error error;
	uint8_t *loaded;
	ASSERT(lseek(fd, 0, SEEK_SET) == 0);
	if (!snapshot_load_file(fd, master, exchange, UINT64_MAX, &info, &loaded, &error))
		snapshot_free(loaded, info.size);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static bool ready;
	uint8_t head[SNAPSHOT_HEAD_SIZE];
	int error = ready ? 0 : crypto_init(), fd = memfd_create("snapshot", MFD_CLOEXEC);
	ASSERT(!error && fd >= 0);
	ready = true;
	if (write(fd, data, size) != (ssize_t)size) {
		close(fd);
		return 0;
	}
	load(fd);
	if (size > SNAPSHOT_HEAD_SIZE + AEAD_TAG_SIZE) {
		uint64_t magic = SNAPSHOT_MAGIC, body = size - SNAPSHOT_HEAD_SIZE - AEAD_TAG_SIZE;
		uint32_t version = SNAPSHOT_VERSION, chunk = SNAPSHOT_CHUNK;
		memcpy(head, data, sizeof head);
		memcpy(head, &magic, 8);
		memcpy(head + 8, &version, 4);
		memcpy(head + 12, &chunk, 4);
		memcpy(head + 16, exchange, 32);
		memcpy(head + 104, &body, 8);
		uint32_t crc = crc32c(0, head, 184);
		memcpy(head + 184, &crc, 4);
		ASSERT(pwrite(fd, head, sizeof head, 0) == (ssize_t)sizeof head);
		load(fd);
	}
	close(fd);
	return 0;
}
