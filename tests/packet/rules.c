// SPDX-License-Identifier: Apache-2.0
// Random rulesets in nft's own syntax. Values come from small pools, so that rules hit.
#include "packet.h"

#include <stdarg.h>
#include <stdio.h>

static char *out, *end;

static void say(const char *format, ...) PRINTF_LIKE(1, 2);
static void say(const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	int n = vsnprintf(out, (size_t)(end - out), format, arguments);
	va_end(arguments);
	ASSERT(n >= 0 && n < end - out);
	out += n;
}

#define PICK(...) pick((const char *const[]){ __VA_ARGS__ }, sizeof((const char *const[]){ __VA_ARGS__ }) / sizeof(char *))
static const char *pick(const char *const *words, size_t count)
{
	return words[chance((uint32_t)count)];
}

static const char *address4(void)
{
	static char text[4][64];
	static unsigned turn;
	char *t = text[turn++ & 3];
	switch (chance(4)) {
	case 0:
		snprintf(t, 64, "10.8.%u.%u", chance(4), chance(4));
		break;
	case 1:
		snprintf(t, 64, "10.8.%u.0/%u", chance(4), 24 + chance(2));
		break;
	case 2:
		snprintf(t, 64, "10.8.%u.%u-10.8.%u.%u", chance(2), chance(4), 2 + chance(2), chance(4));
		break;
	default:
		snprintf(t, 64, "10.8.%u.%u/31", chance(4), 2 * chance(2));
	}
	return t;
}

static const char *address6(void)
{
	static char text[4][96];
	static unsigned turn;
	char *t = text[turn++ & 3];
	switch (chance(3)) {
	case 0:
		snprintf(t, 96, "fd00:8:%u::%u", chance(4), chance(4));
		break;
	case 1:
		snprintf(t, 96, "fd00:8:%u::/48", chance(4));
		break;
	default:
		snprintf(t, 96, "fd00:8:%u::%u-fd00:8:%u::%u", chance(2), chance(4), 2 + chance(2), chance(4));
	}
	return t;
}

static const char *port(void)
{
	static char text[4][32];
	static unsigned turn;
	char *t = text[turn++ & 3];
	if (chance(2))
		snprintf(t, 32, "%u", 20 + chance(8));
	else
		snprintf(t, 32, "%u-%u", 20 + chance(3), 23 + chance(5));
	return t;
}

static const char *verdict(bool chains)
{
	return chains && chance(3) == 0 ? PICK("jump one", "jump two", "goto one", "goto two", "return", "continue") :
					  PICK("accept", "drop", "reject", "accept", "drop", "reject with tcp reset");
}

static const char *plain_verdict(bool chains)
{
	const char *v = verdict(chains);
	return *v == 'r' && v[2] == 'j' ? "drop" : v; // reject is no verdict of a map
}

// One match, with a trailing blank.
static void match4(void)
{
	switch (chance(11)) {
	case 0:
		say("ip saddr %s%s ", PICK("", "!= "), address4());
		break;
	case 1:
		say("ip saddr %s@four ", PICK("", "!= "));
		break;
	case 2:
		say("ip saddr . tcp dport @pairs ");
		break;
	case 3:
		say("ip saddr & 255.255.0.%u == 10.8.0.%u ", 3 + chance(2), chance(4));
		break;
	case 4:
		say("ip daddr %s10.9.0.%u ", PICK("", "!= ", "< ", ">= "), 1 + chance(4));
		break;
	case 5:
		say("ip protocol %s ", PICK("tcp", "udp", "icmp", "!= tcp", "{ tcp, udp }"));
		break;
	case 6:
		say("ip ttl %s ", PICK("< 64", "64", "> 63", "1-64", "{ 32, 64, 128 }"));
		break;
	case 8:
		say("ip saddr . ip daddr . tcp dport %s{ 10.8.0.0/22 . 10.9.0.1-10.9.0.2 . 20-23, 10.8.1.1 . 10.9.0.3 . 24 } ", PICK("", "!= "));
		break;
	case 9:
		say("icmp code %s ", PICK("0", "!= 0", "port-unreachable"));
		break;
	case 7:
		say("ip dscp %s ", PICK("cs0", "cs1", "!= cs1", "{ cs0, af11 }"));
		break;
	default:
		say("icmp type %s ", PICK("echo-request", "{ echo-request, echo-reply }", "!= echo-request", "timestamp-request"));
	}
}

static void match6(void)
{
	switch (chance(5)) {
	case 0:
		say("ip6 saddr %s%s ", PICK("", "!= "), address6());
		break;
	case 1:
		say("ip6 saddr %s@six ", PICK("", "!= "));
		break;
	case 2:
		say("ip6 hoplimit %s ", PICK("< 64", "64", "> 63", "1-64"));
		break;
	case 3:
		say("ip6 nexthdr %s ", PICK("tcp", "udp", "ipv6-icmp"));
		break;
	default:
		say("icmpv6 type %s ", PICK("echo-request", "{ echo-request, echo-reply }", "!= echo-request"));
	}
}

static void match_transport(void)
{
	switch (chance(9)) {
	case 0:
		say("tcp dport %s%s ", PICK("", "!= "), port());
		break;
	case 1:
		say("udp dport %s%s ", PICK("", "!= "), port());
		break;
	case 2:
		say("tcp dport %s{ %s, %u } ", PICK("", "!= "), port(), 30 + chance(3));
		break;
	case 3:
		say("meta l4proto { tcp, udp } th dport %s ", port());
		break;
	case 4:
		say("tcp sport %s ", PICK("1024-65535", "< 1024", ">= 1024", "20-25"));
		break;
	case 5:
		say("tcp flags %s ", PICK("syn", "syn / syn,ack", "& (fin | syn | rst | ack) == syn", "!= syn", "{ syn, syn | ack }",
					  "ack", "fin,rst", "& (syn | ack) == (syn | ack)", "! syn", "== syn"));
		break;
	case 6:
		say("tcp dport @ports ");
		break;
	case 7:
		say("udp sport . udp dport { 20 . 20-24, 21 . 22, 30-40 . 25 } ");
		break;
	default:
		say("tcp dport & 1 == %u ", chance(2));
	}
}

static void match_meta(void)
{
	switch (chance(17)) {
	case 12:
		say("meta mark . ct state { 0 . new, 1 . established, 2-3 . invalid } ");
		break;
	case 13:
		say("meta skuid %s ", PICK("0", "!= 0")); // at input there is no socket yet: never
		break;
	case 14:
		say("iifname . meta l4proto { \"inside\" . tcp, \"lo\" . udp } ");
		break;
	case 15:
		say("ct mark & %u == %u ", 1 + chance(3), chance(2));
		break;
	case 16:
		say("meta mark != { 0, 2 } ");
		break;
	case 0:
		say("iifname %s ", PICK("\"inside\"", "\"in*\"", "!= \"inside\"", "\"eth0\"", "{ \"lo\", \"inside\" }", "\"\\*\""));
		break;
	case 1:
		say("meta nfproto %s ", PICK("ipv4", "ipv6"));
		break;
	case 2:
		say("meta l4proto %s ", PICK("tcp", "udp", "icmp", "icmpv6", "!= tcp", "{ tcp, icmp }"));
		break;
	case 3:
		say("ct state %s ", PICK("new", "established,related", "{ new, invalid }", "invalid", "!= new", "! established",
					 "established", "untracked", "{ established, related }"));
		break;
	case 4:
		say("meta mark %s ", PICK("0", "1", "& 1 == 1", "!= 2", "1-2", "{ 0, 3 }", "and 0x2 != 0"));
		break;
	case 5:
		say("ct mark %s ", PICK("0", "5", "!= 5"));
		break;
	case 6:
		say("meta length %s ", PICK("< 60", "> 40", "40-60"));
		break;
	case 7:
		say("fib daddr type %s ", PICK("local", "!= local", "{ local, broadcast }", "multicast"));
		break;
	case 8:
		say("iif %s ", PICK("\"lo\"", "\"inside\"", "!= \"lo\""));
		break;
	case 9:
		say("meta protocol %s ", PICK("ip", "ip6"));
		break;
	case 10:
		say("oifname %s ", PICK("\"inside\"", "!= \"inside\""));
		break;
	default:
		say("fib saddr . iif oif %s ", PICK("missing", "exists"));
	}
}

// nft refuses a rule whose matches contradict each other ("tcp dport 22 udp dport 53"): a rule has one family and
// one transport, or none.
static const char *rule_family, *rule_transport;
static bool rule_hop_limit;

static bool agrees(const char *text, const char *const *words, size_t count, const char **used)
{
	for (size_t i = 0; i < count; i++) {
		if (!strstr(text, words[i]))
			continue;
		if (*used && *used != words[i])
			return false;
		*used = words[i];
		return true;
	}
	return true;
}

static bool match_agrees(const char *text)
{
	static const char *const FAMILIES[] = { "ip6", "icmpv6 ", "nfproto", "meta protocol", "icmp ", "ip " };
	static const char *const TRANSPORTS[] = { "l4proto", "ip protocol", "nexthdr",  "icmpv6 ", "icmp ", "tcp ", "udp " };
	const char *family = rule_family, *transport = rule_transport;
	// nft lists "< 64" and "> 63" of one field as one range the wrong way round
	if (rule_hop_limit && strstr(text, "hoplimit"))
		return false;
	if (rule_transport && strstr(text, "l4proto") && strstr(rule_transport, "l4proto")) // nft lists "th" of ICMP as its checksum
		return false;
	rule_hop_limit |= strstr(text, "hoplimit") != NULL;
	if (!agrees(text, FAMILIES, ARRAY_LEN(FAMILIES), &family) || !agrees(text, TRANSPORTS, ARRAY_LEN(TRANSPORTS), &transport))
		return false;
	rule_family = family;
	rule_transport = transport;
	return true;
}

static void match(void)
{
	static void (*const MATCHES[])(void) = { match4, match6, match_transport, match_transport, match_meta };
	char *start = out;
	do {
		out = start;
		MATCHES[chance(5)]();
	} while (!match_agrees(start));
}

static void dispatch(bool chains)
{
	switch (chains ? chance(8) : 1 + chance(4)) {
	case 5:
		say("meta mark vmap { 0 : %s, 1-2 : %s }\n", plain_verdict(chains), plain_verdict(chains));
		return;
	case 6:
		say("iifname . ct state vmap { \"inside\" . new : %s, \"inside\" . established : %s }\n", plain_verdict(chains), plain_verdict(chains));
		return;
	case 7:
		say("tcp flags vmap { syn : %s, ack : %s, syn | ack : %s }\n", plain_verdict(chains), plain_verdict(chains), plain_verdict(chains));
		return;
	case 0: // leads to other chains
		say("tcp dport vmap @doors\n");
		break;
	case 1:
		say("ct state vmap { established : %s, new : %s }\n", plain_verdict(chains), plain_verdict(chains));
		break;
	case 2:
		say("meta l4proto vmap { tcp : %s, udp : %s, icmp : %s }\n", plain_verdict(chains), plain_verdict(chains), plain_verdict(chains));
		break;
	case 3:
		say("ip saddr . udp dport vmap { 10.8.0.0/23 . 20-23 : %s, 10.8.3.1 . 24 : %s }\n", plain_verdict(chains), plain_verdict(chains));
		break;
	default:
		say("iifname vmap { \"lo\" : accept, \"inside\" : %s }\n", plain_verdict(chains));
	}
}

static void side_effect_any(void)
{
	switch (chance(11)) {
	case 8:
		say("meta mark set ct mark ");
		break;
	case 9:
		say("update @noted { ip saddr limit rate 1000000/second burst 100 packets } ");
		break;
	case 10:
		say("ct mark set meta mark ");
		break;
	case 0:
		say("meta mark set %u ", chance(4));
		break;
	case 1:
		say("counter ");
		break;
	case 2:
		say("ct mark set %u ", 4 + chance(3));
		break;
	case 3:
		say("meta mark set ip saddr map { 10.8.0.0/24 : 1, 10.8.1.0/24 : 2, 10.8.2.0/23 : 3 } ");
		break;
	case 4:
		say("meta mark set tcp dport map @marks ");
		break;
	case 5:
		say("meta mark set meta mark %s ", PICK("| 1", "& 2", "^ 3"));
		break;
	case 6:
		say("add @noted { ip saddr } ");
		break;
	default:
		say("limit rate %s ", PICK("1/hour", "over 1/hour", "1000000/second"));
	}
}

static void side_effect(void)
{
	char *start = out;
	do {
		out = start;
		side_effect_any();
	} while (!match_agrees(start));
}

static void rule(bool chains)
{
	rule_family = rule_transport = NULL;
	rule_hop_limit = false;
	say("  ");
	if (chance(6) == 0) {
		dispatch(chains);
		return;
	}
	for (uint32_t i = 1 + chance(2); i; i--)
		match();
	if (chance(4) == 0) {
		side_effect();
		if (chance(2)) {
			say("\n");
			return;
		}
	}
	const char *v = verdict(chains);
	if (!strcmp(v, "reject with tcp reset") && !match_agrees("tcp ")) // for TCP alone
		v = "drop";
	say("%s\n", v);
}

static void chain(const char *name, const char *base, uint32_t rules, bool chains)
{
	say(" chain %s {%s\n", name, base);
	for (uint32_t i = 0; i < rules; i++)
		rule(chains);
	say(" }\n");
}

static void sets(void)
{
	say(" set four { type ipv4_addr; flags interval; auto-merge; elements = { %s, %s, %s } }\n", address4(), address4(), address4());
	say(" set six { type ipv6_addr; flags interval; auto-merge; elements = { %s, %s } }\n", address6(), address6());
	say(" set pairs { type ipv4_addr . inet_service; flags interval; elements = { 10.8.0.0/23 . 20-23, 10.8.2.1 . 24, 10.8.3.0-10.8.3.2 . 25 } }\n");
	say(" set ports { type inet_service; flags timeout; elements = { %u timeout 1h, %u } }\n", 20 + chance(4), 24 + chance(4));
	say(" set noted { type ipv4_addr; flags dynamic; size 65535; }\n");
	say(" map marks { type inet_service : mark; elements = { 20 : 1, 21 : 2, 22 : 3, 23 : 0 } }\n");
	say(" map doors { type inet_service : verdict; flags interval; elements = { 20-21 : %s, 22 : jump two, 23 : %s, 25 : goto two } }\n",
	    PICK("accept", "drop"), PICK("accept", "drop", "continue"));
}

void rules_make(char *to, size_t room)
{
	out = to;
	end = to + room;
	say("table inet tested {\n");
	sets();
	chain("two", "", 1 + chance(3), false);
	say(" chain one {\n");
	rule(false);
	say("  %s\n", PICK("jump two", "goto two", "tcp dport 20-22 jump two", "ct state new goto two", "return"));
	rule(false);
	say(" }\n");
	if (chance(3) == 0)
		chain("raw", PICK(" type filter hook prerouting priority raw; policy accept;\n  udp dport 24 notrack",
				  " type filter hook prerouting priority raw; policy accept;\n  ip saddr 10.8.3.0/24 notrack"), 0, false);
	if (chance(3) == 0)
		chain("early", " type filter hook prerouting priority mangle; policy accept;", 1 + chance(3), false);
	if (chance(4) == 0)
		chain("first", " type filter hook input priority -10; policy accept;", 1 + chance(3), false);
	// named sets are used where an unused map would be refused; all are referenced by chance, which nft allows
	chain("input", PICK(" type filter hook input priority filter; policy drop;", " type filter hook input priority 0; policy accept;"),
	      2 + chance(8), true);
	if (chance(4) == 0)
		chain("last", " type filter hook input priority 0; policy accept;", 1 + chance(3), false);
	say("}\n");
}
