// SPDX-License-Identifier: Apache-2.0
// The checks of LOG; logs.c is their table.
#pragma once

#include "checks/checks.h"
#include "settings/rsyslog.h"

void log_01(struct examination *e); // logs_place.c
void log_02(struct examination *e); // logs_forward.c
void log_03(struct examination *e); // logs_chain.c
void log_04(struct examination *e); // logs_audit.c
void log_05(struct examination *e); // logs_journald.c
void log_07(struct examination *e); // logs_clock.c

#define LOG_EXCHANGES_MAX 8
#define LOG_ACKNOWLEDGED_S 300

// Whether systemd-journal-upload is set up at all; it has judged it then (logs_upload.c).
bool log_upload_judge(struct examination *e);
// Names of systemd's levels, as MaxLevelSyslog= has them: -1 is none. (logs_journald.c)
int log_level_read(const char *name);

// --- what of the log reaches an action (logs_flow.c) ---------------------------------------------------------------

#define LOG_ACTIONS_MAX 64

struct log_flow {
	struct host *h;
	const struct rsyslog *configuration;
	bool (*counts)(const void *context, const struct rsyslog_statement *action); // as the one that is asked about
	const void *context;
	struct rsyslog_mask reached; // messages that surely come to such an action
	const char *lost;            // the first statement that takes messages away from it, or NULL
	const char *unclear;         // a call of a rule set that is not there, or NULL
	size_t count;                // actions that are passed at all, for any message
	const struct rsyslog_statement *action[LOG_ACTIONS_MAX];
};
void log_flow_follow(struct log_flow *f);
// "mail.debug, news.*": what is missing of everything that is `info` or graver. NULL: nothing.
const char *log_flow_missing(struct host *h, const struct rsyslog_mask *reached);
