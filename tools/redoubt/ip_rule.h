// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "wire/control.h"

// "203.0.113.0/24", "2001:db8::/32" or one address. False when it is none, or bits stand beyond its prefix.
MUST_USE bool ip_rule_read(const char *text, size_t size, struct ip_rule *ret);
