// SPDX-License-Identifier: Apache-2.0
#include "tools/redoubt-qr/frames.h"

#include "tools/redoubt-qr/code.h"

#include <fcntl.h>
#include <png.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define QUIET 4 // modules around the code, ISO 18004

static uint8_t pixels[(CODE_MODULES_MAX + 2 * QUIET) * SCALE_MAX * (CODE_MODULES_MAX + 2 * QUIET) * SCALE_MAX];
static struct code code;

int frames_open(const char *path)
{
	if (mkdir(path, 0755) < 0 && errno != EEXIST) {
		say("%s cannot be made: %s", path, strerror(errno));
		return -1;
	}
	int dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0)
		say("%s cannot be opened: %s", path, strerror(errno));
	return dir;
}

static unsigned draw(unsigned scale)
{
	unsigned side = (code.size + 2 * QUIET) * scale;
	for (unsigned y = 0; y < side; y++)
		for (unsigned x = 0; x < side; x++)
			pixels[y * side + x] = code_dark(&code, (int)(x / scale) - QUIET, (int)(y / scale) - QUIET) ? 0 : 255;
	return side;
}

static bool image_write(FILE *file, unsigned side, bool pgm)
{
	if (pgm)
		return fprintf(file, "P5\n%u %u\n255\n", side, side) > 0 &&
		       fwrite(pixels, 1, (size_t)side * side, file) == (size_t)side * side;
	png_image image = { .version = PNG_IMAGE_VERSION, .width = side, .height = side, .format = PNG_FORMAT_GRAY };
	return png_image_write_to_stdio(&image, file, 0, pixels, 0, NULL);
}

static int frame_write(int dir, unsigned number, const struct options *options)
{
	char name[32];
	snprintf(name, sizeof name, "frame-%05u.%s", number, options->pgm ? "pgm" : "png");
	int fd = openat(dir, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	if (fd < 0 && errno == EEXIST) {
		say("%s/%s exists already: name an empty directory, so that no two messages are mixed", options->frames, name);
		return EXIT_REFUSED;
	}
	FILE *file = fd < 0 ? NULL : fdopen(fd, "w");
	bool good = file && image_write(file, draw(options->scale), options->pgm);
	if (file && fclose(file))
		good = false;
	if (!good)
		say("%s/%s cannot be written: %s", options->frames, name, strerror(errno));
	return good ? 0 : EXIT_REFUSED;
}

int frames_write(int dir, struct part_source *source, const struct options *options)
{
	unsigned count = options->count ? options->count : source->needed == 1 ? 1 :
			 source->input.kind == INPUT_LINES ? source->needed : 2 * source->needed + 10;
	for (unsigned i = 1; i <= count; i++) {
		const char *text = part_source_next(source);
		if (text && code_make(text, &code)) {
			say("a part is longer than a QR code holds: lower --frame-bytes");
			text = NULL;
		}
		if (!text || frame_write(dir, i, options))
			return EXIT_REFUSED;
	}
	say("%u frames in %s; %u of them suffice if none is lost", count, options->frames, source->needed);
	return 0;
}
