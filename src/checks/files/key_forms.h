// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/base.h"

// Keys that are numbers with a name in front of them, and keys in DER: what they are, or NULL.
const char *named_key_find(const char *bytes, size_t size);
const char *der_key_find(const char *bytes, size_t size);
