// SPDX-License-Identifier: Apache-2.0
// What cbor_skip accepts has one reading: each head, written again, is the same bytes.
#include "ur/cbor.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct reader r = reader_over(data, size);
	while (reader_left(&r) && !r.failed) {
		const uint8_t *start = r.at;
		enum cbor_kind kind = cbor_peek(&r);
		struct reader head = r;
		cbor_skip(&r);
		if (r.failed || kind == CBOR_SIMPLE)
			continue;
		uint8_t again[CBOR_HEAD_MAX];
		struct writer w = writer_over(again, sizeof again);
		cbor_write_head(&w, kind, cbor_read_head(&head, kind));
		ASSERT(writer_size(&w) == (size_t)(head.at - start) && !memcmp(again, start, writer_size(&w)));
		ASSERT(cbor_valid(start, (size_t)(r.at - start)));
	}
	return 0;
}
