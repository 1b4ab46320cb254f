// SPDX-License-Identifier: Apache-2.0
// Whom the firewall lets in who should not get in, and which users out: asked of all packets at once, not of samples.
#include "checks/network/network.h"

#include "checks/network/firewall.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>

#define PLACES_MAX 64
#define BOUNDS_MAX (2 * MANIFEST_PREFIX_MAX + 64)

struct inquiry {
	struct examination *e;
	const struct ruleset *r;
	bool output, marked; // marked: who might have set the mark is not known
	bool more;           // than PLACES_MAX
	struct packet usual;
	size_t asked, places, bounds;
	struct { // the most ordinary packet that meets each rule
		struct packet packet;
		struct classification c;
		bool marked;
		unsigned ordinary;
	} place[PLACES_MAX];
	struct packet_bound bound[BOUNDS_MAX];
};

// --- what is asked about ---

static void bound_add(struct inquiry *q, struct packet_bound b)
{
	ASSERT(q->bounds < BOUNDS_MAX);
	q->bound[q->bounds++] = b;
}

static void numbers(struct inquiry *q, enum packet_field f, uint64_t low, uint64_t high)
{
	bound_add(q, packet_bound_numbers(f, false, low, high));
}

static void but_numbers(struct inquiry *q, enum packet_field f, uint64_t low, uint64_t high)
{
	bound_add(q, packet_bound_numbers(f, true, low, high));
}

static void addresses(struct inquiry *q, enum packet_field f, bool without, const struct ip_prefix *p)
{
	uint8_t last[16];
	prefix_last(p, last);
	if (p->v6 == q->usual.v6)
		bound_add(q, packet_bound_addresses(f, without, p->v6, p->address, last));
}

// False: none of them is of this family.
static bool sources(struct inquiry *q, bool without, const struct manifest_prefixes *p)
{
	size_t before = q->bounds;
	for (size_t i = 0; i < p->count; i++)
		addresses(q, PACKET_SOURCE, without, &p->prefix[i]);
	return q->bounds > before;
}

// --- asking ---

// How much of it is as in any packet: what is not says what the hole is.
static unsigned ordinary(const struct packet *p, const struct packet *usual)
{
	return (unsigned)(!memcmp(p->source, usual->source, 16) + !memcmp(p->destination, usual->destination, 16) +
			  !strcmp(p->input_interface, usual->input_interface) + !strcmp(p->output_interface, usual->output_interface) +
			  (p->protocol == usual->protocol) + (p->source_port == usual->source_port) +
			  (p->destination_port == usual->destination_port) + (p->ttl == usual->ttl) + (p->length == usual->length) +
			  (p->dscp == usual->dscp) + (p->state == usual->state) + (p->tcp_flags == usual->tcp_flags) +
			  (p->socket_user == usual->socket_user) + (p->socket_group == usual->socket_group));
}

static void packet_note(void *context, const struct packet *p, const struct classification *c)
{
	struct inquiry *q = context;
	unsigned score = ordinary(p, &q->usual);
	size_t i = 0;
	while (i < q->places && (strcmp(q->place[i].c.place, c->place) ||
				 (q->place[i].c.verdict == VERDICT_UNKNOWN) != (c->verdict == VERDICT_UNKNOWN)))
		i++;
	if (i < q->places && (q->place[i].marked != q->marked || q->place[i].ordinary >= score))
		return;
	if (i == PLACES_MAX) {
		q->more = true;
		return;
	}
	q->places += i == q->places;
	q->place[i].packet = *p;
	q->place[i].packet.input_interface = host_print(q->e->host, "%s", p->input_interface); // theirs do not last
	q->place[i].packet.output_interface = host_print(q->e->host, "%s", p->output_interface);
	q->place[i].c = *c;
	q->place[i].marked = q->marked;
	q->place[i].ordinary = score;
}

static const char *packet_text(struct host *h, const struct packet *p)
{
	static const char *const STATES[] = { [CT_INVALID] = ", of no valid connection", [CT_NEW] = "" };
	char from[INET6_ADDRSTRLEN], to[INET6_ADDRSTRLEN];
	inet_ntop(p->v6 ? AF_INET6 : AF_INET, p->source, from, sizeof from);
	inet_ntop(p->v6 ? AF_INET6 : AF_INET, p->destination, to, sizeof to);
	return host_print(h, "%s port %u to %s port %u on %s, protocol %u%s, ttl %u, dscp %u, length %u, tcp flags %u", from, p->source_port,
			  to, p->destination_port, *p->input_interface ? p->input_interface : p->output_interface, p->protocol,
			  STATES[p->state], p->ttl, p->dscp, p->length, p->tcp_flags);
}

static void packet_say(const struct inquiry *q, const struct packet *p, const struct classification *c, bool marked)
{
	const char *text = packet_text(q->e->host, p), *who = "";
	if (q->output)
		who = host_print(q->e->host, "user %u, group %u: ", p->socket_user, p->socket_group);
	if (c->verdict == VERDICT_UNKNOWN)
		found_unknown(q->e, "%s%s: the rule at %s is not understood (%s)", who, text, c->place, c->reason);
	else if (marked)
		found_unknown(q->e, "not exhausted: with mark %u and connection mark %u, %s%s gets %s by %s; who marks is not known", p->mark,
			      p->connection_mark, who, text, q->output ? "out" : "in", c->place);
	else
		found_fail(q->e, NULL, "%s%s %s %s by %s%s%s", who, text, c->verdict == VERDICT_ACCEPT ? "gets" : "may get",
			   q->output ? "out" : "in", c->place, *c->reason ? ": " : "", c->reason);
}

static void inquiry_say(const struct inquiry *q)
{
	for (size_t i = 0; i < q->places; i++)
		packet_say(q, &q->place[i].packet, &q->place[i].c, q->place[i].marked);
	if (q->more)
		found_unknown(q->e, "not exhausted: %d rules are named; there are more", PLACES_MAX);
}

// Asks with the bounds that were set, and forgets those behind `kept`. Packets come without a mark; those with one, which
// something outside the ruleset would have to set, are asked about afterwards.
static void ask(struct inquiry *q, size_t kept)
{
	struct packet_answer a;
	bool exhausted = true;
	const char *why = "";
	size_t given = q->bounds;
	for (int marked = 0; marked < 2; marked++) {
		q->bounds = given;
		if (!marked) {
			numbers(q, PACKET_MARK, 0, 0);
			numbers(q, PACKET_CONNECTION_MARK, 0, 0);
		}
		numbers(q, PACKET_STATE, CT_INVALID, CT_INVALID);
		numbers(q, PACKET_STATE, CT_NEW, CT_NEW);
		bound_add(q, packet_bound_interface(q->output ? PACKET_OUTPUT : PACKET_INPUT, true, "lo"));
		but_numbers(q, PACKET_PROTOCOL, IPPROTO_ICMP, IPPROTO_ICMP); // errors and echoes: let through on purpose
		but_numbers(q, PACKET_PROTOCOL, IPPROTO_ICMPV6, IPPROTO_ICMPV6);
		struct packet_question question = { .output = q->output, .usual = &q->usual, .bound = q->bound, .bounds = q->bounds };
		q->marked = marked;
		packet_reach(q->r, &question, packet_note, q, &a);
		if (exhausted && !a.exhausted)
			why = a.why;
		exhausted &= a.exhausted;
		q->asked++;
	}
	if (!exhausted)
		found_unknown(q->e, "not exhausted over IPv%d: %s", q->usual.v6 ? 6 : 4, why);
	q->bounds = kept;
}

static struct inquiry *inquiry_of(struct examination *e, const struct ruleset *r, bool v6, bool output)
{
	static struct inquiry q; // large
	q.e = e;
	q.r = r;
	q.output = output;
	q.bounds = 0;
	q.usual = (struct packet){ .v6 = v6, .protocol = IPPROTO_TCP, .source_port = 49152, .destination_port = 4444, .tcp_flags = 2,
				   .state = CT_NEW, .ttl = 57, .length = v6 ? 80 : 60, .source = { v6 ? 0x20 : 192, v6 ? 1 : 0, v6 ? 0x0d : 2, v6 ? 0xb8 : 0 },
				   .destination = { v6 ? 0x2a : 198 }, .socket_user = 65534, .socket_group = 65534, .has_socket = output,
				   .input_interface = output ? "" : "eth0", .output_interface = output ? "eth0" : "" };
	q.usual.source[v6 ? 15 : 3] = q.usual.destination[v6 ? 15 : 3] = 9;
	return &q;
}

static void inquiry_begin(struct inquiry *q)
{
	q->asked = q->places = 0;
	q->more = false;
}

// --- in ---

// An answer of a DHCPv6 server, which connection tracking does not link to the question: link-local, 547 to 546 over UDP.
// Everything but that is asked.
static void ask_but_dhcp(struct inquiry *q, size_t kept)
{
	struct ip_prefix local;
	size_t given = q->bounds;
	bool within = false; // a source is asked about within ranges: those of the allow-list are no servers
	for (size_t i = 0; i < given; i++)
		within |= q->bound[i].field == PACKET_SOURCE && !q->bound[i].without;
	if (!q->usual.v6 || within) {
		ask(q, kept);
		return;
	}
	ASSERT(ip_prefix_read("fe80::/10", &local));
	addresses(q, PACKET_SOURCE, true, &local);
	ask(q, given);
	addresses(q, PACKET_SOURCE, false, &local);
	size_t linked = q->bounds;
	but_numbers(q, PACKET_DESTINATION_PORT, 546, 546);
	ask(q, linked);
	but_numbers(q, PACKET_SOURCE_PORT, 547, 547);
	ask(q, linked);
	but_numbers(q, PACKET_PROTOCOL, IPPROTO_UDP, IPPROTO_UDP);
	ask(q, kept);
}

static void web_ports(struct inquiry *q, bool without)
{
	bound_add(q, packet_bound_numbers(PACKET_DESTINATION_PORT, without, 80, 80));
	bound_add(q, packet_bound_numbers(PACKET_DESTINATION_PORT, without, 443, 443));
}

// From whoever the bounds say: every port but the web's, every protocol.
static void ask_ports(struct inquiry *q, uint16_t tcp_but)
{
	size_t who = q->bounds;
	numbers(q, PACKET_PROTOCOL, IPPROTO_TCP, IPPROTO_TCP);
	web_ports(q, true);
	if (tcp_but)
		but_numbers(q, PACKET_DESTINATION_PORT, tcp_but, tcp_but);
	ask_but_dhcp(q, who);
	numbers(q, PACKET_PROTOCOL, IPPROTO_UDP, IPPROTO_UDP);
	web_ports(q, true);
	ask_but_dhcp(q, who);
	but_numbers(q, PACKET_PROTOCOL, IPPROTO_TCP, IPPROTO_TCP);
	but_numbers(q, PACKET_PROTOCOL, IPPROTO_UDP, IPPROTO_UDP);
	ask(q, 0);
}

static void web_judge(struct inquiry *q, const struct manifest *m)
{
	sources(q, true, &m->proxy);
	web_ports(q, false);
	numbers(q, PACKET_PROTOCOL, IPPROTO_TCP, IPPROTO_TCP);
	numbers(q, PACKET_PROTOCOL, IPPROTO_UDP, IPPROTO_UDP);
	ask(q, 0);
}

void strangers_judge(struct examination *e, const struct manifest *m, const struct ruleset *r, bool web)
{
	struct inquiry *q = inquiry_of(e, r, false, false);
	inquiry_begin(q);
	for (int v6 = 0; v6 < 2; v6++) {
		q = inquiry_of(e, r, v6, false);
		if (web) {
			web_judge(q, m);
			continue;
		}
		sources(q, true, &m->ssh_from);
		ask_ports(q, 0);
		if (sources(q, false, &m->ssh_from)) // who may reach SSH may reach nothing else
			ask_ports(q, m->ssh_port);
		q->bounds = 0;
	}
	inquiry_say(q);
	found_read(e, "%zu questions, each about all packets of a kind, walked through every rule", q->asked);
}

// The place that lets somebody in to this port who is neither proxy nor on the allow-list, or NULL.
const char *stranger_way_in(struct examination *e, const struct manifest *m, const struct ruleset *r, bool v6, bool udp, uint16_t port)
{
	struct inquiry *q = inquiry_of(e, r, v6, false);
	inquiry_begin(q);
	sources(q, true, &m->proxy);
	sources(q, true, &m->ssh_from);
	numbers(q, PACKET_PROTOCOL, udp ? IPPROTO_UDP : IPPROTO_TCP, udp ? IPPROTO_UDP : IPPROTO_TCP);
	numbers(q, PACKET_DESTINATION_PORT, port, port);
	ask(q, 0);
	for (size_t i = 0; i < q->places; i++)
		if (!q->place[i].marked)
			return host_print(e->host, "%s", q->place[i].c.place);
	return NULL;
}

// --- out ---


// A user with egress lines: other ports and protocols than theirs, and on their ports other destinations.
static void user_judge(struct inquiry *q, const struct manifest *m, const char *user, uid_t uid)
{
	numbers(q, PACKET_USER, uid, uid);
	size_t who = q->bounds;
	for (int udp = 0; udp < 2; udp++) {
		unsigned protocol = udp ? IPPROTO_UDP : IPPROTO_TCP;
		numbers(q, PACKET_PROTOCOL, protocol, protocol);
		for (size_t i = 0; i < m->egresses; i++)
			if (!strcmp(m->egress[i].user, user) && m->egress[i].udp == udp)
				but_numbers(q, PACKET_DESTINATION_PORT, m->egress[i].port, m->egress[i].port);
		ask(q, who);
	}
	but_numbers(q, PACKET_PROTOCOL, IPPROTO_TCP, IPPROTO_TCP);
	but_numbers(q, PACKET_PROTOCOL, IPPROTO_UDP, IPPROTO_UDP);
	ask(q, who);
	for (size_t i = 0; i < m->egresses; i++) {
		const struct manifest_egress *e = &m->egress[i];
		bool any = false;
		if (strcmp(e->user, user))
			continue;
		numbers(q, PACKET_PROTOCOL, e->udp ? IPPROTO_UDP : IPPROTO_TCP, e->udp ? IPPROTO_UDP : IPPROTO_TCP);
		numbers(q, PACKET_DESTINATION_PORT, e->port, e->port);
		for (size_t k = 0; k < m->egresses; k++) {
			const struct manifest_egress *o = &m->egress[k];
			if (strcmp(o->user, user) || o->udp != e->udp || o->port != e->port)
				continue;
			any |= o->any;
			if (!o->any)
				addresses(q, PACKET_DESTINATION, true, &o->to);
		}
		if (any)
			q->bounds = who;
		else
			ask(q, who);
	}
	q->bounds = 0;
}

// Users that Debian's own services call out as, on what they need, as our rules let them (see harden).
static const char *const SYSTEM_USERS[] = { "root", "_apt", "systemd-timesync", "systemd-resolve", "systemd-network", "_chrony", "ntpsec", "unbound" };

static bool system_user(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(SYSTEM_USERS); i++)
		if (!strcmp(SYSTEM_USERS[i], name))
			return true;
	return false;
}

static void others_judge(struct inquiry *q, const struct manifest *m)
{
	uid_t uid;
	but_numbers(q, PACKET_USER, 0, 0);
	for (size_t i = 0; i < ARRAY_LEN(SYSTEM_USERS); i++)
		if (network_user(q->e->host, SYSTEM_USERS[i], &uid))
			but_numbers(q, PACKET_USER, uid, uid);
	for (size_t i = 0; i < m->egresses; i++)
		if (network_user(q->e->host, m->egress[i].user, &uid))
			but_numbers(q, PACKET_USER, uid, uid);
	ask(q, 0);
}

void callers_judge(struct examination *e, const struct manifest *m, const struct ruleset *r)
{
	struct inquiry *q = inquiry_of(e, r, false, true);
	inquiry_begin(q);
	for (int v6 = 0; v6 < 2; v6++) {
		q = inquiry_of(e, r, v6, true);
		others_judge(q, m);
		for (size_t i = 0; i < m->egresses; i++) {
			const char *user = m->egress[i].user;
			uid_t uid;
			bool first = !system_user(user);
			for (size_t k = 0; k < i; k++)
				first &= strcmp(m->egress[k].user, user) != 0;
			if (first && network_user(e->host, user, &uid) && uid)
				user_judge(q, m, user, uid);
		}
	}
	inquiry_say(q);
	found_read(e, "hook output: %zu questions, each about all packets of all users but root and the system's own, to any port", q->asked);
}
