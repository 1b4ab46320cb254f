// SPDX-License-Identifier: Apache-2.0
// A ring as a hostile writer would leave it: the first 8 bytes are the head, the rest lies in the ring.
#include "process/channel_layout.h"

#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct channel_fds made, writer_fds, reader_fds;
static uint8_t record[CHANNEL_RECORD_MAX];

static void make_once(void)
{
	if (made.ring)
		return;
	int r = channel_create("fuzz", 4096, -1, &made);
	if (r == 0)
		r = channel_end(&made, true, &writer_fds);
	if (r == 0)
		r = channel_end(&made, false, &reader_fds);
	ASSERT(r == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct channel_writer w = { 0 };
	struct channel_reader r = { 0 };
	uint64_t head;
	if (size < sizeof head || size > 4096 + sizeof head)
		return 0;
	make_once();
	ASSERT(channel_open_writer(&w, &writer_fds) == 0 && channel_open_reader(&r, &reader_fds) == 0);
	memcpy(&head, data, sizeof head);
	memcpy(w.ring, data + sizeof head, size - sizeof head);
	atomic_store(&w.map->head, head);
	uint32_t kind, records = 0;
	size_t got;
	while (channel_read(&r, record, &kind, &got) == 1) {
		ASSERT(got <= CHANNEL_RECORD_MAX && r.tail <= r.head_seen);
		ASSERT(++records <= 4096 / 8);
	}
	uint64_t used, capacity;
	channel_fill(&r, &used, &capacity);
	ASSERT(used <= capacity);
	channel_close_writer(&w);
	channel_close_reader(&r);
	return 0;
}
