// SPDX-License-Identifier: Apache-2.0
// What gets in, walked symbolically, against asking about every packet one by one.
#include "packet/packet.h"

#include "base/testing.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdarg.h>
#include <time.h>

#define PLACES 400

static char text[1 << 20], *out;

static void say(const char *format, ...) PRINTF_LIKE(1, 2);
static void say(const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	int n = vsnprintf(out, (size_t)(text + sizeof text - out), format, arguments);
	va_end(arguments);
	assert_true(n >= 0 && n < text + sizeof text - out);
	out += n;
}

static void begin(void)
{
	out = text;
	say("{\"nftables\":[{\"metainfo\":{}}");
}

static struct ruleset *finished(void)
{
	char error[RULESET_ERROR_MAX];
	struct ruleset *r = NULL;
	say("]}");
	if (ruleset_read(text, strlen(text), &r, error))
		fail_msg("%s in %s", error, text);
	return r;
}

static void chain(const char *name, const char *hook, int priority, const char *policy)
{
	say(",{\"chain\":{\"family\":\"inet\",\"table\":\"t\",\"name\":\"%s\"", name);
	if (hook)
		say(",\"type\":\"filter\",\"hook\":\"%s\",\"prio\":%d,\"policy\":\"%s\"", hook, priority, policy);
	say("}}");
}

static unsigned handle;

static void rule(const char *chain_name, const char *expressions)
{
	say(",{\"rule\":{\"family\":\"inet\",\"table\":\"t\",\"chain\":\"%s\",\"handle\":%u,\"expr\":[%s]}}", chain_name, ++handle, expressions);
}

#define MATCH(operator, left, right) "{\"match\":{\"op\":\"" operator "\",\"left\":" left ",\"right\":" right "}},"
#define PAYLOAD(protocol, field) "{\"payload\":{\"protocol\":\"" protocol "\",\"field\":\"" field "\"}}"
#define META(key) "{\"meta\":{\"key\":\"" key "\"}}"
#define CT(key) "{\"ct\":{\"key\":\"" key "\"}}"
#define JUMP(name) "{\"jump\":{\"target\":\"" name "\"}}"
#define ACCEPT "{\"accept\":null}"
#define DROP "{\"drop\":null}"

struct places {
	size_t count, packets;
	bool unknown;
	char place[PLACES][RULESET_NAME_MAX];
	struct packet last;
};

static void place_add(struct places *p, const struct classification *c)
{
	p->packets++;
	p->unknown |= c->verdict == VERDICT_UNKNOWN;
	for (size_t i = 0; i < p->count; i++)
		if (!strcmp(p->place[i], c->place))
			return;
	assert_true(p->count < PLACES);
	strcpy(p->place[p->count++], c->place);
}

static void shown(void *context, const struct packet *p, const struct classification *c)
{
	struct places *to = context;
	assert_true(c->may_accept || c->verdict == VERDICT_UNKNOWN);
	place_add(to, c);
	to->last = *p;
}

static struct packet stranger(void)
{
	return (struct packet){ .protocol = IPPROTO_TCP, .source = { 10, 0, 0, 9 }, .destination = { 192, 0, 2, 9 }, .source_port = 40000,
				.destination_port = 9, .tcp_flags = 2, .state = CT_NEW, .length = 60, .ttl = 64, .input_interface = "eth0" };
}

static struct packet_answer reach(const struct ruleset *r, const struct packet_bound *bound, size_t bounds, struct places *ret)
{
	struct packet usual = stranger();
	struct packet_question q = { .usual = &usual, .bound = bound, .bounds = bounds };
	struct packet_answer a;
	*ret = (struct places){ 0 };
	packet_reach(r, &q, shown, ret, &a);
	return a;
}

// --- a small world: every packet can be asked about ---

static const char *const NAMES[] = { "a0", "a1", "b0" };
static const struct packet_bound WORLD[] = {
	{ PACKET_SOURCE, false, { [12] = 10, 0, 0, 0 }, { [12] = 10, 0, 0, 3 } },
	{ PACKET_DESTINATION, false, { [12] = 192, 0, 2, 9 }, { [12] = 192, 0, 2, 9 } },
	{ PACKET_INPUT, false, { 'a', '0' }, { 'a', '0' } },
	{ PACKET_INPUT, false, { 'a', '1' }, { 'a', '1' } },
	{ PACKET_INPUT, false, { 'b', '0' }, { 'b', '0' } },
	{ PACKET_PROTOCOL, false, { [15] = 6 }, { [15] = 6 } },
	{ PACKET_PROTOCOL, false, { [15] = 17 }, { [15] = 17 } },
	{ PACKET_MARK, false, { 0 }, { [15] = 1 } },
	{ PACKET_CONNECTION_MARK, false, { 0 }, { 0 } },
	{ PACKET_STATE, false, { [15] = 1 }, { [15] = 1 } },
	{ PACKET_STATE, false, { [15] = 8 }, { [15] = 8 } },
	{ PACKET_LENGTH, false, { [15] = 60 }, { [15] = 61 } },
	{ PACKET_TTL, false, { [15] = 64 }, { [15] = 64 } },
	{ PACKET_DSCP, false, { 0 }, { 0 } },
	{ PACKET_SOURCE_PORT, false, { [14] = 1 }, { [14] = 1 } },
	{ PACKET_DESTINATION_PORT, false, { 0 }, { [15] = 3 } },
	{ PACKET_FLAGS, false, { [15] = 2 }, { [15] = 2 } },
};

static uint64_t seed = 88172645463325252ull;
static uint32_t any(uint32_t below)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (uint32_t)((seed * 0x2545f4914f6cdd1dull) >> 33) % below;
}
#define ANY(...) ((const char *const[]){ __VA_ARGS__ })[any((uint32_t)(sizeof((const char *const[]){ __VA_ARGS__ }) / sizeof(char *)))]

static const char *one_match(void)
{
	static char match[4][512];
	static unsigned turn;
	char *to = match[turn++ & 3];
	const char *equal = ANY("==", "==", "!=");
	switch (any(11)) {
	case 0:
		snprintf(to, 512, "{\"match\":{\"op\":\"%s\",\"left\":" PAYLOAD("ip", "saddr") ",\"right\":%s}},", equal,
			 ANY("\"10.0.0.1\"", "\"@s\"", "{\"prefix\":{\"addr\":\"10.0.0.2\",\"len\":31}}", "{\"range\":[\"10.0.0.1\",\"10.0.0.2\"]}"));
		break;
	case 1:
		snprintf(to, 512, "{\"match\":{\"op\":\"%s\",\"left\":" PAYLOAD("%s", "dport") ",\"right\":%u}},",
			 ANY("==", "!=", "<", ">", "<=", ">="), ANY("tcp", "udp", "th"), any(4));
		break;
	case 2:
		snprintf(to, 512, "{\"match\":{\"op\":\"%s\",\"left\":" PAYLOAD("tcp", "dport") ",\"right\":{\"set\":[%u,{\"range\":[2,3]}]}}},", equal, any(4));
		break;
	case 3:
		snprintf(to, 512, "{\"match\":{\"op\":\"%s\",\"left\":" META("iifname") ",\"right\":%s}},", equal, ANY("\"a0\"", "\"a*\"", "\"b0\""));
		break;
	case 4:
		snprintf(to, 512, "{\"match\":{\"op\":\"%s\",\"left\":" META("mark") ",\"right\":%u}},", equal, any(4));
		break;
	case 5:
		snprintf(to, 512, "{\"match\":{\"op\":\"%s\",\"left\":" CT("mark") ",\"right\":%u}},", equal, any(3));
		break;
	case 6:
		snprintf(to, 512, "{\"match\":{\"op\":\"%s\",\"left\":" CT("state") ",\"right\":%s}},", ANY("in", "==", "!="),
			 ANY("\"new\"", "\"invalid\"", "[\"new\",\"established\"]", "\"untracked\""));
		break;
	case 7:
		snprintf(to, 512, "{\"match\":{\"op\":\"%s\",\"left\":" META("length") ",\"right\":%u}},", ANY("==", "<", "!="), 60 + any(2));
		break;
	case 8:
		snprintf(to, 512, "{\"match\":{\"op\":\"%s\",\"left\":{\"concat\":[" PAYLOAD("ip", "saddr") "," PAYLOAD("tcp", "dport") "]},\"right\":\"@c\"}},", equal);
		break;
	case 9:
		snprintf(to, 512, "{\"match\":{\"op\":\"==\",\"left\":{\"&\":[%s,1]},\"right\":%u}},", ANY(PAYLOAD("tcp", "dport"), META("length")), any(2));
		break;
	default:
		snprintf(to, 512, "{\"match\":{\"op\":\"%s\",\"left\":" META("l4proto") ",\"right\":%s}},", equal, ANY("\"tcp\"", "17", "{\"set\":[6,17]}"));
	}
	return to;
}

static const char *one_end(bool jumps, bool chances)
{
	if (chances && !any(12))
		return ANY("{\"limit\":{\"rate\":1}}," ACCEPT, "{\"limit\":{\"rate\":1}}," DROP,
			   "{\"set\":{\"op\":\"add\",\"elem\":" PAYLOAD("ip", "saddr") ",\"set\":\"@s\"}}");
	if (jumps && !any(2))
		return ANY(JUMP("x"), JUMP("y"), "{\"goto\":{\"target\":\"x\"}}", "{\"return\":null}",
			   "{\"vmap\":{\"key\":" PAYLOAD("tcp", "dport") ",\"data\":\"@v\"}}",
			   "{\"vmap\":{\"key\":{\"concat\":[" META("iifname") "," PAYLOAD("ip", "saddr") "]},\"data\":\"@w\"}}");
	return ANY(ACCEPT, ACCEPT, DROP, DROP, "{\"reject\":{\"type\":\"tcp reset\"}}", "{\"return\":null}",
		   "{\"mangle\":{\"key\":" META("mark") ",\"value\":2}}", "{\"mangle\":{\"key\":" META("mark") ",\"value\":{\"|\":[" META("mark") ",2]}}}",
		   "{\"mangle\":{\"key\":" CT("mark") ",\"value\":1}}", "{\"counter\":{\"packets\":0,\"bytes\":0}}",
		   "{\"mangle\":{\"key\":" META("mark") ",\"value\":{\"map\":{\"key\":" PAYLOAD("tcp", "dport") ",\"data\":\"@m\"}}}}", "{\"notrack\":null}");
}

static void rules_any(const char *name, bool jumps, bool chances)
{
	for (uint32_t n = 1 + any(4); n; n--) {
		char all[4096] = "";
		for (uint32_t i = any(4); i; i--)
			strcat(all, one_match());
		strcat(all, one_end(jumps, chances));
		rule(name, all);
	}
}

static struct ruleset *ruleset_any(bool chances)
{
	static const char SETS[] =
		",{\"set\":{\"family\":\"inet\",\"table\":\"t\",\"name\":\"s\",\"type\":\"ipv4_addr\",\"elem\":[\"10.0.0.0\",\"10.0.0.2\"]}}"
		",{\"set\":{\"family\":\"inet\",\"table\":\"t\",\"name\":\"c\",\"type\":[\"ipv4_addr\",\"inet_service\"],\"elem\":["
		"{\"concat\":[\"10.0.0.1\",2]},{\"concat\":[{\"range\":[\"10.0.0.2\",\"10.0.0.3\"]},{\"range\":[1,2]}]}]}}"
		",{\"map\":{\"family\":\"inet\",\"table\":\"t\",\"name\":\"m\",\"type\":\"inet_service\",\"map\":\"mark\",\"elem\":[[1,1],[2,3]]}}"
		",{\"map\":{\"family\":\"inet\",\"table\":\"t\",\"name\":\"v\",\"type\":\"inet_service\",\"map\":\"verdict\",\"elem\":["
		"[0," JUMP("x") "],[1," ACCEPT "],[2," DROP "],[\"*\",{\"goto\":{\"target\":\"y\"}}]]}}"
		",{\"map\":{\"family\":\"inet\",\"table\":\"t\",\"name\":\"w\",\"type\":[\"ifname\",\"ipv4_addr\"],\"map\":\"verdict\",\"elem\":["
		"[{\"concat\":[\"a0\",{\"range\":[\"10.0.0.0\",\"10.0.0.1\"]}]}," JUMP("y") "],[{\"concat\":[\"b0\",\"10.0.0.2\"]}," ACCEPT "]]}}";
	begin();
	handle = 0;
	chain("raw", "prerouting", -300, "accept");
	chain("early", "prerouting", -150, any(3) ? "accept" : "drop");
	chain("input", "input", 0, any(3) ? "drop" : "accept");
	if (any(2))
		chain("last", "input", 10, "accept");
	chain("x", NULL, 0, NULL);
	chain("y", NULL, 0, NULL);
	say("%s", SETS);
	if (any(2))
		rules_any("raw", false, chances);
	if (any(2))
		rules_any("early", false, chances);
	else
		rule("early", ACCEPT);
	rules_any("y", false, chances);
	rules_any("x", false, chances);
	rule("x", ANY(JUMP("y"), ACCEPT, DROP, "{\"counter\":null}"));
	rules_any("input", true, chances);
	rules_any("input", true, chances);
	if (strstr(text, "\"last\""))
		rules_any("last", true, chances);
	return finished();
}

// Every packet of the small world: 4 sources, 4 ports, 3 interfaces, 2 protocols, 2 marks, 2 states, 2 lengths.
static void each_packet(const struct ruleset *r, struct places *ret)
{
	*ret = (struct places){ 0 };
	for (unsigned n = 0; n < 4 * 4 * 3 * 16; n++) {
		struct packet p = stranger();
		struct classification c;
		p.source[3] = n & 3;
		p.destination_port = n >> 2 & 3;
		p.source_port = 256;
		p.protocol = n >> 4 & 1 ? IPPROTO_UDP : IPPROTO_TCP;
		p.mark = n >> 5 & 1;
		p.state = n >> 6 & 1 ? CT_INVALID : CT_NEW;
		p.length = (uint16_t)(60 + (n >> 7 & 1));
		p.input_interface = NAMES[n >> 8];
		packet_arrives(r, &p, &c);
		if (c.may_accept || c.verdict == VERDICT_UNKNOWN)
			place_add(ret, &c);
	}
}

static bool same_places(const struct places *a, const struct places *b)
{
	for (size_t i = 0; i < a->count; i++) {
		bool there = false;
		for (size_t k = 0; k < b->count; k++)
			there |= !strcmp(a->place[i], b->place[k]);
		if (!there) {
			print_message("# one names %s\n", a->place[i]);
			return false;
		}
	}
	return true;
}

// Without chance each packet has one place: both must name the same rules, none more and none less.
static void every_way_in_is_found_and_none_is_made_up(void **state)
{
	size_t places = 0, packets = 0, paths = 0, shut = 0;
	for (unsigned round = 0; round < 3000; round++) {
		static struct places walked, asked;
		struct ruleset *r = ruleset_any(false);
		struct packet_answer a = reach(r, WORLD, ARRAY_LEN(WORLD), &walked);
		each_packet(r, &asked);
		if (!a.exhausted || !same_places(&asked, &walked) || !same_places(&walked, &asked))
			fail_msg("round %u: %zu places walked (%s), %zu asked: %s", round, walked.count, a.why, asked.count, text);
		places += asked.count;
		packets += asked.packets;
		paths += a.paths;
		shut += !asked.count;
		ruleset_free(r);
	}
	print_message("# 3000 rulesets, %zu places let in %zu packets, by %zu ways; %zu rulesets let nothing in\n", places, packets, paths, shut);
	assert_true(shut > 300 && places > 1500);
}

static void with_chance_nothing_is_missed(void **state)
{
	for (unsigned round = 0; round < 400; round++) {
		static struct places walked, asked;
		struct ruleset *r = ruleset_any(true);
		struct packet_answer a = reach(r, WORLD, ARRAY_LEN(WORLD), &walked);
		each_packet(r, &asked);
		if (!a.exhausted || !asked.count != !walked.count)
			fail_msg("round %u: %zu places walked (%s), %zu asked: %s", round, walked.count, a.why, asked.count, text);
		ruleset_free(r);
	}
}

// --- by hand ---

static void a_hole_over_many_chains_is_found(void **state)
{
	static struct places p;
	begin();
	chain("input", "input", 0, "drop");
	chain("a", NULL, 0, NULL);
	chain("b", NULL, 0, NULL);
	chain("c", NULL, 0, NULL);
	rule("input", MATCH("==", META("iifname"), "\"wan7\"") JUMP("a"));
	rule("a", MATCH("==", PAYLOAD("ip", "ttl"), "77") "{\"mangle\":{\"key\":" META("mark") ",\"value\":4919}}");
	rule("a", MATCH("==", PAYLOAD("tcp", "sport"), "31337") JUMP("b"));
	rule("b", MATCH("==", META("mark"), "4919") JUMP("c"));
	rule("c", MATCH("==", META("length"), "1234") MATCH("==", PAYLOAD("ip", "dscp"), "\"cs1\"") MATCH("==", PAYLOAD("tcp", "dport"), "22") ACCEPT);
	struct ruleset *r = finished();
	static const struct packet_bound NO_MARK = { .field = PACKET_MARK };
	assert_true(reach(r, &NO_MARK, 1, &p).exhausted);
	assert_int_equal(p.packets, 1);
	assert_int_equal(p.last.ttl, 77);
	assert_int_equal(p.last.source_port, 31337);
	assert_int_equal(p.last.length, 1234);
	assert_int_equal(p.last.destination_port, 22);
	assert_int_equal(p.last.mark, 0);
	ruleset_free(r);
}

static void whoever_knocks_gets_in(void **state)
{
	static struct places p;
	begin();
	chain("input", "input", 0, "drop");
	say(",{\"set\":{\"family\":\"inet\",\"table\":\"t\",\"name\":\"k\",\"type\":\"ipv4_addr\",\"flags\":[\"dynamic\"]}}");
	rule("input", MATCH("==", PAYLOAD("udp", "dport"), "7000") "{\"set\":{\"op\":\"add\",\"elem\":" PAYLOAD("ip", "saddr") ",\"set\":\"@k\"}}");
	rule("input", MATCH("==", PAYLOAD("ip", "saddr"), "\"@k\"") MATCH("==", PAYLOAD("tcp", "dport"), "22") ACCEPT);
	struct ruleset *r = finished();
	assert_true(reach(r, NULL, 0, &p).exhausted);
	assert_int_equal(p.packets, 1);
	assert_int_equal(p.last.destination_port, 22);
	ruleset_free(r);
}

static void bounds_are_kept(void **state)
{
	static struct places p;
	static const uint8_t FIRST[] = { 10, 0, 0, 0 }, LAST[] = { 10, 0, 0, 255 };
	begin();
	chain("input", "input", 0, "drop");
	rule("input", MATCH("==", PAYLOAD("ip", "saddr"), "{\"prefix\":{\"addr\":\"10.0.0.0\",\"len\":24}}") ACCEPT);
	rule("input", MATCH("==", META("iifname"), "\"lo\"") ACCEPT);
	struct ruleset *r = finished();
	struct packet_bound bound[] = { packet_bound_addresses(PACKET_SOURCE, true, false, FIRST, LAST),
					packet_bound_interface(PACKET_INPUT, true, "lo") };
	assert_true(reach(r, bound, 2, &p).exhausted);
	assert_int_equal(p.packets, 0);
	assert_true(reach(r, bound, 1, &p).exhausted);
	assert_int_equal(p.packets, 1);
	bound[0] = packet_bound_numbers(PACKET_DESTINATION_PORT, false, 5, 5);
	assert_true(reach(r, bound, 2, &p).exhausted);
	assert_int_equal(p.packets, 1);
	assert_int_equal(p.last.destination_port, 5);
	ruleset_free(r);
}

static void names_and_masks_give_real_packets(void **state)
{
	static struct places p;
	begin();
	chain("input", "input", 0, "drop");
	rule("input", MATCH("==", META("iifname"), "{\"set\":[\"eth*\",\"lo\"]}") DROP);
	rule("input", MATCH("!=", META("iifname"), "\"ppp*\"") DROP);
	rule("input", MATCH("==", "{\"&\":[" PAYLOAD("ip", "saddr") ",\"255.255.0.0\"]}", "\"172.16.0.0\"") ACCEPT);
	struct ruleset *r = finished();
	assert_true(reach(r, NULL, 0, &p).exhausted);
	assert_int_equal(p.packets, 1);
	assert_int_equal(p.last.source[0], 172);
	ruleset_free(r);
	begin();
	chain("input", "input", 0, "drop");
	rule("input", MATCH("==", "{\"&\":[" PAYLOAD("ip", "saddr") ",\"0.0.0.255\"]}", "\"0.0.0.7\"") ACCEPT);
	r = finished();
	assert_false(reach(r, NULL, 0, &p).exhausted); // scattered over all addresses: one is shown, and said not to be all
	assert_int_equal(p.packets, 1);
	assert_int_equal(p.last.source[3], 7);
	ruleset_free(r);
}

static void a_broadcast_is_an_address_by_its_end(void **state)
{
	static struct places p;
	begin();
	chain("input", "input", 0, "drop");
	rule("input", MATCH("!=", "{\"fib\":{\"result\":\"type\",\"flags\":[\"daddr\"]}}", "\"local\"") MATCH("==", PAYLOAD("tcp", "dport"), "22") ACCEPT);
	struct ruleset *r = finished();
	assert_true(reach(r, NULL, 0, &p).exhausted);
	assert_int_equal(p.packets, 3); // multicast, all hosts, and perhaps a subnet's
	static const struct packet_bound ONE = { PACKET_DESTINATION, false, { [12] = 192, 0, 2, 9 }, { [12] = 192, 0, 2, 9 } };
	assert_true(reach(r, &ONE, 1, &p).exhausted);
	assert_int_equal(p.packets, 0);
	ruleset_free(r);
}

static void what_is_not_understood_is_shown(void **state)
{
	static struct places p;
	begin();
	chain("input", "input", 0, "drop");
	rule("input", MATCH("==", PAYLOAD("tcp", "dport"), "23") "{\"xt\":{\"type\":\"match\"}}," ACCEPT);
	struct ruleset *r = finished();
	assert_true(reach(r, NULL, 0, &p).exhausted);
	assert_int_equal(p.packets, 1);
	assert_true(p.unknown);
	ruleset_free(r);
}

// Every limit lets go on both ways, into the next: 2^40 ways.
static void what_passes_the_bound_is_not_exhausted(void **state)
{
	static struct places p;
	begin();
	chain("input", "input", 0, "drop");
	chain("a", NULL, 0, NULL);
	for (unsigned i = 0; i < 40; i++)
		rule("input", "{\"limit\":{\"rate\":10}}," JUMP("a"));
	struct ruleset *r = finished();
	clock_t start = clock();
	struct packet_answer a = reach(r, NULL, 0, &p);
	print_message("# the bound took %.3f s\n", (double)(clock() - start) / CLOCKS_PER_SEC);
	assert_false(a.exhausted);
	assert_true(*a.why != 0);
	ruleset_free(r);
}

static void many_bans_and_many_rules_are_walked_to_the_end(void **state)
{
	static struct places p;
	begin();
	chain("input", "input", 0, "drop");
	say(",{\"set\":{\"family\":\"inet\",\"table\":\"t\",\"name\":\"ban4\",\"type\":\"ipv4_addr\",\"elem\":[\"10.9.9.9\"");
	for (unsigned i = 0; i < 10000; i++)
		say(",\"11.%u.%u.7\"", i >> 8, i & 255);
	say("]}}");
	rule("input", MATCH("==", PAYLOAD("ip", "saddr"), "\"@ban4\"") DROP);
	for (unsigned i = 0; i < 300; i++) {
		char one[512];
		snprintf(one, sizeof one, "{\"match\":{\"op\":\"==\",\"left\":" PAYLOAD("ip", "saddr") ",\"right\":\"12.0.%u.1\"}},{\"match\":{\"op\":\"==\",\"left\":"
			 PAYLOAD("tcp", "dport") ",\"right\":%u}}," ACCEPT, i & 255, 1000 + i);
		rule("input", one);
	}
	struct ruleset *r = finished();
	clock_t start = clock();
	struct packet_answer a = reach(r, NULL, 0, &p);
	print_message("# 10,001 bans, 300 rules: %.3f s, %zu ways; %s\n", (double)(clock() - start) / CLOCKS_PER_SEC, a.paths, a.why);
	assert_true(a.exhausted);
	assert_int_equal(p.packets, 300);
	ruleset_free(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_way_in_is_found_and_none_is_made_up), cmocka_unit_test(with_chance_nothing_is_missed),
		cmocka_unit_test(a_hole_over_many_chains_is_found),	     cmocka_unit_test(whoever_knocks_gets_in),
		cmocka_unit_test(bounds_are_kept),			     cmocka_unit_test(names_and_masks_give_real_packets),
		cmocka_unit_test(a_broadcast_is_an_address_by_its_end),	     cmocka_unit_test(what_is_not_understood_is_shown),
		cmocka_unit_test(what_passes_the_bound_is_not_exhausted),    cmocka_unit_test(many_bans_and_many_rules_are_walked_to_the_end),
	};
	return cmocka_run_group_tests_name("packet-reach", tests, NULL, NULL);
}
