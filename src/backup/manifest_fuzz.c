// SPDX-License-Identifier: Apache-2.0
// A manifest that is read was written here, so writing it again gives the same bytes.
#include "backup/manifest.h"

#include "crypto/ed25519.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct backup_manifest_item items[64];
	static char text[BACKUP_MANIFEST_HEAD_MAX + 64 * BACKUP_MANIFEST_LINE_MAX];
	static const uint8_t seed[32] = { 5 };
	uint8_t public_key[32];
	struct backup_manifest m;
	size_t line;
	ed25519_public(seed, public_key);
	if (backup_manifest_read((const char *)data, size, public_key, items, 64, &m, &line) == BACKUP_MANIFEST_FINE)
		ASSERT(backup_manifest_write(&m, seed, text, sizeof text) == size && memcmp(text, data, size) == 0);
	return 0;
}
