// SPDX-License-Identifier: Apache-2.0
// Whether sudo asks for a proof, whatever it grants: its Defaults, and what stands around it.
#include "checks/accounts/sudoers.h"
#include "checks/look.h"

#include <stdlib.h>

enum wrong { WHEN_SET, WHEN_NEGATED };

static const struct { const char *name; enum wrong wrong; const char *why; } SETTINGS[] = {
	{ "authenticate", WHEN_NEGATED, "sudo never asks" },
	{ "exempt_group", WHEN_SET, "sudo never asks that group" },
	{ "targetpw", WHEN_SET, "it asks for the other user's password, which is shared" },
	{ "rootpw", WHEN_SET, "it asks for root's password, which is shared" },
	{ "runaspw", WHEN_SET, "it asks for one password that all share" },
	{ "tty_tickets", WHEN_NEGATED, "a proof in one session counts in all" },
	{ "env_reset", WHEN_NEGATED, "the caller's environment, LD_PRELOAD with it, reaches what runs as root" },
	{ "setenv", WHEN_SET, "the caller's environment, LD_PRELOAD with it, reaches what runs as root" },
};

static bool keeps_loader(const struct sudo_default *d)
{
	return !strcmp(d->name, "env_keep") && !d->negated && (strstr(d->value, "LD_") || strchr(d->value, '*') || strstr(d->value, "PYTHON") ||
							       strstr(d->value, "PERL") || strstr(d->value, "BASH_ENV"));
}

// Minutes that one proof lasts: below zero without an end.
static bool lasts_long(const struct sudo_default *d)
{
	return !strcmp(d->name, "timestamp_timeout") && (*d->value == '-' || strtod(d->value, NULL) > 60);
}

static const char *setting_why(const struct sudo_default *d)
{
	for (size_t i = 0; i < ARRAY_LEN(SETTINGS); i++)
		if (!strcmp(SETTINGS[i].name, d->name) && d->negated == (SETTINGS[i].wrong == WHEN_NEGATED))
			return SETTINGS[i].why;
	if (!strcmp(d->name, "authenticate") && *d->value)
		return "a flag takes no value; sudo may or may not ask";
	if (!strcmp(d->name, "timestamp_type") && !strcmp(d->value, "global"))
		return "a proof in one session counts in all";
	if (keeps_loader(d))
		return "the caller says which code root loads";
	return lasts_long(d) ? "one proof lasts for hours, or for ever" : NULL;
}

void sudo_settings_judge(struct examination *e, const struct sudo_rules *s)
{
	for (const struct sudo_default *d = s->setting; d; d = d->next) {
		const char *why = setting_why(d);
		if (why)
			found_fail(e, "take it out with visudo", "%s:%u: Defaults %s%s%s%.80s: %s", d->place.path, d->place.line,
				   d->negated ? "!" : "", d->name, *d->value ? "=" : "", d->value, why);
	}
}

// --- what stands around it -----------------------------------------------------------------------------------------

// A plugin of somebody else's, or arguments that name other files, decide in sudoers' place.
static void plugins_judge(struct examination *e)
{
	struct host_lines cursor = { host_file(e->host, "/etc/sudo.conf")->text, 0 };
	const char *word[4];
	for (const char *line; host_line(e->host, &cursor, &line);) {
		size_t words = host_words(e->host, line, word, 4);
		if (!words || strcmp(word[0], "Plugin"))
			continue;
		bool usual = words == 3 && text_begins(word[1], "sudoers_") && !strcmp(host_basename(word[2]), "sudoers.so") &&
			     (*word[2] != '/' || text_begins(word[2], "/usr/lib/sudo/") || text_begins(word[2], "/usr/libexec/sudo/"));
		if (!usual)
			found_unknown(e, "/etc/sudo.conf:%u: other rules than those of /etc/sudoers decide: %.100s", cursor.number, line);
	}
}

static void directory_judge(struct examination *e)
{
	struct host_lines cursor = { host_file(e->host, "/etc/nsswitch.conf")->text, 0 };
	const char *word[8];
	for (const char *line; host_line(e->host, &cursor, &line);) {
		size_t words = host_words(e->host, line, word, 8);
		if (!words || strcmp(word[0], "sudoers:"))
			continue;
		for (size_t i = 1; i < words && i < 8; i++)
			if (strcmp(word[i], "files") && *word[i] != '[')
				found_unknown(e, "/etc/nsswitch.conf:%u: rules also come from %.40s, which is not read here", cursor.number, word[i]);
	}
}

// "auth sufficient pam_permit.so" and its like let everybody through before a password is asked for.
static void pam_judge(struct examination *e)
{
	static const char *const FILES[] = { "/etc/pam.d/sudo", "/etc/pam.d/sudo-i", "/etc/pam.d/su", "/etc/pam.d/common-auth" };
	const char *word[1];
	for (size_t f = 0; f < ARRAY_LEN(FILES); f++) {
		struct host_lines cursor = { host_file(e->host, FILES[f])->text, 0 };
		for (const char *line; host_line(e->host, &cursor, &line);) {
			const char *rule = host_copy(e->host, line, strcspn(line, "#"));
			bool enough = strstr(rule, "sufficient") || strstr(rule, "success=done") || strstr(rule, "success=end");
			bool lets = strstr(rule, "pam_permit.so") || strstr(rule, "pam_exec.so") || (strstr(rule, "pam_wheel.so") && strstr(rule, "trust"));
			if (host_words(e->host, rule, word, 1) && !strcmp(*word[0] == '-' ? word[0] + 1 : word[0], "auth") && enough && lets)
				found_fail(e, host_print(e->host, "take the line out of %s", FILES[f]), "%s:%u lets people through without a password: %.100s",
					   FILES[f], cursor.number, line);
		}
	}
}

// doas.conf(5) is sudoers' smaller brother: "permit nopass ..." without a command lets somebody do all without a proof.
static void doas_judge(struct examination *e)
{
	struct host_lines cursor = { host_file(e->host, "/etc/doas.conf")->text, 0 };
	const char *word[32];
	for (const char *line; host_line(e->host, &cursor, &line);) {
		size_t words = host_words(e->host, host_copy(e->host, line, strcspn(line, "#")), word, 32);
		bool free = false, command = false;
		for (size_t i = 1; i < words && i < 32; i++) {
			free |= !strcmp(word[i], "nopass");
			command |= !strcmp(word[i], "cmd");
		}
		if (words)
			found_read(e, "/etc/doas.conf:%u", cursor.number);
		if (words && !strcmp(word[0], "permit") && free && !command)
			found_fail(e, "take 'nopass' out of /etc/doas.conf", "/etc/doas.conf:%u lets people do everything without a password: %.100s",
				   cursor.number, line);
	}
}

void sudo_surroundings_judge(struct examination *e)
{
	doas_judge(e);
	plugins_judge(e);
	directory_judge(e);
	pam_judge(e);
}
