// SPDX-License-Identifier: Apache-2.0
#include "checks/network/firewall.h"


#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>

static void rules_release(void *rules)
{
	ruleset_free(rules);
}

const struct ruleset *firewall_rules(struct examination *e)
{
	struct host *h = e->host;
	const struct host_file *f = host_ruleset(h);
	char error[RULESET_ERROR_MAX] = "";
	if (!found_file(e, f))
		return NULL;
	if (!e->firewall && !e->firewall_error) {
		if (ruleset_read(f->text, f->size, &e->firewall, error))
			e->firewall_error = host_print(h, "%s", *error ? error : "memory ran out");
		else
			host_keep(h, e->firewall, rules_release);
	}
	if (e->firewall_error)
		found_unknown(e, "the ruleset was not understood: %s", e->firewall_error);
	return e->firewall;
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
