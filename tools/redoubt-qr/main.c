// SPDX-License-Identifier: Apache-2.0
// redoubt-qr: payloads as animated QR codes and back. It holds no key: what signs never touches
// an image, and what reads images never touches a key.
#include "tools/redoubt-qr/scan.h"
#include "tools/redoubt-qr/show.h"

#include <stdio.h>

int main(int argc, char **argv)
{
	struct options options;
	setvbuf(stderr, NULL, _IOLBF, BUFSIZ);
	const char *command = argc > 1 ? argv[1] : "";
	if (!strcmp(command, "--help") || !strcmp(command, "-h")) {
		usage_print(false);
		return EXIT_DONE;
	}
	if (!strcmp(command, "--version")) {
		puts("redoubt-qr " REDOUBT_VERSION);
		return EXIT_DONE;
	}
	bool show = !strcmp(command, "show");
	if (!show && strcmp(command, "scan")) {
		usage_print(true);
		return EXIT_USAGE;
	}
	if (options_read(argc - 1, argv + 1, &options))
		return EXIT_USAGE;
	return show ? show_run(&options) : scan_run(&options);
}
