// SPDX-License-Identifier: Apache-2.0
// One share to one holder, and shares taken in again: what ceremony and keep both do.
#pragma once

#include "ceremony/room.h"

#define READ_BACK_ALL 0

// Shows the share to its holder alone, clears, and has `words` of its words typed back (READ_BACK_ALL: every
// one). Three tries, after each of which it is shown again. 0, or an exit code after a complaint.
MUST_USE int share_hand_out(const struct slip39_share *share, const char *holder, const char *title,
			    unsigned words);

// Asks for one share, typed in words on one or more lines until an empty one. 0, or an exit code.
MUST_USE int share_take(const char *prompt, struct slip39_share *ret);

// Asks for a quorum of shares of one set and combines them. `seed` is in secret memory. 0, or an exit code.
MUST_USE int shares_take_all(uint8_t seed[SLIP39_SECRET_MAX], size_t *ret_size, unsigned *ret_count);

// Splits by the ceremony's salt and hands out what is not given yet, an act each; the last one ends the step.
MUST_USE int shares_give(struct room *room, const char *witness, unsigned words);
// A command whose one option is --read-back all|N (how many words): opens the room and runs.
int shares_command(int argc, char **argv, int (*run)(struct room *room, unsigned words));
