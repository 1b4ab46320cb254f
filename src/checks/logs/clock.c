// SPDX-License-Identifier: Apache-2.0
// LOG-07: whether the clock is right.
#include "checks/logs/logs.h"

#include <stdio.h>
#include <sys/timex.h>

// Off by how many seconds, or negative when the kernel says that nobody keeps it right.
static double clock_offset(struct host *h, bool *ret_known)
{
	struct timex t = { 0 };
	double offset = 0;
	*ret_known = true;
	if (!host_is_live(h)) { // facts/clock: "synchronised SECONDS" or "unsynchronised"
		const struct host_file *f = host_file(h, "/facts/clock");
		*ret_known = !f->error;
		return sscanf(f->text, "synchronised %lf", &offset) == 1 ? offset : -1;
	}
	if (adjtimex(&t) < 0) {
		*ret_known = false;
		return 0;
	}
	if (t.status & STA_UNSYNC)
		return -1;
	offset = (double)t.offset / (t.status & STA_NANO ? 1e9 : 1e6);
	double error = (double)t.maxerror / 1e6;
	offset = offset < 0 ? -offset : offset;
	return offset > error ? offset : error;
}

void log_07(struct examination *e)
{
	bool known;
	double offset = clock_offset(e->host, &known);
	if (!known)
		found_unknown(e, "the kernel's clock state could not be read");
	else if (offset < 0)
		found_fail(e, NULL, "the kernel says that nobody keeps the clock right");
	else if (offset >= 1)
		found_fail(e, NULL, "the clock may be off by %.3f s", offset);
	else
		found_read(e, "synchronised, off by at most %.3f s", offset);
}
