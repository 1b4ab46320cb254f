// SPDX-License-Identifier: Apache-2.0
// The command line of redoubt-qr.
#pragma once

#include "ur/ur.h"

enum { EXIT_DONE = 0, EXIT_REFUSED = 1, EXIT_USAGE = 2, EXIT_INCOMPLETE = 3 };

#define FRAME_BYTES_DEFAULT 300
#define FRAME_BYTES_MAX 1200 // its text still fits into the largest QR code at level M
#define FRAMES_MAX 100000
#define SCALE_MAX 20

struct options {
	bool typed; // --type was given
	enum ur_type type;
	size_t frame_bytes;   // 0: not given
	unsigned frames_second;
	const char *frames;   // a directory, or NULL
	unsigned count;       // 0: not given
	unsigned scale;
	bool pgm;
	const char *out;      // a file, or NULL for standard output
	bool with_type;
	bool watch;
	unsigned timeout;     // seconds; 0: none
	const char **inputs;
	int inputs_count;
};

// Says on standard error what is wrong. 0, or EXIT_USAGE.
MUST_USE int options_read(int argc, char **argv, struct options *ret);

void usage_print(bool to_error);

// "redoubt-qr: ..." and a newline on standard error; control characters are escaped, since names of files are in it.
void say(const char *format, ...) PRINTF_LIKE(1, 2);
