// SPDX-License-Identifier: Apache-2.0
// Filling a journal_error: a whole sentence with the place.
#pragma once

#include "journal/journal.h"

// Where something was found wrong.
struct place {
	uint32_t segment;
	uint64_t offset, block;
};

// Fills *ret and returns 1, so that callers can `return fault(...)`.
int fault(struct journal_error *ret, enum journal_fault kind, struct place at, const char *format, ...)
	PRINTF_LIKE(4, 5);

// The storage said `error` (negative errno) while `doing` something. ENOSPC and EDQUOT become JOURNAL_FULL.
int fault_storage(struct journal_error *ret, int error, struct place at, const char *doing);
