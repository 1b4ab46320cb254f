// SPDX-License-Identifier: Apache-2.0
// sshd with the drop-in staged among the other files of this host's /etc/ssh, in a mount namespace of its own.
#pragma once

#include "harden/harden.h"

#define SSHD_FOLDER "/etc/ssh/sshd_config.d"

struct answer {
	int exit_status;
	char *text;
};

struct staging {
	const char *root;
	const struct host_file **others;
	const char **names;
	size_t count;
	const char *text;
};

// Complains about drop-ins that sshd would read and this program cannot.
void staging_make(struct plan *p, struct staging *s, struct complaints *c);
// exit_status 125: no mount namespace may be made.
struct answer sshd_run(struct host *h, const struct staging *s, const char *const *arguments);
