// SPDX-License-Identifier: Apache-2.0
// LOG-04: whether the kernel records who changes what gives access.
#include "settings/audit_rules.h"
#include "checks/logs/logs.h"
#include "checks/look.h"

#include <stdlib.h>
#include <strings.h>

#define FOLDER "/etc/audit/rules.d"

static const struct { const char *path; bool folder; } WATCHED[] = {
	{ "/etc/ssh/sshd_config", false }, { "/etc/sudoers", false }, { "/etc/passwd", false }, { "/etc/shadow", false }, { "/etc/redoubt", true },
};

static int by_version(const void *a, const void *b)
{
	return strverscmp(*(const char *const *)a, *(const char *const *)b);
}

// As augenrules does: the names that end in .rules, in the order of `ls -v`; without any of them audit.rules.
static size_t rules_read(struct examination *e, struct audit_rules *to)
{
	const struct host_names *names = host_names(e->host, FOLDER);
	const char **sorted = host_alloc(e->host, (names->count + 1) * sizeof *sorted);
	size_t count = 0;
	for (size_t i = 0; i < names->count; i++)
		if (text_ends(names->name[i], ".rules") && names->name[i][0] != '.')
			sorted[count++] = host_print(e->host, FOLDER "/%s", names->name[i]);
	qsort(sorted, count, sizeof *sorted, by_version);
	bool in_order = !count;
	if (in_order)
		sorted[count++] = "/etc/audit/audit.rules";
	for (size_t i = 0; i < count; i++) {
		const struct host_file *f = host_file(e->host, sorted[i]);
		if (f->error && !(in_order && f->error == -ENOENT))
			found_unknown(e, "%s could not be read: %s", sorted[i], strerror(-f->error));
		audit_rules_add(e->host, to, sorted[i], f->text, in_order);
	}
	return count;
}

static void daemon_judge(struct examination *e)
{
	const struct host_processes *all = host_processes(e->host);
	bool running = false;
	for (size_t i = 0; i < all->count; i++)
		running |= !strcmp(all->process[i].name, "auditd") &&
			   (!*all->process[i].program || !strcmp(host_basename(all->process[i].program), "auditd"));
	if (!running)
		found_fail(e, "apt-get install auditd; systemctl enable --now auditd", "auditd does not run");
}

// "key = value" in auditd.conf(5).
static void daemon_settings_judge(struct examination *e)
{
	static const char *const KEYS[] = { "local_events", "write_logs" };
	struct host_lines cursor = { host_file(e->host, "/etc/audit/auditd.conf")->text, 0 };
	for (const char *line; host_line(e->host, &cursor, &line);) {
		const char *word[3];
		if (host_words(e->host, line, word, 3) != 3 || strcmp(word[1], "="))
			continue;
		for (size_t i = 0; i < ARRAY_LEN(KEYS); i++)
			if (!strcasecmp(word[0], KEYS[i]) && !strcasecmp(word[2], "no"))
				found_fail(e, "set it to yes", "/etc/audit/auditd.conf, line %u: %s = no: nothing is recorded", cursor.number, KEYS[i]);
	}
}

static void kernel_judge(struct examination *e)
{
	const char *word[128];
	size_t words = host_words(e->host, host_copy(e->host, host_file(e->host, "/proc/cmdline")->text,
						     strcspn(host_file(e->host, "/proc/cmdline")->text, "\n")), word, ARRAY_LEN(word));
	for (size_t i = 0; i < words && i < ARRAY_LEN(word); i++)
		if (!strcmp(word[i], "audit=0") || !strcmp(word[i], "audit=off"))
			found_fail(e, "take it out of GRUB_CMDLINE_LINUX; update-grub; reboot", "the kernel was started with %s: it audits nothing", word[i]);
}

void log_04(struct examination *e)
{
	if (host_names(e->host, "/etc")->error) {
		found_unknown(e, "/etc could not be read");
		return;
	}
	struct audit_rules *rules = host_alloc(e->host, sizeof *rules);
	rules->enabled = -1;
	size_t files = rules_read(e, rules);
	for (size_t i = 0; i < ARRAY_LEN(WATCHED); i++) {
		const char *why = audit_rules_miss(e->host, rules, WATCHED[i].path, WATCHED[i].folder);
		if (why)
			found_fail(e, "redoubt host harden --only logs --apply", "changes of %s are not recorded: %s", WATCHED[i].path, why);
	}
	daemon_judge(e);
	daemon_settings_judge(e);
	kernel_judge(e);
	if (rules->enabled == 0)
		found_fail(e, "take '-e 0' out of the rules", "the audit rules switch auditing off (-e 0)");
	if (rules->silenced)
		found_fail(e, "take it out of the rules", "an audit rule silences the others: %s", rules->silenced);
	if (rules->unclear)
		found_unknown(e, "%s", rules->unclear);
	found_read(e, "%zu files of audit rules, %zu rules; staff data and the cold table are not built yet", files, rules->count);
}
