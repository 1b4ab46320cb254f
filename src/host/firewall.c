// SPDX-License-Identifier: Apache-2.0
#include "host/firewall.h"

#include "host/host_internal.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>

const struct ruleset *firewall_rules(struct examination *e)
{
	struct host *h = e->host;
	const struct host_file *f = host_ruleset(h);
	char error[RULESET_ERROR_MAX] = "";
	if (!found_file(e, f))
		return NULL;
	if (!h->firewall && !h->firewall_error && ruleset_read(f->text, f->size, &h->firewall, error))
		h->firewall_error = host_print(h, "%s", *error ? error : "memory ran out");
	if (h->firewall_error)
		found_unknown(e, "the ruleset was not understood: %s", h->firewall_error);
	return h->firewall;
}

// The first interface that is not the loopback one; its name decides where rules go by interface.
static const char *outside_interface(struct host *h)
{
	struct host_lines cursor = { host_file(h, "/proc/net/dev")->text, 0 };
	for (const char *line, *word[1]; host_line(h, &cursor, &line);) {
		const char *colon = strchr(line, ':');
		if (!colon || host_words(h, host_copy(h, line, (size_t)(colon - line)), word, 1) != 1 || !strcmp(word[0], "lo"))
			continue;
		return word[0];
	}
	return "eth0";
}

struct classification firewall_probe(struct host *h, const struct ruleset *r, bool udp, bool v6, const uint8_t *source,
				     uint16_t port)
{
	struct packet p = { .v6 = v6, .protocol = udp ? IPPROTO_UDP : IPPROTO_TCP, .source_port = 49152, .destination_port = port,
			    .tcp_flags = udp ? 0 : 2, .state = CT_NEW, .length = v6 ? 80 : 60, .ttl = 57,
			    .input_interface = outside_interface(h) };
	struct classification c;
	memcpy(p.source, source, v6 ? 16 : 4);
	p.destination[0] = v6 ? 0x2a : 198; // an address of the host: rules rarely look at it
	p.destination[v6 ? 15 : 3] = 9;
	packet_arrives(r, &p, &c);
	return c;
}

bool prefixes_contain(const struct manifest_prefixes *p, bool v6, const uint8_t *address)
{
	for (size_t i = 0; i < p->count; i++)
		if (ip_prefix_contains(&p->prefix[i], v6, address))
			return true;
	return false;
}

void prefix_last(const struct ip_prefix *p, uint8_t last[16])
{
	size_t bits = p->v6 ? 128 : 32;
	memcpy(last, p->address, 16);
	for (size_t i = p->bits; i < bits; i++)
		last[i / 8] |= (uint8_t)(0x80 >> i % 8);
}

// The neighbours of an allowed range are where a wrong prefix length shows.
static bool neighbour(const struct ip_prefix *p, bool above, uint8_t to[16])
{
	size_t size = p->v6 ? 16 : 4;
	if (above)
		prefix_last(p, to);
	else
		memcpy(to, p->address, 16);
	for (size_t i = size; i-- > 0;) {
		to[i] = (uint8_t)(above ? to[i] + 1 : to[i] - 1);
		if (to[i] != (above ? 0 : 0xff))
			return true;
	}
	return false; // wrapped around
}

static bool candidate(const struct manifest_prefixes *allowed, size_t index, struct probe_source *to)
{
	static const char *const FIXED[] = { "192.0.2.77", "8.8.8.8", "203.0.113.250", "10.11.12.13", "127.0.0.9", "2001:db8:bad::1",
					     "2a00:1450::9", "fd12::7", "fe80::77" };
	if (index < ARRAY_LEN(FIXED)) {
		struct ip_prefix p;
		ASSERT(ip_prefix_read(FIXED[index], &p));
		to->v6 = p.v6;
		memcpy(to->address, p.address, 16);
		return true;
	}
	const struct ip_prefix *p = &allowed->prefix[(index - ARRAY_LEN(FIXED)) / 2];
	to->v6 = p->v6;
	return neighbour(p, (index - ARRAY_LEN(FIXED)) & 1, to->address);
}

bool firewall_stranger(const struct manifest *m, const struct manifest_prefixes *allowed, size_t index, struct probe_source *ret)
{
	size_t count = 9 + 2 * allowed->count, seen = 0;
	for (size_t i = 0; i < count; i++) {
		struct probe_source s = { 0 };
		if (!candidate(allowed, i, &s) || prefixes_contain(allowed, s.v6, s.address) || seen++ != index)
			continue;
		inet_ntop(s.v6 ? AF_INET6 : AF_INET, s.address, s.text, sizeof s.text);
		*ret = s;
		return true;
	}
	return false;
}
