// SPDX-License-Identifier: Apache-2.0
#include "harden/probe.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>

#define SYN 2

struct asking {
	struct host *host;
	const struct manifest *manifest;
	probe_each *each;
	void *context;
};

// Addresses that no manifest should name; one that does is left out.
static const char *const STRANGERS[] = { "192.0.2.77", "8.8.8.8", "198.18.255.250", "100.64.7.7", "2a00:1450:4001::9",
					 "2001:db8:ffff:ffff::1" };
static const uint16_t OTHER_PORTS[] = { 21, 22, 23, 25, 53, 79, 80, 81, 111, 442, 443, 444, 2375, 3306, 5432, 6379, 8080, 8443, 9090, 65535 };

static void address_set(uint8_t to[16], bool v6, const uint8_t *from)
{
	memset(to, 0, 16);
	memcpy(to, from, v6 ? 16 : 4);
}

static bool contains(const struct manifest_prefixes *p, bool v6, const uint8_t *address)
{
	for (size_t i = 0; i < p->count; i++)
		if (ip_prefix_contains(&p->prefix[i], v6, address))
			return true;
	return false;
}

static struct packet new_packet(bool v6, uint8_t protocol, uint16_t port)
{
	struct packet p = { .v6 = v6, .protocol = protocol, .source_port = 40000, .destination_port = port, .state = CT_NEW,
			    .tcp_flags = protocol == IPPROTO_TCP ? SYN : 0, .length = v6 ? 60 : 40, .ttl = 64 };
	return p;
}

static void arrives(const struct asking *a, bool v6, const uint8_t *source, uint8_t protocol, uint16_t port, bool pass, const char *why)
{
	struct probe p = { .hook = HOOK_INPUT, .packet = new_packet(v6, protocol, port), .must_pass = pass, .why = why };
	address_set(p.packet.source, v6, source);
	address_set(p.packet.destination, v6, v6 ? (const uint8_t[16]){ 0x2a, 0, [15] = 1 } : (const uint8_t[]){ 198, 51, 100, 200 });
	p.packet.input_interface = "eth0";
	a->each(a->context, &p);
}

// From this address: the web ports are for the proxy, the SSH port for the list, and nothing else is for anybody.
static void from_address(const struct asking *a, bool v6, const uint8_t *source)
{
	const struct manifest *m = a->manifest;
	bool proxy = contains(&m->proxy, v6, source), ssh = contains(&m->ssh_from, v6, source);
	for (size_t i = 0; i <= ARRAY_LEN(OTHER_PORTS); i++) {
		uint16_t port = i < ARRAY_LEN(OTHER_PORTS) ? OTHER_PORTS[i] : m->ssh_port;
		bool web = port == 80 || port == 443, shell = port == m->ssh_port;
		if (shell && i < ARRAY_LEN(OTHER_PORTS))
			continue; // asked once, at the end
		arrives(a, v6, source, IPPROTO_TCP, port, (web && proxy) || (shell && ssh),
			web ? proxy ? "the proxy reaches the web ports" : "the proxy alone reaches the web ports" :
			shell ? ssh ? "the SSH list reaches the SSH port" : "the SSH list alone reaches the SSH port" :
				"no other port is open");
	}
	arrives(a, v6, source, IPPROTO_UDP, 443, false, "no UDP is open");
	arrives(a, v6, source, IPPROTO_UDP, 53, false, "no UDP is open");
}

static void last_of(const struct ip_prefix *p, uint8_t to[16])
{
	memcpy(to, p->address, 16);
	for (size_t i = p->bits; i < (p->v6 ? 128u : 32u); i++)
		to[i / 8] |= (uint8_t)(0x80 >> i % 8);
}

// Adds or takes one. False when it wraps around.
static bool step(uint8_t address[16], bool v6, int by)
{
	for (size_t i = v6 ? 16 : 4; i-- > 0;) {
		address[i] = (uint8_t)(address[i] + by);
		if (address[i] != (by > 0 ? 0 : 0xff))
			return true;
	}
	return false;
}

// The first and last address, and their neighbours outside: where a wrong prefix length shows.
static void around(const struct asking *a, const struct manifest_prefixes *list)
{
	for (size_t i = 0; i < list->count; i++) {
		const struct ip_prefix *p = &list->prefix[i];
		uint8_t at[16];
		memcpy(at, p->address, 16);
		from_address(a, p->v6, at);
		if (step(at, p->v6, -1))
			from_address(a, p->v6, at);
		last_of(p, at);
		from_address(a, p->v6, at);
		if (step(at, p->v6, 1))
			from_address(a, p->v6, at);
	}
}

static void strangers(const struct asking *a)
{
	for (size_t i = 0; i < ARRAY_LEN(STRANGERS); i++) {
		struct ip_prefix p;
		ASSERT(ip_prefix_read(STRANGERS[i], &p));
		if (!contains(&a->manifest->proxy, p.v6, p.address) && !contains(&a->manifest->ssh_from, p.v6, p.address))
			from_address(a, p.v6, p.address);
	}
}

static void control_messages(const struct asking *a)
{
	static const struct { bool v6; uint8_t type, ttl; bool pass; const char *why; } MESSAGES[] = {
		{ false, 3, 64, true, "path MTU discovery" }, { false, 11, 64, true, "time exceeded" },
		{ false, 5, 64, false, "a redirect" }, { false, 13, 64, false, "a timestamp request" },
		{ true, 2, 64, true, "packet too big" }, { true, 135, 255, true, "neighbour solicitation" },
		{ true, 136, 255, true, "neighbour advertisement" }, { true, 134, 255, true, "router advertisement" },
		{ true, 135, 64, false, "a neighbour from beyond the link" }, { true, 137, 255, false, "a redirect" },
	};
	for (size_t i = 0; i < ARRAY_LEN(MESSAGES); i++) {
		bool v6 = MESSAGES[i].v6;
		struct probe p = { .hook = HOOK_INPUT, .must_pass = MESSAGES[i].pass, .why = MESSAGES[i].why };
		p.packet = new_packet(v6, v6 ? IPPROTO_ICMPV6 : IPPROTO_ICMP, 0);
		p.packet.icmp_type = MESSAGES[i].type;
		p.packet.ttl = MESSAGES[i].ttl;
		// connection tracking leaves neighbour discovery alone, and links errors to what they are about
		p.packet.state = v6 && MESSAGES[i].type >= 130 ? CT_UNTRACKED : MESSAGES[i].pass ? CT_RELATED : CT_NEW;
		p.packet.input_interface = "eth0";
		address_set(p.packet.source, v6, v6 ? (const uint8_t[16]){ 0xfe, 0x80, [15] = 7 } : (const uint8_t[]){ 192, 0, 2, 77 });
		a->each(a->context, &p);
	}
}

static void others(const struct asking *a)
{
	for (int v6 = 0; v6 < 2; v6++) {
		struct probe p = { .hook = HOOK_INPUT, .must_pass = true, .why = "loopback is the host's own",
				   .packet = new_packet(v6, IPPROTO_TCP, 8443) };
		p.packet.input_interface = "lo";
		a->each(a->context, &p);
		p.packet.input_interface = "eth0";
		p.packet.state = CT_ESTABLISHED;
		p.why = "what the host asked for may be answered";
		a->each(a->context, &p);
		p.packet.state = CT_NEW;
		p.hook = HOOK_FORWARD;
		p.packet.output_interface = "eth1";
		p.must_pass = false;
		p.why = "the host is no router";
		a->each(a->context, &p);
	}
}

static void leaves(const struct asking *a, uid_t user, bool v6, uint8_t protocol, const struct ip_prefix *to, uint16_t port,
		   const char *interface, bool pass, const char *why)
{
	struct probe p = { .hook = HOOK_OUTPUT, .packet = new_packet(v6, protocol, port), .must_pass = pass, .why = why };
	if (to)
		address_set(p.packet.destination, v6, to->address);
	else
		address_set(p.packet.destination, v6, v6 ? (const uint8_t[16]){ 0x2a, [15] = 9 } : (const uint8_t[]){ 8, 8, 4, 4 });
	p.packet.output_interface = interface;
	p.packet.has_socket = true;
	p.packet.socket_user = user;
	p.packet.socket_group = user;
	a->each(a->context, &p);
}

static void engines(const struct asking *a)
{
	static const uint16_t PORTS[] = { 53, 80, 443, 8443, 4444 };
	for (size_t i = 0; i < a->manifest->engine.count; i++) {
		uid_t user;
		if (!user_find(a->host, a->manifest->engine.name[i], &user, NULL))
			continue;
		for (size_t k = 0; k < 4 * ARRAY_LEN(PORTS); k++)
			leaves(a, user, k & 1, k & 2 ? IPPROTO_UDP : IPPROTO_TCP, NULL, PORTS[k / 4], k % 3 ? "eth0" : "lo", false,
			       "the engine has no network");
	}
}

static void egress(const struct asking *a)
{
	static const uint16_t PORTS[] = { 25, 443, 4444 };
	const struct manifest *m = a->manifest;
	for (int v6 = 0; v6 < 2; v6++) {
		for (size_t i = 0; i < ARRAY_LEN(PORTS); i++) {
			leaves(a, 65534, v6, IPPROTO_TCP, NULL, PORTS[i], "eth0", false, "nobody calls out unless it is named");
			leaves(a, 65534, v6, IPPROTO_UDP, NULL, PORTS[i], "eth0", false, "nobody calls out unless it is named");
		}
		leaves(a, 65534, v6, IPPROTO_TCP, NULL, 8443, "lo", true, "loopback is the host's own");
		leaves(a, 0, v6, IPPROTO_TCP, NULL, 4444, "eth0", false, "root, too, calls out only where it is named");
	}
	for (size_t i = 0; i < m->egresses; i++) {
		const struct manifest_egress *e = &m->egress[i];
		uid_t user;
		if (!user_find(a->host, e->user, &user, NULL))
			continue;
		for (int v6 = 0; v6 < 2; v6++)
			if (e->any || e->to.v6 == v6)
				leaves(a, user, v6, e->udp ? IPPROTO_UDP : IPPROTO_TCP, e->any ? NULL : &e->to, e->port, "eth0", true,
				       "an egress line of the manifest");
	}
}

void probes(struct host *h, const struct manifest *m, probe_each *each, void *context)
{
	const struct asking a = { h, m, each, context };
	strangers(&a);
	around(&a, &m->proxy);
	around(&a, &m->ssh_from);
	control_messages(&a);
	others(&a);
	engines(&a);
	egress(&a);
}

const char *probe_text(struct host *h, const struct probe *p)
{
	const struct packet *k = &p->packet;
	char from[INET6_ADDRSTRLEN], to[INET6_ADDRSTRLEN], kind[48];
	inet_ntop(k->v6 ? AF_INET6 : AF_INET, k->source, from, sizeof from);
	inet_ntop(k->v6 ? AF_INET6 : AF_INET, k->destination, to, sizeof to);
	bool icmp = k->protocol == IPPROTO_ICMP || k->protocol == IPPROTO_ICMPV6;
	snprintf(kind, sizeof kind, icmp ? "%s %u" : "%s", icmp ? k->v6 ? "icmpv6" : "icmp" : k->protocol == IPPROTO_TCP ? "tcp" : "udp",
		 k->icmp_type);
	if (p->hook == HOOK_OUTPUT)
		return host_print(h, "out %s uid %u -> %s %u via %s", kind, k->socket_user, to, k->destination_port, k->output_interface);
	return host_print(h, "%s %s %s -> %u via %s%s", p->hook == HOOK_INPUT ? "in" : "forward", kind, from, k->destination_port,
			  k->input_interface, k->state == CT_ESTABLISHED ? " established" : k->state == CT_RELATED ? " related" : "");
}
