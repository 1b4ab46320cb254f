// SPDX-License-Identifier: Apache-2.0
// What lies at a destination is read again, a little at each turn and whole about once a day: an object's name is the digest of
// its bytes, so one that rotted or was overwritten shows, also in an older backup that no drill opens.
#pragma once

#include "place.h"

#include <jansson.h>

#define REREAD_TURN_BYTES (8u << 20) // a turn ends with the object that passes it
#define REREAD_TURN_OBJECTS 256u
#define REREAD_ROUND_US 86400000000ull // from the beginning of one round to that of the next, at least

struct reread {
	char cursor[65]; // the last object read; "" = a round begins
	uint64_t begun_us, ended_us; // of this round, of the last whole one
	uint64_t objects, altered, altered_before; // in this round; altered in the one before
	char last[65];	   // the altered one found last
	uint64_t found_us; // when
};

// Reads on at each destination that is there; `all`: from the beginning to the end, now. False: something is altered somewhere.
bool reread_turn(const struct backup_place *place, struct reread state[DESTINATIONS_MAX], bool all);

json_t *reread_json(const struct reread *state);
// From backup/status as it was stored, so that a restart goes on; a destination is known by its folder.
void reread_load(const struct backup_place *place, struct reread state[DESTINATIONS_MAX]);
