// SPDX-License-Identifier: Apache-2.0
// A canonical item that is read and written again gives the same bytes.
#include "evm/rlp.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void copy_items(struct rlp_reader *r, struct rlp_writer *w, unsigned depth)
{
	ASSERT(depth <= RLP_DEPTH_MAX);
	while (rlp_more(r)) {
		if (rlp_next_is_list(r)) {
			struct rlp_reader inner = rlp_read_list(r);
			size_t begun = rlp_list_begin(w);
			copy_items(&inner, w, depth + 1);
			rlp_list_end(w, begun);
		} else {
			struct evm_bytes content = rlp_read_string(r);
			rlp_write_string(w, content.at, content.size);
		}
	}
	ASSERT(rlp_done(r));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct rlp_reader r = rlp_reader_over(data, size);
	if (!rlp_valid(data, size)) {
		(void)rlp_read_u256(&r);
		return 0;
	}
	uint8_t *room = malloc(size);
	struct rlp_writer w = rlp_writer_over(room, size);
	ASSERT(room);
	copy_items(&r, &w, 0);
	ASSERT(!w.failed && rlp_writer_size(&w) == size && memcmp(room, data, size) == 0);
	free(room);
	return 0;
}
