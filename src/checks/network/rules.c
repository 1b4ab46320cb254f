// SPDX-License-Identifier: Apache-2.0
// What the live ruleset does with packets that should not get in, or out.
#include "checks/network/network.h"

#include "checks/network/firewall.h"

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

// Both ends of a range that is meant to get in.
static void range_judge(struct examination *e, const struct ruleset *r, const struct ip_prefix *p, uint16_t port, const char *what)
{
	char text[IP_PREFIX_TEXT];
	uint8_t last[16];
	ip_prefix_write(p, text);
	prefix_last(p, last);
	struct classification a = firewall_probe(e->host, r, false, p->v6, p->address, port);
	struct classification b = firewall_probe(e->host, r, false, p->v6, last, port);
	if (!a.may_accept || !b.may_accept)
		found_fail(e, NULL, "%s %s does not get in on tcp port %u: %s", what, text, port, a.may_accept ? b.place : a.place);
}

void net_02(struct examination *e)
{
	const struct manifest *m = found_manifest(e);
	const struct ruleset *r = m ? firewall_rules(e) : NULL;
	if (m && !m->proxy.count) {
		found_not_applicable(e, "the manifest declares no reverse proxy");
		return;
	}
	if (!r)
		return;
	for (size_t i = 0; i < m->proxy.count; i++)
		range_judge(e, r, &m->proxy.prefix[i], 443, "the proxy range");
	strangers_judge(e, m, r, true);
	found_read(e, "ports 80 and 443 asked about for everybody outside of %zu proxy ranges", m->proxy.count);
}

void net_04(struct examination *e)
{
	const struct manifest *m = found_manifest(e);
	const struct ruleset *r = m ? firewall_rules(e) : NULL;
	if (!r)
		return;
	for (size_t i = 0; m->ssh_port && i < m->ssh_from.count; i++)
		range_judge(e, r, &m->ssh_from.prefix[i], m->ssh_port, "of the SSH allow-list");
	strangers_judge(e, m, r, false);
	if (!m->ssh_port || !m->ssh_from.count)
		found_fail(e, "add ssh-port and ssh-from to the manifest", "the manifest says nothing of who may reach SSH");
	found_read(e, "every other port and protocol asked about for everybody outside of %zu allowed ranges, and for them every port but SSH's",
		   m->ssh_from.count);
}

void net_08(struct examination *e)
{
	const struct manifest *m = found_manifest(e);
	const struct ruleset *r = m ? firewall_rules(e) : NULL;
	const struct host_sockets *all = r ? found_sockets(e) : NULL;
	for (size_t i = 0; all && i < all->count; i++) {
		const struct host_socket *s = &all->socket[i];
		if (!s->v6 || host_socket_loopback(s))
			continue;
		const char *six = stranger_way_in(e, m, r, true, s->udp, s->port);
		if (six && !stranger_way_in(e, m, r, false, s->udp, s->port))
			found_fail(e, NULL, "%s: every stranger is refused over IPv4, and one gets in over IPv6 (%s)", host_socket_text(e->host, s), six);
	}
}

void net_11(struct examination *e)
{
	const struct manifest *m = found_manifest(e);
	const struct ruleset *r = m ? firewall_rules(e) : NULL;
	if (r)
		callers_judge(e, m, r);
}
