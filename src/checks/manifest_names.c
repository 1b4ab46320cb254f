// SPDX-License-Identifier: Apache-2.0
// Lines that name one thing. A name that means everything, or nothing that it could mean, is refused: the checks would
// take it for a fact and see no fault any more.
#include "checks/manifest_line.h"

#define ALNUM "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"

int take_name(struct manifest *m, const struct line *l, size_t offset)
{
	struct manifest_names *to = (void *)((char *)m + offset);
	if (to->count == MANIFEST_NAME_MAX)
		return line_complain(l, "there is room for %d lines of '%s'", MANIFEST_NAME_MAX, l->word[0]);
	if (manifest_has(to, l->word[1]))
		return line_complain(l, "%s %.60s was given before", l->word[0], l->word[1]);
	to->name[to->count++] = l->word[1];
	return 0;
}

static bool ends_in(const char *path, const char *end)
{
	size_t size = strlen(path), length = strlen(end);
	return size >= length && !strcmp(path + size - length, end);
}

int take_path(struct manifest *m, const struct line *l, size_t offset)
{
	const char *path = l->word[1];
	if (path[0] != '/' || strstr(path, "/../") || ends_in(path, "/.."))
		return line_complain(l, "'%.60s' is not an absolute path", path);
	if (strstr(path, "//") || strstr(path, "/./") || ends_in(path, "/.") || !path[1])
		return line_complain(l, "'%.60s' is no plain path of one thing; write it without '.', '//', and name what is meant", path);
	if (!strcmp(l->word[0], "setuid") && ends_in(path, "/"))
		return line_complain(l, "setuid takes one program, not the folder '%.60s'", path);
	return take_name(m, l, offset);
}

// Served as a whole, these would show the system, and what is searched in a web root would not end.
int take_web_root(struct manifest *m, const struct line *l, size_t offset)
{
	static const char *const KERNEL[] = { "/proc", "/sys", "/dev" };
	static const char *const SYSTEM[] = { "/etc", "/root", "/boot", "/usr", "/var", "/home", "/run", "/tmp", "/bin", "/sbin", "/lib" };
	const char *path = l->word[1];
	size_t size = strlen(path);
	while (size > 1 && path[size - 1] == '/')
		size--;
	for (size_t i = 0; i < ARRAY_LEN(KERNEL); i++)
		if (!strncmp(path, KERNEL[i], strlen(KERNEL[i])) && (!path[strlen(KERNEL[i])] || path[strlen(KERNEL[i])] == '/'))
			return line_complain(l, "%.60s is the kernel's, no folder of pages", path);
	for (size_t i = 0; i < ARRAY_LEN(SYSTEM); i++)
		if (size == strlen(SYSTEM[i]) && !strncmp(path, SYSTEM[i], size))
			return line_complain(l, "%.60s is the system's; name the folder of pages beneath it", path);
	return take_path(m, l, offset);
}

int take_unit(struct manifest *m, const struct line *l, size_t offset)
{
	if (l->word[1][strspn(l->word[1], ALNUM ":_.@\\+()-")])
		return line_complain(l, "%s %.60s names no one unit or program: patterns and paths are not taken, each has its line", l->word[0],
				     l->word[1]);
	return take_name(m, l, offset);
}

int take_person(struct manifest *m, const struct line *l, size_t offset)
{
	if (!strcmp(l->word[1], "root") || !strcmp(l->word[1], "0"))
		return line_complain(l, "%s root says nothing: root may do everything anyway; name %s", l->word[0],
				     strcmp(l->word[0], "admin") ? "the user that the daemon is to run as" : "the people");
	if (l->word[1][strspn(l->word[1], ALNUM "_.@\\$-")])
		return line_complain(l, "%s %.60s is no name of one user; groups and patterns are not taken", l->word[0], l->word[1]);
	return take_name(m, l, offset);
}

int take_engine(struct manifest *m, const struct line *l, size_t offset)
{
	for (size_t i = 0; i < m->egresses; i++)
		if (!strcmp(m->egress[i].user, l->word[1]))
			return line_complain(l, "%.40s has an egress line, but an engine has no network at all: take that out", l->word[1]);
	return take_person(m, l, offset);
}
