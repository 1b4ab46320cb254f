// SPDX-License-Identifier: Apache-2.0
// redoubt status: each process, what it does, how full its channels are, how old
// journal and checkpoint are. Rates are the difference of two looks.
#include "client.h"
#include "command.h"
#include "programs.h"

#include <stdlib.h>
#include <unistd.h>

#define BETWEEN_LOOKS_US 500000

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

static json_int_t number_of(json_t *o, const char *name)
{
	return json_integer_value(json_object_get(o, name));
}

static const char *text_of(json_t *o, const char *name)
{
	const char *text = json_string_value(json_object_get(o, name));
	return text ? text : "";
}

static json_t *role_named(json_t *status, const char *name)
{
	json_t *role;
	size_t i;
	json_array_foreach(json_object_get(status, "roles"), i, role)
		if (!strcmp(text_of(role, "name"), name))
			return role;
	return NULL;
}

static json_t *counters_of(json_t *status, const char *role)
{
	return json_object_get(role_named(status, role), "counters");
}

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
	json_int_t a = number_of(counters_of(before, role), counter), b = number_of(counters_of(after, role), counter);
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
		    !json_object_get(counters_of(after, name), WORK[i].counter))
			continue;
		printf("%s%.0f %s", comma, rate(before, after, name, WORK[i].counter, seconds), WORK[i].says);
		comma = ", ";
	}
	const char *key;
	json_t *value;
	json_object_foreach(counters_of(after, name), key, value) {
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
	const char *name = text_of(role, "name"), *state = text_of(role, "state");
	bool runs = !strcmp(state, "running");
	int64_t age = number_of(role, "heartbeat_us") ? now - number_of(role, "heartbeat_us") : -1;
	printf("%-10s %7lld  %s%-8s%s %-14s %8lld  %s%-8s%s  ", name, (long long)number_of(role, "pid"), runs ? GREEN : RED,
	       state, PLAIN, span(now - number_of(role, "since_us"), up), (long long)number_of(role, "restarts"),
	       age < 0 || age > 3000000 ? RED : "", span(age, beat), PLAIN);
	work_print(before, after, name, seconds);
	putchar('\n');
}

static void journal_print(json_t *before, json_t *after, int64_t now, double seconds)
{
	char age[32];
	json_t *durable = json_object_get(after, "durable"), *was = json_object_get(before, "durable");
	json_int_t sequence = number_of(durable, "sequence");
	printf("journal     %lld entries in %lld blocks durable, %.0f entries/s\n", (long long)sequence,
	       (long long)number_of(durable, "blocks"), (double)(sequence - number_of(was, "sequence")) / seconds);
	json_t *audit = counters_of(after, "audit");
	json_int_t signed_us = number_of(audit, "checkpoint_us");
	printf("checkpoint  of %lld blocks, signed %s%s ago%s\n", (long long)number_of(audit, "checkpoint_size"),
	       signed_us == 0 || (number_of(audit, "behind_blocks") && now - signed_us > 2000000) ? YELLOW : "", span(signed_us ? now - signed_us : -1, age), PLAIN);
	json_int_t replica = number_of(counters_of(after, "replica"), "behind");
	json_int_t history = number_of(counters_of(after, "history"), "behind");
	bool diverged = number_of(counters_of(after, "replica"), "diverged") != 0;
	printf("followers   replica %lld behind, history %lld behind, audit %lld blocks behind\n", (long long)replica,
	       (long long)history, (long long)number_of(audit, "behind_blocks"));
	if (diverged)
		printf("%sTHE REPLICA DIVERGED: its state is not the engine's. Stop trading, keep everything, see its log.%s\n",
		       RED, PLAIN);
}

static void head_print(json_t *after, int64_t now)
{
	char up[32];
	json_t *supervisor = json_object_get(after, "supervisor");
	printf("%s%s%s, %s, pid %lld, up %s\n", BOLD, text_of(after, "origin"), PLAIN,
	       json_is_true(json_object_get(after, "demo")) ? "demo" : "production",
	       (long long)number_of(supervisor, "pid"), span(now - number_of(supervisor, "started_us"), up));
	if (json_is_true(json_object_get(supervisor, "development")))
		printf("%sdevelopment sandbox: missing: %s%s\n", YELLOW, text_of(supervisor, "missing"), PLAIN);
}

// Daemons mostly lack the same things: each text once, with who lacks it.
static void sandboxes_print(json_t *after)
{
	json_t *role, *texts = json_object();
	size_t i;
	json_array_foreach(json_object_get(after, "roles"), i, role) {
		const char *missing = text_of(role, "sandbox_missing"), *name = text_of(role, "name");
		if (!*missing)
			continue;
		const char *have = text_of(texts, missing);
		json_object_set_new(texts, missing, json_sprintf("%s%s%s", have, *have ? ", " : "", name));
	}
	const char *missing;
	json_t *who;
	json_object_foreach(texts, missing, who)
		printf("%ssandbox of %s: %s%s\n", YELLOW, json_string_value(who), missing, PLAIN);
	json_decref(texts);
}

static void status_print(json_t *before, json_t *after)
{
	json_t *role;
	size_t i;
	int64_t now = number_of(after, "now_us");
	double seconds = (double)(now - number_of(before, "now_us")) / 1e6;
	colour = isatty(STDOUT_FILENO) && !getenv("NO_COLOR");
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
	r = look(&before);
	if (r)
		return r;
	if (globals.json) {
		result_say(before, "%s", "");
		return EXIT_DONE;
	}
	usleep(BETWEEN_LOOKS_US);
	r = look(&after);
	if (!r) {
		status_print(before, after);
		json_decref(after);
	}
	json_decref(before);
	return r;
}
