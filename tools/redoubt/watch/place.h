// SPDX-License-Identifier: Apache-2.0
// What the commands about a host's baseline share.
#pragma once

#include "../command.h"

#include "host/baseline_place.h"
#include "checks/manifest.h"

struct host_place {
	const char *root;
	struct baseline_place baseline;
	struct host *host;
	const char *copy_of_manifest; // lives as long as the host
};

// Opens the host and fills in what was not named: the usual places, and the manifest's baseline-copy.
// EXIT_DONE, or EXIT_USAGE after it has complained. host_close(p->host) in any case.
MUST_USE int host_place_open(struct host_place *p);
