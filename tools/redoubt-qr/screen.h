// SPDX-License-Identifier: Apache-2.0
// The animation in a terminal: half blocks in explicit black and white, so that a dark
// terminal shows the same as a light one.
#pragma once

#include "tools/redoubt-qr/part_source.h"

// Shows until q, Ctrl-C or end of input on the terminal. 0, or an exit status after saying why.
MUST_USE int screen_run(const struct input *input, const struct options *options);
