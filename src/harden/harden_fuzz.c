// SPDX-License-Identifier: Apache-2.0
// What harden reads that others may have spoilt: a record of a change, and lines of /proc/PID/net/tcp.
#include "harden/record.h"
#include "harden/session.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct host *h;
	struct record *r = calloc(1, sizeof *r);
	struct session s;
	uint64_t inode;
	if (!r || size > 65536 || host_open("/", &h)) {
		free(r);
		return 0;
	}
	const char *text = host_copy(h, (const char *)data, size);
	if (record_read(h, text, r) == 0) {
		const char *again = record_text(h, r);
		ASSERT(record_read(h, again, r) == 0);
		ASSERT(!strcmp(again, record_text(h, r)));
	}
	(void)session_line(text, false, &s, &inode);
	(void)session_line(text, true, &s, &inode);
	host_close(h);
	free(r);
	return 0;
}
