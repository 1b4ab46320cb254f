// SPDX-License-Identifier: Apache-2.0
#include "daemons/engine/resident.h"

#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23
#endif

// Whole pages around the stretch: pieces of an exchange lie on pages of their own or share them with another piece.
static void piece_populate(void *context, void *start, size_t size)
{
	struct resident *r = context;
	uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE), from = (uintptr_t)start & ~(page - 1);
	size_t whole = (((uintptr_t)start + size + page - 1) & ~(page - 1)) - from;
	if (madvise((void *)from, whole, MADV_POPULATE_WRITE) == 0)
		r->bytes += whole;
	else if (!r->error)
		r->error = -errno;
}

struct resident resident_make(struct exchange *x, uint32_t orders)
{
	struct resident r = { 0 };
	exchange_pieces(x, orders, piece_populate, &r);
	return r;
}
