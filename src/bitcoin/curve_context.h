// SPDX-License-Identifier: Apache-2.0
// Inside this folder only: the one context of libsecp256k1.
#pragma once

#include <secp256k1.h>

// Asserts that curve_init was called.
const secp256k1_context *curve_context(void);
