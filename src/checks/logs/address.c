// SPDX-License-Identifier: Apache-2.0
#include "checks/logs/address.h"

#include "checks/look.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#define OWN_MAX 1024

struct own { struct host *h; size_t count; bool known; struct log_address address[OWN_MAX]; };

// ::ffff:192.0.2.9 and ::192.0.2.9 are 192.0.2.9.
static void mapped_take(struct log_address *a)
{
	static const uint8_t MAPPED[12] = { [10] = 0xff, [11] = 0xff }, COMPATIBLE[12] = { 0 };
	bool compatible = !memcmp(a->bytes, COMPATIBLE, 12) && (a->bytes[12] || a->bytes[13] || a->bytes[14]);
	if (!a->v6 || (memcmp(a->bytes, MAPPED, 12) && !compatible))
		return;
	memmove(a->bytes, a->bytes + 12, 4);
	memset(a->bytes + 4, 0, 12);
	a->v6 = false;
}

bool log_address_read(const char *text, struct log_address *ret)
{
	char plain[INET6_ADDRSTRLEN];
	struct in_addr v4;
	text += *text == '[';
	size_t size = strcspn(text, "]%");
	if (size >= sizeof plain)
		return false;
	memcpy(plain, text, size);
	plain[size] = 0;
	*ret = (struct log_address){ .v6 = strchr(plain, ':') != NULL };
	if (ret->v6) {
		if (inet_pton(AF_INET6, plain, ret->bytes) != 1)
			return false;
		mapped_take(ret);
		return true;
	}
	if (!size || strspn(plain, "0123456789abcdefABCDEFxX.") != size || !inet_aton(plain, &v4)) // as getaddrinfo reads numbers
		return false;
	memcpy(ret->bytes, &v4, 4);
	return true;
}

static bool same(const struct log_address *a, const struct log_address *b)
{
	return a->v6 == b->v6 && !memcmp(a->bytes, b->bytes, a->v6 ? 16 : 4);
}

// Addresses at which no other host can be.
static bool nobodys(const struct log_address *a)
{
	static const uint8_t loopback[16] = { [15] = 1 }, any[16];
	if (a->v6)
		return !memcmp(a->bytes, loopback, 16) || !memcmp(a->bytes, any, 16) || a->bytes[0] == 0xff;
	return a->bytes[0] == 127 || a->bytes[0] == 0 || a->bytes[0] >= 224;
}

// --- this host's own -----------------------------------------------------------------------------------------------

static void own_add(struct own *o, struct log_address a)
{
	mapped_take(&a);
	for (size_t i = 0; i < o->count; i++)
		if (same(&o->address[i], &a))
			return;
	if (o->count < OWN_MAX)
		o->address[o->count++] = a;
}

// "|-- 192.0.2.1" and, in a line behind it, "/32 host LOCAL".
static void own_v4_read(struct own *o)
{
	const struct host_file *f = host_file(o->h, "/proc/net/fib_trie");
	struct host_lines cursor = { f->text, 0 };
	struct log_address a = { 0 };
	bool read = false;
	o->known = !f->error;
	for (const char *line; host_line(o->h, &cursor, &line);) {
		const char *at = strstr(line, "-- ");
		if (at)
			read = log_address_read(at + 3, &a);
		else if (read && strstr(line, "host LOCAL"))
			own_add(o, a);
	}
}

static bool hex_read(const char *text, uint8_t *to, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		unsigned byte;
		if (sscanf(text + 2 * i, "%2x", &byte) != 1)
			return false;
		to[i] = (uint8_t)byte;
	}
	return true;
}

static void own_v6_read(struct own *o)
{
	struct host_lines cursor = { host_file(o->h, "/proc/net/if_inet6")->text, 0 };
	for (const char *line; host_line(o->h, &cursor, &line);) {
		struct log_address a = { .v6 = true };
		if (strlen(line) > 32 && hex_read(line, a.bytes, 16))
			own_add(o, a);
	}
}

struct connection { struct log_address local, remote; uint16_t port; unsigned state, waiting; };

// "0A0A0005:C350": words in the order of the machine's bytes.
static bool end_read(const char *text, bool v6, struct log_address *ret, uint16_t *ret_port)
{
	*ret = (struct log_address){ .v6 = v6 };
	size_t words = v6 ? 4 : 1;
	if (strlen(text) < 8 * words + 2 || text[8 * words] != ':')
		return false;
	for (size_t i = 0; i < words; i++) {
		char word[9] = { 0 };
		memcpy(word, text + 8 * i, 8);
		uint32_t n = (uint32_t)strtoul(word, NULL, 16);
		memcpy(ret->bytes + 4 * i, &n, 4);
	}
	*ret_port = (uint16_t)strtoul(text + 8 * words + 1, NULL, 16);
	mapped_take(ret);
	return true;
}

// The established ones of both tables, each to `visit` until it says true.
static bool connections_visit(struct host *h, bool (*visit)(void *context, const struct connection *c), void *context)
{
	for (int v6 = 0; v6 < 2; v6++) {
		struct host_lines cursor = { host_file(h, v6 ? "/proc/net/tcp6" : "/proc/net/tcp")->text, 0 };
		for (const char *line; host_line(h, &cursor, &line);) {
			char local[64], remote[64];
			uint16_t unused;
			struct connection c;
			if (sscanf(line, " %*u: %63s %63s %x %x", local, remote, &c.state, &c.waiting) != 4 || c.state != 1)
				continue;
			if (end_read(local, v6, &c.local, &unused) && end_read(remote, v6, &c.remote, &c.port) && visit(context, &c))
				return true;
		}
	}
	return false;
}

static bool own_end(void *context, const struct connection *c)
{
	own_add(context, c->local);
	return false;
}

static const struct own *own_addresses(struct host *h)
{
	struct own *o = host_alloc(h, sizeof *o);
	o->h = h;
	own_v4_read(o);
	own_v6_read(o);
	connections_visit(h, own_end, o);
	return o;
}

static enum log_place address_place(const struct own *own, const struct log_address *a)
{
	if (nobodys(a))
		return LOG_HERE;
	for (size_t i = 0; i < own->count; i++)
		if (same(&own->address[i], a))
			return LOG_HERE;
	return own->known ? LOG_ELSEWHERE : LOG_UNKNOWN;
}

// --- names ---------------------------------------------------------------------------------------------------------

// Names that are this host whatever any file says (RFC 6761, section 6.3; nss-myhostname).
static bool name_is_here(struct host *h, const char *name)
{
	static const char *const NAMES[] = { "localhost", "localhost.localdomain", "localhost4", "localhost6", "ip6-localhost", "ip6-loopback",
					     "localhost4.localdomain4", "localhost6.localdomain6" };
	const char *hostname = host_file(h, "/etc/hostname")->text;
	size_t size = strcspn(hostname, " \t\n"), first = strcspn(hostname, ". \t\n"), length = strlen(name);
	for (size_t i = 0; i < ARRAY_LEN(NAMES); i++)
		if (!strcasecmp(name, NAMES[i]))
			return true;
	if (length > 10 && !strcasecmp(name + length - 10, ".localhost"))
		return true;
	return size && ((length == size && !strncasecmp(name, hostname, size)) || (length == first && !strncasecmp(name, hostname, first)));
}

static void hosts_file_read(struct host *h, const char *name, struct log_host *to)
{
	struct host_lines cursor = { host_file(h, "/etc/hosts")->text, 0 };
	for (const char *line; host_line(h, &cursor, &line);) {
		const char *word[64];
		size_t words = host_words(h, host_copy(h, line, strcspn(line, "#")), word, ARRAY_LEN(word));
		for (size_t i = 1; i < words && i < ARRAY_LEN(word); i++)
			if (!strcasecmp(word[i], name) && to->count < LOG_ADDRESSES_MAX && log_address_read(word[0], &to->address[to->count]))
				to->count++;
	}
}

struct log_host log_host_find(struct host *h, const char *target)
{
	const struct own *own = own_addresses(h);
	struct log_host to = { .place = LOG_ELSEWHERE };
	size_t size = strlen(target);
	while (size && target[size - 1] == '.')
		size--;
	const char *name = host_copy(h, target, size);
	if (!size || strchr(name, '`'))
		return (struct log_host){ .place = LOG_UNKNOWN, .why = "the log host is not spelled out where the configuration is" };
	if (log_address_read(target, &to.address[0])) {
		to.count = 1;
	} else if (name_is_here(h, name)) {
		to.place = LOG_HERE;
	} else {
		hosts_file_read(h, name, &to);
	}
	for (size_t i = 0; i < to.count && to.place != LOG_HERE; i++) {
		enum log_place place = address_place(own, &to.address[i]);
		to.place = place == LOG_ELSEWHERE ? to.place : place;
	}
	to.why = to.place == LOG_HERE ? host_print(h, "%.100s is this very host", target) :
		 to.place == LOG_UNKNOWN ? "this host's own addresses could not be read (/proc/net/fib_trie)" : NULL;
	return to;
}

// --- connections ---------------------------------------------------------------------------------------------------

struct asking { const struct log_host *to; const struct own *own; uint16_t port; int found; };

static bool peer_is(void *context, const struct connection *c)
{
	struct asking *a = context;
	bool fits = !a->to->count && address_place(a->own, &c->remote) == LOG_ELSEWHERE; // a name: any stranger at that port
	for (size_t i = 0; i < a->to->count; i++)
		fits |= same(&a->to->address[i], &c->remote);
	if (c->port == a->port && fits)
		a->found = a->found == 1 ? 1 : !c->waiting;
	return false;
}

int log_connection(struct host *h, const struct log_host *to, uint16_t port)
{
	struct asking a = { to, own_addresses(h), port, -1 };
	connections_visit(h, peer_is, &a);
	return a.found;
}
