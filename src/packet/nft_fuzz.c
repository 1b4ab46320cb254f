// SPDX-License-Identifier: Apache-2.0
// Any bytes as a ruleset; packets through every hook of what was read.
#include "packet/packet.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void note(void *context, const struct packet *p, const struct classification *c)
{
	*(uint32_t *)context += p->destination_port;
	ASSERT(c->may_accept || c->verdict == VERDICT_UNKNOWN);
}

// Two sources and two ports: the walk stays short, and what it shows lies within them.
static void walk(const struct ruleset *r, bool v6, bool output, uint32_t *sum)
{
	static const uint8_t LOW[16] = { 10 }, HIGH[16] = { 10, [3] = 1 };
	const struct packet usual = { .v6 = v6, .protocol = 6, .source = { 10 }, .destination_port = 443, .ttl = 64, .length = 60,
				      .state = CT_NEW, .has_socket = output, .input_interface = output ? "" : "eth0",
				      .output_interface = output ? "eth0" : "" };
	const struct packet_bound bound[] = { packet_bound_addresses(PACKET_SOURCE, false, v6, LOW, HIGH),
					      packet_bound_numbers(PACKET_DESTINATION_PORT, false, 443, 444) };
	const struct packet_question q = { .output = output, .usual = &usual, .bound = bound, .bounds = ARRAY_LEN(bound) };
	struct packet_answer a;
	packet_reach(r, &q, note, sum, &a);
	ASSERT(a.exhausted || *a.why);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint8_t PROTOCOLS[] = { 1, 6, 17, 58 };
	char error[RULESET_ERROR_MAX] = "";
	struct ruleset *r = NULL;
	uint32_t sum = 0;
	if (ruleset_read((const char *)data, size, &r, error))
		return 0;
	for (unsigned i = 0; i < 4; i++)
		walk(r, i & 1, i & 2, &sum);
	for (unsigned i = 0; i < 16; i++) {
		struct packet p = { .v6 = i & 1, .protocol = PROTOCOLS[i / 4], .source = { 10, 0, 0, 1 }, .destination_port = 443,
				    .tcp_flags = 2, .state = i & 2 ? CT_NEW : CT_ESTABLISHED, .input_interface = "eth0" };
		for (int hook = 0; hook < HOOK_COUNT; hook++) {
			struct classification c;
			packet_classify(r, (enum packet_hook)hook, &p, &c);
			ASSERT(c.may_accept || c.may_drop);
			ASSERT(c.verdict != VERDICT_DROP || !c.may_accept);
		}
	}
	struct set_view view;
	for (size_t i = 0; ruleset_set(r, i, &view); i++)
		sum += ruleset_set_contains(r, view.family, view.table, view.name, false, (const uint8_t *)"\012\0\0\001");
	ruleset_free(r);
	return 0;
}
