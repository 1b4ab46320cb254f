// SPDX-License-Identifier: Apache-2.0
#include "answers.h"

// Another process writes these texts at any time: copied, ended, and without what JSON does not take.
static json_t *text_of(const char *from, size_t size)
{
	char copy[512];
	size_t n = 0;
	for (size_t i = 0; i < size && i < sizeof copy - 1 && from[i]; i++)
		copy[n++] = from[i] >= ' ' && from[i] <= '~' ? from[i] : '?';
	return json_stringn(copy, n);
}

static json_t *counters_of(const struct stats_page *page)
{
	json_t *counters = json_object();
	uint32_t count = (uint32_t)u64_min(atomic_load(&page->count), STATS_MAX);
	for (uint32_t i = 0; i < count; i++) {
		char name[STATS_NAME_MAX + 1];
		json_t *text = text_of(page->counter[i].name, STATS_NAME_MAX);
		const char *value = json_string_value(text);
		if (value && *value) {
			memcpy(name, value, strlen(value) + 1);
			json_object_set_new(counters, name, json_integer((json_int_t)atomic_load(&page->counter[i].value)));
		}
		json_decref(text);
	}
	return counters;
}

static const struct stats_page *stats_of(const struct pages *pages, const char *name)
{
	for (size_t i = 0; i < pages->stats_count; i++)
		if (!strncmp(pages->stats[i].name, name, STATUS_NAME_MAX))
			return pages->stats[i].page;
	return NULL;
}

static json_t *role_of(const struct pages *pages, const struct role_status *role)
{
	static const char *const STATES[] = { [ROLE_ABSENT] = "absent", [ROLE_RUNNING] = "running",
					      [ROLE_WAITING] = "waiting", [ROLE_DOWN] = "down",
					      [ROLE_STOPPED] = "stopped" };
	uint32_t state = atomic_load(&role->state);
	const struct stats_page *stats = stats_of(pages, role->name);
	json_t *o = json_pack("{s:o, s:i, s:s, s:I, s:i, s:I}", "name", text_of(role->name, STATUS_NAME_MAX), "pid",
			      (int)atomic_load(&role->pid), "state", state < ARRAY_LEN(STATES) ? STATES[state] : "unknown",
			      "restarts", (json_int_t)atomic_load(&role->restarts), "last_status",
			      (int)atomic_load(&role->last_status), "since_us", (json_int_t)atomic_load(&role->since_us));
	if (!stats)
		return o;
	json_object_set_new(o, "heartbeat_us", json_integer((json_int_t)atomic_load(&stats->heartbeat_us)));
	json_object_set_new(o, "sandbox_missing", text_of(stats->sandbox_missing, sizeof stats->sandbox_missing));
	json_object_set_new(o, "counters", counters_of(stats));
	return o;
}

static json_t *supervisor_of(const struct status_page *status)
{
	return json_pack("{s:I, s:I, s:I, s:b, s:o}", "pid", (json_int_t)status->pid, "started_us",
			 (json_int_t)status->started_us, "heartbeat_us", (json_int_t)atomic_load(&status->heartbeat_us),
			 "development", status->development != 0, "missing",
			 text_of(status->missing, sizeof status->missing));
}

json_t *answer_status(const struct pages *pages, const struct genesis *genesis, uint64_t now_us)
{
	json_t *o = json_pack("{s:b, s:I, s:b, s:s}", "ok", 1, "now_us", (json_int_t)now_us, "demo", (int)genesis->demo,
			      "origin", genesis->origin);
	json_t *roles = json_array();
	if (pages->status) {
		uint32_t count = (uint32_t)u64_min(atomic_load(&pages->status->roles), STATUS_ROLES_MAX);
		json_object_set_new(o, "supervisor", supervisor_of(pages->status));
		for (uint32_t i = 0; i < count; i++)
			json_array_append_new(roles, role_of(pages, &pages->status->role[i]));
	}
	json_object_set_new(o, "roles", roles);
	if (pages->durable)
		json_object_set_new(o, "durable",
				    json_pack("{s:I, s:I}", "blocks", (json_int_t)atomic_load(&pages->durable->blocks),
					      "sequence", (json_int_t)atomic_load(&pages->durable->sequence)));
	if (pages->marketdata)
		json_object_set_new(o, "marketdata",
				    json_pack("{s:I, s:I}", "applied_sequence",
					      (json_int_t)atomic_load(&pages->marketdata->applied_sequence),
					      "applied_time_us",
					      (json_int_t)atomic_load(&pages->marketdata->applied_time_us)));
	return o;
}

json_t *answer_error(const char *text)
{
	return json_pack("{s:b, s:s}", "ok", 0, "error", text);
}
