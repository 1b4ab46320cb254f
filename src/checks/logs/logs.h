// SPDX-License-Identifier: Apache-2.0
// The checks of LOG; logs.c is their table.
#pragma once

#include "checks/checks.h"
#include "settings/rsyslog.h"

void log_01(struct examination *e); // place.c
void log_02(struct examination *e); // forward.c
void log_03(struct examination *e); // chain.c
void log_04(struct examination *e); // audit.c
void log_05(struct examination *e); // journald.c
void log_07(struct examination *e); // clock.c

#define LOG_EXCHANGES_MAX 8
#define LOG_ACKNOWLEDGED_S 300

// Whether systemd-journal-upload is set up at all; it has judged it then (upload.c).
bool log_upload_judge(struct examination *e);
// Names of systemd's levels, as MaxLevelSyslog= has them: -1 is none. (journald.c)
int log_level_read(const char *name);

// --- what of the log reaches an action (flow.c) ---------------------------------------------------------------

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

// --- one action (forwarder.c) --------------------------------------------------------------------------------------

const struct rsyslog_object *log_object_find(const struct rsyslog *c, const char *type, const char *key, const char *value);
// Why not every message that comes to this action, or to this queue, leaves it; NULL: it does.
const char *log_throttled(struct host *h, const struct rsyslog_parameter *p);
// The same, and why rsyslogd would not make the action at all, or send nothing by it.
const char *log_action_fault(struct host *h, const struct rsyslog *c, const struct rsyslog_parameter *p);
// Why what it sends can be read, changed or lost on the way.
const char *log_way_fault(struct host *h, const struct rsyslog *c, const struct rsyslog_parameter *p);
