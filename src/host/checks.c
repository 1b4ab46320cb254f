// SPDX-License-Identifier: Apache-2.0
#include "host/checks.h"

#define GROUP(prefix, title, name) { prefix, title, name##_checks, &name##_check_count }

const struct check_group check_groups[] = {
	GROUP("NET", "Network and firewall", network),
	GROUP("SSH", "SSH", ssh),
	GROUP("ACC", "Accounts and staff", accounts),
	GROUP("FS", "Files and secrets", files),
	GROUP("WEB", "Web", web),
	GROUP("SVC", "Services", services),
	GROUP("PKG", "Packages and updates", packages),
	GROUP("FIM", "Integrity", integrity),
	GROUP("LOG", "Logs and time", logs),
	GROUP("BAK", "Backups", backups),
	GROUP("ENV", "Environments", environment),
};
const size_t check_group_count = ARRAY_LEN(check_groups);

const struct check *check_find(const char *id)
{
	for (size_t g = 0; g < check_group_count; g++)
		for (size_t i = 0; i < *check_groups[g].count; i++)
			if (!strcmp(check_groups[g].checks[i].id, id))
				return &check_groups[g].checks[i];
	return NULL;
}

// "SSH" takes the group, "SSH-01" one check.
static bool chosen(const char *id, const char *only)
{
	size_t size = strlen(only);
	return !size || (!strncmp(id, only, size) && (!id[size] || id[size] == '-'));
}

size_t checks_run(struct examination *e, const char *only)
{
	size_t ran = 0;
	for (size_t g = 0; g < check_group_count; g++) {
		for (size_t i = 0; i < *check_groups[g].count; i++) {
			const struct check *c = &check_groups[g].checks[i];
			if (!chosen(c->id, only))
				continue;
			check_run(e, c);
			ran++;
		}
	}
	return ran;
}
