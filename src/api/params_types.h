// SPDX-License-Identifier: Apache-2.0
// What each parameter may look like: one table (inside api).
#pragma once

#include "api/params.h"

struct param_type {
	const char *name;
	uint8_t name_size;
	uint8_t variant; // for `read`
	// Checks the decoded text and fills *to. False with the reason in *ret_problem.
	bool (*read)(const struct param_type *type, struct slice text, struct param_value *to,
		     struct api_problem *ret_problem);
};

extern const struct param_type param_types[PARAM_COUNT];
