// SPDX-License-Identifier: Apache-2.0
// The classifier on rules written by hand, in libnftables' JSON. The comparison with the kernel is tests/packet.sh.
#include "packet/packet.h"

#include "base/testing.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#define CHAIN(family, name, more) "{\"chain\":{\"family\":\"" family "\",\"table\":\"t\",\"name\":\"" name "\"" more "}},"
#define INPUT(family, policy, priority) \
	CHAIN(family, "input", ",\"type\":\"filter\",\"hook\":\"input\",\"prio\":" priority ",\"policy\":\"" policy "\"")
#define RULE(chain, expressions) \
	"{\"rule\":{\"family\":\"inet\",\"table\":\"t\",\"chain\":\"" chain "\",\"handle\":7,\"expr\":[" expressions "]}},"
#define MATCH(operator, left, right) "{\"match\":{\"op\":\"" operator "\",\"left\":" left ",\"right\":" right "}}"
#define PAYLOAD(protocol, field) "{\"payload\":{\"protocol\":\"" protocol "\",\"field\":\"" field "\"}}"
#define DPORT(ports) MATCH("==", PAYLOAD("tcp", "dport"), ports) ","
#define ACCEPT "{\"accept\":null}"
#define DROP "{\"drop\":null}"

static struct ruleset *rules(const char *items)
{
	char json[8192], error[RULESET_ERROR_MAX];
	struct ruleset *r = NULL;
	snprintf(json, sizeof json, "{\"nftables\":[%s{\"metainfo\":{}}]}", items);
	if (ruleset_read(json, strlen(json), &r, error))
		fail_msg("%s in %s", error, json);
	return r;
}

static struct packet tcp(const char *source, uint16_t port)
{
	struct packet p = { .protocol = IPPROTO_TCP, .source_port = 40000, .destination_port = port, .tcp_flags = 2,
			    .state = CT_NEW, .length = 40, .ttl = 64, .input_interface = "eth0", .v6 = strchr(source, ':') };
	inet_pton(p.v6 ? AF_INET6 : AF_INET, source, p.source);
	inet_pton(p.v6 ? AF_INET6 : AF_INET, p.v6 ? "2001:db8::1" : "192.0.2.1", p.destination);
	return p;
}

static enum verdict verdict_from(const char *items, const char *source, uint16_t port)
{
	struct classification c;
	struct ruleset *r = rules(items);
	struct packet p = tcp(source, port);
	packet_classify(r, HOOK_INPUT, &p, &c);
	ruleset_free(r);
	return c.verdict;
}

static void a_policy_decides_what_no_rule_does(void **state)
{
	assert_int_equal(verdict_from(INPUT("inet", "drop", "0"), "10.0.0.1", 80), VERDICT_DROP);
	assert_int_equal(verdict_from(INPUT("inet", "accept", "0"), "10.0.0.1", 80), VERDICT_ACCEPT);
	assert_int_equal(verdict_from("", "10.0.0.1", 80), VERDICT_ACCEPT);
	assert_int_equal(verdict_from(INPUT("ip", "drop", "0"), "2001:db8::2", 80), VERDICT_ACCEPT); // the other family
	assert_int_equal(verdict_from(INPUT("ip", "drop", "0"), "10.0.0.1", 80), VERDICT_DROP);
}

static void every_base_chain_must_accept(void **state)
{
	static const char *const TWO = INPUT("inet", "accept", "0") RULE("input", ACCEPT)
		CHAIN("inet", "second", ",\"hook\":\"input\",\"prio\":10,\"policy\":\"drop\"") RULE("second", DPORT("80") ACCEPT);
	assert_int_equal(verdict_from(TWO, "10.0.0.1", 80), VERDICT_ACCEPT);
	assert_int_equal(verdict_from(TWO, "10.0.0.1", 81), VERDICT_DROP);
}

static void sets_ranges_and_negation(void **state)
{
	static const char *const RULES = INPUT("inet", "drop", "0")
		"{\"set\":{\"family\":\"inet\",\"table\":\"t\",\"name\":\"s\",\"type\":\"ipv4_addr\",\"elem\":[\"1.2.3.4\","
		"{\"prefix\":{\"addr\":\"10.0.0.0\",\"len\":8}},{\"elem\":{\"val\":{\"range\":[\"9.0.0.1\",\"9.0.0.3\"]},\"timeout\":5}}]}},"
		RULE("input", MATCH("==", PAYLOAD("ip", "saddr"), "\"@s\"") "," DPORT("{\"set\":[80,{\"range\":[1000,2000]}]}") ACCEPT)
		RULE("input", MATCH("!=", PAYLOAD("ip", "saddr"), "\"@s\"") "," DPORT("22") ACCEPT);
	assert_int_equal(verdict_from(RULES, "10.255.0.1", 80), VERDICT_ACCEPT);
	assert_int_equal(verdict_from(RULES, "9.0.0.3", 2000), VERDICT_ACCEPT);
	assert_int_equal(verdict_from(RULES, "9.0.0.4", 2000), VERDICT_DROP);
	assert_int_equal(verdict_from(RULES, "1.2.3.4", 2001), VERDICT_DROP);
	assert_int_equal(verdict_from(RULES, "1.2.3.4", 22), VERDICT_DROP);
	assert_int_equal(verdict_from(RULES, "1.2.3.5", 22), VERDICT_ACCEPT);
	assert_int_equal(verdict_from(RULES, "2001:db8::9", 22), VERDICT_DROP); // no IPv4 source to be unequal
}

static void jumps_come_back_and_gotos_do_not(void **state)
{
	static const char *const RULES = INPUT("inet", "drop", "0") CHAIN("inet", "a", "") CHAIN("inet", "b", "")
		RULE("a", DPORT("1") DROP) RULE("b", DPORT("2") "{\"goto\":{\"target\":\"a\"}}") RULE("b", DPORT("{\"range\":[2,3]}") ACCEPT)
		RULE("input", DPORT("{\"set\":[1,9]}") "{\"jump\":{\"target\":\"a\"}}") RULE("input", "{\"jump\":{\"target\":\"b\"}}")
		RULE("input", DPORT("{\"set\":[2,9]}") ACCEPT);
	assert_int_equal(verdict_from(RULES, "10.0.0.1", 1), VERDICT_DROP);
	assert_int_equal(verdict_from(RULES, "10.0.0.1", 2), VERDICT_ACCEPT); // by the last rule: goto skipped b's second
	assert_int_equal(verdict_from(RULES, "10.0.0.1", 3), VERDICT_ACCEPT);
	assert_int_equal(verdict_from(RULES, "10.0.0.1", 9), VERDICT_ACCEPT);
	assert_int_equal(verdict_from(RULES, "10.0.0.1", 4), VERDICT_DROP);
}

static void a_limit_is_both(void **state)
{
	struct classification c;
	struct ruleset *r = rules(INPUT("inet", "drop", "0") RULE("input", "{\"limit\":{\"rate\":10}}," DPORT("80") ACCEPT)
				  RULE("input", DPORT("{\"range\":[80,81]}") "{\"limit\":{\"rate\":10}}," DROP)
				  RULE("input", DPORT("81") ACCEPT));
	struct packet p = tcp("10.0.0.1", 80);
	packet_classify(r, HOOK_INPUT, &p, &c);
	assert_int_equal(c.verdict, VERDICT_DEPENDS);
	assert_true(c.may_accept && c.may_drop);
	assert_string_equal(c.reason, "limit");
	p.destination_port = 82;
	packet_classify(r, HOOK_INPUT, &p, &c);
	assert_int_equal(c.verdict, VERDICT_DROP); // both ways of both limits
	assert_false(c.may_accept);
	ruleset_free(r);
}

static void what_is_not_understood_is_named(void **state)
{
	struct classification c;
	struct ruleset *r = rules(INPUT("inet", "drop", "0") RULE("input", DPORT("80") "{\"xt\":{\"type\":\"match\"}}," ACCEPT)
				  RULE("input", DPORT("81") MATCH("==", "{\"osf\":{\"key\":\"name\"}}", "\"Linux\"") "," ACCEPT));
	struct packet p = tcp("10.0.0.1", 80);
	packet_classify(r, HOOK_INPUT, &p, &c);
	assert_int_equal(c.verdict, VERDICT_UNKNOWN);
	assert_string_equal(c.reason, "xt");
	assert_string_equal(c.place, "inet t input, handle 7");
	p.destination_port = 81;
	packet_classify(r, HOOK_INPUT, &p, &c);
	assert_int_equal(c.verdict, VERDICT_UNKNOWN);
	assert_string_equal(c.reason, "osf");
	p.destination_port = 82; // does not reach either
	packet_classify(r, HOOK_INPUT, &p, &c);
	assert_int_equal(c.verdict, VERDICT_DROP);
	ruleset_free(r);
	r = rules(INPUT("inet", "drop", "0") // as nft 1.0.6 lists "tcp dport . meta length { 1-1024 . 100-200 }"
		  RULE("input", MATCH("==", "{\"concat\":[" PAYLOAD("tcp", "dport") ",{\"meta\":{\"key\":\"length\"}}]}",
				      "{\"set\":[{\"concat\":[{\"range\":[1,1024]},0]}]}") "," ACCEPT));
	packet_classify(r, HOOK_INPUT, &p, &c);
	assert_int_equal(c.verdict, VERDICT_UNKNOWN);
	ruleset_free(r);
}

static void what_is_no_ruleset_is_refused(void **state)
{
	static const char *const BAD[] = { "", "[]", "{}", "{\"nftables\":{}}", "{\"nftables\":[{\"chain\":{}}]}",
					   "{\"nftables\":[{\"rule\":{\"family\":\"ip\",\"table\":\"t\",\"chain\":\"none\"}}]}" };
	for (size_t i = 0; i < ARRAY_LEN(BAD); i++) {
		char error[RULESET_ERROR_MAX] = "";
		struct ruleset *r = NULL;
		assert_int_equal(ruleset_read(BAD[i], strlen(BAD[i]), &r, error), 1);
		assert_true(*error != 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_policy_decides_what_no_rule_does), cmocka_unit_test(every_base_chain_must_accept),
		cmocka_unit_test(sets_ranges_and_negation),	       cmocka_unit_test(jumps_come_back_and_gotos_do_not),
		cmocka_unit_test(a_limit_is_both),		       cmocka_unit_test(what_is_not_understood_is_named),
		cmocka_unit_test(what_is_no_ruleset_is_refused),
	};
	return cmocka_run_group_tests_name("packet", tests, NULL, NULL);
}
