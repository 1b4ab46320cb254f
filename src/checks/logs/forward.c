// SPDX-License-Identifier: Apache-2.0
// LOG-02: whether every message surely comes to an action that sends it to another host, in an order in which it can be
// lost neither on the way there nor while that host is away.
#include "checks/logs/logs.h"
#include "checks/logs/address.h"
#include "checks/look.h"
#include "settings/systemd_settings.h"

#include <inttypes.h>
#include <stdlib.h>
#include <strings.h>

#define CONFIGURATION "/etc/rsyslog.conf"
#define PORT_USUAL 514

struct forwarder {
	const struct rsyslog_statement *action;
	const char *fault;   // why it does not count, or NULL
	const char *unknown; // why nobody can say, or NULL
	const char *target;
	uint16_t port;
	struct log_host to;
};

struct forwarding {
	struct examination *e;
	const struct rsyslog *configuration;
	size_t count;
	struct forwarder forwarder[LOG_ACTIONS_MAX];
};

static bool is(const char *value, const char *text)
{
	return value && !strcasecmp(value, text);
}

// What the manifest declares is where the log goes; another place is somebody else's.
static const char *undeclared(struct examination *e, const struct forwarder *f)
{
	const struct manifest_address *m = e->manifest ? &e->manifest->log_to : NULL;
	if (!m || !m->given || !f->to.count)
		return NULL;
	bool same = f->port == m->port && f->to.count == 1 && f->to.address[0].v6 == m->v6 &&
		    !memcmp(f->to.address[0].bytes, m->address, m->v6 ? 16 : 4);
	return same ? NULL : "the manifest's log-to line names another log host";
}

static void target_read(struct forwarding *w, struct forwarder *f, const struct rsyslog_parameter *p)
{
	const char *port = rsyslog_value(p, "port");
	char *end = NULL;
	unsigned long n = port ? strtoul(port, &end, 10) : PORT_USUAL;
	f->target = rsyslog_value(p, "target");
	f->target = f->target ? f->target : "";
	f->port = (uint16_t)n;
	f->to = log_host_find(w->e->host, f->target);
	if (f->to.place == LOG_HERE)
		f->fault = f->to.why;
	else if (f->to.place == LOG_UNKNOWN)
		f->unknown = f->to.why;
	else if (!n || n > 65535 || (end && *end))
		f->unknown = host_print(w->e->host, "the port '%.40s' is no number", port);
	for (size_t i = 0; p; p = p->next)
		if (!strcasecmp(p->name, "target") && i++ && !f->unknown)
			f->unknown = "it has several targets, which is not followed";
}

static void forwarder_read(struct forwarding *w, const struct rsyslog_statement *s)
{
	const struct rsyslog_parameter *p = s->parameters;
	struct forwarder *f = &w->forwarder[w->count];
	if ((!is(rsyslog_value(p, "type"), "omfwd") && !is(rsyslog_value(p, "type"), "omrelp")) || w->count == LOG_ACTIONS_MAX)
		return;
	w->count++;
	*f = (struct forwarder){ .action = s };
	target_read(w, f, p);
	const char *faults[] = { log_action_fault(w->e->host, w->configuration, p), log_way_fault(w->e->host, w->configuration, p),
				 undeclared(w->e, f) };
	for (size_t i = 0; i < ARRAY_LEN(faults) && !f->fault; i++)
		f->fault = faults[i];
}

static const struct forwarder *forwarder_of(const struct forwarding *w, const struct rsyslog_statement *s)
{
	for (size_t i = 0; i < w->count; i++)
		if (w->forwarder[i].action == s)
			return &w->forwarder[i];
	return NULL;
}

static bool sound(const void *context, const struct rsyslog_statement *s)
{
	const struct forwarder *f = forwarder_of(context, s);
	return f && !f->fault && !f->unknown;
}

static bool whatever(const void *context, const struct rsyslog_statement *s)
{
	return forwarder_of(context, s) != NULL;
}

// --- what comes in -------------------------------------------------------------------------------------------------

static bool off(const char *value)
{
	return is(value, "off") || is(value, "no") || is(value, "0") || is(value, "false");
}

static bool level_valid(const char *value)
{
	return log_level_read(value) >= 0;
}

// journald hands everything on to rsyslog's socket, unless it is told not to (Debian's own setting is to do it).
static void journal_judge(struct examination *e)
{
	const struct systemd_settings *s = systemd_settings_read(e->host, "journald.conf", "Journal");
	bool reset, unused;
	const char *forward = systemd_setting(s, "ForwardToSyslog", NULL, &reset);
	const char *level = systemd_setting(s, "MaxLevelSyslog", level_valid, &unused);
	if (s->unclear)
		found_unknown(e, "%s", s->unclear);
	if (off(forward) || is(forward, "n") || is(forward, "f"))
		found_fail(e, "ForwardToSyslog=yes in /etc/systemd/journald.conf.d/00-redoubt.conf",
			   "journald does not hand the log to rsyslog: ForwardToSyslog=%s", forward);
	if (level && log_level_read(level) < 6)
		found_fail(e, "take MaxLevelSyslog= out", "journald hands rsyslog only what is %s or graver: MaxLevelSyslog=%s", level, level);
}

static void inputs_judge(struct examination *e, const struct rsyslog *c)
{
	const struct rsyslog_object *socket = log_object_find(c, "module", "load", "imuxsock");
	bool local = socket || log_object_find(c, "directive", "ModLoad", "imuxsock") || log_object_find(c, "directive", "ModLoad", "imuxsock.so");
	bool journal = log_object_find(c, "module", "load", "imjournal") || log_object_find(c, "directive", "ModLoad", "imjournal");
	if ((socket && off(rsyslog_value(socket->parameters, "SysSock.Use"))) || log_object_find(c, "directive", "OmitLocalLogging", "on"))
		local = false;
	if (journal)
		return;
	if (local)
		journal_judge(e);
	else
		found_fail(e, "module(load=\"imuxsock\") in " CONFIGURATION, "rsyslog takes nothing in: neither imuxsock nor imjournal is loaded and in use");
}

// --- what waits ----------------------------------------------------------------------------------------------------

static void queue_judge(struct examination *e)
{
	const char *folder = "/var/spool/rsyslog";
	const struct host_names *names = host_names(e->host, folder);
	for (size_t i = 0; i < names->count; i++) {
		struct stat s;
		const char *path = host_print(e->host, "%s/%s", folder, names->name[i]);
		if (text_ends(path, ".qi") || host_lstat(e->host, path, &s) || !S_ISREG(s.st_mode))
			continue;
		uint64_t changed = (uint64_t)s.st_mtime, age = host_now(e->host) > changed ? host_now(e->host) - changed : 0;
		if (age > LOG_ACKNOWLEDGED_S) {
			found_fail(e, NULL, "%s has waited for %" PRIu64 " minutes: the log host does not take it", path, age / 60);
			return;
		}
	}
}

static void connection_judge(struct examination *e, const struct forwarder *f)
{
	int r = log_connection(e->host, &f->to, f->port);
	if (r < 0)
		found_fail(e, "systemctl status rsyslog", "no connection to the log host %s port %u is established", f->target, f->port);
	else
		found_read(e, "%s forwards to %s port %u: connected, %s; what its disk did is to be asked there", f->action->where, f->target,
			   f->port, r ? "every byte acknowledged" : "bytes on their way");
}

// --- the whole -----------------------------------------------------------------------------------------------------

static void nothing_forwards(struct forwarding *w, const struct log_flow *flow)
{
	static const char *const OTHERS[] = { "omkafka", "omhttp", "omelasticsearch", "omprog", "omamqp1", "omazureeventhubs", "omrabbitmq", "omgssapi" };
	for (size_t i = 0; i < flow->count; i++)
		for (size_t k = 0; k < ARRAY_LEN(OTHERS); k++)
			if (is(rsyslog_value(flow->action[i]->parameters, "type"), OTHERS[k])) {
				found_unknown(w->e, "%s sends through %s, which is not judged", flow->action[i]->where, OTHERS[k]);
				return;
			}
	for (const struct rsyslog_ruleset *s = w->configuration->rulesets; s; s = s->next)
		for (const struct rsyslog_statement *a = s->first; a; a = a->next)
			if (strcasecmp(s->name, w->configuration->default_ruleset) && a->kind == RSYSLOG_ACTION &&
			    is(rsyslog_value(a->parameters, "type"), "omfwd")) {
				found_fail(w->e, NULL, "%s forwards in the rule set %s, which no message of this host enters", a->where, s->name);
				return;
			}
	if (!log_upload_judge(w->e))
		found_fail(w->e, NULL, "neither rsyslog nor systemd-journal-upload forwards anything");
}

static void faults_say(struct forwarding *w, struct log_flow *flow)
{
	bool sounds = false;
	for (size_t i = 0; i < w->count; i++) {
		const struct forwarder *f = &w->forwarder[i];
		if (f->fault)
			found_fail(w->e, NULL, "%s forwards to %s: %s", f->action->where, f->target, f->fault);
		else if (f->unknown)
			found_unknown(w->e, "%s forwards to '%s': %s", f->action->where, f->target, f->unknown);
		sounds |= !f->fault && !f->unknown;
	}
	if (!sounds) { // where they stand matters, too
		flow->counts = whatever;
		log_flow_follow(flow);
	}
	const char *missing = log_flow_missing(w->e->host, &flow->reached);
	if (missing)
		found_fail(w->e, "put the forwarder in front of every discard, for *.*",
			   "messages of %s are not sure to be forwarded: %s", missing,
			   flow->lost ? flow->lost : "each forwarder stands behind a filter or is not on the way of all messages");
}

static void rsyslog_judge(struct forwarding *w)
{
	struct log_flow flow = { .h = w->e->host, .configuration = w->configuration, .counts = whatever, .context = w };
	for (size_t i = 0; i < w->configuration->unclear_count; i++)
		found_unknown(w->e, "%s", w->configuration->unclear[i]);
	log_flow_follow(&flow);
	for (size_t i = 0; i < flow.count; i++)
		forwarder_read(w, flow.action[i]);
	if (!w->count) {
		nothing_forwards(w, &flow);
		return;
	}
	flow.counts = sound;
	log_flow_follow(&flow);
	if (flow.unclear)
		found_unknown(w->e, "%s", flow.unclear);
	if (log_flow_missing(w->e->host, &flow.reached))
		faults_say(w, &flow);
	inputs_judge(w->e, w->configuration);
	const char *discards = NULL;
	for (const struct rsyslog_object *o = w->configuration->objects; o && !discards; o = o->next)
		if (!strcmp(o->type, "main_queue"))
			discards = log_throttled(w->e->host, o->parameters);
	if (discards)
		found_fail(w->e, NULL, "the main queue: %s", discards);
	for (size_t i = 0; i < w->count; i++)
		if (sound(w, w->forwarder[i].action))
			connection_judge(w->e, &w->forwarder[i]);
	queue_judge(w->e);
}

// What the running daemon was started with: -f names another configuration. NULL: it does not run, or not with -f.
static const char *configuration_named(struct host *h)
{
	const struct host_processes *all = host_processes(h);
	for (size_t i = 0; i < all->count; i++) {
		if (strcmp(all->process[i].name, "rsyslogd"))
			continue;
		const char *word[64];
		size_t words = host_words(h, all->process[i].arguments, word, ARRAY_LEN(word));
		for (size_t k = 1; k < words && k < ARRAY_LEN(word); k++) {
			if (!text_begins(word[k], "-f"))
				continue;
			if (word[k][2])
				return word[k] + 2;
			return k + 1 < words && k + 1 < ARRAY_LEN(word) ? word[k + 1] : "";
		}
	}
	return NULL;
}

void log_02(struct examination *e)
{
	const char *named = configuration_named(e->host);
	struct forwarding *w = host_alloc(e->host, sizeof *w);
	if (host_names(e->host, "/etc")->error) {
		found_unknown(e, "/etc could not be read");
		return;
	}
	w->e = e;
	if (named && *named != '/') {
		found_unknown(e, "rsyslogd runs with -f '%.100s', which is no absolute path", named);
		return;
	}
	if (named)
		found_read(e, "rsyslogd runs with -f %s", named);
	w->configuration = rsyslog_read(e->host, named ? named : CONFIGURATION);
	if (w->configuration)
		rsyslog_judge(w);
	else if (!log_upload_judge(e))
		found_fail(e, NULL, "neither rsyslog nor systemd-journal-upload forwards anything: there is no " CONFIGURATION);
}
