// SPDX-License-Identifier: Apache-2.0
// Users that the groups named in Match blocks tell apart.
#pragma once

#include "host/host.h"

#define SSHD_GROUPS_MAX 32
#define SSHD_USERS_MAX 32

// One user for each different set of these groups (patterns as sshd takes them) among the users of /etc/passwd. Returns
// how many there are, which may exceed max.
size_t sshd_group_users(struct host *h, const char *const *pattern, size_t patterns, const char **ret, size_t max);
// The same of texts as passwd(5) and group(5) have them.
size_t sshd_group_users_in(struct host *h, const char *passwd, const char *groups, const char *const *pattern, size_t patterns,
			   const char **ret, size_t max);
