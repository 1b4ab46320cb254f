// SPDX-License-Identifier: Apache-2.0
// Versions of Debian packages, deb-version(7): [epoch:]upstream[-revision]. Pure.
#pragma once

#include "base/base.h"

// Strict: digits in the epoch, upstream begins with a digit, the allowed characters alone, nothing empty.
bool debian_version_valid(const char *version);
// Below, equal or above 0, as `dpkg --compare-versions` orders them. Both must be valid. An absent revision is as 0.
int debian_version_compare(const char *a, const char *b);
