// SPDX-License-Identifier: Apache-2.0
// Strangers that the ruleset itself suggests: every value it names is tried, for it may have been named to let one in.
#include "host/network.h"

#include "host/firewall.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>

#define PLACES_MAX 64

struct stranger_run {
	struct examination *e;
	const struct manifest *m;
	const struct ruleset *r;
	const struct packet *base;
	bool web;              // ports 80 and 443 (NET-02), or all else (NET-04)
	size_t places, asked;
	char place[PLACES_MAX][RULESET_NAME_MAX]; // said already
};

static bool place_new(struct stranger_run *run, const struct classification *c)
{
	for (size_t i = 0; i < run->places; i++)
		if (!strcmp(run->place[i], c->place))
			return false;
	if (run->places == PLACES_MAX)
		return false;
	snprintf(run->place[run->places++], RULESET_NAME_MAX, "%s", c->place);
	return true;
}

static bool stranger_of(const struct stranger_run *run, const struct packet *p)
{
	bool web = (p->protocol == IPPROTO_TCP || p->protocol == IPPROTO_UDP) && (p->destination_port == 80 || p->destination_port == 443);
	if (p->protocol == IPPROTO_ICMP || p->protocol == IPPROTO_ICMPV6) // errors and echoes: let in on purpose
		return false;
	return web == run->web && strcmp(p->input_interface, "lo") && !prefixes_contain(&run->m->proxy, p->v6, p->source) &&
	       !prefixes_contain(&run->m->ssh_from, p->v6, p->source);
}

static const char *packet_text(struct host *h, const struct packet *p)
{
	char from[INET6_ADDRSTRLEN], to[INET6_ADDRSTRLEN];
	inet_ntop(p->v6 ? AF_INET6 : AF_INET, p->source, from, sizeof from);
	inet_ntop(p->v6 ? AF_INET6 : AF_INET, p->destination, to, sizeof to);
	return host_print(h, "%s port %u to %s port %u on %s, protocol %u, ttl %u, dscp %u, length %u", from, p->source_port, to,
			  p->destination_port, p->input_interface, p->protocol, p->ttl, p->dscp, p->length);
}

static void stranger_ask(void *context, const struct packet *p)
{
	struct stranger_run *run = context;
	struct classification c;
	if (!stranger_of(run, p))
		return;
	run->asked++;
	packet_arrives(run->r, p, &c);
	if ((!c.may_accept && c.verdict != VERDICT_UNKNOWN) || !place_new(run, &c))
		return;
	const char *text = packet_text(run->e->host, p);
	if (c.verdict == VERDICT_UNKNOWN)
		found_unknown(run->e, "%s: the rule at %s is not understood (%s)", text, c.place, c.reason);
	else if (p->mark || p->connection_mark) // no stranger can set one; something outside the ruleset may
		found_unknown(run->e, "not exhausted: with mark %u and connection mark %u, %s gets in by %s; who marks is not known",
			      p->mark, p->connection_mark, text, c.place);
	else
		found_fail(run->e, NULL, "%s %s in by %s", text, c.verdict == VERDICT_ACCEPT ? "gets" : "may get", c.place);
}

static bool base_source(const struct manifest *m, bool v6, struct packet *to)
{
	struct probe_source s;
	for (size_t i = 0; firewall_stranger(m, &m->ssh_from, i, &s); i++) {
		if (s.v6 != v6 || prefixes_contain(&m->proxy, v6, s.address))
			continue;
		memcpy(to->source, s.address, 16);
		return true;
	}
	return false;
}

void strangers_judge(struct examination *e, const struct manifest *m, const struct ruleset *r, bool web)
{
	static struct stranger_run run; // large
	run = (struct stranger_run){ .e = e, .m = m, .r = r, .web = web };
	for (int v6 = 0; v6 < 2; v6++) {
		static const uint16_t PORTS[] = { 80, 443, 1, 65535 };
		for (size_t i = 0; i < 2; i++) {
			struct packet p = { .v6 = v6, .protocol = IPPROTO_TCP, .source_port = 49152,
					    .destination_port = PORTS[web ? i : 2 + i], .tcp_flags = 2, .state = CT_NEW, .ttl = 57,
					    .length = v6 ? 80 : 60, .input_interface = "eth0", .destination = { v6 ? 0x2a : 198 } };
			p.destination[v6 ? 15 : 3] = 9;
			if (!base_source(m, v6, &p))
				found_unknown(e, "not exhausted: every IPv%d source that stands for strangers is allowed", v6 ? 6 : 4);
			else if (!packet_probes(r, false, &p, stranger_ask, &run))
				found_unknown(e, "not exhausted: the ruleset names more values than are asked of IPv%d", v6 ? 6 : 4);
		}
	}
	if (run.places == PLACES_MAX)
		found_unknown(e, "not exhausted: %d rules are named; there are more", PLACES_MAX);
	found_read(e, "%zu packets of strangers asked, by the values that the rules name", run.asked);
}

// --- out ---

static void nobody_ask(void *context, const struct packet *p)
{
	struct stranger_run *run = context;
	struct classification c;
	if (p->socket_user != run->base->socket_user || p->protocol != IPPROTO_TCP || p->destination_port != run->base->destination_port ||
	    memcmp(p->destination, run->base->destination, 16) || !strcmp(p->output_interface, "lo"))
		return;
	run->asked++;
	packet_classify(run->r, HOOK_OUTPUT, p, &c);
	if ((!c.may_accept && c.verdict != VERDICT_UNKNOWN) || !place_new(run, &c))
		return;
	if (c.verdict == VERDICT_UNKNOWN || p->mark || p->connection_mark)
		found_unknown(run->e, "not exhausted: output with mark %u and connection mark %u: %s %s", p->mark, p->connection_mark,
			      c.place, c.reason);
	else
		found_fail(run->e, NULL, "user nobody in group %u may call out on %s to port %u, by %s", p->socket_group,
			   p->output_interface, p->destination_port, c.place);
}

void nobody_judge(struct examination *e, const struct ruleset *r, const struct packet *base)
{
	static struct stranger_run run; // large
	run = (struct stranger_run){ .e = e, .r = r, .base = base };
	if (!packet_probes(r, true, base, nobody_ask, &run))
		found_unknown(e, "not exhausted: the output chains name more values than are asked");
}
