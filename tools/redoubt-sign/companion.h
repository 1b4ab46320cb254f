// SPDX-License-Identifier: Apache-2.0
// redoubt-qr, which touches images and never a key, found beside this program's
// own executable. Started before confine(); later there is no way to start anything.
#pragma once

#include "base/base.h"

#include <sys/types.h>

struct companion {
	pid_t pid; // 0: none
	int pipe;  // to its standard input, or from its standard output
};

// "redoubt-qr scan --with-type -- PATH...": ret->pipe gives its standard output, the type's name, a newline and the payload.
// 0, or an exit code after it has complained.
MUST_USE int companion_scan(const char *const *paths, size_t count, struct companion *ret);
// "redoubt-qr show -": ret->pipe takes UR parts, one a line; it shows them when the pipe is closed. Fit for use after confine().
MUST_USE int companion_show(struct companion *ret);
// Closes the pipe and waits for its end. 0, or an exit code after it has complained of how it ended. Accepts pid 0.
MUST_USE int companion_finish(struct companion *companion);
