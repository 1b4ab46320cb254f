// SPDX-License-Identifier: Apache-2.0
// PKG-02: whether security updates install themselves: settings, what is kept from them, timers, and the last run.
#include "checks/packages/packages.h"

#include "settings/apt_settings.h"
#include "checks/look.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <strings.h>

#define PERIODIC "/var/lib/apt/periodic"
#define HOUR 3600
#define DAY 86400

// As apt.systemd.daily reads them: days, or a number with s, m, h or d; "always" is each time.
static bool interval_read(const char *value, uint64_t *ret_seconds)
{
	static const struct { const char *unit; uint64_t seconds; } UNITS[] = { { "", DAY }, { "s", 1 }, { "m", 60 }, { "h", HOUR }, { "d", DAY } };
	char *end;
	unsigned long n = strtoul(value, &end, 10);
	if (!strcmp(value, "always"))
		return *ret_seconds = 1, true;
	for (size_t i = 0; i < ARRAY_LEN(UNITS); i++)
		if (end > value && *value >= '0' && *value <= '9' && !strcmp(end, UNITS[i].unit) && n < 1000000)
			return *ret_seconds = n * UNITS[i].seconds, true;
	return false;
}

static void periodic_judge(struct examination *e, const struct apt_settings *s, const char *name)
{
	const char *value = apt_setting(s, name);
	uint64_t seconds;
	if (!value || !interval_read(value, &seconds) || !seconds || seconds > 2 * DAY)
		found_fail(e, host_print(e->host, "%s \"1\"; in /etc/apt/apt.conf.d/60redoubt-periodic", name), "%s is %.40s", name,
			   value ? *value ? value : "empty" : "not set");
	else
		found_read(e, "%s %s", name, value);
}

// --- origins -------------------------------------------------------------------------------------------------------

static const char *codename(struct host *h)
{
	struct host_lines cursor = { host_file(h, "/etc/os-release")->text, 0 };
	for (const char *line; host_line(h, &cursor, &line);)
		if (text_begins(line, "VERSION_CODENAME="))
			return host_copy(h, line + 17 + strspn(line + 17, "\"'"), strcspn(line + 17 + strspn(line + 17, "\"'"), "\"'\r"));
	static const struct { const char *version, *name; } RELEASES[] = {
		{ "11", "bullseye" }, { "12", "bookworm" }, { "13", "trixie" }, { "14", "forky" }, { "15", "duke" } };
	cursor = (struct host_lines){ host_file(h, "/etc/os-release")->text, 0 };
	for (const char *line; host_line(h, &cursor, &line);)
		for (size_t i = 0; i < ARRAY_LEN(RELEASES) && text_begins(line, "VERSION_ID="); i++)
			if (!strncmp(line + 11 + strspn(line + 11, "\"'"), RELEASES[i].version, strlen(RELEASES[i].version)))
				return RELEASES[i].name;
	return "*"; // another release does not say it: any is taken for it
}

// Whether a pattern with ${distro_codename} and ${distro_id} in it fits one of the values that the archive has.
static bool value_fits(struct host *h, const char *pattern, const char *const *values, size_t count)
{
	static const struct { const char *name, *value; } VARIABLES[] = { { "${distro_codename}", NULL }, { "${distro_id}", "*" } };
	for (size_t i = 0; i < ARRAY_LEN(VARIABLES); i++) {
		const char *at = strstr(pattern, VARIABLES[i].name), *value = VARIABLES[i].value ? VARIABLES[i].value : codename(h);
		if (at)
			pattern = host_print(h, "%.*s%s%s", (int)(at - pattern), pattern, value, at + strlen(VARIABLES[i].name));
	}
	for (size_t i = 0; i < count; i++)
		if (!fnmatch(pattern, values[i], 0) || !fnmatch(values[i], pattern, 0))
			return true;
	return false;
}

// One word of a pattern against what the Release files of the security archives say.
static bool word_fits(struct host *h, const char *key, const char *value)
{
	const char *suite = host_print(h, "%s-security", codename(h));
	const char *const ORIGINS[] = { "Debian", "Ubuntu" }, *const LABELS[] = { "Debian-Security", "Ubuntu" };
	const char *const NAMES[] = { suite }, *const SUITES[] = { suite, "stable-security", "oldstable-security", "stable", "oldstable" };
	const char *const SITES[] = { "security.debian.org", "deb.debian.org", "security.ubuntu.com" };
	const struct { const char *key, *alias; const char *const *values; size_t count; } WORDS[] = {
		{ "origin", "o", ORIGINS, 2 }, { "label", "l", LABELS, 2 }, { "codename", "n", NAMES, 1 },
		{ "suite", "a", SUITES, 5 }, { "archive", "a", SUITES, 5 }, { "site", "site", SITES, 3 }, { "component", "c", (const char *const[]){ "main" }, 1 } };
	for (size_t i = 0; i < ARRAY_LEN(WORDS); i++)
		if (!strcmp(key, WORDS[i].key) || !strcmp(key, WORDS[i].alias))
			return value_fits(h, value, WORDS[i].values, WORDS[i].count);
	return false;
}

// "origin=Debian,codename=${distro_codename}-security,label=Debian-Security": every word must fit, and one say security.
static bool pattern_fits(struct host *h, const char *pattern)
{
	bool security = strcasestr(pattern, "security") != NULL;
	for (const char *at = pattern; *at; at += strcspn(at, ","), at += *at == ',') {
		size_t size = strcspn(at, ","), key = strcspn(at, "=");
		if (key >= size || !word_fits(h, host_copy(h, at, key), host_copy(h, at + key + 1, size - key - 1)))
			return false;
	}
	return security;
}

// "${distro_id}:${distro_codename}-security": the origin and the suite.
static bool allowed_fits(struct host *h, const char *origin)
{
	const char *colon = strchr(origin, ':');
	return colon && strcasestr(colon, "security") && word_fits(h, "origin", host_copy(h, origin, (size_t)(colon - origin))) &&
	       word_fits(h, "suite", colon + 1);
}

static void origins_judge(struct examination *e, const struct apt_settings *s)
{
	bool any = false;
	for (size_t i = 0; i < s->count; i++) {
		if (!strcasecmp(s->setting[i].name, "Unattended-Upgrade::Origins-Pattern"))
			any |= pattern_fits(e->host, s->setting[i].value);
		if (!strcasecmp(s->setting[i].name, "Unattended-Upgrade::Allowed-Origins"))
			any |= allowed_fits(e->host, s->setting[i].value);
	}
	if (!any)
		found_fail(e, "redoubt host harden --only updates --apply",
			   "no item of Unattended-Upgrade::Origins-Pattern or Allowed-Origins fits the security archive");
}

// --- what is kept from being updated -------------------------------------------------------------------------------

static void kept_judge(struct examination *e, const struct apt_settings *s)
{
	static const struct { const char *name, *why; } LISTS[] = {
		{ "Unattended-Upgrade::Package-Blacklist", "keeps what it matches from being updated" },
		{ "Unattended-Upgrade::Package-Whitelist", "keeps everything else from being updated" },
		{ "Unattended-Upgrade::Update-Days", "lets updates wait for these days" } };
	for (size_t i = 0; i < s->count; i++)
		for (size_t k = 0; k < ARRAY_LEN(LISTS); k++)
			if (!strcasecmp(s->setting[i].name, LISTS[k].name) && *s->setting[i].value)
				found_fail(e, host_print(e->host, "take it out, or '#clear %s;' in /etc/apt/apt.conf.d/60redoubt-upgrades", LISTS[k].name),
					   "%s \"%.80s\" %s", LISTS[k].name, s->setting[i].value, LISTS[k].why);
	const char *shutdown = apt_setting(s, "Unattended-Upgrade::InstallOnShutdown");
	if (shutdown && apt_truth(shutdown) == APT_YES)
		found_fail(e, "take it out", "Unattended-Upgrade::InstallOnShutdown %s: a server that does not shut down gets nothing", shutdown);
}

// A pin below zero keeps packages out; one on everything or on the security archive undoes all of this.
static void pin_judge(struct examination *e, const char *path)
{
	const struct host_file *f = host_file(e->host, path);
	struct host_lines cursor = { f->text, 0 };
	bool security = false, below = false;
	for (const char *line = ""; line; line = host_line(e->host, &cursor, &line) ? line : NULL) {
		const char *value = strchr(line, ':') ? strchr(line, ':') + 1 : "";
		if (!strncasecmp(line, "Package:", 8))
			security = below = false;
		security |= (!strncasecmp(line, "Package:", 8) && !strcmp(value + strspn(value, " \t"), "*")) ||
			    (!strncasecmp(line, "Pin:", 4) && strcasestr(value, "security"));
		below |= !strncasecmp(line, "Pin-Priority:", 13) && strtol(value, NULL, 10) < 0;
		if (security && below) {
			found_fail(e, host_print(e->host, "take the pin out of %s", path), "%s:%u: a pin below zero keeps security updates away", path,
				   cursor.number);
			security = below = false;
		}
	}
}

static void pins_judge(struct examination *e)
{
	const struct host_names *names = host_names(e->host, "/etc/apt/preferences.d");
	pin_judge(e, "/etc/apt/preferences");
	for (size_t i = 0; i < names->count; i++)
		pin_judge(e, host_print(e->host, "/etc/apt/preferences.d/%s", names->name[i]));
}

// --- timers --------------------------------------------------------------------------------------------------------

// A link to /dev/null or an empty file in place of the unit.
static const char *masked_at(struct host *h, const char *unit)
{
	static const char *const FOLDERS[] = { "/etc/systemd/system", "/run/systemd/system", "/etc/systemd/system.control",
					       "/run/systemd/system.control", "/run/systemd/transient" };
	for (size_t i = 0; i < ARRAY_LEN(FOLDERS); i++) {
		const char *path = host_print(h, "%s/%s", FOLDERS[i], unit), *link = host_link(h, path);
		struct stat s;
		if (link ? !strcmp(link, "/dev/null") : !host_lstat(h, path, &s) && S_ISREG(s.st_mode) && !s.st_size)
			return path;
	}
	return NULL;
}

static bool daily(const char *when)
{
	static const char *const DAILY[] = { "daily", "hourly", "minutely", "*-*-*", "*:" };
	size_t time = strspn(when, "0123456789:,");
	for (size_t i = 0; i < ARRAY_LEN(DAILY); i++)
		if (text_begins(when, DAILY[i]))
			return true;
	return !*when || (time && !when[time]); // empty: it takes the earlier ones back; a time alone is each day's
}

// A line that lets the unit do another thing than the updates, or nothing, or seldom.
static bool undoes(const char *line)
{
	static const char *const KEYS[] = { "ExecStart", "ExecCondition", "Condition", "Assert", "User=", "RootDirectory", "RootImage" };
	line += strspn(line, " \t");
	for (size_t i = 0; i < ARRAY_LEN(KEYS); i++)
		if (text_begins(line, KEYS[i]))
			return true;
	const char *value = text_begins(line, "OnCalendar") && strchr(line, '=') ? strchr(line, '=') + 1 : "";
	return !daily(value + strspn(value, " \t"));
}

static void drop_in_judge(struct examination *e, const char *unit, const char *path)
{
	struct host_lines cursor = { host_file(e->host, path)->text, 0 };
	for (const char *line; host_line(e->host, &cursor, &line);)
		if (undoes(line))
			found_fail(e, host_print(e->host, "rm %s; systemctl daemon-reload", path), "%s:%u changes what %s does or when: '%.60s'", path,
				   cursor.number, unit, line);
}

// UNIT.d, and those for all that begin so or are of its kind.
static void drop_ins_judge(struct examination *e, const char *unit)
{
	static const char *const FOLDERS[] = { "/etc/systemd/system", "/run/systemd/system", "/etc/systemd/system.control",
					       "/run/systemd/system.control", "/usr/local/lib/systemd/system" };
	const char *kind = strrchr(unit, '.') + 1;
	for (size_t i = 0; i < ARRAY_LEN(FOLDERS); i++) {
		const char *const PLACES[] = { host_print(e->host, "%s/%s.d", FOLDERS[i], unit), host_print(e->host, "%s/apt-daily-.%s.d", FOLDERS[i], kind),
					       host_print(e->host, "%s/apt-.%s.d", FOLDERS[i], kind), host_print(e->host, "%s/%s.d", FOLDERS[i], kind) };
		for (size_t k = 0; k < ARRAY_LEN(PLACES); k++) {
			const struct host_names *names = host_names(e->host, PLACES[k]);
			for (size_t n = 0; n < names->count; n++)
				if (text_ends(names->name[n], ".conf"))
					drop_in_judge(e, unit, host_print(e->host, "%s/%s", PLACES[k], names->name[n]));
		}
	}
}

static void timers_judge(struct examination *e)
{
	static const char *const UNITS[] = { "apt-daily.timer", "apt-daily-upgrade.timer", "apt-daily.service", "apt-daily-upgrade.service" };
	for (size_t i = 0; i < ARRAY_LEN(UNITS); i++) {
		const char *masked = masked_at(e->host, UNITS[i]);
		struct stat unused;
		drop_ins_judge(e, UNITS[i]);
		if (masked)
			found_fail(e, host_print(e->host, "systemctl unmask %s; systemctl enable --now %s", UNITS[i], UNITS[i]),
				   "%s is masked by %s, so nothing starts the updates", UNITS[i], masked);
		else if (i < 2 && host_lstat(e->host, host_print(e->host, "/etc/systemd/system/timers.target.wants/%s", UNITS[i]), &unused))
			found_fail(e, host_print(e->host, "systemctl enable --now %s", UNITS[i]), "%s is not enabled, so nothing starts the updates",
				   UNITS[i]);
	}
}

static void last_run_judge(struct examination *e)
{
	struct stat s;
	uint64_t now = host_now(e->host), last = host_stat(e->host, PERIODIC "/unattended-upgrades-stamp", &s) ? 0 : (uint64_t)s.st_mtime;
	if (!last)
		found_fail(e, "unattended-upgrade -v, and look at what it says", "unattended-upgrades never ran to its end");
	else if (now > last + 48 * HOUR)
		found_fail(e, "unattended-upgrade -v, and look at what it says", "unattended-upgrades ran to its end %llu hours ago",
			   (unsigned long long)((now - last) / HOUR));
	else
		found_read(e, "last run %llu hours ago", (unsigned long long)(now > last ? (now - last) / HOUR : 0));
}

void pkg_02(struct examination *e)
{
	const struct apt_settings *s = apt_settings_read(e->host);
	struct stat unused;
	if (host_names(e->host, "/etc/apt")->error) {
		found_unknown(e, "/etc/apt could not be read: %s", strerror(-host_names(e->host, "/etc/apt")->error));
		return;
	}
	if (s->unclear)
		found_unknown(e, "apt's settings were not understood: %s", s->unclear);
	if (host_stat(e->host, "/usr/bin/unattended-upgrade", &unused))
		found_fail(e, NULL, "unattended-upgrades is not installed");
	periodic_judge(e, s, "APT::Periodic::Update-Package-Lists");
	periodic_judge(e, s, "APT::Periodic::Unattended-Upgrade");
	const char *enabled = apt_setting(s, "APT::Periodic::Enable");
	if (enabled && *enabled && apt_truth(enabled) != APT_YES)
		found_fail(e, "remove APT::Periodic::Enable", "APT::Periodic::Enable is %.40s", enabled);
	origins_judge(e, s);
	kept_judge(e, s);
	pins_judge(e);
	timers_judge(e);
	last_run_judge(e);
}
