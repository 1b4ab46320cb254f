// SPDX-License-Identifier: Apache-2.0
// Frames as numbered image files.
#pragma once

#include "tools/redoubt-qr/part_source.h"

// Makes the directory if need be. A descriptor, or -1 after saying why.
int frames_open(const char *path);

// 0, or an exit status after saying why. No file is ever replaced.
MUST_USE int frames_write(int dir, struct part_source *source, const struct options *options);
