// SPDX-License-Identifier: Apache-2.0
// LOG-05: whether journald keeps what it is told, for long enough, and has room for it.
#include "checks/logs/logs.h"
#include "settings/systemd_settings.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/statvfs.h>
#include <unistd.h>

#define DAY 86400.0
#define KEPT_DAYS 90
#define FREE_PERCENT 15
// Less than this holds no 90 days of a server that logs a megabyte an hour; what is free on the disk bounds it, too.
#define USE_BYTES_MIN (1024.0 * 1024 * 1024)
#define FILES_MIN 10 // journald's own default is 100
#define BURST_MIN 100 // lines of one service in an interval; journald's own default is 10000 in 30 s

int log_level_read(const char *name)
{
	static const char *const NAMES[] = { "emerg", "alert", "crit", "err", "warning", "notice", "info", "debug" };
	for (int i = 0; i < (int)ARRAY_LEN(NAMES); i++)
		if (!strcmp(name, NAMES[i]) || (name[0] == '0' + i && !name[1]))
			return i;
	return -1;
}

static bool storage_valid(const char *value)
{
	return !strcmp(value, "persistent") || !strcmp(value, "auto") || !strcmp(value, "volatile") || !strcmp(value, "none");
}

static bool span_valid(const char *value)
{
	return systemd_seconds(value) >= 0;
}

static bool bytes_valid(const char *value)
{
	return systemd_bytes(value) >= 0;
}

static bool level_valid(const char *value)
{
	return log_level_read(value) >= 0;
}

static bool number_valid(const char *value)
{
	return *value && !value[strspn(value, "0123456789")];
}

// Percent that is free beneath /var/log; in a tree facts/log-free says it. Negative: unknown.
static double free_percent(struct host *h)
{
	struct statvfs v;
	if (!host_is_live(h)) {
		const struct host_file *f = host_file(h, "/facts/log-free");
		return f->error ? -1 : strtod(f->text, NULL);
	}
	int fd = host_openat(h, "/var/log", O_RDONLY | O_DIRECTORY);
	int r = fd < 0 ? -1 : fstatvfs(fd, &v);
	if (fd >= 0)
		close(fd);
	return r || !v.f_blocks ? -1 : 100.0 * (double)v.f_bavail / (double)v.f_blocks;
}

// An empty value is the default to some versions, and nothing to others: both must do.
static const char *storage_judge(struct examination *e, const struct systemd_settings *s)
{
	bool reset;
	struct stat there;
	const char *storage = systemd_setting(s, "Storage", storage_valid, &reset);
	bool folder = !host_stat(e->host, "/var/log/journal", &there) && S_ISDIR(there.st_mode);
	bool by_default = !storage || reset || !strcmp(storage, "auto");
	if (by_default && !folder)
		found_fail(e, NULL, "the journal is gone after a reboot: Storage=auto%s without /var/log/journal",
			   reset ? " (an empty Storage= takes back what was said)" : "");
	if (storage && strcmp(storage, "auto") && strcmp(storage, "persistent"))
		found_fail(e, NULL, "the journal is gone after a reboot: Storage=%s", storage);
	return storage ? storage : "auto";
}

static const char *retention_judge(struct examination *e, const struct systemd_settings *s)
{
	bool reset;
	const char *text = systemd_setting(s, "MaxRetentionSec", span_valid, &reset);
	double days = text ? systemd_seconds(text) / DAY : 0;
	if (days > 0 && days < KEPT_DAYS - 0.5)
		found_fail(e, NULL, "the journal is kept for %.1f days: MaxRetentionSec=%s", days, text);
	return text ? text : "0";
}

static void room_judge(struct examination *e, const struct systemd_settings *s)
{
	bool reset;
	const char *use = systemd_setting(s, "SystemMaxUse", bytes_valid, &reset), *files = systemd_setting(s, "SystemMaxFiles", number_valid, &reset);
	const char *level = systemd_setting(s, "MaxLevelStore", level_valid, &reset);
	if (use && systemd_bytes(use) < USE_BYTES_MIN)
		found_fail(e, "SystemMaxUse=20G", "the journal may have no more than SystemMaxUse=%s: that does not hold %d days", use, KEPT_DAYS);
	if (files && strtoul(files, NULL, 10) < FILES_MIN)
		found_fail(e, "take SystemMaxFiles= out", "the journal may have no more than SystemMaxFiles=%s: that does not hold %d days", files,
			   KEPT_DAYS);
	const char *burst = systemd_setting(s, "RateLimitBurst", number_valid, &reset);
	if (burst && strtoul(burst, NULL, 10) && strtoul(burst, NULL, 10) < BURST_MIN)
		found_fail(e, "take RateLimitBurst= out", "journald throws away what a service logs beyond RateLimitBurst=%s", burst);
	if (level && log_level_read(level) < 6)
		found_fail(e, "take MaxLevelStore= out", "the journal keeps only what is %s or graver: MaxLevelStore=%s", level, level);
}

void log_05(struct examination *e)
{
	if (host_names(e->host, "/etc")->error) {
		found_unknown(e, "/etc could not be read");
		return;
	}
	const struct systemd_settings *s = systemd_settings_read(e->host, "journald.conf", "Journal");
	if (s->unclear)
		found_unknown(e, "%s", s->unclear);
	const char *storage = storage_judge(e, s), *retention = retention_judge(e, s);
	room_judge(e, s);
	double space = free_percent(e->host);
	if (space < 0)
		found_unknown(e, "the free space of /var/log could not be read");
	else if (space < FREE_PERCENT)
		found_fail(e, "make room, or move old logs to the log host", "%.0f %% of /var/log's disk is free", space);
	found_read(e, "Storage=%s, MaxRetentionSec=%s, %.0f %% free", storage, retention, space);
}
