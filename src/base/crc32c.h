// SPDX-License-Identifier: Apache-2.0
// CRC-32C (Castagnoli), RFC 3720 appendix B.4. Hardware where the CPU has it
// (chosen at run time), a table otherwise; both give the same value.
#pragma once

#include "base/base.h"

// The CRC of `size` bytes. Start with crc = 0; to continue over pieces pass the last result.
uint32_t crc32c(uint32_t crc, const void *data, size_t size);

// The table alone, whatever the CPU has: for tests and for comparing.
uint32_t crc32c_portable(uint32_t crc, const void *data, size_t size);
