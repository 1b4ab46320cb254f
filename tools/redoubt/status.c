// SPDX-License-Identifier: Apache-2.0
// redoubt status: what is wrong, then each process, what it does, how full its channels are, how old
// journal and checkpoint are. Rates are the difference of two looks.
#include "alarms.h"
#include "client.h"
#include "command.h"
#include "programs.h"

#include <stdlib.h>
#include <unistd.h>

#define BETWEEN_LOOKS_US 500000
#define BETWEEN_DOUBTS_US 1500000 // when the first look finds an alarm: what only waited its turn is over then

static bool colour;

static const char *paint(const char *code)
{
	return colour ? code : "";
}
#define RED paint("\033[31m")
#define GREEN paint("\033[32m")
#define YELLOW paint("\033[33m")
#define BOLD paint("\033[1m")
#define PLAIN paint("\033[0m")

// "3 d 4 h", "12 min", "5.2 s"
static const char *span(int64_t us, char to[32])
{
	int64_t s = us / 1000000;
	if (us < 0)
		snprintf(to, 32, "never");
	else if (s >= 86400)
		snprintf(to, 32, "%lld d %lld h", (long long)(s / 86400), (long long)(s % 86400 / 3600));
	else if (s >= 3600)
		snprintf(to, 32, "%lld h %lld min", (long long)(s / 3600), (long long)(s % 3600 / 60));
	else if (s >= 60)
		snprintf(to, 32, "%lld min %lld s", (long long)(s / 60), (long long)(s % 60));
	else
		snprintf(to, 32, "%.1f s", (double)us / 1e6);
	return to;
}

static const char *bytes(json_int_t n, char to[32])
{
	static const char *const UNIT[] = { "B", "KB", "MB", "GB", "TB" };
	double value = (double)n;
	size_t i = 0;
	for (; value >= 1000 && i + 1 < ARRAY_LEN(UNIT); i++)
		value /= 1000;
	snprintf(to, 32, i ? "%.1f %s" : "%.0f %s", value, UNIT[i]);
	return to;
}

static double rate(json_t *before, json_t *after, const char *role, const char *counter, double seconds)
{
	json_int_t a = status_number(status_counters(before, role), counter), b = status_number(status_counters(after, role), counter);
	return b > a ? (double)(b - a) / seconds : 0;
}

// What of its counters says most about a process.
static const struct { const char *role, *counter, *says; } WORK[] = {
	{ "gateway", "requests", "requests/s" }, { "gateway", "requests_total", "requests/s" },
	{ "auth", "requests_total", "requests/s" }, { "auth", "refused_total", "refused/s" },
	{ "control", "requests_total", "requests/s" }, { "engine", "commands", "commands/s" },
	{ "engine", "batches", "syncs/s" }, { "replica", "applied_sequence", "entries/s" },
	{ "audit", "blocks", "blocks/s" }, { "audit", "checkpoints", "checkpoints/s" }, { "history", "rows", "rows/s" },
};

static void work_print(json_t *before, json_t *after, const char *name, double seconds)
{
	const char *comma = "";
	for (size_t i = 0; i < ARRAY_LEN(WORK); i++) {
		if (strncmp(name, WORK[i].role, strlen(WORK[i].role)) ||
		    !json_object_get(status_counters(after, name), WORK[i].counter))
			continue;
		printf("%s%.0f %s", comma, rate(before, after, name, WORK[i].counter, seconds), WORK[i].says);
		comma = ", ";
	}
	const char *key;
	json_t *value;
	json_object_foreach(status_counters(after, name), key, value) {
		char text[32];
		if (strncmp(key, "fill.", 5) || json_integer_value(value) == 0)
			continue;
		printf("%s%s%s waiting in %s%s", comma, YELLOW, bytes(json_integer_value(value), text), key + 5, PLAIN);
		comma = ", ";
	}
}

static void role_print(json_t *before, json_t *after, json_t *role, int64_t now, double seconds)
{
	char up[32], beat[32];
	const char *name = status_text(role, "name"), *state = status_text(role, "state");
	bool runs = !strcmp(state, "running");
	int64_t age = status_number(role, "heartbeat_us") ? now - status_number(role, "heartbeat_us") : -1;
	printf("%-10s %7lld  %s%-8s%s %-14s %8lld  %s%-8s%s  ", name, (long long)status_number(role, "pid"), runs ? GREEN : RED,
	       state, PLAIN, span(now - status_number(role, "since_us"), up), (long long)status_number(role, "restarts"),
	       age < 0 || age > ALARM_SILENT_US ? RED : "", span(age, beat), PLAIN);
	work_print(before, after, name, seconds);
	putchar('\n');
}

static void journal_print(json_t *before, json_t *after, int64_t now, double seconds)
{
	char age[32];
	json_t *durable = json_object_get(after, "durable"), *was = json_object_get(before, "durable");
	json_int_t sequence = status_number(durable, "sequence");
	printf("journal     %lld entries in %lld blocks durable, %.0f entries/s\n", (long long)sequence,
	       (long long)status_number(durable, "blocks"), (double)(sequence - status_number(was, "sequence")) / seconds);
	json_t *audit = status_counters(after, "audit");
	json_int_t signed_us = status_number(audit, "checkpoint_us");
	printf("checkpoint  of %lld blocks, signed %s%s ago%s\n", (long long)status_number(audit, "checkpoint_size"),
	       signed_us == 0 || (status_behind(after, "blocks", "audit", "checkpoint_size") && now - signed_us > 2000000) ? YELLOW : "", span(signed_us ? now - signed_us : -1, age), PLAIN);
	printf("followers   replica %lld behind, history %lld behind, audit %lld blocks behind\n",
	       (long long)status_behind(after, "sequence", "replica", "applied_sequence"),
	       (long long)status_behind(after, "sequence", "history", "applied_sequence"),
	       (long long)status_behind(after, "blocks", "audit", "checkpoint_size"));
}

static void head_print(json_t *after, int64_t now)
{
	char up[32];
	json_t *supervisor = json_object_get(after, "supervisor");
	printf("%s%s%s, %s, pid %lld, up %s\n", BOLD, status_text(after, "origin"), PLAIN,
	       json_is_true(json_object_get(after, "demo")) ? "demo" : "production",
	       (long long)status_number(supervisor, "pid"), span(now - status_number(supervisor, "started_us"), up));
	if (json_is_true(json_object_get(supervisor, "development")))
		printf("%sdevelopment sandbox: missing: %s%s\n", YELLOW, status_text(supervisor, "missing"), PLAIN);
}

// Daemons mostly lack the same things: each text once, with who lacks it.
static void sandboxes_print(json_t *after)
{
	json_t *role, *texts = json_object();
	size_t i;
	json_array_foreach(json_object_get(after, "roles"), i, role) {
		const char *missing = status_text(role, "sandbox_missing"), *name = status_text(role, "name");
		if (!*missing)
			continue;
		const char *have = status_text(texts, missing);
		json_object_set_new(texts, missing, json_sprintf("%s%s%s", have, *have ? ", " : "", name));
	}
	const char *missing;
	json_t *who;
	json_object_foreach(texts, missing, who)
		printf("%ssandbox of %s: %s%s\n", YELLOW, json_string_value(who), missing, PLAIN);
	json_decref(texts);
}

static void alarms_print(json_t *texts)
{
	json_t *text;
	size_t i;
	if (!json_array_size(texts))
		return;
	printf("%salarms%s\n", BOLD, PLAIN);
	json_array_foreach(texts, i, text)
		printf("  %s%s%s\n", RED, json_string_value(text), PLAIN);
	putchar('\n');
}

static void status_print(json_t *before, json_t *after, json_t *alarms)
{
	json_t *role;
	size_t i;
	int64_t now = status_number(after, "now_us");
	double seconds = (double)(now - status_number(before, "now_us")) / 1e6;
	colour = isatty(STDOUT_FILENO) && !getenv("NO_COLOR");
	alarms_print(alarms);
	head_print(after, now);
	journal_print(before, after, now, seconds > 0 ? seconds : 1);
	printf("\n%s%-10s %7s  %-8s %-14s %8s  %-8s  %s%s\n", BOLD, "process", "pid", "state", "for", "restarts", "heard",
	       "work", PLAIN);
	json_array_foreach(json_object_get(after, "roles"), i, role)
		role_print(before, after, role, now, seconds > 0 ? seconds : 1);
	sandboxes_print(after);
}

static int look(json_t **ret)
{
	return exchange_ask(json_pack("{s:s}", "op", "status"), ret, NULL);
}

// Two looks, or one for --json when it finds nothing: rates are for people.
static int looks(json_t **ret_before, json_t **ret_after)
{
	int r = look(ret_before);
	if (r)
		return r;
	struct alarms doubts = alarms_find(*ret_before, *ret_before);
	bool doubt = json_array_size(doubts.texts) > 0;
	json_decref(doubts.texts);
	*ret_after = json_incref(*ret_before);
	if (globals.json && !doubt)
		return EXIT_DONE;
	json_decref(*ret_after);
	usleep(doubt ? BETWEEN_DOUBTS_US : BETWEEN_LOOKS_US);
	r = look(ret_after);
	if (r)
		json_decref(*ret_before);
	return r;
}

int command_status(int argc, char **argv)
{
	json_t *before, *after;
	int r = options_read(argc, argv, NULL, 0, NULL, 0, 0);
	if (r < 0)
		return options_exit(r);
	pid_t pid = supervisor_pid();
	if (pid == 0) {
		complain("no exchange runs in %s; 'redoubt --dir %s start' starts it", globals.dir, globals.dir);
		return EXIT_NOT_RUNNING;
	}
	r = looks(&before, &after);
	if (r)
		return r;
	struct alarms alarms = alarms_find(before, after);
	if (globals.json) {
		json_object_set(after, "alarms", alarms.texts);
		result_say(json_incref(after), "%s", "");
	} else {
		status_print(before, after, alarms.texts);
	}
	json_decref(alarms.texts);
	json_decref(before);
	json_decref(after);
	return alarms.damage ? EXIT_DAMAGED : EXIT_DONE;
}
