// SPDX-License-Identifier: Apache-2.0
// The classifier against the kernel: random rulesets, loaded for real in a network namespace, and random packets
// sent to it over a veth pair. Two chains of our own note, for each packet by its number, what connection tracking
// said of it and whether it passed. usage: packet-kernel SEED RULESETS PACKETS
#include "packet.h"

#include <nftables/libnftables.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static uint64_t seed;

uint32_t chance(uint32_t below)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (uint32_t)((seed * 0x2545f4914f6cdd1dull) >> 33) % below;
}

static struct nft_ctx *nft;

static int command(const char *text)
{
	int r = nft_run_cmd_from_buffer(nft, text);
	if (r)
		printf("# nft: %s\n# in: %.3000s\n", nft_ctx_get_error_buffer(nft), text);
	return r;
}

// Before and after the rules under test. The packet's number is IPv4's id or IPv6's hop limit and flow label.
static const char OBSERVER[] =
	"table inet observer {\n"
	" set state4 { typeof ip id . ct state; size 65535; flags dynamic; }\n"
	" set state6 { typeof ip6 flowlabel . ct state; size 65535; flags dynamic; }\n"
	" set mark4 { typeof ip id . ct mark; size 65535; flags dynamic; }\n"
	" set mark6 { typeof ip6 flowlabel . ct mark; size 65535; flags dynamic; }\n"
	" set passed4 { typeof ip id; size 65535; flags dynamic; }\n"
	" set passed6 { typeof ip6 flowlabel; size 65535; flags dynamic; }\n"
	" chain before { type filter hook prerouting priority -199; policy accept;\n"
	"  iifname \"inside\" add @state4 { ip id . ct state }\n"
	"  iifname \"inside\" add @state6 { ip6 flowlabel . ct state }\n"
	"  iifname \"inside\" add @mark4 { ip id . ct mark }\n"
	"  iifname \"inside\" add @mark6 { ip6 flowlabel . ct mark }\n }\n"
	" chain after { type filter hook input priority 10000; policy accept;\n"
	"  iifname \"inside\" add @passed4 { ip id }\n"
	"  iifname \"inside\" add @passed6 { ip6 flowlabel }\n }\n"
	"}\n";

static int observer_read(const char *set, bool v6, enum observation what, struct sent *sent, size_t count)
{
	char text[128];
	snprintf(text, sizeof text, "list set inet observer %s", set);
	nft_ctx_output_set_flags(nft, NFT_CTX_OUTPUT_JSON | NFT_CTX_OUTPUT_NUMERIC_ALL);
	if (command(text))
		return 1;
	return observed(nft_ctx_get_output_buffer(nft), v6, what, sent, count);
}

static int observe(struct sent *sent, size_t count)
{
	return observer_read("state4", false, OBSERVED_STATE, sent, count) ||
	       observer_read("state6", true, OBSERVED_STATE, sent, count) ||
	       observer_read("mark4", false, OBSERVED_MARK, sent, count) ||
	       observer_read("mark6", true, OBSERVED_MARK, sent, count) ||
	       observer_read("passed4", false, OBSERVED_PASS, sent, count) ||
	       observer_read("passed6", true, OBSERVED_PASS, sent, count);
}

static void named(void *context, const char *name)
{
	coverage_note(name);
}

static struct { size_t agreed, disagreed, unknown, depends, accepted, dropped, states[128]; } total;

static void compare(const struct ruleset *r, const struct sent *s, const char *rules)
{
	struct classification c;
	packet_arrives(r, &s->packet, &c);
	total.unknown += c.verdict == VERDICT_UNKNOWN;
	total.depends += c.verdict == VERDICT_DEPENDS;
	bool agrees = c.verdict != VERDICT_UNKNOWN && (s->passed ? c.may_accept : c.may_drop);
	total.accepted += s->passed;
	total.dropped += !s->passed;
	total.states[s->packet.state & 127]++;
	total.agreed += agrees;
	total.disagreed += !agrees;
	if (agrees || total.disagreed > 3)
		return;
	printf("# kernel %s, classifier %s (%s; %s): ", s->passed ? "passed" : "dropped", verdict_name[c.verdict], c.place, c.reason);
	packet_print(&s->packet);
	for (const char *line = rules; *line;) {
		int size = (int)strcspn(line, "\n");
		printf("# | %.*s\n", size, line);
		line += size + (line[size] == '\n');
	}
}

static int one_ruleset(int wire, size_t packets, size_t round)
{
	static struct sent sent[1024];
	char rules[65536], error[RULESET_ERROR_MAX];
	struct ruleset *r = NULL;
	rules_make(rules, sizeof rules);
	if (command("flush set inet observer state4; flush set inet observer state6;"
		    "flush set inet observer mark4; flush set inet observer mark6; flush set inet observer passed4; flush set inet observer passed6; flush table inet observer") ||
	    command(OBSERVER) || command(rules))
		return 1;
	// names on even rounds, numbers on odd ones: both spellings are read
	nft_ctx_output_set_flags(nft, NFT_CTX_OUTPUT_JSON | (round & 1 ? NFT_CTX_OUTPUT_NUMERIC_ALL : 0));
	if (command("list ruleset"))
		return 1;
	const char *json = nft_ctx_get_output_buffer(nft);
	if (ruleset_read(json, strlen(json), &r, error)) {
		printf("# not read: %s\n", error);
		return 1;
	}
	for (size_t i = 0; i < packets; i++)
		packet_make(&sent[i], i + 1);
	packets_send(wire, sent, packets);
	int failed = observe(sent, packets);
	for (size_t i = 0; i < packets && !failed; i++)
		compare(r, &sent[i], rules);
	ruleset_expressions(r, named, NULL);
	ruleset_free(r);
	return failed || command("delete table inet tested");
}

static int run(const char *command_line)
{
	int r = system(command_line); // a test's own words, in its own namespaces
	if (r)
		printf("# failed: %s\n", command_line);
	return r;
}

static int inside(int wire, int ready, size_t rulesets, size_t packets)
{
	char c;
	if (read(ready, &c, 1) != 1 || run("sh -c 'ip link set lo up; ip link set inside address 02:00:00:00:00:02 up;"
		"ip addr add 10.9.0.1/16 dev inside; ip addr add fd00:9::1/64 dev inside nodad;"
		"ip route add local 10.9.0.0/16 dev lo; ip -6 route add local fd00:9::/64 dev lo;"
		"ip route add default via 10.7.0.2 dev inside onlink; ip -6 route add default via fe80::2 dev inside;"
		"ip neigh add 10.7.0.2 lladdr 02:00:00:00:00:01 dev inside; ip -6 neigh add fe80::2 lladdr 02:00:00:00:00:01 dev inside;"
		"for f in all default inside; do echo 0 > /proc/sys/net/ipv4/conf/$f/rp_filter; done'"))
		return 1;
	usleep(100000); // the other side's carrier
	nft = nft_ctx_new(NFT_CTX_DEFAULT);
	nft_ctx_buffer_output(nft);
	nft_ctx_buffer_error(nft);
	if (command(OBSERVER))
		return 1;
	int failed = 0;
	for (size_t i = 0; i < rulesets && !failed; i++)
		failed = one_ruleset(wire, packets, i);
	coverage_print();
	printf("# kernel: %zu accepted, %zu dropped; invalid %zu, new %zu, established %zu, related %zu, untracked %zu\n", total.accepted,
	       total.dropped, total.states[CT_INVALID], total.states[CT_NEW], total.states[CT_ESTABLISHED], total.states[CT_RELATED],
	       total.states[CT_UNTRACKED]);
	printf("# %zu agree, %zu do not, %zu of them unknown; %zu depend on a limit or a route\n", total.agreed, total.disagreed,
	       total.unknown, total.depends);
	return failed || total.disagreed || total.unknown || total.agreed != rulesets * packets || total.depends > total.agreed / 8;
}

int main(int argc, char **argv)
{
	int ends[2], status;
	char line[128];
	if (argc != 4)
		return 2;
	seed = strtoull(argv[1], NULL, 10) * 2654435761u + 88172645463325252ull;
	setvbuf(stdout, NULL, _IONBF, 0);
	if (unshare(CLONE_NEWNET) || pipe(ends) ||
	    run("ip link add outside type veth peer name inside && ip link set outside address 02:00:00:00:00:01 up"))
		return 3;
	int wire = wire_open("outside");
	pid_t child = fork();
	if (child == 0) {
		if (wire < 0 || unshare(CLONE_NEWNET) || write(ends[1], "n", 1) != 1)
			_exit(3);
		usleep(300000); // until the parent has moved the other end here
		_exit(inside(wire, ends[0], strtoull(argv[2], NULL, 10), strtoull(argv[3], NULL, 10)) ? 1 : 0);
	}
	usleep(100000);
	snprintf(line, sizeof line, "ip link set inside netns %d", (int)child);
	if (run(line))
		kill(child, SIGKILL);
	waitpid(child, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}
