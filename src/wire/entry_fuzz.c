// SPDX-License-Identifier: Apache-2.0
// A block of entries: whatever is decoded is encoded to the same bytes again.
#include "wire/entry.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_again(const struct entry *entry, struct writer *w, size_t size)
{
	if (size)
		ASSERT(size == ENTRY_HEADER_SIZE + entry->payload_size &&
		       memcmp(w->start + ENTRY_HEADER_SIZE, entry->payload, entry->payload_size) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct reader r = reader_over(data, size);
	struct entry entry;
	int result;
	while ((result = entry_read(&r, &entry)) == 0) {
		uint8_t again[ENTRY_SIZE_MAX];
		struct writer w = writer_over(again, sizeof again);
		struct order_new order;
		struct order_cancel cancel;
		struct order_cancel_all all;
		if (order_new_read(&entry, &order) == 0)
			check_again(&entry, &w, order_new_write(&w, &order));
		if (order_cancel_read(&entry, &cancel) == 0)
			check_again(&entry, &w, order_cancel_write(&w, &cancel));
		if (order_cancel_all_read(&entry, &all) == 0)
			check_again(&entry, &w, order_cancel_all_write(&w, &all));
	}
	ASSERT((result == 2) == reader_done(&r) || result == 1);
	return 0;
}
