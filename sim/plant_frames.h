// SPDX-License-Identifier: Apache-2.0
// In front of the journal's files that read: neither CRC nor tag is asked.
#pragma once

#include "journal/frame.h"
#include "sim/plants.h"

enum frame_state planted_frame_check(const uint8_t *from, size_t available, struct frame_head *ret);
enum frame_state planted_frame_open(struct journal_keys *keys, const uint8_t *from, const struct frame_head *head,
				    void *to);

#ifdef PLANT_HERE
#define frame_check planted_frame_check
#define frame_open planted_frame_open
#endif
