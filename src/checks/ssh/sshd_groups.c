// SPDX-License-Identifier: Apache-2.0
// sshd takes the first block that fits, so one member of each group is not enough: who is in the second group alone gets
// what the second block says.
#include "checks/ssh/sshd_groups.h"

#include <fnmatch.h>
#include <stdlib.h>

// The field's begin in a line of passwd or group, or NULL.
static const char *field_at(const char *line, int field)
{
	for (; field && line; field--) {
		line = strchr(line, ':');
		line = line ? line + 1 : NULL;
	}
	return line;
}

static bool member(const char *list, const char *user)
{
	size_t size = strlen(user);
	for (; list && *list; list += strcspn(list, ","), list += *list == ',')
		if (strcspn(list, ",") == size && !strncmp(list, user, size))
			return true;
	return false;
}

// One bit for each pattern that a group of the user fits.
static uint32_t groups_of(struct host *h, const char *groups, const char *user, const char *gid, const char *const *pattern, size_t patterns)
{
	struct host_lines cursor = { groups, 0 };
	uint32_t set = 0;
	for (const char *line; host_line(h, &cursor, &line);) {
		const char *name = host_copy(h, line, strcspn(line, ":")), *number = field_at(line, 2);
		if (!number || (strtoul(number, NULL, 10) != strtoul(gid, NULL, 10) && !member(field_at(line, 3), user)))
			continue;
		for (size_t i = 0; i < patterns; i++)
			set |= !fnmatch(pattern[i], name, 0) ? 1u << i : 0;
	}
	return set;
}

size_t sshd_group_users_in(struct host *h, const char *passwd, const char *groups, const char *const *pattern, size_t patterns,
			   const char **ret, size_t max)
{
	struct host_lines cursor = { passwd, 0 };
	uint32_t seen[SSHD_USERS_MAX];
	size_t count = 0;
	ASSERT(max <= SSHD_USERS_MAX && patterns <= SSHD_GROUPS_MAX);
	for (const char *line; patterns && host_line(h, &cursor, &line);) {
		const char *user = host_copy(h, line, strcspn(line, ":")), *gid = field_at(line, 3);
		uint32_t set = gid ? groups_of(h, groups, user, gid, pattern, patterns) : 0;
		bool known = !set;
		for (size_t i = 0; i < count && i < max; i++)
			known |= seen[i] == set;
		if (known)
			continue;
		if (count < max) {
			seen[count] = set;
			ret[count] = user;
		}
		count++;
	}
	return count;
}

size_t sshd_group_users(struct host *h, const char *const *pattern, size_t patterns, const char **ret, size_t max)
{
	return sshd_group_users_in(h, host_file(h, "/etc/passwd")->text, host_file(h, "/etc/group")->text, pattern, patterns, ret, max);
}
