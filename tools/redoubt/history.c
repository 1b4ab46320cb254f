// SPDX-License-Identifier: Apache-2.0
// redoubt history rebuild: the work is history's own; its program is run.
#include "command.h"
#include "programs.h"

#include <unistd.h>

int command_history_rebuild(int argc, char **argv)
{
	char program[PATH_MAX];
	int r = options_read(argc, argv, NULL, 0, NULL, 0, 0);
	if (r < 0)
		return options_exit(r);
	if (supervisor_pid() != 0) {
		complain("the exchange in %s runs; stop it first: redoubt --dir %s stop", globals.dir, globals.dir);
		return EXIT_FAILED;
	}
	if (program_find("history", program))
		return EXIT_FAILED;
	execl(program, "redoubt-history", "--rebuild", "--dir", globals.dir,
	      (char *)NULL);
	complain("cannot run %s: %s", program, strerror(errno));
	return EXIT_FAILED;
}
