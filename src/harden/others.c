// SPDX-License-Identifier: Apache-2.0
// Firewalls beside ours: programs that load rules of their own at a start of the machine, and the kernel's older tables.
#include "harden/others.h"

static const char *const UNITS[] = { "ufw.service", "firewalld.service", "netfilter-persistent.service", "iptables.service", "ip6tables.service",
				     "shorewall.service", "shorewall6.service", "ferm.service", "arno-iptables-firewall.service" };
static const char *const TARGETS[] = { "multi-user.target", "sysinit.target", "basic.target", "network-pre.target", "network.target" };

static void unit_judge(struct host *h, const char *unit, struct complaints *c)
{
	for (size_t i = 0; i < ARRAY_LEN(TARGETS); i++) {
		const char *path = host_print(h, "/etc/systemd/system/%s.wants/%s", TARGETS[i], unit);
		struct stat st;
		if (host_lstat(h, path, &st))
			continue;
		complaint_add(h, c, "%s is enabled (%s) and loads rules of its own at the next start of the machine: systemctl disable --now %s", unit, path, unit);
		return;
	}
}

void other_firewalls_judge(struct plan *p, struct complaints *c)
{
	static const char *const TABLES[] = { "/proc/net/ip_tables_names", "/proc/net/ip6_tables_names", "/proc/net/arp_tables_names" };
	for (size_t i = 0; i < ARRAY_LEN(UNITS); i++)
		unit_judge(p->host, UNITS[i], c);
	for (size_t i = 0; i < ARRAY_LEN(TABLES); i++) {
		const struct host_file *f = host_file(p->host, TABLES[i]);
		if (!f->error && *f->text)
			complaint_add(p->host, &p->advice, "the kernel has tables of iptables-legacy (%s: %s), which it asks beside nftables: what they drop stays "
				      "dropped, whatever is proven here. Empty them (iptables-legacy -F) unless you know why they are there", TABLES[i],
				      host_copy(p->host, f->text, strcspn(f->text, "\n")));
	}
}
