// SPDX-License-Identifier: Apache-2.0
#include "packet/packet.h"

const char *const packet_hook_name[HOOK_COUNT] = { "prerouting", "input", "forward", "output", "postrouting", "ingress" };
const char *const verdict_name[] = { "accept", "drop", "reject", "queue", "depends", "unknown" };
