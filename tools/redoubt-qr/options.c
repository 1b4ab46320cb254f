// SPDX-License-Identifier: Apache-2.0
#include "tools/redoubt-qr/options.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

static const char usage[] =
	"redoubt-qr show [OPTION...] FILE|-     show a payload as an animated QR code; q ends it\n"
	"  --type NAME        bytes, crypto-psbt, eth-sign-request or eth-signature\n"
	"                     (default: a PSBT, binary or base64, is recognised)\n"
	"  --frame-bytes N    bytes in one frame, 10 to 1200 (default: what fits, at most 300)\n"
	"  --fps N            frames a second, 1 to 30 (default 5)\n"
	"  --frames DIR       write the frames as PNG files instead\n"
	"    --count N        how many (default: two for each fragment, and ten)\n"
	"    --scale N        pixels for each module, 1 to 20 (default 4)\n"
	"    --pgm            as PGM files\n"
	"redoubt-qr scan [OPTION...] IMAGE|DIR...  read it back from PNG, PGM or PPM images\n"
	"  --out FILE         write the payload there (default: standard output)\n"
	"  --with-type        write the type's name and a newline before the payload\n"
	"  --watch            wait for further images in DIR\n"
	"  --timeout SECONDS  give up after so long (default with --watch: 120)\n"
	"redoubt-qr --help | --version\n"
	"FILE may also hold lines of Uniform Resources (ur:TYPE/...): each is shown as a frame.\n"
	"Exit status: 0 done, 1 refused, 2 wrong use, 3 parts are missing.\n";

void usage_print(bool to_error)
{
	fputs(usage, to_error ? stderr : stdout);
}

void say(const char *format, ...)
{
	char line[1024];
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(line, sizeof line, format, arguments);
	va_end(arguments);
	fputs("redoubt-qr: ", stderr);
	for (const char *at = line; *at; at++)
		if ((unsigned char)*at < 0x20 || *at == 0x7f || ((unsigned char)*at == 0xc2 && (unsigned char)at[1] < 0xa0))
			fprintf(stderr, "\\x%02x", (unsigned char)*at);
		else
			fputc(*at, stderr);
	fputc('\n', stderr);
}

enum target { FLAG, NUMBER, TEXT, TYPE };

struct option {
	const char *name;
	bool show; // of show, otherwise of scan
	enum target target;
	size_t offset;
	unsigned long least, most;
};

#define AT(field) offsetof(struct options, field)
static const struct option table[] = {
	{ "--type", true, TYPE, AT(type), 0, 0 },
	{ "--frame-bytes", true, NUMBER, AT(frame_bytes), UR_FRAGMENT_MIN, FRAME_BYTES_MAX },
	{ "--fps", true, NUMBER, AT(frames_second), 1, 30 },
	{ "--frames", true, TEXT, AT(frames), 0, 0 },
	{ "--count", true, NUMBER, AT(count), 1, FRAMES_MAX },
	{ "--scale", true, NUMBER, AT(scale), 1, SCALE_MAX },
	{ "--pgm", true, FLAG, AT(pgm), 0, 0 },
	{ "--out", false, TEXT, AT(out), 0, 0 },
	{ "--with-type", false, FLAG, AT(with_type), 0, 0 },
	{ "--watch", false, FLAG, AT(watch), 0, 0 },
	{ "--timeout", false, NUMBER, AT(timeout), 1, 86400 },
};

static int number_set(const struct option *option, const char *text, struct options *o)
{
	char *end;
	errno = 0;
	unsigned long value = strtoul(text, &end, 10);
	if (errno || *end || text[0] < '0' || text[0] > '9' || value < option->least || value > option->most) {
		say("%s %s: a number from %lu to %lu is needed", option->name, text, option->least, option->most);
		return EXIT_USAGE;
	}
	if (option->offset == AT(frame_bytes))
		o->frame_bytes = value;
	else
		*(unsigned *)(void *)((char *)o + option->offset) = (unsigned)value;
	return 0;
}

static int option_set(const struct option *option, const char *text, struct options *o)
{
	if (option->target == NUMBER)
		return number_set(option, text, o);
	if (option->target == TEXT) {
		*(const char **)(void *)((char *)o + option->offset) = text;
		return 0;
	}
	if (ur_type_find(text, strlen(text), &o->type)) {
		say("--type %s: there are bytes, crypto-psbt, eth-sign-request and eth-signature", text);
		return EXIT_USAGE;
	}
	o->typed = true;
	return 0;
}

static const struct option *option_find(const char *name, bool show)
{
	for (size_t i = 0; i < ARRAY_LEN(table); i++)
		if (!strcmp(table[i].name, name) && table[i].show == show)
			return &table[i];
	return NULL;
}

static int operands_check(const struct options *o, bool show)
{
	if (show && o->inputs_count != 1)
		say("show needs one FILE, or - for standard input");
	else if (show && !o->frames && (o->count || o->pgm))
		say("--count and --pgm belong to --frames DIR");
	else if (!show && !o->inputs_count)
		say("scan needs images, or a directory of images");
	else if (o->watch && o->inputs_count != 1)
		say("--watch needs one directory");
	else
		return 0;
	return EXIT_USAGE;
}

int options_read(int argc, char **argv, struct options *ret)
{
	struct options o = { .frames_second = 5, .scale = 4 };
	bool show = argc && !strcmp(argv[0], "show"), options_end = false;
	o.inputs = (const char **)argv; // operands are gathered at the front
	for (int i = 1; i < argc; i++) {
		if (options_end || argv[i][0] != '-' || !argv[i][1]) {
			o.inputs[o.inputs_count++] = argv[i];
			continue;
		}
		options_end = !strcmp(argv[i], "--");
		const struct option *option = options_end ? NULL : option_find(argv[i], show);
		if (options_end)
			continue;
		if (!option || (option->target != FLAG && i + 1 == argc)) {
			say(option ? "%s needs a value" : "no option %s; see redoubt-qr --help", argv[i]);
			return EXIT_USAGE;
		}
		if (option->target == FLAG)
			*(bool *)((char *)&o + option->offset) = true;
		else if (option_set(option, argv[++i], &o))
			return EXIT_USAGE;
	}
	if (operands_check(&o, show))
		return EXIT_USAGE;
	*ret = o;
	return 0;
}
