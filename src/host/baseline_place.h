// SPDX-License-Identifier: Apache-2.0
// Where a host's baseline, its key and its copy lie, and whether they agree.
#pragma once

#include "host/baseline.h"
#include "host/host.h"

struct baseline_place {
	const char *baseline; // BASELINE_PATH
	const char *key;      // BASELINE_KEY_PATH
	const char *copy;     // NULL: none is known, and nobody can say whether an old baseline was put back
};

// Reads all of them beneath the root. 0; BASELINE_COPY_OLDER with *ret set; another refusal, or negative errno; for all
// but 0, *ret_sentence says which file and why. baseline_free(ret) in any case; ret must be zeroed.
MUST_USE int baseline_place_load(struct host *h, const struct baseline_place *p, struct baseline *ret, const char **ret_sentence);
