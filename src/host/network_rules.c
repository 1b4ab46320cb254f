// SPDX-License-Identifier: Apache-2.0
// What the live ruleset does with packets that should not get in, or out.
#include "host/network.h"

#include "host/firewall.h"

#include <stdio.h>

void net_01(struct examination *e)
{
	const struct ruleset *r = firewall_rules(e);
	for (int v6 = 0; r && v6 < 2; v6++) {
		struct hook_chains n = ruleset_hook(r, HOOK_INPUT, v6);
		if (!n.count)
			found_fail(e, NULL, "no base chain of hook input sees IPv%d", v6 ? 6 : 4);
		else if (!n.policy_drop)
			found_fail(e, NULL, "%zu base chains of hook input see IPv%d, none with policy drop", n.count, v6 ? 6 : 4);
		else
			found_read(e, "IPv%d: %zu of %zu base chains of hook input have policy drop", v6 ? 6 : 4, n.policy_drop, n.count);
	}
}

// Says what is wrong when somebody who should not get in may. Returns whether it said something.
static bool stranger_judged(struct examination *e, const struct classification *c, const char *source, bool udp, const char *ports)
{
	if (c->verdict == VERDICT_UNKNOWN)
		found_unknown(e, "%s to %s port %s: the rule at %s is not understood (%s)", source, udp ? "udp" : "tcp", ports, c->place, c->reason);
	else if (c->may_accept)
		found_fail(e, NULL, "%s %s in on %s port %s, by %s%s%s", source, c->verdict == VERDICT_ACCEPT ? "gets" : "may get",
			   udp ? "udp" : "tcp", ports, c->place, *c->reason ? ": " : "", c->reason);
	return c->verdict == VERDICT_UNKNOWN || c->may_accept;
}

void net_02(struct examination *e)
{
	static const uint16_t PORTS[] = { 80, 443 };
	const struct manifest *m = found_manifest(e);
	const struct ruleset *r = m ? firewall_rules(e) : NULL;
	struct probe_source s;
	if (m && !m->proxy.count) {
		found_not_applicable(e, "the manifest declares no reverse proxy");
		return;
	}
	for (size_t i = 0; r && firewall_stranger(m, &m->proxy, i, &s); i++) {
		for (size_t k = 0; k < 4; k++) {
			char port[8];
			struct classification c = firewall_probe(e->host, r, k & 1, s.v6, s.address, PORTS[k / 2]);
			snprintf(port, sizeof port, "%u", PORTS[k / 2]);
			stranger_judged(e, &c, s.text, k & 1, port);
		}
	}
	for (size_t i = 0; r && i < m->proxy.count; i++) {
		const struct ip_prefix *p = &m->proxy.prefix[i];
		char text[IP_PREFIX_TEXT];
		uint8_t last[16];
		ip_prefix_write(p, text);
		prefix_last(p, last);
		struct classification a = firewall_probe(e->host, r, false, p->v6, p->address, 443);
		struct classification b = firewall_probe(e->host, r, false, p->v6, last, 443);
		if (!a.may_accept || !b.may_accept)
			found_fail(e, NULL, "the proxy range %s does not get in on tcp port 443: %s", text, a.may_accept ? b.place : a.place);
	}
	if (r)
		strangers_judge(e, m, r, true);
	if (r)
		found_read(e, "ports 80 and 443 asked for %zu proxy ranges, their neighbours and strangers", m->proxy.count);
}

static void port_note(void *context, uint16_t port)
{
	bool *ports = context;
	ports[port] = true;
}

struct port_run {
	struct examination *e;
	const struct ruleset *r;
	const bool *ports;
	const struct probe_source *source;
	bool udp;
	uint16_t skip[3];
};

// Ports between two that the ruleset names are alike, so each stands for the run up to the next.
static void ports_judge(const struct port_run *run)
{
	unsigned first = 0, last = 0;
	struct classification found = { 0 };
	char text[32];
	bool open = false;
	for (unsigned port = 1; port <= 65536; port++) {
		bool asked = port < 65536 && run->ports[port];
		if (port < 65536 && !asked && !open)
			continue;
		bool skipped = port == run->skip[0] || port == run->skip[1] || port == run->skip[2];
		struct classification c = { 0 };
		if (port < 65536 && !skipped && asked)
			c = firewall_probe(run->e->host, run->r, run->udp, run->source->v6, run->source->address, (uint16_t)port);
		else if (port < 65536 && !skipped)
			c = found;
		bool bad = c.verdict == VERDICT_UNKNOWN || c.may_accept;
		if (open && (!bad || strcmp(c.place, found.place))) {
			snprintf(text, sizeof text, first == last ? "%u" : "%u-%u", first, last);
			stranger_judged(run->e, &found, run->source->text, run->udp, text);
			open = false;
		}
		if (bad && !open) {
			first = port;
			found = c;
			open = true;
		}
		last = port;
	}
}

void net_04(struct examination *e)
{
	const struct manifest *m = found_manifest(e);
	const struct ruleset *r = m ? firewall_rules(e) : NULL;
	static bool ports[65536];
	struct probe_source s;
	if (!r)
		return;
	memset(ports, 0, sizeof ports);
	ports[1] = ports[22] = ports[53] = ports[3306] = ports[5432] = ports[6379] = ports[8080] = ports[65535] = true;
	ruleset_ports(r, port_note, ports);
	for (size_t i = 0; i < m->listens; i++)
		ports[m->listen[i].port] = true;
	if (m->ssh_port)
		ports[m->ssh_port] = true;
	for (size_t i = 0; firewall_stranger(m, &m->ssh_from, i, &s); i++) {
		struct port_run run = { e, r, ports, &s, false, { 80, 443, 0 } };
		ports_judge(&run);
		run.udp = true;
		ports_judge(&run);
	}
	for (size_t i = 0; m->ssh_port && i < m->ssh_from.count; i++) {
		const struct ip_prefix *p = &m->ssh_from.prefix[i];
		char text[IP_PREFIX_TEXT];
		ip_prefix_write(p, text);
		struct classification c = firewall_probe(e->host, r, false, p->v6, p->address, m->ssh_port);
		if (!c.may_accept)
			found_fail(e, NULL, "%s of the SSH allow-list does not reach tcp port %u: %s", text, m->ssh_port, c.place);
	}
	strangers_judge(e, m, r, false);
	if (!m->ssh_port || !m->ssh_from.count)
		found_fail(e, "add ssh-port and ssh-from to the manifest", "the manifest says nothing of who may reach SSH");
	found_read(e, "every port asked over tcp and udp, IPv4 and IPv6, for strangers and the neighbours of %zu allowed ranges", m->ssh_from.count);
}

void net_08(struct examination *e)
{
	const struct ruleset *r = firewall_rules(e);
	const struct host_sockets *all = r ? found_sockets(e) : NULL;
	static const uint8_t FOUR[16] = { 192, 0, 2, 77 }, SIX[16] = { 0x20, 1, 0x0d, 0xb8, 0x0b, 0xad, [15] = 1 };
	for (size_t i = 0; all && i < all->count; i++) {
		const struct host_socket *s = &all->socket[i];
		if (!s->v6 || host_socket_loopback(s))
			continue;
		struct classification a = firewall_probe(e->host, r, s->udp, false, FOUR, s->port);
		struct classification b = firewall_probe(e->host, r, s->udp, true, SIX, s->port);
		if (b.may_accept && !a.may_accept)
			found_fail(e, NULL, "%s: a stranger is refused over IPv4 (%s) and gets in over IPv6 (%s)", host_socket_text(e->host, s), a.place,
				   b.place);
	}
}

void net_11(struct examination *e)
{
	const struct manifest *m = found_manifest(e);
	const struct ruleset *r = m ? firewall_rules(e) : NULL;
	if (r)
		callers_judge(e, m, r);
}
