// SPDX-License-Identifier: Apache-2.0
// Heads from destinations that somebody else owns.
#include "backup/head.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint8_t nobody[32] = { 9 };
	static struct backup_head head;
	size_t line;
	ASSERT(backup_head_read((const char *)data, size, nobody, &head, &line) != BACKUP_MANIFEST_FINE);
	ASSERT(line <= 8);
	return 0;
}
