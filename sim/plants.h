// SPDX-License-Identifier: Apache-2.0
// Planted bugs: the simulator must find each. They exist only in its own build:
// sim/meson.build compiles a few production files again with this file
// in front, which puts a wrapper where the bug goes. Production sources know nothing of it.
#pragma once

#include "ledger/ledger.h"

#include "journal/frame.h"

enum plant { PLANT_NONE, PLANT_ACK_BEFORE_SYNC, PLANT_DOUBLE_RELEASE, PLANT_SKIP_CRC };

extern enum plant plant;

static inline void planted_release(struct ledger_line *line, struct amount amount)
{
	ledger_release(line, amount);
	if (plant == PLANT_DOUBLE_RELEASE)
		line->available.units += amount.units;
}

enum frame_state planted_frame_check(const uint8_t *from, size_t available, struct frame_head *ret);
enum frame_state planted_frame_open(struct journal_keys *keys, const uint8_t *from, const struct frame_head *head,
				    void *to);

#ifdef PLANT_HERE
#define ledger_release planted_release
#define frame_check planted_frame_check
#define frame_open planted_frame_open
#endif
