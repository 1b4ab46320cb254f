// SPDX-License-Identifier: Apache-2.0
#include "alarms.h"

#include <stdarg.h>
#include <stdio.h>

json_int_t status_number(json_t *o, const char *name)
{
	return json_integer_value(json_object_get(o, name));
}

const char *status_text(json_t *o, const char *name)
{
	const char *text = json_string_value(json_object_get(o, name));
	return text ? text : "";
}

static json_t *role_named(json_t *status, const char *name)
{
	json_t *role;
	size_t i;
	json_array_foreach(json_object_get(status, "roles"), i, role)
		if (!strcmp(status_text(role, "name"), name))
			return role;
	return NULL;
}

json_t *status_counters(json_t *status, const char *role)
{
	return json_object_get(role_named(status, role), "counters");
}

json_int_t status_behind(json_t *status, const char *durable, const char *role, const char *counter)
{
	json_int_t end = status_number(json_object_get(status, "durable"), durable);
	json_int_t at = status_number(status_counters(status, role), counter);
	return end > at ? end - at : 0;
}

static PRINTF_LIKE(2, 3) void alarm_add(struct alarms *to, const char *format, ...)
{
	char text[400];
	va_list args;
	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	json_array_append_new(to->texts, json_string(text));
}

// Counters that are 0 as long as all is well.
static const struct { const char *role, *counter; bool damage; const char *says; } WRONG[] = {
	{ "replica", "diverged", true, "THE REPLICA DIVERGED: its state is not the engine's. Stop trading, keep everything, "
				       "see its log" },
	{ "replica", "snapshot_failed", false, "the replica cannot write a snapshot: the journal grows until it can, see its log" },
	{ "history", "diverged", true, "HISTORY DIVERGED: its state is not the engine's. Stop trading, keep everything, "
				       "see its log" },
	{ "audit", "refuses", true, "AUDIT REFUSES TO SIGN: the log and the journal contradict each other, see its log" },
	{ "engine", "journal_error", true, "THE ENGINE CANNOT WRITE ITS JOURNAL: nothing is accepted any more, see its log" },
	{ "engine", "clock_held", false, "the machine's clock went back while the engine ran: the exchange's time stood still "
					 "meanwhile" },
	{ "engine", "clock_hurried", false, "the machine's clock leapt ahead while the engine ran: the exchange's time follows "
					    "slowly" },
};

static void counters_judge(struct alarms *to, json_t *status)
{
	for (size_t i = 0; i < ARRAY_LEN(WRONG); i++) {
		if (!status_number(status_counters(status, WRONG[i].role), WRONG[i].counter))
			continue;
		alarm_add(to, "%s", WRONG[i].says);
		to->damage |= WRONG[i].damage;
	}
}

static void role_judge(struct alarms *to, json_t *role, json_int_t now)
{
	const char *name = status_text(role, "name"), *state = status_text(role, "state");
	json_int_t heard = status_number(role, "heartbeat_us"), since = status_number(role, "since_us");
	json_int_t last = heard > since ? heard : since;
	if (!strcmp(state, "down") || !strcmp(state, "waiting"))
		alarm_add(to, "%s does not run (%s, %lld restarts), see its log", name, state,
			  (long long)status_number(role, "restarts"));
	else if (!strcmp(state, "running") && json_object_get(role, "heartbeat_us") && now - last > ALARM_SILENT_US)
		alarm_add(to, "%s (process %lld) has been silent for %.1f s: it hangs or was stopped", name,
			  (long long)status_number(role, "pid"), (double)(now - last) / 1e6);
}

// A quiet exchange has an old checkpoint, and a block that came this moment is not late yet.
static void checkpoint_judge(struct alarms *to, json_t *before, json_t *after)
{
	json_t *audit = status_counters(after, "audit");
	json_int_t had = status_number(json_object_get(before, "durable"), "blocks");
	json_int_t age = status_number(after, "now_us") - status_number(audit, "checkpoint_us");
	if (status_number(audit, "checkpoint_size") >= had || age <= ALARM_CHECKPOINT_US)
		return;
	if (status_number(audit, "checkpoint_us"))
		alarm_add(to, "%lld blocks wait for a checkpoint; the last was signed %.1f s ago",
			  (long long)status_behind(after, "blocks", "audit", "checkpoint_size"), (double)age / 1e6);
	else
		alarm_add(to, "%lld blocks wait for a checkpoint; audit has signed none since it was started",
			  (long long)status_behind(after, "blocks", "audit", "checkpoint_size"));
}

struct alarms alarms_find(json_t *before, json_t *after)
{
	struct alarms found = { .texts = json_array() };
	json_t *role;
	size_t i;
	counters_judge(&found, after);
	json_array_foreach(json_object_get(after, "roles"), i, role)
		role_judge(&found, role, status_number(after, "now_us"));
	checkpoint_judge(&found, before, after);
	return found;
}
