// SPDX-License-Identifier: Apache-2.0
// passwd, group and a pattern on lines of their own ("%" parts them): each user that is named stands in passwd.
#include "checks/ssh/sshd_groups.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char *part_end(char *text)
{
	char *end = strchr(text, '%');
	if (!end)
		return text + strlen(text);
	*end = 0;
	return end + 1;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct host *h;
	const char *pattern[SSHD_GROUPS_MAX], *user[SSHD_USERS_MAX];
	if (size > 4096)
		return 0;
	ASSERT(host_open("/proc/self/fdinfo", &h) == 0);
	char *passwd = host_copy(h, (const char *)data, size), *groups = part_end(passwd), *patterns = part_end(groups);
	size_t count = host_words(h, patterns, pattern, SSHD_GROUPS_MAX);
	count = count < SSHD_GROUPS_MAX ? count : SSHD_GROUPS_MAX;
	size_t users = sshd_group_users_in(h, passwd, groups, pattern, count, user, SSHD_USERS_MAX);
	ASSERT(count || !users);
	for (size_t i = 0; i < users && i < SSHD_USERS_MAX; i++)
		ASSERT(strstr(passwd, user[i]));
	host_close(h);
	return 0;
}
