// SPDX-License-Identifier: Apache-2.0
// All checks, group by group. Adding a check is adding a row to its group's file.
#pragma once

#include "checks/finding.h"

struct check_group {
	const char *prefix; // "NET"
	const char *title;
	const struct check *checks;
	const size_t *count;
};

extern const struct check_group check_groups[];
extern const size_t check_group_count;

#define CHECK_GROUP(name)                                                                                              \
	extern const struct check name##_checks[];                                                                     \
	extern const size_t name##_check_count;
CHECK_GROUP(network)
CHECK_GROUP(ssh)
CHECK_GROUP(accounts)
CHECK_GROUP(files)
CHECK_GROUP(web)
CHECK_GROUP(services)
CHECK_GROUP(packages)
CHECK_GROUP(integrity)
CHECK_GROUP(logs)
CHECK_GROUP(backups)
CHECK_GROUP(environment)
#undef CHECK_GROUP

const struct check *check_find(const char *id); // NULL: there is none

// Runs every check (or those whose id is `only` or begins with it, as "SSH" does). Returns how many ran.
size_t checks_run(struct examination *e, const char *only);
