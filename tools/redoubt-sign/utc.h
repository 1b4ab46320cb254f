// SPDX-License-Identifier: Apache-2.0
// Seconds since 1970 as "2026-11-22T01:55:00Z" and back. Not gmtime: glibc's opens /etc/localtime on its way.
#pragma once

#include "base/base.h"

#define UTC_TEXT_SIZE 21              // with the NUL
#define UTC_SECONDS_MAX 253402300799u // the end of 9999

void utc_format(uint64_t seconds, char to[UTC_TEXT_SIZE]); // above the maximum: the maximum
// 0, or 1 when the text is not exactly of that form.
MUST_USE int utc_parse(const char *text, size_t length, uint64_t *ret);
