// SPDX-License-Identifier: Apache-2.0
// Looks that several groups of checks take: users by number, modes, and the exchange's own directory.
#pragma once

#include "base/text.h"
#include "checks/finding.h"
#include "host/walk.h"

// The name in /etc/passwd, or the number as text.
const char *look_user(struct host *h, uid_t uid);
// Whether this is one of the manifest's daemon users; false without a manifest.
bool look_is_daemon(struct examination *e, uid_t uid);

// Root's alone: owner 0, not writable by group or others (a sticky directory such as /tmp does not pass either).
bool look_root_only(const struct stat *s);
const char *look_owner_text(struct host *h, const struct stat *s); // "alice 0644"

// Says "fail" when what root runs can be written by another.
void look_judge_root_only(struct examination *e, const char *path, const struct stat *s);

// The exchange's directories: the manifest's backup-catalogue lines, without a "/backup" at the end.
size_t look_exchanges(struct examination *e, const char **ret, size_t max);

// One walk; an error other than "there is no such path" is said as unknown. Returns whether it was there.
bool look_walk(struct examination *e, const char *path, walk_visit *visit, void *context);
#define LOOK_ENTRIES_MAX 4000000u // of one walk: some seconds; a server has half a million
