// SPDX-License-Identifier: Apache-2.0
// Between screen.c and screen_ask.c only.
#pragma once

#include "screen/screen.h"

bool terminal_in(void);  // standard input is a terminal
bool terminal_out(void); // standard output is one
// Reads and drops a line.
void terminal_line_skip(void);
// An answer was asked for: the page's foot begins anew.
void screen_prompted(void);
