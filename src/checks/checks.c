// SPDX-License-Identifier: Apache-2.0
#include "checks/checks.h"

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

// "SSH" is the group, "SSH-01" one check.
static bool named(const char *id, const char *word, size_t size)
{
	return !strncmp(id, word, size) && (!id[size] || id[size] == '-');
}

// A list with commas: what it names is taken, what it names with a '-' in front is not.
static bool chosen(const char *id, const char *only)
{
	bool taken = !*only || *only == '-';
	for (const char *at = only; *at; at += strcspn(at, ","), at += *at == ',') {
		bool out = *at == '-';
		if (named(id, at + out, strcspn(at, ",") - out))
			taken = !out;
	}
	return taken;
}

static bool word_known(const char *word, size_t size)
{
	for (size_t g = 0; size && g < check_group_count; g++)
		for (size_t i = 0; i < *check_groups[g].count; i++)
			if (named(check_groups[g].checks[i].id, word, size))
				return true;
	return false;
}

static bool words_known(const char *only)
{
	for (const char *at = only; *at; at += strcspn(at, ","), at += *at == ',')
		if (!word_known(at + (*at == '-'), strcspn(at, ",") - (*at == '-')))
			return false;
	return true;
}

size_t checks_run(struct examination *e, const char *only)
{
	size_t ran = 0;
	if (!words_known(only))
		return 0;
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
