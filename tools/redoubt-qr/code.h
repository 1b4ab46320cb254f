// SPDX-License-Identifier: Apache-2.0
// A QR code as a square of modules.
#pragma once

#include "base/base.h"

#define CODE_MODULES_MAX 177 // version 40

struct code {
	unsigned size; // modules on a side
	uint8_t dark[CODE_MODULES_MAX * CODE_MODULES_MAX];
};

// 0, or negative errno: -ERANGE when the text is too long.
MUST_USE int code_make(const char *text, struct code *ret);

static inline bool code_dark(const struct code *code, int x, int y)
{
	int size = (int)code->size;
	return x >= 0 && y >= 0 && x < size && y < size && code->dark[y * size + x];
}
