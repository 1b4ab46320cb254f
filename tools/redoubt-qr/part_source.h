// SPDX-License-Identifier: Apache-2.0
// One frame's text after another, in capitals, from a payload or from lines.
#pragma once

#include "tools/redoubt-qr/input.h"

#define PART_TEXT_MAX 4400 // the largest QR code holds 4,296 such characters

struct part_source {
	struct input input;
	size_t at;        // within the lines
	unsigned needed;  // frames that are enough for who misses none
	unsigned shown;
	struct ur_encoder encoder;
	char text[2 * PART_TEXT_MAX];
};

// 0, or an exit status after saying why.
MUST_USE int part_source_open(struct part_source *source, const struct input *input, size_t frame_bytes);

// The next part in capitals, or NULL after saying that it is too long for a QR code.
const char *part_source_next(struct part_source *source);
