// SPDX-License-Identifier: Apache-2.0
// The publisher's file beside a snapshot, its checksum made right: read whole or refused.
#include "crypto/sha256.h"
#include "daemons/replica/publisher.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct marketdata *page;
	struct genesis genesis = { .capacities = { .markets = 2 } };
	if (!page)
		page = calloc(1, marketdata_size(2));
	struct publisher *p = publisher_new(page, &genesis);
	uint8_t *file = malloc(size + SHA256_SIZE);
	ASSERT(p && file);
	if (size)
		memcpy(file, data, size);
	sha256_of(file, size, file + size);
	int r = publisher_restore(p, 7, file, size + SHA256_SIZE);
	ASSERT(r == 0 || r == 1);
	uint8_t *again = NULL;
	size_t again_size = 0;
	if (!r) {
		r = publisher_save(p, 7, &again, &again_size);
		ASSERT(!r);
	}
	free(again);
	free(file);
	publisher_free(p);
	return 0;
}
