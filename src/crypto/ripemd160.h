// SPDX-License-Identifier: Apache-2.0
// RIPEMD-160 (Dobbertin, Bosselaers, Preneel 1996). Only Bitcoin asks for it:
// key and script hashes are RIPEMD-160 over SHA-256.
#pragma once

#include "base/base.h"

#define RIPEMD160_SIZE 20

void ripemd160_of(const void *data, size_t size, uint8_t digest[RIPEMD160_SIZE]);
