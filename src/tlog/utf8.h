// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/base.h"

// One character of well-formed UTF-8 (RFC 3629: shortest form, no surrogates). Returns its bytes, 0 when it is not.
size_t utf8_decode(const char *text, size_t size, uint32_t *ret);

// Unicode's White_Space property, which note names may not contain.
bool utf8_is_space(uint32_t c);
