// SPDX-License-Identifier: Apache-2.0
// Whether security updates wait, arrive by themselves, and still come at all.
#include "checks/packages/packages.h"

#include "settings/debian_version.h"

#include <stdlib.h>
#include <strings.h>
#include <time.h>

#define LISTS "/var/lib/apt/lists"
#define PERIODIC "/var/lib/apt/periodic"
#define HOUR 3600
#define SLOTS 4096

// --- what is installed ---------------------------------------------------------------------------------------------

struct installed { struct installed *next; const char *name, *version, *architecture; };
struct inventory { size_t count; struct installed *slot[SLOTS]; };
struct stanza { const char *name, *version, *architecture; bool installed; };

static unsigned slot_of(const char *name)
{
	uint32_t hash = 2166136261u;
	for (; *name; name++)
		hash = (hash ^ (unsigned char)*name) * 16777619u;
	return hash % SLOTS;
}

// The next paragraph of a control file. False at the end.
static bool stanza_next(struct host *h, const char **at, struct stanza *ret)
{
	static const char *const FIELDS[] = { "Package: ", "Version: ", "Architecture: ", "Status: " };
	const char *value[4] = { NULL };
	*at += strspn(*at, "\n");
	if (!**at)
		return false;
	while (**at && **at != '\n') {
		size_t size = strcspn(*at, "\n");
		for (size_t i = 0; i < ARRAY_LEN(FIELDS); i++)
			if (!strncmp(*at, FIELDS[i], strlen(FIELDS[i])))
				value[i] = host_copy(h, *at + strlen(FIELDS[i]), size - strlen(FIELDS[i]));
		*at += size + ((*at)[size] == '\n');
	}
	*ret = (struct stanza){ value[0], value[1], value[2], value[3] && strstr(value[3], " installed") };
	return true;
}

static struct inventory *inventory_read(struct host *h, const char *status)
{
	struct inventory *v = host_alloc(h, sizeof *v);
	struct stanza s;
	for (const char *at = status; stanza_next(h, &at, &s);) {
		if (!s.installed || !s.name || !s.version || !s.architecture)
			continue;
		struct installed *p = host_alloc(h, sizeof *p), **slot = &v->slot[slot_of(s.name)];
		*p = (struct installed){ *slot, s.name, s.version, s.architecture };
		*slot = p;
		v->count++;
	}
	return v;
}

// --- PKG-01 --------------------------------------------------------------------------------------------------------

static void pending_judge(struct examination *e, const struct inventory *v, const struct stanza *s, const char *list)
{
	for (const struct installed *p = v->slot[slot_of(s->name)]; p; p = p->next) {
		bool same = !strcmp(p->architecture, s->architecture) || !strcmp(s->architecture, "all") || !strcmp(p->architecture, "all");
		if (strcmp(p->name, s->name) || !same)
			continue;
		if (!debian_version_valid(p->version) || !debian_version_valid(s->version))
			found_unknown(e, "%.60s: '%.60s' or '%.60s' is no version", p->name, p->version, s->version);
		else if (debian_version_compare(p->version, s->version) < 0)
			found_fail(e, host_print(e->host, "apt-get install --only-upgrade %.100s", p->name), "%.60s %.60s waits for %.60s (%.100s)", p->name,
				   p->version, s->version, list);
	}
}

static void list_judge(struct examination *e, const struct inventory *v, const char *name)
{
	const struct host_file *f = host_file(e->host, host_print(e->host, LISTS "/%s", name));
	struct stanza s;
	size_t count = 0;
	if (!found_file(e, f))
		return;
	for (const char *at = f->text; stanza_next(e->host, &at, &s); count++)
		if (s.name && s.version && s.architecture)
			pending_judge(e, v, &s, name);
	if (!count)
		found_unknown(e, LISTS "/%.120s has no package: rm it, and apt-get update", name);
	found_read(e, "%zu packages of %s", count, name);
}

static uint64_t changed_at(struct host *h, const char *path)
{
	struct stat s;
	return host_stat(h, path, &s) ? 0 : (uint64_t)s.st_mtime;
}

// The stamp says that an update succeeded; where there is none, apt's folders change with each try.
static void lists_age_judge(struct examination *e)
{
	static const char *const MARKS[] = { LISTS "/partial", LISTS };
	uint64_t newest = changed_at(e->host, PERIODIC "/update-success-stamp"), now = host_now(e->host);
	for (size_t i = 0; !newest && i < ARRAY_LEN(MARKS); i++)
		newest = changed_at(e->host, MARKS[i]);
	if (newest > now + HOUR)
		found_fail(e, "set the clock, and apt-get update", "the package lists are from the future");
	uint64_t hours = now > newest ? (now - newest) / HOUR : 0;
	if (hours >= 24)
		found_fail(e, "apt-get update", "the package lists are %llu hours old", (unsigned long long)hours);
	else
		found_read(e, "lists are %llu hours old", (unsigned long long)hours);
}

void pkg_01(struct examination *e)
{
	const struct host_file *status = host_file(e->host, "/var/lib/dpkg/status");
	const struct host_names *lists = host_names(e->host, LISTS);
	size_t security = 0;
	if (!found_file(e, status))
		return;
	if (lists->error) {
		found_unknown(e, LISTS " could not be read: %s", strerror(-lists->error));
		return;
	}
	const struct inventory *v = inventory_read(e->host, status->text);
	for (size_t i = 0; i < lists->count; i++) {
		const char *end = strstr(lists->name[i], "_Packages");
		if (!end || !strcasestr(lists->name[i], "security"))
			continue;
		security++;
		if (end[9])
			found_unknown(e, LISTS "/%.120s is compressed, which is not read here: write 'Acquire::GzipIndexes \"false\";' into "
				      "/etc/apt/apt.conf.d/99redoubt-lists (and take another value out of /etc/apt), rm the file, and apt-get update",
				      lists->name[i]);
		else
			list_judge(e, v, lists->name[i]);
	}
	if (!security)
		found_fail(e, "add the security suite to the sources, and apt-get update", LISTS " has no list of a security suite");
	lists_age_judge(e);
	found_read(e, "%zu installed packages", v->count);
}

// --- PKG-06 --------------------------------------------------------------------------------------------------------

// Debian: wiki.debian.org/DebianReleases and wiki.debian.org/LTS, as quoted in July 2026 (Debian 12's regular support was
// extended from 2026-06-10 to 2026-07-11 then). Ubuntu: ubuntu.com/about/release-cycle, which names months: standard
// support, to the month's end. `regular` ends the security team's support, `end` that of the LTS team.
static const struct { const char *id, *version, *regular, *end; } RELEASES[] = {
	{ "debian", "10", "2022-09-10", "2024-06-30" }, { "debian", "11", "2024-08-14", "2026-08-31" },
	{ "debian", "12", "2026-07-11", "2028-06-30" }, { "debian", "13", "2028-08-09", "2030-06-30" },
	{ "ubuntu", "20.04", "2025-05-31", "2025-05-31" }, { "ubuntu", "22.04", "2027-04-30", "2027-04-30" },
	{ "ubuntu", "24.04", "2029-04-30", "2029-04-30" },
};

// NAME=value or NAME="value".
static const char *release_value(struct host *h, const char *text, const char *name)
{
	struct host_lines cursor = { text, 0 };
	size_t size = strlen(name);
	for (const char *line; host_line(h, &cursor, &line);) {
		if (strncmp(line, name, size) || line[size] != '=')
			continue;
		const char *value = line + size + 1 + strspn(line + size + 1, "\"'");
		return host_copy(h, value, strcspn(value, "\"'\r"));
	}
	return NULL;
}

static void support_judge(struct examination *e, const char *what, const char *regular, const char *end)
{
	char today[16];
	time_t now = (time_t)host_now(e->host);
	struct tm t;
	if (!gmtime_r(&now, &t) || !strftime(today, sizeof today, "%Y-%m-%d", &t)) {
		found_unknown(e, "the date is not known");
		return;
	}
	if (strcmp(today, end) > 0)
		found_fail(e, NULL, "%s: security support ended on %s", what, end);
	else if (strcmp(today, regular) > 0)
		found_read(e, "%s has long-term support until %s (a subset of packages; the regular one ended on %s)", what, end, regular);
	else
		found_read(e, "%s is supported until %s, then long-term until %s", what, regular, end);
}

void pkg_06(struct examination *e)
{
	const struct host_file *f = host_file(e->host, "/etc/os-release");
	if (f->error == -ENOENT)
		f = host_file(e->host, "/usr/lib/os-release");
	if (!found_file(e, f))
		return;
	const char *id = release_value(e->host, f->text, "ID"), *version = release_value(e->host, f->text, "VERSION_ID");
	const char *what = host_print(e->host, "%.40s %.40s", id ? id : "?", version ? version : "?");
	for (size_t i = 0; id && version && i < ARRAY_LEN(RELEASES); i++) {
		if (strcmp(RELEASES[i].id, id) || strcmp(RELEASES[i].version, version))
			continue;
		support_judge(e, what, RELEASES[i].regular, RELEASES[i].end);
		return;
	}
	if (id && !version)
		found_fail(e, NULL, "%.40s without a version: testing and unstable have no security support of their own", id);
	else
		found_unknown(e, "%s is not in the table of releases", what);
}
