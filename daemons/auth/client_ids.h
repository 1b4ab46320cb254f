// SPDX-License-Identifier: Apache-2.0
// Client order ids for orders that came without one: 22 characters, of which
// the first half is random for each start and the second half counts.
#pragma once

#include "base/base.h"

#define CLIENT_ID_MADE 22

struct client_ids { char next[CLIENT_ID_MADE]; };

void client_ids_init(struct client_ids *ids, const uint8_t random[16]);
void client_ids_take(struct client_ids *ids, char to[CLIENT_ID_MADE]);
