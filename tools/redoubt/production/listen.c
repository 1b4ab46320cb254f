// SPDX-License-Identifier: Apache-2.0
#include "production.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>

#define GATEWAY "redoubt-gateway"

static bool port_read(const char *text, uint16_t *ret)
{
	size_t digits = strspn(text, "0123456789");
	unsigned long port = strtoul(text, NULL, 10);
	if (!digits || digits > 5 || text[digits] || *text == '0' || port > 65535)
		return false;
	*ret = (uint16_t)port;
	return true;
}

bool listen_read(const char *text, struct listen_address *ret)
{
	char host[INET6_ADDRSTRLEN + 1];
	struct listen_address a = { .v6 = text[0] == '[' };
	const char *colon = strrchr(text, ':'), *from = text + a.v6;
	if (!colon || colon <= from + a.v6 || (a.v6 && colon[-1] != ']'))
		return false;
	size_t size = (size_t)(colon - from) - a.v6;
	if (size >= sizeof host)
		return false;
	memcpy(host, from, size);
	host[size] = 0;
	if (inet_pton(a.v6 ? AF_INET6 : AF_INET, host, a.address) != 1 || !port_read(colon + 1, &a.port))
		return false;
	*ret = a;
	return true;
}

static bool is_gateway(const struct manifest_listen *l)
{
	return !l->udp && !strcmp(l->program, GATEWAY);
}

void listen_of_manifest(const struct manifest *m, char to[LISTEN_TEXT])
{
	const struct manifest_listen *found = NULL;
	char address[INET6_ADDRSTRLEN] = "0.0.0.0";
	to[0] = 0;
	for (size_t i = 0; m && i < m->listens; i++) {
		if (!is_gateway(&m->listen[i]))
			continue;
		if (found)
			return;
		found = &m->listen[i];
	}
	if (!found)
		return;
	if (!found->any)
		inet_ntop(found->v6 ? AF_INET6 : AF_INET, found->address, address, sizeof address);
	snprintf(to, LISTEN_TEXT, found->v6 && !found->any ? "[%s]:%u" : "%s:%u", address, found->port);
}

static const char *address_fault(const struct listen_address *a)
{
	static const uint8_t NOTHING[16];
	static const uint8_t MAPPED[12] = { [10] = 0xff, [11] = 0xff };
	const uint8_t *b = a->address;
	if (!memcmp(b, NOTHING, a->v6 ? 16 : 4) || (!a->v6 && b[0] == 0))
		return "every address of the host: whoever finds one goes past the reverse proxy";
	if (a->v6 && !memcmp(b, MAPPED, 12))
		return "an IPv4 address written as IPv6, whose zeros would mean every address: write it as IPv4";
	if (a->v6 ? b[0] == 0xfe && (b[1] & 0xc0) == 0x80 : b[0] == 169 && b[1] == 254)
		return "an address of one cable (link-local), which a host gives itself and which needs an interface beside it";
	if (a->v6 ? b[0] == 0xff : b[0] >= 224)
		return "no address that one host has";
	return NULL;
}

// Both say where the gateway listens, and the firewall and redoubt.socket are made from the manifest.
static void manifest_compare(struct refusals *r, const char *listen, const struct listen_address *a, const struct manifest *m,
			     const char *path)
{
	size_t lines = 0;
	bool agrees = false;
	for (size_t i = 0; i < m->listens; i++) {
		const struct manifest_listen *l = &m->listen[i];
		if (!is_gateway(l))
			continue;
		lines++;
		agrees |= !l->any && l->v6 == a->v6 && l->port == a->port && !memcmp(l->address, a->address, a->v6 ? 16 : 4);
	}
	if (lines && !agrees)
		refusal_add(r, "listen", "'%s' is not what %s says the gateway listens on ('listen tcp ADDRESS PORT " GATEWAY "'): make the two agree",
			    listen, path);
}

void listen_judge(struct refusals *r, const char *listen, const struct manifest *m, const char *manifest_path)
{
	struct listen_address a;
	if (!listen_read(listen, &a)) {
		refusal_add(r, "listen", "'%s' is no address and port: write 127.0.0.1:8443 or [2001:db8::1]:8443, in numbers", listen);
		return;
	}
	const char *fault = address_fault(&a);
	if (fault)
		refusal_add(r, "listen", "'%s' is %s. Name the one address that the reverse proxy connects to, as in the host's manifest "
			    "(127.0.0.1:8443 when the proxy runs here)", listen, fault);
	if (m && m->role != ROLE_PRODUCTION)
		refusal_add(r, "listen", "%s says that this host is for %s: found a production exchange on a production host, or mend its 'role' line",
			    manifest_path, m->role == ROLE_TEST ? "tests" : "development");
	if (m && !fault)
		manifest_compare(r, listen, &a, m, manifest_path);
}
