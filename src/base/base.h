// SPDX-License-Identifier: Apache-2.0
// base: what every other folder may use. Includes libc only.
//
// Conventions of the house (HACKING.md has the long form):
//  - 0 is success, a negative errno is fatal and travels up untouched,
//    a positive result is documented at the function that returns it.
//  - ret_ arguments are outputs and are not touched on failure.
//  - An assertion states what must never be. Assertions stay on in release builds.
#pragma once

#include <errno.h>
#include <stdalign.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define MUST_USE __attribute__((warn_unused_result))
#define NORETURN __attribute__((noreturn))
#define PRINTF_LIKE(f, a) __attribute__((format(printf, f, a)))
#define ALWAYS_INLINE inline __attribute__((always_inline))
#define NOINLINE __attribute__((noinline))
#define COLD __attribute__((noinline, cold))
#define LIKELY(x) __builtin_expect(!!(x), 1)
#define UNLIKELY(x) __builtin_expect(!!(x), 0)
#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))
#define CACHE_LINE 64

// Prints "file:line: what" to standard error and aborts.
NORETURN void assert_failed(const char *file, int line, const char *what);

#define ASSERT(cond)                                                           \
	do {                                                                   \
		if (UNLIKELY(!(cond)))                                         \
			assert_failed(__FILE__, __LINE__, #cond);              \
	} while (0)

static inline uint64_t u64_min(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static inline uint64_t u64_max(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

static inline uint64_t u64_round_up(uint64_t n, uint64_t to)
{
	return (n + to - 1) / to * to;
}
