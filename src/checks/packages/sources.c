// SPDX-License-Identifier: Apache-2.0
// Where packages come from, and whether what they brought runs.
#include "checks/packages/packages.h"

#include "settings/apt_settings.h"
#include "settings/apt_sources.h"
#include "checks/look.h"

#include <stdlib.h>
#include <strings.h>

static bool ends_with(const char *text, const char *end)
{
	size_t size = strlen(text), tail = strlen(end);
	return size >= tail && !strcmp(text + size - tail, end);
}

struct source { const char *path; unsigned line; bool disabled, signed_by; const char *foreign_uri; };

// Options that take the proof away, and the truth that does it. Both kinds of file have them, spelled alike.
static const struct { const char *name; enum apt_truth bad; } OPTIONS[] = {
	{ "trusted", APT_YES }, { "allow-insecure", APT_YES }, { "allow-weak", APT_YES }, { "allow-downgrade-to-insecure", APT_YES },
	{ "check-valid-until", APT_NO }, { "check-date", APT_NO },
};

static void option_judge(struct examination *e, struct source *s, const char *name, const char *value)
{
	if (!strcasecmp(name, "signed-by"))
		s->signed_by = *value != 0;
	if (!strcasecmp(name, "enabled"))
		s->disabled = apt_truth(value) == APT_NO;
	for (size_t i = 0; i < ARRAY_LEN(OPTIONS); i++)
		if (!strcasecmp(name, OPTIONS[i].name) && apt_truth(value) == OPTIONS[i].bad)
			found_fail(e, host_print(e->host, "take %s out of %s", name, s->path), "%s:%u: %s %.40s", s->path, s->line, name, value);
}

// "https://deb.debian.org/debian": whether the host itself, and not a path that looks like it, is the distribution's.
static bool uri_foreign(const char *uri)
{
	static const char *const OURS[] = { "debian.org", "ubuntu.com" };
	const char *host = strstr(uri, "://");
	size_t size = host ? strcspn(host + 3, "/:") : 0;
	if (!strncasecmp(uri, "cdrom:", 6))
		return false;
	for (size_t i = 0; host && i < ARRAY_LEN(OURS); i++) {
		size_t end = strlen(OURS[i]);
		if (size >= end && !strncasecmp(host + 3 + size - end, OURS[i], end) && (size == end || host[3 + size - end - 1] == '.') &&
		    !memchr(host + 3, '@', size))
			return false;
	}
	return true;
}

static void source_judge(struct examination *e, const char *path, const struct apt_source *read)
{
	struct source s = { .path = path, .line = read->line };
	if (read->unclear)
		found_unknown(e, "%s:%u is not understood: %.80s", path, read->line, read->unclear);
	for (const struct apt_source_word *w = read->option; w; w = w->next)
		option_judge(e, &s, w->name, w->value);
	for (const struct apt_source_word *w = read->uri; w; w = w->next)
		if (uri_foreign(w->value))
			s.foreign_uri = w->value;
	if (s.foreign_uri && !s.signed_by && !s.disabled)
		found_fail(e, NULL, "%s:%u: a foreign source without signed-by: %.120s", path, s.line, s.foreign_uri);
}

// --- apt.conf ------------------------------------------------------------------------------------------------------

// By the last part of the name, because each program and each host may have its own: Acquire::https::HOST::Verify-Peer,
// Binary::apt::APT::Get::AllowUnauthenticated.
static const struct { const char *last; enum apt_truth bad; } SETTINGS[] = {
	{ "AllowUnauthenticated", APT_YES }, { "AllowInsecureRepositories", APT_YES }, { "AllowDowngradeToInsecureRepositories", APT_YES },
	{ "AllowWeakRepositories", APT_YES }, { "Verify-Peer", APT_NO }, { "Verify-Host", APT_NO }, { "Check-Valid-Until", APT_NO },
	{ "Check-Date", APT_NO }, { "Untrusted", APT_NO },
};
// With these apt reads its settings, sources or lists elsewhere than we do, or asks another program for the proof.
static const char *const ELSEWHERE[] = { "RootDir", "Dir", "Dir::Etc", "Dir::Etc::Parts", "Dir::Etc::Main", "Dir::Etc::SourceList",
					 "Dir::Etc::SourceParts", "Dir::Etc::Trusted", "Dir::Etc::TrustedParts", "Dir::State",
					 "Dir::State::Lists", "Dir::Bin::gpg", "Dir::Bin::gpgv", "Dir::Bin::apt-key", "Dir::Bin::Methods",
					 "APT::Key::GPGVCommand", "APT::Key::GPGCommand" };

static void setting_judge(struct examination *e, const struct apt_setting *s)
{
	const char *last = s->name;
	for (const char *at = last; (at = strstr(at, "::"));)
		last = at += 2;
	for (size_t i = 0; i < ARRAY_LEN(SETTINGS); i++)
		if (!strcasecmp(last, SETTINGS[i].last) && apt_truth(s->value) == SETTINGS[i].bad)
			found_fail(e, host_print(e->host, "take %.100s out of /etc/apt", s->name), "apt's setting %.100s is '%.40s'", s->name, s->value);
	for (size_t i = 0; i < ARRAY_LEN(ELSEWHERE); i++)
		if (!strcasecmp(s->name, ELSEWHERE[i]) && *s->value)
			found_unknown(e, "%s is '%.80s': apt goes elsewhere than is read here; take it out of /etc/apt", s->name, s->value);
}

static void settings_judge(struct examination *e)
{
	const struct apt_settings *s = apt_settings_read(e->host);
	if (s->unclear)
		found_unknown(e, "apt's settings were not understood: %s", s->unclear);
	for (size_t i = 0; i < s->count; i++) {
		bool later = false;
		for (size_t k = i + 1; k < s->count; k++)
			later |= !strcasecmp(s->setting[i].name, s->setting[k].name);
		if (!later) // the last one counts
			setting_judge(e, &s->setting[i]);
	}
	found_read(e, "%zu settings of apt", s->count);
}

static void file_judge(struct examination *e, const char *path)
{
	const struct host_file *f = host_file(e->host, path);
	if (!found_file(e, f))
		return;
	look_judge_root_only(e, path, &f->status);
	const struct apt_source *s = ends_with(path, ".sources") ? apt_sources_paragraphs(e->host, f->text) : apt_sources_list(e->host, f->text);
	for (; s; s = s->next)
		source_judge(e, path, s);
	found_read(e, "%s", path);
}

void pkg_03(struct examination *e)
{
	const struct host_names *lists = host_names(e->host, "/etc/apt/sources.list.d");
	bool any = host_file(e->host, "/etc/apt/sources.list")->error != -ENOENT;
	if (any)
		file_judge(e, "/etc/apt/sources.list");
	for (size_t i = 0; i < lists->count; i++) {
		if (!ends_with(lists->name[i], ".list") && !ends_with(lists->name[i], ".sources"))
			continue;
		any = true;
		file_judge(e, host_print(e->host, "/etc/apt/sources.list.d/%s", lists->name[i]));
	}
	settings_judge(e);
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
