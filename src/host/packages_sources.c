// SPDX-License-Identifier: Apache-2.0
// Where packages come from, and whether what they brought runs.
#include "host/packages.h"

#include <stdlib.h>
#include <strings.h>

static bool ends_with(const char *text, const char *end)
{
	size_t size = strlen(text), tail = strlen(end);
	return size >= tail && !strcmp(text + size - tail, end);
}

// sources.list: "deb [trusted=yes signed-by=...] URL ...". .sources: "Trusted: yes", "Signed-By: ...".
static void sources_judge(struct examination *e, const char *path)
{
	const struct host_file *f = host_file(e->host, path);
	struct host_lines cursor = { f->text, 0 };
	const char *line;
	if (!found_file(e, f))
		return;
	while (host_line(e->host, &cursor, &line)) {
		const char *at = line + strspn(line, " \t");
		if (*at == '#' || !*at)
			continue;
		if (strcasestr(at, "trusted=yes") || (!strncasecmp(at, "trusted:", 8) && strcasestr(at, "yes")) ||
		    strcasestr(at, "allow-insecure=yes") || (!strncasecmp(at, "allow-insecure:", 15) && strcasestr(at, "yes")))
			found_fail(e, NULL, "%s:%u: '%.120s'", path, cursor.number, at);
		else if (!strncmp(at, "deb", 3) && !strstr(at, "debian.org/") && !strcasestr(at, "signed-by="))
			found_fail(e, NULL, "%s:%u: a foreign source without signed-by: '%.120s'", path, cursor.number, at);
	}
	found_read(e, "%s", path);
}

static void options_judge(struct examination *e, const char *path)
{
	static const char *const BAD[] = { "AllowUnauthenticated", "AllowInsecureRepositories", "AllowDowngradeToInsecureRepositories" };
	struct host_lines cursor = { host_file(e->host, path)->text, 0 };
	const char *line;
	while (host_line(e->host, &cursor, &line)) {
		const char *at = line + strspn(line, " \t");
		for (size_t i = 0; i < ARRAY_LEN(BAD); i++) {
			const char *value = strstr(at, BAD[i]);
			if (*at != '#' && strncmp(at, "//", 2) && value && (strcasestr(value, "true") || strstr(value, "\"1\"") || strcasestr(value, "yes")))
				found_fail(e, NULL, "%s:%u: '%.120s'", path, cursor.number, at);
		}
	}
}

void pkg_03(struct examination *e)
{
	const struct host_names *lists = host_names(e->host, "/etc/apt/sources.list.d"), *options = host_names(e->host, "/etc/apt/apt.conf.d");
	bool any = host_file(e->host, "/etc/apt/sources.list")->error != -ENOENT;
	if (any)
		sources_judge(e, "/etc/apt/sources.list");
	for (size_t i = 0; i < lists->count; i++) {
		if (!ends_with(lists->name[i], ".list") && !ends_with(lists->name[i], ".sources"))
			continue;
		any = true;
		sources_judge(e, host_print(e->host, "/etc/apt/sources.list.d/%s", lists->name[i]));
	}
	options_judge(e, "/etc/apt/apt.conf");
	for (size_t i = 0; i < options->count; i++)
		options_judge(e, host_print(e->host, "/etc/apt/apt.conf.d/%s", options->name[i]));
	if (!any)
		found_unknown(e, "there is no /etc/apt/sources.list and nothing in sources.list.d");
}

void pkg_04(struct examination *e)
{
	const struct host_file *running = host_file(e->host, "/proc/sys/kernel/osrelease");
	const struct host_names *boot = host_names(e->host, "/boot");
	struct stat unused;
	bool installed = false;
	size_t kernels = 0;
	if (!found_file(e, running))
		return;
	const char *release = host_copy(e->host, running->text, strcspn(running->text, "\n"));
	if (!host_lstat(e->host, "/run/reboot-required", &unused) || !host_lstat(e->host, "/var/run/reboot-required", &unused))
		found_fail(e, NULL, "/run/reboot-required is there");
	const char *newest = NULL;
	for (size_t i = 0; i < boot->count; i++) {
		if (strncmp(boot->name[i], "vmlinuz-", 8))
			continue;
		kernels++;
		installed |= !strcmp(boot->name[i] + 8, release);
		if (!newest || strverscmp(boot->name[i] + 8, newest) > 0)
			newest = boot->name[i] + 8;
	}
	if (!kernels)
		found_not_applicable(e, "no kernel is installed in /boot (a guest whose host brings the kernel)");
	else if (strcmp(newest, release))
		found_fail(e, NULL, "%s runs, %s is installed%s", release, newest, installed ? "" : "; what runs is not");
	else
		found_read(e, "%s runs and is the newest of %zu", release, kernels);
}

void pkg_05(struct examination *e)
{
	found_not_applicable(e, "no advisory feed and no list of our own dependencies is built yet: nothing was compared");
}
