// SPDX-License-Identifier: Apache-2.0
// The generated ruleset against the probes, and against the people who are logged in.
#include "harden/probe.h"

#include <arpa/inet.h>
#include <netinet/in.h>

struct proof {
	struct host *host;
	const struct ruleset *rules;
	struct complaints *complaints;
	size_t asked;
};

static struct classification ask(const struct ruleset *r, const struct probe *p)
{
	struct classification c;
	if (p->hook == HOOK_INPUT)
		packet_arrives(r, &p->packet, &c);
	else
		packet_classify(r, p->hook, &p->packet, &c);
	return c;
}

static void judge(void *context, const struct probe *p)
{
	struct proof *f = context;
	struct classification c = ask(f->rules, p);
	f->asked++;
	if (c.verdict == VERDICT_UNKNOWN)
		complaint_add(f->host, f->complaints, "%s: %s is not understood (%s)", probe_text(f->host, p), c.place, c.reason);
	else if (p->must_pass && !c.may_accept)
		complaint_add(f->host, f->complaints, "%s must pass (%s) and does not, by %s", probe_text(f->host, p), p->why, c.place);
	else if (!p->must_pass && c.may_accept)
		complaint_add(f->host, f->complaints, "%s must not pass (%s) and does, by %s", probe_text(f->host, p), p->why, c.place);
}

static bool admitted(const struct ruleset *r, const struct session *s, uint16_t port, enum connection_state state)
{
	struct packet p = { .v6 = s->v6, .protocol = IPPROTO_TCP, .source_port = s->peer_port, .destination_port = port, .state = state,
			    .tcp_flags = state == CT_NEW ? 2 : 16, .length = 80, .ttl = 64, .input_interface = "eth0" };
	struct classification c;
	memcpy(p.source, s->peer, 16);
	memcpy(p.destination, s->local, 16);
	packet_arrives(r, &p, &c);
	return c.verdict != VERDICT_UNKNOWN && c.may_accept;
}

static bool loopback(const struct session *s)
{
	static const uint8_t ONE[16] = { [15] = 1 };
	return s->v6 ? !memcmp(s->peer, ONE, 16) : s->peer[0] == 127;
}

static void session_judge(const struct proof *f, const struct manifest *m, const char *who, const struct session *one)
{
	char peer[INET6_ADDRSTRLEN];
	const char *as = one->user ? host_print(f->host, " as %s", one->user) : "";
	inet_ntop(one->v6 ? AF_INET6 : AF_INET, one->peer, peer, sizeof peer);
	if (one->mosh)
		complaint_add(f->host, f->complaints, "%s, logged in through mosh%s, would be cut off: it comes over UDP, and no UDP is open. Log in with ssh, or run this "
			      "from the console", who, as);
	else if (loopback(one))
		complaint_add(f->host, f->complaints, "%s, logged in from this host itself (%s)%s, comes through a tunnel, perhaps, which the rules would cut off: log in "
			      "directly, or run this from the console", who, peer, as);
	else if (!admitted(f->rules, one, one->local_port, CT_ESTABLISHED) || !admitted(f->rules, one, m->ssh_port, CT_NEW))
		complaint_add(f->host, f->complaints, "%s, logged in from %s%s, could not log in again: no ssh-from line holds that address; add one, or run this from "
			      "the console", who, peer, as);
}

static void sessions_judge(const struct proof *f, const struct manifest *m, const struct sessions *s)
{
	for (size_t i = 0; i < s->count; i++)
		session_judge(f, m, s->own ? "the session that runs this" : "somebody (perhaps you)", &s->session[i]);
}

size_t rules_prove(struct host *h, const struct manifest *m, const char *json, const struct sessions *s, struct complaints *c)
{
	char error[RULESET_ERROR_MAX] = "memory ran out";
	struct ruleset *rules = NULL;
	struct proof f = { .host = h, .complaints = c };
	if (ruleset_read(json, strlen(json), &rules, error)) {
		complaint_add(h, c, "the ruleset could not be read back: %s", error);
		return 0;
	}
	f.rules = rules;
	probes(h, m, judge, &f);
	if (s)
		sessions_judge(&f, m, s);
	ruleset_free(rules);
	return f.asked;
}
