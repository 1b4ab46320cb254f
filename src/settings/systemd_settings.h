// SPDX-License-Identifier: Apache-2.0
// Configuration of systemd's daemons as they read it (systemd.conf.d(5)): the first main file of /etc, /run,
// /usr/local/lib and /usr/lib, then the drop-ins of all four in the order of their names, where of two with one name the
// first folder's counts, and a link to /dev/null or an empty file masks the others.
#pragma once

#include "host/host.h"

struct systemd_setting { const char *key, *value, *where; };

struct systemd_settings {
	size_t count, room;
	struct systemd_setting *setting; // every assignment in its section, in the order in which they are made
	const char *unclear;             // a file that could not be read, or NULL
};

// "journald.conf", "Journal". Lives as long as the host.
const struct systemd_settings *systemd_settings_read(struct host *h, const char *name, const char *section);
// One text, for the files and for tests.
void systemd_settings_add(struct host *h, struct systemd_settings *to, const char *path, const char *section, const char *text);
// The last value that is not empty, or NULL. *ret_reset: an empty one came behind it, which some versions take as the
// default and others ignore.
const char *systemd_setting(const struct systemd_settings *s, const char *key, bool (*valid)(const char *value), bool *ret_reset);
// "90day", "1month 2w", "infinity" (0). Negative: not a time span (systemd.time(7)).
double systemd_seconds(const char *text);
// "512M", "20G": bytes; negative: not a size.
double systemd_bytes(const char *text);
