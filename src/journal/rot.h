// SPDX-License-Identifier: Apache-2.0
// Tells rot from a torn write: one flipped bit against missing sectors.
#pragma once

#include "journal/frame.h"

// True when flipping exactly one bit of `frame` (BLOCK_FRAME_MAX bytes of scratch, `available` of them
// read from the disk; left changed) makes it a whole frame whose tag fits. *ret is then its head. `plain`: BLOCK_FRAME_MAX bytes of scratch.
bool frame_rotten(struct journal_keys *keys, uint8_t *frame, size_t available, uint8_t *plain,
		  struct frame_head *ret);
