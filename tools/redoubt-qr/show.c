// SPDX-License-Identifier: Apache-2.0
#include "tools/redoubt-qr/show.h"

#include "process/sandbox.h"
#include "tools/redoubt-qr/frames.h"
#include "tools/redoubt-qr/screen.h"

static struct input input;
static struct part_source source;

static int frames_show(const struct options *options)
{
	int dir = frames_open(options->frames);
	if (dir < 0)
		return EXIT_REFUSED;
	struct sandbox sandbox = { .privileges = PRIVILEGE_WRITE_DIR, .write_dirs = { dir } };
	struct sandbox_report report;
	int r = sandbox_enter(&sandbox, &report);
	if (r) {
		say("the sandbox does not close: %s", strerror(-r));
		return EXIT_REFUSED;
	}
	r = part_source_open(&source, &input, options->frame_bytes ? options->frame_bytes : FRAME_BYTES_DEFAULT);
	return r ? r : frames_write(dir, &source, options);
}

int show_run(const struct options *options)
{
	int r = input_read(options, &input);
	if (r)
		return r;
	return options->frames ? frames_show(options) : screen_run(&input, options);
}
