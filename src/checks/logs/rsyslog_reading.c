// SPDX-License-Identifier: Apache-2.0
// What our reader makes of configurations of rsyslog, for the test that asks rsyslogd the same: a line for each file with
// the severities of each facility that surely come to a forwarder, or with what was not understood.
#include "checks/logs/logs.h"

#include <stdio.h>

#define LISTENER_PORT "5140" // of tests/host/rsyslog.py

struct asked { struct host *h; const struct rsyslog *configuration; };

static bool forwards(const void *context, const struct rsyslog_statement *s)
{
	const struct asked *a = context;
	const char *type = rsyslog_value(s->parameters, "type"), *target = rsyslog_value(s->parameters, "target");
	const char *port = rsyslog_value(s->parameters, "port");
	return type && !strcmp(type, "omfwd") && target && !strcmp(target, "127.0.0.1") && port && !strcmp(port, LISTENER_PORT) && !log_action_fault(a->h, a->configuration, s->parameters);
}

static void reading_print(struct host *h, const char *path)
{
	const struct rsyslog *read = rsyslog_read(h, path);
	struct asked asked = { h, read };
	struct log_flow f = { .h = h, .configuration = read, .counts = forwards, .context = &asked };
	if (!read) {
		puts("? no such file");
		return;
	}
	log_flow_follow(&f);
	if (read->unclear_count || f.unclear) {
		for (const char *c = read->unclear_count ? read->unclear[0] : f.unclear; *c; c++)
			putchar(*c == '\n' ? ' ' : *c);
		puts("?");
		return;
	}
	for (int i = 0; i < RSYSLOG_FACILITIES; i++)
		printf("%02x", f.reached.severities[i]);
	puts("");
}

int main(int argc, char **argv)
{
	struct host *h;
	if (host_open("/", &h) != 0)
		return 1;
	for (int i = 1; i < argc; i++)
		reading_print(h, argv[i]);
	host_close(h);
	return 0;
}
