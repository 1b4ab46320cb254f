// SPDX-License-Identifier: Apache-2.0
// The end of the journal, judged: a torn tail that was never acknowledged, or
// damage to something that was durable.
#pragma once

#include "journal/note.h"
#include "journal/steps.h"

struct tail {
	uint64_t dirty_end;  // bytes after the reader's offset that are not zero end here (a multiple of BLOCK_ALIGN)
};

// The reader stands where steps_next said `stopped` (STEP_INVALID, STEP_SEAL or STEP_CLOSE), with `segments` segments on the disk.
// 0: the journal ends here. 1 with the error: something that was durable is damaged or missing.
MUST_USE int tail_judge(struct journal_reader *r, enum step stopped, uint32_t segments, struct tail *ret,
			struct journal_error *ret_error);
