// SPDX-License-Identifier: Apache-2.0
// Sealed shared memory: what channels, stats pages and the public pages are made of.
#pragma once

#include "base/base.h"

// A zeroed memfd of exactly `size` bytes that nobody can shrink, grow or unseal. The descriptor, or negative errno.
MUST_USE int memory_create(const char *name, size_t size);

// A new descriptor of the same memory, read-only unless `writable`: a read-only one cannot be
// mapped for writing, whoever holds it. Works until memory_seal_mode.
MUST_USE int memory_reopen(int fd, bool writable);

// Mode 0000: another user's process that holds a read-only descriptor cannot open the memory anew through /proc.
void memory_seal_mode(int fd);
