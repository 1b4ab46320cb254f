// SPDX-License-Identifier: Apache-2.0
// NET: the firewall as a function from packets to verdicts, and what listens behind it.
#include "host/checks.h"
#include "host/firewall.h"

#include <arpa/inet.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#define WEEK (7 * 86400)

static const char *basename_of(const char *path)
{
	const char *slash = strrchr(path, '/');
	return slash ? slash + 1 : path;
}

static const char *owner_name(const struct host_socket *s)
{
	return s->owner ? basename_of(*s->owner->program ? s->owner->program : s->owner->name) : "";
}

// The sockets, or NULL after it has said why they are unknown.
static const struct host_sockets *sockets_of(struct examination *e)
{
	const struct host_sockets *all = host_sockets(e->host);
	if (all->error)
		found_unknown(e, "the listening sockets could not be read from /proc/net: %s", strerror(-all->error));
	else
		found_read(e, "%zu listening sockets in /proc/net/{tcp,tcp6,udp,udp6}", all->count);
	return all->error ? NULL : all;
}

// --- the ruleset -------------------------------------------------------------------------------------------------

static void net_01(struct examination *e)
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

static void net_02(struct examination *e)
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
		found_read(e, "ports 80 and 443 asked for %zu proxy ranges, their neighbours and strangers", m->proxy.count);
}

// The ruleset's own set for the proxies, by the name that our generator gives it.
static void live_set_check(struct examination *e, const struct ruleset *r, const struct ip_prefix *p)
{
	struct set_view v;
	char text[IP_PREFIX_TEXT];
	uint8_t last[16];
	prefix_last(p, last);
	ip_prefix_write(p, text);
	for (size_t i = 0; ruleset_set(r, i, &v); i++)
		if (!strcmp(v.name, p->v6 ? "proxy6" : "proxy4") &&
		    ruleset_set_contains(r, v.family, v.table, v.name, p->v6, p->address) &&
		    ruleset_set_contains(r, v.family, v.table, v.name, p->v6, last))
			return;
	found_fail(e, NULL, "%s of the proxy file is not in the live set %s", text, p->v6 ? "proxy6" : "proxy4");
}

static void net_03_file(struct examination *e, const struct manifest *m, const struct ruleset *r, const char *path)
{
	const struct host_file *f = host_file(e->host, path);
	struct host_lines cursor = { f->text, 0 };
	size_t count = 0;
	if (!found_file(e, f))
		return;
	uint64_t changed = (uint64_t)f->status.st_mtime, now = host_now(e->host);
	if (now > changed + WEEK)
		found_fail(e, NULL, "%s is %llu days old", path, (unsigned long long)((now - changed) / 86400));
	for (const char *line, *word[1]; host_line(e->host, &cursor, &line);) {
		struct ip_prefix p;
		if (!host_words(e->host, line, word, 1) || word[0][0] == '#')
			continue;
		count++;
		if (!ip_prefix_read(word[0], &p))
			found_fail(e, NULL, "%s:%u: '%.60s' is no prefix", path, cursor.number, word[0]);
		else if (!prefixes_contain(&m->proxy, p.v6, p.address))
			found_fail(e, "add it to the manifest after review", "%s:%u: %s is not a proxy line of the manifest", path,
				   cursor.number, word[0]);
		else
			live_set_check(e, r, &p);
	}
	if (!count)
		found_fail(e, NULL, "%s is empty", path);
	found_read(e, "%zu ranges in %s, changed %llu hours ago (its signature is not checked)", count, path,
		   (unsigned long long)(now > changed ? (now - changed) / 3600 : 0));
}

static void net_03(struct examination *e)
{
	const struct manifest *m = found_manifest(e);
	const struct ruleset *r = m && m->proxy.count ? firewall_rules(e) : NULL;
	if (m && !m->proxy.count)
		found_not_applicable(e, "the manifest declares no reverse proxy");
	else if (r && !m->proxy_file.count)
		found_fail(e, "add 'proxy-file PATH' to the manifest", "the manifest has proxy ranges, but no proxy-file that they come from");
	for (size_t i = 0; r && i < m->proxy_file.count; i++)
		net_03_file(e, m, r, m->proxy_file.name[i]);
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

static void net_04(struct examination *e)
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
	if (!m->ssh_port || !m->ssh_from.count)
		found_fail(e, "add ssh-port and ssh-from to the manifest", "the manifest says nothing of who may reach SSH");
	found_read(e, "every port asked over tcp and udp, IPv4 and IPv6, for strangers and the neighbours of %zu allowed ranges", m->ssh_from.count);
}

// --- listeners -----------------------------------------------------------------------------------------------------

static bool same_address(const struct manifest_listen *l, const struct host_socket *s)
{
	return l->any || (l->v6 == s->v6 && !memcmp(l->address, s->address, s->v6 ? 16 : 4));
}

// The declared line of a socket: by protocol, port and program.
static const struct manifest_listen *declared(const struct manifest *m, const struct host_socket *s, bool *ret_address)
{
	const struct manifest_listen *found = NULL;
	*ret_address = false;
	for (size_t i = 0; i < m->listens; i++) {
		const struct manifest_listen *l = &m->listen[i];
		if (l->udp != s->udp || l->port != s->port || (s->owner && strcmp(l->program, owner_name(s))))
			continue;
		found = l;
		*ret_address |= same_address(l, s);
	}
	return found;
}

static void net_05(struct examination *e)
{
	const struct manifest *m = found_manifest(e);
	const struct host_sockets *all = m ? sockets_of(e) : NULL;
	bool address;
	for (size_t i = 0; all && i < all->count; i++)
		if (!declared(m, &all->socket[i], &address))
			found_fail(e, NULL, "%s is not in the manifest", host_socket_text(e->host, &all->socket[i]));
}

static void net_06(struct examination *e)
{
	const struct manifest *m = found_manifest(e);
	const struct host_sockets *all = m ? sockets_of(e) : NULL;
	bool address;
	for (size_t i = 0; all && i < all->count; i++)
		if (declared(m, &all->socket[i], &address) && !address)
			found_fail(e, NULL, "%s listens on another address than the manifest says%s", host_socket_text(e->host, &all->socket[i]),
				   host_socket_wildcard(&all->socket[i]) ? ": on every one" : "");
}

static void net_08(struct examination *e)
{
	const struct ruleset *r = firewall_rules(e);
	const struct host_sockets *all = r ? sockets_of(e) : NULL;
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

// --- the file behind the live ruleset ------------------------------------------------------------------------------

// Takes out what changes by itself: handles, counters, and the members of sets that programs fill.
static void canonicalise(json_t *j)
{
	static const char *const VOLATILE[] = { "handle", "metainfo", "packets", "bytes", "expires", "index" };
	const char *key;
	json_t *v;
	size_t i;
	for (i = 0; i < ARRAY_LEN(VOLATILE); i++)
		json_object_del(j, VOLATILE[i]);
	json_t *flags = json_object_get(j, "flags");
	for (i = 0; i < json_array_size(flags); i++) {
		const char *flag = json_string_value(json_array_get(flags, i));
		if (flag && (!strcmp(flag, "timeout") || !strcmp(flag, "dynamic")))
			json_object_del(j, "elem");
	}
	json_object_foreach (j, key, v)
		canonicalise(v);
	json_array_foreach (j, i, v)
		canonicalise(v);
}

static bool same_rules(const struct host_file *a, const struct host_file *b)
{
	json_t *x = json_loadb(a->text, a->size, 0, NULL), *y = json_loadb(b->text, b->size, 0, NULL);
	canonicalise(x);
	canonicalise(y);
	bool same = x && y && json_equal(x, y);
	json_decref(x);
	json_decref(y);
	return same;
}

static void net_09(struct examination *e)
{
	static const char *const WANTS[] = { "/etc/systemd/system/sysinit.target.wants/nftables.service",
					     "/etc/systemd/system/multi-user.target.wants/nftables.service" };
	const struct host_file *live = host_ruleset(e->host), *text = host_file(e->host, "/etc/nftables.conf");
	struct stat unused;
	if (text->error == -ENOENT) {
		found_fail(e, NULL, "there is no /etc/nftables.conf");
		return;
	}
	if (!found_file(e, live) || !found_file(e, text))
		return;
	const struct host_file *loaded = host_ruleset_of_file(e->host, "/etc/nftables.conf");
	if (loaded->error == -EINVAL)
		found_fail(e, NULL, "/etc/nftables.conf does not load");
	else if (found_file(e, loaded) && !same_rules(live, loaded))
		found_fail(e, NULL, "/etc/nftables.conf, once loaded, is not what is live");
	if (host_lstat(e->host, WANTS[0], &unused) && host_lstat(e->host, WANTS[1], &unused))
		found_fail(e, "systemctl enable nftables.service", "nftables.service is not enabled");
	found_read(e, "/etc/nftables.conf (%zu bytes) loaded into an empty namespace and compared with the live ruleset", text->size);
}

static void net_11(struct examination *e)
{
	const struct ruleset *r = firewall_rules(e);
	static const uint16_t PORTS[] = { 25, 443, 4444 };
	for (int v6 = 0; r && v6 < 2; v6++) {
		for (size_t i = 0; i < ARRAY_LEN(PORTS); i++) {
			struct packet p = { .v6 = v6, .protocol = 6, .source_port = 49152, .destination_port = PORTS[i], .tcp_flags = 2,
					    .state = CT_NEW, .length = 60, .ttl = 64, .output_interface = "eth0", .has_socket = true,
					    .socket_user = 65534, .socket_group = 65534, .destination = { v6 ? 0x2a : 8, 8, 8, 8 } };
			struct classification c;
			packet_classify(r, HOOK_OUTPUT, &p, &c);
			if (c.verdict == VERDICT_UNKNOWN)
				found_unknown(e, "output: the rule at %s is not understood (%s)", c.place, c.reason);
			else if (c.may_accept)
				found_fail(e, NULL, "user nobody may call out to IPv%d port %u, by %s", v6 ? 6 : 4, PORTS[i], c.place);
		}
	}
	if (r)
		found_read(e, "hook output asked for user nobody to ports 25, 443 and 4444 over both families");
}

// --- the engine ----------------------------------------------------------------------------------------------------

static bool user_id(struct host *h, const char *name, uid_t *ret)
{
	struct host_lines cursor = { host_file(h, "/etc/passwd")->text, 0 };
	size_t size = strlen(name);
	for (const char *line; host_line(h, &cursor, &line);) {
		const char *field = strchr(line, ':');
		if (strncmp(line, name, size) || line[size] != ':' || !(field = strchr(field + 1, ':')))
			continue;
		*ret = (uid_t)strtoul(field + 1, NULL, 10);
		return true;
	}
	return false;
}

static void engine_judge(struct examination *e, const char *name, uid_t uid)
{
	const struct host_processes *all = host_processes(e->host);
	const struct host_sockets *sockets = host_sockets(e->host);
	const char *hosts = host_link(e->host, "/proc/1/ns/net");
	size_t count = 0;
	for (size_t i = 0; i < all->count; i++) {
		const struct host_process *p = &all->process[i];
		if (p->uid != uid)
			continue;
		count++;
		if (!hosts || !*p->network)
			found_unknown(e, "the network namespace of process %d (%s) could not be read", (int)p->pid, p->name);
		else if (!strcmp(p->network, hosts))
			found_fail(e, NULL, "process %d (%s) of %s is in the host's network namespace", (int)p->pid, p->name, name);
	}
	for (size_t i = 0; i < sockets->count; i++)
		if (sockets->socket[i].uid == uid)
			found_fail(e, NULL, "%s of %s", host_socket_text(e->host, &sockets->socket[i]), name);
	found_read(e, "%zu processes of %s", count, name);
}

static void net_12(struct examination *e)
{
	const struct manifest *m = found_manifest(e);
	if (m && !m->engine.count)
		found_not_applicable(e, "the manifest names no engine user");
	else if (m && host_processes(e->host)->error)
		found_unknown(e, "/proc could not be read: %s", strerror(-host_processes(e->host)->error));
	else
		for (size_t i = 0; m && i < m->engine.count; i++) {
			uid_t uid;
			if (!user_id(e->host, m->engine.name[i], &uid))
				found_fail(e, "dev/setup makes the users", "there is no user %.60s in /etc/passwd", m->engine.name[i]);
			else
				engine_judge(e, m->engine.name[i], uid);
		}
}

static void net_13(struct examination *e)
{
	static const struct { uint16_t port; const char *what; } KNOWN[] = {
		{ 2345, "the debugger delve" }, { 3389, "remote desktop" }, { 5005, "the Java debugger" }, { 5900, "VNC" },
		{ 5901, "VNC" }, { 6060, "Go's profiler" }, { 9090, "Prometheus" }, { 9100, "the node exporter" },
		{ 9222, "a browser's debugger" }, { 9229, "Node's debugger" }, { 15672, "RabbitMQ's console" }, { 5601, "Kibana" } };
	const struct host_sockets *all = sockets_of(e);
	for (size_t i = 0; all && i < all->count; i++)
		for (size_t k = 0; k < ARRAY_LEN(KNOWN); k++)
			if (all->socket[i].port == KNOWN[k].port && !host_socket_loopback(&all->socket[i]))
				found_fail(e, NULL, "%s is the port of %s", host_socket_text(e->host, &all->socket[i]), KNOWN[k].what);
}

static void net_14(struct examination *e)
{
	const struct host_processes *all = host_processes(e->host);
	size_t count = 0;
	if (all->error) {
		found_unknown(e, "/proc could not be read: %s", strerror(-all->error));
		return;
	}
	for (size_t i = 0; i < all->count; i++)
		count += !strncmp(all->process[i].name, "redoubt-gateway", 15) || !strcmp(all->process[i].name, "gateway");
	if (!count)
		found_not_applicable(e, "no gateway runs on this host");
	else if (count < 2)
		found_fail(e, NULL, "one gateway process runs");
	else
		found_read(e, "%zu gateway processes", count);
}

static void sysctl_judge(struct examination *e, const char *path, const char *expected)
{
	const struct host_file *f = host_file(e->host, path);
	size_t size = strcspn(f->text, "\n");
	if (f->error == -ENOENT && strstr(path, "/ipv6/"))
		return; // the kernel has no IPv6
	if (!found_file(e, f))
		return;
	if (strlen(expected) != size || strncmp(f->text, expected, size))
		found_fail(e, host_print(e->host, "echo %s > %s, and the same in /etc/sysctl.d/60-redoubt.conf", expected, path),
			   "%s is %.*s, not %s", path, (int)size, f->text, expected);
	else
		found_read(e, "%s %s", strrchr(path, '/') + 1, expected);
}

static void net_15(struct examination *e)
{
	static const char *const WANTED[][2] = {
		{ "/proc/sys/net/ipv4/tcp_syncookies", "1" }, { "/proc/sys/net/ipv4/conf/all/rp_filter", "1" },
		{ "/proc/sys/net/ipv4/conf/all/accept_redirects", "0" }, { "/proc/sys/net/ipv4/conf/all/send_redirects", "0" },
		{ "/proc/sys/net/ipv4/conf/all/accept_source_route", "0" }, { "/proc/sys/net/ipv4/ip_forward", "0" },
		{ "/proc/sys/net/ipv6/conf/all/accept_redirects", "0" }, { "/proc/sys/net/ipv6/conf/all/forwarding", "0" } };
	for (size_t i = 0; i < ARRAY_LEN(WANTED); i++)
		sysctl_judge(e, WANTED[i][0], WANTED[i][1]);
}

static void ban_members(struct examination *e, const struct ruleset *r, const struct set_view *v, const struct manifest_prefixes *p,
			const char *what)
{
	for (size_t i = 0; i < p->count; i++) {
		uint8_t last[16];
		char text[IP_PREFIX_TEXT];
		prefix_last(&p->prefix[i], last);
		ip_prefix_write(&p->prefix[i], text);
		if (ruleset_set_touches(r, v->family, v->table, v->name, p->prefix[i].v6, p->prefix[i].address, last))
			found_fail(e, host_print(e->host, "nft delete element %s %s %s { the member in %s }", v->family, v->table, v->name, text),
				   "set %s bans a part of %s, which is %s", v->name, text, what);
	}
}

static void net_16(struct examination *e)
{
	static const char *const NAMES[] = { "ban4", "ban6" };
	const struct manifest *m = found_manifest(e);
	const struct ruleset *r = m ? firewall_rules(e) : NULL;
	for (size_t n = 0; r && n < 2; n++) {
		struct set_view v;
		bool there = false;
		for (size_t i = 0; ruleset_set(r, i, &v); i++) {
			if (strcmp(v.name, NAMES[n]))
				continue;
			there = true;
			if (!v.has_timeout)
				found_fail(e, NULL, "set %s has no timeout: a ban never ends", v.name);
			ban_members(e, r, &v, &m->proxy, "a proxy range");
			ban_members(e, r, &v, &m->ssh_from, "on the SSH allow-list");
			found_read(e, "set %s %s %s with %zu members", v.family, v.table, v.name, v.elements);
		}
		if (!there)
			found_fail(e, NULL, "there is no set %s", NAMES[n]);
	}
	if (r)
		found_read(e, "who feeds the sets is not checked");
}

const struct check network_checks[] = {
	{ "NET-01", SEVERITY_CRITICAL, "O2 S I",
	  "The firewall drops what no rule lets in",
	  "a base chain of hook input with policy drop for IPv4 and for IPv6",
	  "a service that nobody meant to open is open until somebody notices; IPv6 is the family that is forgotten",
	  "redoubt host harden --only nft --apply, then confirm it", net_01 },
	{ "NET-02", SEVERITY_CRITICAL, "O2",
	  "Only the reverse proxy reaches the web ports",
	  "ports 80 and 443 accept from the declared proxy ranges alone",
	  "whoever reaches the origin passes by the proxy's filters, limits and logs",
	  "rebuild the sets proxy4 and proxy6: redoubt host harden --only nft --apply", net_02 },
	{ "NET-03", SEVERITY_HIGH, "O2",
	  "The proxy ranges are fresh",
	  "the range file is at most 7 days old, not empty, and equal to the live set",
	  "an old list lets strangers in who hold an address that the proxy gave back, and shuts new proxies out",
	  "fetch the published ranges into the proxy-file, review the difference, then redoubt host harden --only nft --apply", net_03 },
	{ "NET-04", SEVERITY_CRITICAL, "O2 O4",
	  "Every other port is shut, and SSH opens to its allow-list alone",
	  "no port accepts from a stranger; the SSH port accepts from ssh-from alone",
	  "an open port is an invitation to the next flaw of what listens there",
	  "redoubt host harden --only nft --apply", net_04 },
	{ "NET-05", SEVERITY_HIGH, "O2 S",
	  "Nothing listens that the manifest does not name",
	  "every listening socket is a listen line of the manifest",
	  "a listener that nobody declared is a service that nobody looks after, or an intruder's",
	  "systemctl disable --now UNIT, or declare it in the manifest after review", net_05 },
	{ "NET-06", SEVERITY_HIGH, "S",
	  "Each listener is bound to its own address",
	  "the address of each listener is the declared one; nothing internal listens on every address",
	  "an internal service on a wildcard address is one firewall mistake away from the world",
	  "set the bind address in the service's configuration", net_06 },
	{ "NET-07", SEVERITY_HIGH, "O1",
	  "The origin does not answer to its bare address",
	  "no site or certificate for an unknown name; a client certificate of the proxy is demanded",
	  "scanners match certificates to find the origin behind a proxy, and then attack it past the proxy",
	  "a default server that rejects the handshake, and authenticated origin pulls", NULL },
	{ "NET-08", SEVERITY_HIGH, "O2",
	  "IPv6 is filtered like IPv4",
	  "for each listener, strangers get the same verdict over both families",
	  "services listen on both families by default; rules are often written for one",
	  "use one table of family inet: redoubt host harden --only nft --apply", net_08 },
	{ "NET-09", SEVERITY_HIGH, "O2",
	  "The firewall survives a reboot unchanged",
	  "/etc/nftables.conf is what is live, and nftables.service is enabled",
	  "a ruleset that lives in memory alone is gone after the next reboot",
	  "nft list ruleset into /etc/nftables.conf after review; systemctl enable nftables.service", net_09 },
	{ "NET-10", SEVERITY_MEDIUM, "I",
	  "The gateway limits requests",
	  "limits for each address, account and endpoint are configured",
	  "without limits one client takes the service from all others",
	  "set gateway.weight_per_minute and gateway.accepts_per_minute in redoubt.conf", NULL },
	{ "NET-11", SEVERITY_MEDIUM, "C",
	  "Programs cannot call out as they like",
	  "the output chain's policy is drop or reject, with rules by user",
	  "stolen data leaves, and second stages arrive, over connections that the host itself opens",
	  "redoubt host harden --only nft --apply", net_11 },
	{ "NET-12", SEVERITY_CRITICAL, "C",
	  "The engine has no network",
	  "the engine's user owns no internet socket and its processes live in a network namespace of their own",
	  "what orders and pays must not be reachable, nor able to reach out, even when it is owned",
	  "PrivateNetwork=yes in the engine's unit: redoubt host harden --only units --apply", net_12 },
	{ "NET-13", SEVERITY_LOW, "I",
	  "Debug and metrics endpoints are not public",
	  "no debug, metrics or remote-desktop port listens on a public address",
	  "they tell of the inside, and often command it",
	  "bind it to 127.0.0.1 or switch it off", net_13 },
	{ "NET-14", SEVERITY_INFO, "I",
	  "There is more than one gateway",
	  "at least two upstream processes",
	  "one process that dies takes the service with it",
	  "start a second gateway, or waive NET-14 in the manifest", net_14 },
	{ "NET-15", SEVERITY_MEDIUM, "O",
	  "The kernel's network settings are the careful ones",
	  "tcp_syncookies 1, rp_filter 1, no redirects, no source routes, no forwarding",
	  "they stop spoofed floods and misrouted packets; Debian's defaults leave some open",
	  "redoubt host harden --only sysctl --apply", net_15 },
	{ "NET-16", SEVERITY_MEDIUM, "O",
	  "Bans are there, end by themselves, and never hit the proxy or the allow-list",
	  "sets ban4 and ban6 with a timeout, no member inside the proxy ranges or ssh-from",
	  "a ban of a proxy's address shuts out every customer behind it",
	  "redoubt host harden --only nft --apply", net_16 },
};
const size_t network_check_count = ARRAY_LEN(network_checks);
