// SPDX-License-Identifier: Apache-2.0
// Of one action that forwards: whether rsyslogd makes it at all, whether it takes every message, and whether what it
// sends is safe on the way and waits while the log host is away.
#include "checks/logs/logs.h"
#include "checks/look.h"

#include <stdlib.h>
#include <strings.h>

static bool is(const char *value, const char *text)
{
	return value && !strcasecmp(value, text);
}

const struct rsyslog_object *log_object_find(const struct rsyslog *c, const char *type, const char *key, const char *value)
{
	for (const struct rsyslog_object *o = c->objects; o; o = o->next)
		if (!strcmp(o->type, type) && (!key || is(rsyslog_value(o->parameters, key), value)))
			return o;
	return NULL;
}

// What is said in global(), or in an old line with a '$'.
static const char *global_value(const struct rsyslog *c, const char *name)
{
	for (const struct rsyslog_object *o = c->objects; o; o = o->next)
		if ((!strcmp(o->type, "global") || !strcmp(o->type, "directive")) && rsyslog_value(o->parameters, name))
			return rsyslog_value(o->parameters, name);
	return NULL;
}

// Not every message, though all pass by.
const char *log_throttled(struct host *h, const struct rsyslog_parameter *p)
{
	static const struct { const char *name; bool number; const char *harmless; } ROWS[] = {
		{ "action.execOnlyWhenPreviousIsSuspended", false, "off" }, { "action.execOnlyEveryNthTime", true, "1" },
		{ "action.execOnlyOnceEveryInterval", true, "0" }, { "queue.discardSeverity", true, "8" }, { "ratelimit.interval", true, "0" },
	};
	for (size_t i = 0; i < ARRAY_LEN(ROWS); i++) {
		const char *v = rsyslog_value(p, ROWS[i].name);
		if (v && strcasecmp(v, ROWS[i].harmless) && strcmp(v, "0"))
			return host_print(h, "%s=\"%.40s\": it does not take every message", ROWS[i].name, v);
	}
	return NULL;
}

// TLS with a certificate that is checked: rsyslog's drivers gtls, ossl and mbedtls in mode 1; x509/name when nothing is said.
static const char *in_the_clear(struct host *h, const struct rsyslog *c, const struct rsyslog_parameter *p)
{
	const char *driver = rsyslog_value(p, "StreamDriver"), *mode = rsyslog_value(p, "StreamDriverMode");
	const char *check = rsyslog_value(p, "StreamDriverAuthMode");
	driver = driver ? driver : global_value(c, "DefaultNetstreamDriver");
	if (is(rsyslog_value(p, "type"), "omrelp")) {
		check = rsyslog_value(p, "tls.authmode");
		if (!is(rsyslog_value(p, "tls"), "on"))
			return "in the clear: tls=\"on\" is missing";
		return is(check, "name") || is(check, "fingerprint") || is(check, "certvalid") ? NULL : "nobody checks who the log host is: tls.authmode";
	}
	if (!is(driver, "gtls") && !is(driver, "ossl") && !is(driver, "mbedtls"))
		return host_print(h, "in the clear: StreamDriver is %.20s, not gtls, ossl or mbedtls", driver ? driver : "not given");
	if (!is(mode, "1"))
		return "in the clear: StreamDriverMode=\"1\" is missing";
	if (check && !is(check, "x509/name") && !is(check, "x509/certvalid") && !is(check, "x509/fingerprint"))
		return host_print(h, "nobody checks who the log host is: StreamDriverAuthMode=\"%.40s\"", check);
	return NULL;
}

// A template without the message sends lines that say nothing.
static const char *empty_template(struct host *h, const struct rsyslog *c, const struct rsyslog_parameter *p)
{
	const char *name = rsyslog_value(p, "template");
	if (!name || text_begins(name, "RSYSLOG_"))
		return NULL;
	const struct rsyslog_object *t = log_object_find(c, "template", "name", name);
	if (!t)
		return host_print(h, "its template %.60s is not there", name);
	const char *texts[] = { rsyslog_value(t->parameters, "string"), t->body };
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		if (texts[i] && (strcasestr(texts[i], "%msg") || strcasestr(texts[i], "%rawmsg") || strcasestr(texts[i], "name=\"msg\"") ||
				 strcasestr(texts[i], "name=\"rawmsg") || strcasestr(texts[i], "jsonmesg")))
			return NULL;
	}
	return is(rsyslog_value(t->parameters, "type"), "subtree") ? NULL : host_print(h, "its template %.60s leaves out the message", name);
}

static const char *unacknowledged(struct host *h, const struct rsyslog_parameter *p)
{
	const char *protocol = rsyslog_value(p, "protocol");
	if (!is(rsyslog_value(p, "type"), "omfwd") || is(protocol, "tcp"))
		return NULL;
	return host_print(h, "over %.10s: what is lost is lost, and nothing is acknowledged; protocol=\"tcp\" with TLS, or omrelp",
			  protocol ? protocol : "udp");
}

static const char *impatient(const struct rsyslog_parameter *p)
{
	return is(rsyslog_value(p, "action.resumeRetryCount"), "-1") ? NULL :
	       "action.resumeRetryCount=\"-1\" is missing: lines are thrown away while the log host is away";
}

// One wrong value, and rsyslogd goes on without the whole action.
static const char *refused(struct host *h, const struct rsyslog_parameter *p)
{
	static const char *const NUMBERS[] = {
		"action.resumeRetryCount", "action.resumeInterval", "action.resumeIntervalMax", "action.execOnlyEveryNthTime",
		"action.execOnlyEveryNthTimeTimeout", "action.execOnlyOnceEveryInterval", "StreamDriverMode", "rebindInterval", "ratelimit.interval",
		"ratelimit.burst", "keepalive.probes", "keepalive.interval", "keepalive.time", "udp.sendDelay", "compression.level",
	};
	const char *protocol = rsyslog_value(p, "protocol"), *port = rsyslog_value(p, "port"), *target = rsyslog_value(p, "target");
	if (!target || !*target)
		return "it names no target: what is sent stays on this very host";
	for (size_t i = 0; i < ARRAY_LEN(NUMBERS); i++) {
		const char *v = rsyslog_value(p, NUMBERS[i]);
		const char *digits = v && *v == '-' ? v + 1 : v;
		if (v && (!*digits || digits[strspn(digits, "0123456789")]))
			return host_print(h, "%s=\"%.40s\" is no number: rsyslogd drops the action", NUMBERS[i], v);
	}
	if (protocol && strcasecmp(protocol, "tcp") && strcasecmp(protocol, "udp") && is(rsyslog_value(p, "type"), "omfwd"))
		return host_print(h, "protocol=\"%.40s\" is none: rsyslogd drops the action", protocol);
	return port && (!*port || port[strspn(port, "0123456789")]) ? host_print(h, "the port '%.40s' is no number", port) : NULL;
}

const char *log_action_fault(struct host *h, const struct rsyslog *c, const struct rsyslog_parameter *p)
{
	const char *fault = refused(h, p);
	fault = fault ? fault : log_throttled(h, p);
	return fault ? fault : empty_template(h, c, p);
}

const char *log_way_fault(struct host *h, const struct rsyslog *c, const struct rsyslog_parameter *p)
{
	const char *fault = unacknowledged(h, p);
	fault = fault ? fault : in_the_clear(h, c, p);
	return fault ? fault : impatient(p);
}
