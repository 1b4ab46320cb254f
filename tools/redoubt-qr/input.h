// SPDX-License-Identifier: Apache-2.0
// What is to be shown: read whole, and recognised.
#pragma once

#include "tools/redoubt-qr/options.h"

#define INPUT_MAX (2 * UR_MESSAGE_MAX) // base64 and lines of text are longer than what they hold

struct input {
	enum { INPUT_PAYLOAD, INPUT_LINES } kind;
	enum ur_type type;
	uint8_t *data; // the payload, or lines "ur:..." each with a newline
	size_t size;
};

// Reads FILE or "-". 0, or an exit status after saying why.
MUST_USE int input_read(const struct options *options, struct input *ret);
