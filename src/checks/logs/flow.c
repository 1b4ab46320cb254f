// SPDX-License-Identifier: Apache-2.0
// The way of a message through rsyslog's rules, for all messages at once: a bit for each facility and severity says
// whether such a message surely is still on its way, and whether it surely came to the action. Where a filter looks at
// what only the message knows, both ways are gone and only what holds on both is kept.
#include "checks/logs/logs.h"

#include <stdio.h>

#define CALLS_MAX 16
#define NEEDED 0x7f // emerg to info; debug may stay at home

struct state { struct rsyslog_mask alive, reached; };

static bool any(const struct rsyslog_mask *m)
{
	for (int f = 0; f < RSYSLOG_FACILITIES; f++)
		if (m->severities[f])
			return true;
	return false;
}

static struct rsyslog_mask joined(const struct rsyslog_mask *a, const struct rsyslog_mask *b)
{
	struct rsyslog_mask m;
	for (int f = 0; f < RSYSLOG_FACILITIES; f++)
		m.severities[f] = a->severities[f] | b->severities[f];
	return m;
}

// On the way of `then` what fits the mask, on the other what does not; without a mask what is true on both.
static struct rsyslog_mask merged(const struct rsyslog_statement *s, const struct rsyslog_mask *then, const struct rsyslog_mask *otherwise)
{
	struct rsyslog_mask m;
	for (int f = 0; f < RSYSLOG_FACILITIES; f++) {
		uint8_t fits = s->mask.severities[f], a = then->severities[f], b = otherwise->severities[f];
		m.severities[f] = s->exact ? (uint8_t)((a & fits) | (b & ~fits)) : a & b;
	}
	return m;
}

static void narrow(struct rsyslog_mask *m, const struct rsyslog_mask *by, bool outside)
{
	for (int f = 0; f < RSYSLOG_FACILITIES; f++)
		m->severities[f] &= outside ? (uint8_t)~by->severities[f] : by->severities[f];
}

struct walk { struct log_flow *flow; unsigned calls; const char *filter; };

static void action_note(struct log_flow *f, const struct rsyslog_statement *s)
{
	for (size_t i = 0; i < f->count; i++)
		if (f->action[i] == s)
			return;
	if (f->count < LOG_ACTIONS_MAX)
		f->action[f->count++] = s;
	else
		f->unclear = host_print(f->h, "there are more than %d actions", LOG_ACTIONS_MAX);
}

static void walk(struct walk *w, const struct rsyslog_statement *s, struct state *state);

static void choice_walk(struct walk *w, const struct rsyslog_statement *s, struct state *state)
{
	struct state then = *state, otherwise = *state;
	const char *outer = w->filter;
	if (s->exact) {
		narrow(&then.alive, &s->mask, false);
		narrow(&otherwise.alive, &s->mask, true);
	}
	w->filter = s->text;
	walk(w, s->then, &then);
	walk(w, s->otherwise, &otherwise);
	w->filter = outer;
	state->alive = merged(s, &then.alive, &otherwise.alive);
	state->reached = merged(s, &then.reached, &otherwise.reached);
}

static void stop_walk(struct walk *w, const struct rsyslog_statement *s, struct state *state)
{
	struct rsyslog_mask lost = state->alive;
	narrow(&lost, &state->reached, true);
	if (any(&lost) && !w->flow->lost)
		w->flow->lost = w->filter ? host_print(w->flow->h, "%s discards what fits '%s'", s->where, w->filter) :
					    host_print(w->flow->h, "%s discards everything", s->where);
	state->alive = (struct rsyslog_mask){ 0 };
}

static void call_walk(struct walk *w, const struct rsyslog_statement *s, struct state *state)
{
	const struct rsyslog_ruleset *set = s->ruleset ? rsyslog_find(w->flow->configuration, s->ruleset) : NULL;
	if (!set || w->calls == CALLS_MAX) {
		w->flow->unclear = host_print(w->flow->h, "%s calls the rule set '%.60s', which %s", s->where, s->ruleset ? s->ruleset : "",
					      set ? "calls itself" : "is not there");
		return;
	}
	w->calls++;
	walk(w, set->first, state);
	w->calls--;
}

static void walk(struct walk *w, const struct rsyslog_statement *s, struct state *state)
{
	for (; s; s = s->next) {
		switch (s->kind) {
		case RSYSLOG_ACTION:
			action_note(w->flow, s);
			if (w->flow->counts(w->flow->context, s))
				state->reached = joined(&state->reached, &state->alive);
			break;
		case RSYSLOG_STOP:
			stop_walk(w, s, state);
			break;
		case RSYSLOG_CHOICE:
			choice_walk(w, s, state);
			break;
		case RSYSLOG_CALL:
			call_walk(w, s, state);
			break;
		}
	}
}

void log_flow_follow(struct log_flow *f)
{
	struct state state = { 0 };
	struct walk w = { .flow = f };
	const struct rsyslog_ruleset *first = rsyslog_find(f->configuration, f->configuration->default_ruleset);
	memset(state.alive.severities, 0xff, sizeof state.alive.severities);
	f->count = 0;
	f->lost = f->unclear = NULL;
	if (first)
		walk(&w, first->first, &state);
	f->reached = state.reached;
}

const char *log_flow_missing(struct host *h, const struct rsyslog_mask *reached)
{
	static const char *const NAMES[RSYSLOG_FACILITIES] = {
		"kern", "user", "mail", "daemon", "auth", "syslog", "lpr", "news", "uucp", "cron", "authpriv", "ftp", "ntp", "audit", "alert",
		"clock", "local0", "local1", "local2", "local3", "local4", "local5", "local6", "local7",
	};
	const char *text = NULL;
	size_t count = 0;
	for (int f = 0; f < RSYSLOG_FACILITIES; f++) {
		if ((reached->severities[f] & NEEDED) == NEEDED)
			continue;
		text = host_print(h, "%s%s%s", text ? text : "", text ? ", " : "", NAMES[f]);
		count++;
	}
	return count == RSYSLOG_FACILITIES ? "any facility" : text;
}
