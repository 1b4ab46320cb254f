// SPDX-License-Identifier: Apache-2.0
// Inside this folder only: the one context of libsecp256k1.
#pragma once

#include <secp256k1.h>

// Asserts that curve_init was called.
const secp256k1_context *curve_context(void);

// For constant_time_test.c, which compiles the files that say `declassify` once
// more with CONSTANT_TIME_TEST: what libsecp256k1 answers about a secret (whether
// it is valid, its public point, its signature) is public and may be branched on.
#ifdef CONSTANT_TIME_TEST
#include <valgrind/memcheck.h>
#define declassify(at, size) ((void)VALGRIND_MAKE_MEM_DEFINED(at, size))
#else
#define declassify(at, size) ((void)(at), (void)(size))
#endif
