// SPDX-License-Identifier: Apache-2.0
// Every signed request that was accepted, for as long as it could be sent
// again. Keyed by what we computed ourselves (the MAC, or the verified
// signature), never by the text that was sent; of a read also with its route
// (auth.c says why). Fixed size; full fails closed.
#pragma once

#include "base/base.h"

#define REPLAY_KEY_SIZE 16

struct replay;

// Room for `capacity` requests at a time. NULL without memory.
struct replay *replay_new(uint32_t capacity, uint64_t now_us);
void replay_free(struct replay *r); // accepts NULL

// Remembers the request until expires_us (at most 62 s from now). 0, 1 when it was seen before, 2 when the set is full.
MUST_USE int replay_insert(struct replay *r, const uint8_t digest[REPLAY_KEY_SIZE], uint32_t api_key,
			   uint64_t expires_us, uint64_t now_us);

// Forgets up to `most` requests whose time is over. Insert does a little of it too.
void replay_expire(struct replay *r, uint64_t now_us, unsigned most);

uint32_t replay_count(const struct replay *r);
