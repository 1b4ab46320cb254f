// SPDX-License-Identifier: Apache-2.0
// The address list of a key. All addresses are 16 bytes, IPv4 as ::ffff:a.b.c.d.
#pragma once

#include "wire/control.h"

// True when `address` lies in one of the rules; also when there are none.
bool address_allowed(const struct ip_rule *rules, size_t count, const uint8_t address[16]);
