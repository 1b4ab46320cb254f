// SPDX-License-Identifier: Apache-2.0
// The nftables ruleset. One table of family inet, so that IPv4 and IPv6 cannot differ; a whole file, so that what is
// loaded is what can be read.
#include "harden/enable.h"
#include "harden/others.h"

#define HEAD "#!/usr/sbin/nft -f\n" \
	     "# Made by `redoubt host harden` from /etc/redoubt/host.manifest. Change that and run it again: a change made\n" \
	     "# here is shown as a difference and undone.\n" \
	     "flush ruleset\n\ntable inet redoubt {\n"

// Users of the base system that resolve names, keep time, or fetch updates; those that are there get what they need.
static const struct base_egress {
	const char *user, *protocol;
	const char *ports, *why;
} BASE_EGRESS[] = {
	{ "root", "udp", "53", "names" }, { "root", "tcp", "53", "names" },
	{ "systemd-resolve", "udp", "53", "names" }, { "systemd-resolve", "tcp", "{ 53, 853 }", "names" },
	{ "_apt", "udp", "53", "names" }, { "_apt", "tcp", "{ 53, 80, 443 }", "names and updates" },
	{ "systemd-timesync", "udp", "{ 53, 123 }", "time" }, { "_chrony", "udp", "{ 53, 123 }", "time" },
	{ "_chrony", "tcp", "4460", "time, with keys by NTS" }, { "ntpsec", "udp", "{ 53, 123 }", "time" },
};

static void set_prefixes(struct text *t, const char *name, bool v6, const struct manifest_prefixes *p, const char *why)
{
	bool first = true;
	text_add(t, "\t# %s\n\tset %s {\n\t\ttype ipv%d_addr\n\t\tflags interval\n\t\tauto-merge\n", why, name, v6 ? 6 : 4);
	for (size_t i = 0; i < p->count; i++) {
		char text[IP_PREFIX_TEXT];
		if (p->prefix[i].v6 != v6)
			continue;
		ip_prefix_write(&p->prefix[i], text);
		text_add(t, "%s%s", first ? "\t\telements = {\n\t\t\t" : ",\n\t\t\t", text);
		first = false;
	}
	text_add(t, "%s\t}\n\n", first ? "" : "\n\t\t}\n");
}

static void sets_write(struct text *t, const struct manifest *m)
{
	set_prefixes(t, "proxy4", false, &m->proxy, "the reverse proxy: nobody else reaches 80 and 443");
	set_prefixes(t, "proxy6", true, &m->proxy, "the same over IPv6");
	set_prefixes(t, "ssh4", false, &m->ssh_from, "who may reach the SSH port");
	set_prefixes(t, "ssh6", true, &m->ssh_from, "the same over IPv6");
	for (int v6 = 0; v6 < 2; v6++)
		text_add(t,
			 "\t# banned after failed log-ins, never for a SYN (anybody can send one in another's name): for the edge to\n"
			 "\t# fill with `nft add element inet redoubt ban%d { ADDRESS }`. Nothing fills it yet.\n"
			 "\tset ban%d {\n\t\ttype ipv%d_addr\n\t\tsize 65536\n\t\tflags timeout\n\t\ttimeout 1h\n\t}\n\n"
			 "\t# new SSH connections of each address in the last minute\n"
			 "\tset pace%d {\n\t\ttype ipv%d_addr\n\t\tsize 65536\n\t\tflags dynamic,timeout\n\t\ttimeout 1m\n\t}\n\n",
			 v6 ? 6 : 4, v6 ? 6 : 4, v6 ? 6 : 4, v6 ? 6 : 4, v6 ? 6 : 4);
}

static void input_write(struct text *t, const struct manifest *m)
{
	text_add(t, "\tchain input {\n\t\ttype filter hook input priority filter; policy drop;\n\n"
		    "\t\tiifname \"lo\" accept\n\n"
		    "\t\t# A ban comes before everything, connections that exist included. It never touches the proxy or the SSH\n"
		    "\t\t# list, whatever is in the set: a banned proxy address would shut out every customer behind it.\n"
		    "\t\tip saddr @ban4 ip saddr != @proxy4 ip saddr != @ssh4 counter drop\n"
		    "\t\tip6 saddr @ban6 ip6 saddr != @proxy6 ip6 saddr != @ssh6 counter drop\n\n"
		    "\t\tct state established,related accept\n"
		    "\t\tct state invalid counter drop\n\n"
		    "\t\t# RFC 4890: without these, IPv6 has no neighbours, no routers and no path MTU\n"
		    "\t\ticmpv6 type { nd-router-advert, nd-neighbor-solicit, nd-neighbor-advert } ip6 hoplimit 255 accept\n"
		    "\t\ticmpv6 type mld-listener-query ip6 saddr fe80::/10 accept\n"
		    "\t\ticmpv6 type { destination-unreachable, packet-too-big, time-exceeded, parameter-problem } accept\n"
		    "\t\ticmp type { destination-unreachable, time-exceeded, parameter-problem } accept\n"
		    "\t\ticmp type echo-request limit rate 10/second accept\n"
		    "\t\ticmpv6 type echo-request limit rate 10/second accept\n\n"
		    "\t\tip saddr @proxy4 tcp dport { 80, 443 } accept\n"
		    "\t\tip6 saddr @proxy6 tcp dport { 80, 443 } accept\n\n"
		    "\t\t# a pace, not a ban: an address that knocks too fast waits, and nobody can have another shut out\n");
	text_add(t,
		 "\t\tip saddr @ssh4 tcp dport %u update @pace4 { ip saddr limit rate over 10/minute burst 20 packets } counter drop\n"
		 "\t\tip6 saddr @ssh6 tcp dport %u update @pace6 { ip6 saddr limit rate over 10/minute burst 20 packets } counter drop\n"
		 "\t\tip saddr @ssh4 tcp dport %u accept\n"
		 "\t\tip6 saddr @ssh6 tcp dport %u accept\n\n",
		 m->ssh_port, m->ssh_port, m->ssh_port, m->ssh_port);
	text_add(t, "\t\t# answers of a DHCPv6 server, which connection tracking does not link to the question\n"
		    "\t\tip6 saddr fe80::/10 udp sport 547 udp dport 546 accept\n"
		    "\t\tcounter comment \"everything else\"\n\t}\n\n"
		    "\tchain forward {\n\t\ttype filter hook forward priority filter; policy drop;\n\t}\n\n");
}

static void engines_write(struct plan *p, struct text *t, struct complaints *c)
{
	for (size_t i = 0; i < p->manifest->engine.count; i++) {
		const char *name = p->manifest->engine.name[i];
		uid_t uid;
		if (!user_find(p->host, name, &uid, NULL))
			complaint_add(p->host, c, "the engine's user %.60s is not in /etc/passwd; make it before the rules that shut it in", name);
		else if (uid == 0)
			complaint_add(p->host, c, "the engine's user %.60s is root; an engine has a user of its own", name);
		else
			text_add(t, "\t\tmeta skuid %u counter reject comment \"%.60s: no network at all, not even loopback\"\n", uid, name);
	}
}

static void base_egress_write(struct plan *p, struct text *t)
{
	for (size_t i = 0; i < ARRAY_LEN(BASE_EGRESS); i++) {
		const struct base_egress *e = &BASE_EGRESS[i];
		uid_t uid;
		if (user_find(p->host, e->user, &uid, NULL))
			text_add(t, "\t\tmeta skuid %u %s dport %s accept comment \"%s: %s\"\n", uid, e->protocol, e->ports, e->user, e->why);
	}
}

static void egress_write(struct plan *p, struct text *t, struct complaints *c)
{
	const struct manifest *m = p->manifest;
	for (size_t i = 0; i < m->egresses; i++) {
		const struct manifest_egress *e = &m->egress[i];
		const char *to = "";
		char prefix[IP_PREFIX_TEXT];
		uid_t uid;
		if (!user_find(p->host, e->user, &uid, NULL)) {
			complaint_add(p->host, c, "egress: user %.60s is not in /etc/passwd; make it or take the line out", e->user);
			continue;
		}
		if (manifest_has(&m->engine, e->user)) {
			complaint_add(p->host, c, "egress: %.60s is an engine, which has no network; take one of the two lines out", e->user);
			continue;
		}
		if (!e->any) {
			ip_prefix_write(&e->to, prefix);
			to = host_print(p->host, "%s daddr %s ", e->to.v6 ? "ip6" : "ip", prefix);
		}
		text_add(t, "\t\tmeta skuid %u %s%s dport %u accept comment \"%.60s, by the manifest\"\n", uid, to, e->udp ? "udp" : "tcp",
			 e->port, e->user);
	}
}

static void log_egress_write(struct plan *p, struct text *t)
{
	const struct manifest_address *a = &p->manifest->log_to;
	struct ip_prefix prefix = { .v6 = a->v6, .bits = a->v6 ? 128 : 32 };
	char text[IP_PREFIX_TEXT];
	if (!a->given)
		return;
	memcpy(prefix.address, a->address, a->v6 ? 16 : 4);
	ip_prefix_write(&prefix, text);
	text_add(t, "\t\tmeta skuid 0 %s daddr %s tcp dport %u accept comment \"the log host\"\n", a->v6 ? "ip6" : "ip", text, a->port);
}

static void output_write(struct plan *p, struct text *t, struct complaints *c)
{
	text_add(t, "\tchain output {\n\t\ttype filter hook output priority filter; policy drop;\n\n");
	engines_write(p, t, c);
	text_add(t, "\t\toifname \"lo\" accept\n"
		    "\t\tct state established,related accept\n"
		    "\t\tct state invalid counter drop\n"
		    "\t\ticmpv6 type { nd-router-solicit, nd-neighbor-solicit, nd-neighbor-advert, mld-listener-report, mld-listener-done, mld2-listener-report } accept\n"
		    "\t\ticmp type echo-request accept\n"
		    "\t\ticmpv6 type echo-request accept\n"
		    "\t\tmeta skuid 0 udp sport 68 udp dport 67 accept comment \"DHCP\"\n"
		    "\t\tmeta skuid 0 udp sport 546 udp dport 547 accept comment \"DHCPv6\"\n\n");
	base_egress_write(p, t);
	log_egress_write(p, t);
	egress_write(p, t, c);
	text_add(t, "\n\t\tcounter reject with icmpx type admin-prohibited\n\t}\n}\n");
}

void plan_rules(struct plan *p, struct complaints *c)
{
	const struct manifest *m = p->manifest;
	struct text t = { .host = p->host };
	if (!m->ssh_from.count)
		complaint_add(p->host, c, "the manifest has no ssh-from line; without one nobody would get in again: add 'ssh-from PREFIX'");
	text_add(&t, HEAD);
	sets_write(&t, m);
	input_write(&t, m);
	output_write(p, &t, c);
	plan_add(p, HARDEN_NFT, RULES_PATH, 0755, text_end(&t));
	other_firewalls_judge(p, c);
	plan_enable_packaged(p, HARDEN_NFT, "nftables.service", "nft -f " RULES_PATH, c);
	if (!m->proxy.count)
		complaint_add(p->host, &p->advice, "the manifest has no proxy line: nobody at all reaches 80 and 443");
	complaint_add(p->host, &p->advice, "nothing feeds the sets ban4 and ban6 yet: the edge's ban feed is not built");
}
