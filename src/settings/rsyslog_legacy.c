// SPDX-License-Identifier: Apache-2.0
// What rsyslog kept of the syslogd before it: selectors, actions of one line, and directives that begin with '$'.
#include "settings/rsyslog.h"

#include <stdlib.h>
#include <strings.h>

// --- selectors -----------------------------------------------------------------------------------------------------

struct word { const char *name; int value; };
static const struct word FACILITIES[] = {
	{ "kern", 0 }, { "user", 1 }, { "mail", 2 }, { "daemon", 3 }, { "auth", 4 }, { "security", 4 }, { "syslog", 5 }, { "lpr", 6 },
	{ "news", 7 }, { "uucp", 8 }, { "cron", 9 }, { "authpriv", 10 }, { "ftp", 11 }, { "ntp", 12 }, { "audit", 13 }, { "alert", 14 },
	{ "clock", 15 }, { "local0", 16 }, { "local1", 17 }, { "local2", 18 }, { "local3", 19 }, { "local4", 20 }, { "local5", 21 },
	{ "local6", 22 }, { "local7", 23 }, { "mark", RSYSLOG_FACILITIES }, // rsyslog's own marks
};
static const struct word SEVERITIES[] = {
	{ "emerg", 0 }, { "panic", 0 }, { "alert", 1 }, { "crit", 2 }, { "err", 3 }, { "error", 3 }, { "warning", 4 }, { "warn", 4 },
	{ "notice", 5 }, { "info", 6 }, { "debug", 7 },
};

static int word_find(const struct word *words, size_t count, const char *text, size_t size)
{
	for (size_t i = 0; i < count; i++)
		if (!strncasecmp(words[i].name, text, size) && !words[i].name[size])
			return words[i].value;
	return -1;
}

// "*", "none", "info" and graver, "=info" alone, "!info" takes those away, "!=info" that one.
static bool severity_read(const char *text, size_t size, uint8_t *ret_bits, bool *ret_take_away)
{
	bool only = false;
	*ret_take_away = false;
	if (size && *text == '!') {
		*ret_take_away = true;
		text++, size--;
	}
	if (size && *text == '=') {
		only = true;
		text++, size--;
	}
	if (size == 1 && *text == '*' && !only) { // rsyslogd takes "=*" and means nothing by it
		*ret_bits = 0xff;
		return true;
	}
	if (size == 4 && !strncasecmp(text, "none", 4)) {
		*ret_bits = 0xff;
		*ret_take_away = !*ret_take_away;
		return true;
	}
	bool digit = size == 1 && *text >= '0' && *text <= '7';
	int severity = digit ? *text - '0' : word_find(SEVERITIES, ARRAY_LEN(SEVERITIES), text, size);
	if (severity < 0)
		return false;
	*ret_bits = (uint8_t)(only ? 1u << severity : (2u << severity) - 1);
	return true;
}

static void mask_change(struct rsyslog_mask *m, int facility, uint8_t bits, bool take_away)
{
	for (int f = 0; f < RSYSLOG_FACILITIES; f++)
		if (facility < 0 || f == facility)
			m->severities[f] = take_away ? m->severities[f] & (uint8_t)~bits : m->severities[f] | bits;
}

bool rsyslog_selector_read(const char *text, struct rsyslog_mask *ret)
{
	*ret = (struct rsyslog_mask){ 0 };
	while (*text) {
		size_t size = strcspn(text, ";"), names = strcspn(text, ".;");
		uint8_t bits;
		bool take_away;
		if (names >= size || !names || !severity_read(text + names + 1, size - names - 1, &bits, &take_away))
			return false;
		for (size_t at = 0, end; at < names; at = end + 1) {
			end = at + strcspn(text + at, ",.;");
			bool every = end - at == 1 && text[at] == '*';
			int facility = every ? -1 : word_find(FACILITIES, ARRAY_LEN(FACILITIES), text + at, end - at);
			if (!every && facility < 0)
				return false;
			mask_change(ret, facility, bits, take_away);
		}
		text += size + (text[size] == ';');
	}
	return true;
}

// --- directives ----------------------------------------------------------------------------------------------------

static const struct { const char *directive, *parameter; bool lasts; } DIRECTIVES[] = {
	{ "ActionSendStreamDriver", "StreamDriver", true },
	{ "ActionSendStreamDriverMode", "StreamDriverMode", true },
	{ "ActionSendStreamDriverAuthMode", "StreamDriverAuthMode", true },
	{ "ActionExecOnlyWhenPreviousIsSuspended", "action.execOnlyWhenPreviousIsSuspended", true },
	{ "ActionExecOnlyEveryNthTime", "action.execOnlyEveryNthTime", true },
	{ "ActionExecOnlyOnceEveryInterval", "action.execOnlyOnceEveryInterval", true },
	{ "ActionForwardDefaultTemplate", "template", true },
	{ "ActionResumeRetryCount", "action.resumeRetryCount", false },
	{ "ActionQueueFileName", "queue.filename", false },
	{ "ActionQueueDiscardSeverity", "queue.discardSeverity", false },
};

const char *rsyslog_legacy_parameter(const char *directive, bool *ret_lasts)
{
	for (size_t i = 0; i < ARRAY_LEN(DIRECTIVES); i++) {
		if (!strcasecmp(DIRECTIVES[i].directive, directive)) {
			*ret_lasts = DIRECTIVES[i].lasts;
			return DIRECTIVES[i].parameter;
		}
	}
	return NULL;
}

// --- actions -------------------------------------------------------------------------------------------------------

const struct rsyslog_parameter *rsyslog_parameter_add(struct host *h, const struct rsyslog_parameter *to, const char *name, const char *value)
{
	struct rsyslog_parameter *p = host_alloc(h, sizeof *p);
	*p = (struct rsyslog_parameter){ (struct rsyslog_parameter *)to, name, value };
	return p;
}

const char *rsyslog_value(const struct rsyslog_parameter *p, const char *name)
{
	for (; p; p = p->next)
		if (!strcasecmp(p->name, name))
			return p->value;
	return NULL;
}

// "@host", "@@host:port", "@@(z9,o)[2001:db8::9]:port;template"
static const struct rsyslog_parameter *forward_read(struct host *h, const char *text)
{
	bool tcp = text[1] == '@', whole = true;
	text += tcp ? 2 : 1;
	text += strspn(text, " \t");
	if (*text == '(') {
		size_t options = strcspn(text, ")");
		whole = text[options] == ')';
		text += options + whole;
		text += strspn(text, " \t");
	}
	bool bracket = *text == '[';
	text += bracket;
	size_t size = strcspn(text, bracket ? "]" : ":; \t#");
	whole &= size != 0;
	const char *at = text + size + (bracket && text[size] == ']');
	const struct rsyslog_parameter *p = rsyslog_parameter_add(h, NULL, "type", "omfwd");
	p = rsyslog_parameter_add(h, p, "target", host_copy(h, text, size));
	p = rsyslog_parameter_add(h, p, "protocol", tcp ? "tcp" : "udp");
	if (*at == ':') {
		p = rsyslog_parameter_add(h, p, "port", host_copy(h, at + 1, strcspn(at + 1, "; \t")));
		at += strcspn(at, "; \t");
	}
	at += strspn(at, " \t");
	if (*at == ';') {
		at += 1 + strspn(at + 1, " \t");
		size = strcspn(at, " \t");
		p = rsyslog_parameter_add(h, p, "template", host_copy(h, at, size));
		at += size + strspn(at + size, " \t");
	}
	if (!whole)
		p = rsyslog_parameter_add(h, p, "refused", "a forwarder without a target");
	if (*at && *at != '#') // rsyslogd drops the action
		p = rsyslog_parameter_add(h, p, "refused", host_print(h, "'%.60s' behind a forwarder: rsyslogd drops the action", at));
	return p;
}

// ":omrelp:192.0.2.9:2514;template"
static const struct rsyslog_parameter *module_read(struct host *h, const char *text)
{
	size_t size = strcspn(text + 1, ":");
	const char *type = host_copy(h, text + 1, size), *rest = text[1 + size] ? text + size + 2 : "";
	const struct rsyslog_parameter *p = NULL;
	if (!text[1 + size])
		p = rsyslog_parameter_add(h, p, "refused", host_print(h, "'%.60s' is no action", text));
	if (!strcasecmp(type, "omrelp"))
		p = forward_read(h, host_print(h, "@@%s", rest));
	return rsyslog_parameter_add(h, p, "type", type);
}

const struct rsyslog_parameter *rsyslog_legacy_action(struct host *h, const char *text)
{
	switch (*text) {
	case '~':
		return NULL;
	case '@':
		return forward_read(h, text);
	case ':':
		return module_read(h, text);
	case '^':
	case '|':
	case '>':
		return rsyslog_parameter_add(h, NULL, "type", *text == '^' ? "omprog" : *text == '|' ? "ompipe" : "ommysql");
	default:
		return rsyslog_parameter_add(h, NULL, "type", strchr("-/.?", *text) && *text ? "omfile" : "omusrmsg");
	}
}
