// SPDX-License-Identifier: Apache-2.0
// An nftables ruleset as a function from packets to verdicts: "would this packet get in?", answered without sending
// it. Reads libnftables' JSON (schema 1) as bytes; runs base chains in priority order as the kernel does. What it
// does not understand gives UNKNOWN for the packets that reach it, with the expression's name: never a guess.
//
// Sources: libnftables-json(5), nft(8), and the kernel's net/netfilter/nf_tables_core.c.
#pragma once

#include "base/base.h"

#define RULESET_SIZE_MAX (16u << 20)
#define RULESET_ERROR_MAX 256
#define RULESET_NAME_MAX 256

struct ruleset; // opaque

// Reads the JSON. 0; 1 with a sentence in ret_error (not JSON, not a ruleset); -ENOMEM.
MUST_USE int ruleset_read(const char *json, size_t size, struct ruleset **ret, char ret_error[RULESET_ERROR_MAX]);
void ruleset_free(struct ruleset *r); // accepts NULL

enum packet_hook { HOOK_PREROUTING, HOOK_INPUT, HOOK_FORWARD, HOOK_OUTPUT, HOOK_POSTROUTING, HOOK_INGRESS, HOOK_COUNT };
extern const char *const packet_hook_name[HOOK_COUNT];

enum connection_state { CT_INVALID = 1, CT_ESTABLISHED = 2, CT_RELATED = 4, CT_NEW = 8, CT_UNTRACKED = 64 };

// A packet as the rules can see it. Set what you know; a rule that asks for what is marked unknown depends.
struct packet {
	bool v6;
	uint8_t protocol;                  // IPPROTO_*, the transport header's
	uint8_t source[16], destination[16]; // network order, 4 bytes when not v6
	uint16_t source_port, destination_port; // host order; TCP, UDP, SCTP, DCCP
	uint8_t tcp_flags;                 // as in the header: FIN 1, SYN 2, RST 4, PSH 8, ACK 16, URG 32
	uint8_t icmp_type, icmp_code;
	uint16_t length;                   // of the IP packet; 0: unknown
	uint8_t ttl, dscp;
	enum connection_state state;
	uint32_t mark, connection_mark;
	const char *input_interface, *output_interface; // names; NULL or "" when there is none at this hook
	uint32_t socket_user, socket_group; // meta skuid, skgid at output
	bool has_socket;
};

enum verdict {
	VERDICT_ACCEPT, // every base chain of the hook let it pass
	VERDICT_DROP,
	VERDICT_REJECT,
	VERDICT_QUEUE,   // handed to user space: depends on a program
	VERDICT_DEPENDS, // on a rate limit, a quota or a random number: `may_accept`, `may_drop` say on what
	VERDICT_UNKNOWN, // a rule that this packet reaches is not understood
};
extern const char *const verdict_name[];

struct classification {
	enum verdict verdict;
	bool may_accept, may_drop;        // what is possible over both outcomes of each limit
	char place[RULESET_NAME_MAX];     // "inet filter input, handle 12" or "inet filter input, policy"
	char reason[RULESET_NAME_MAX];    // DEPENDS and UNKNOWN: the expression
};

// What the hook does with the packet. A hook without a base chain for the family accepts, and place says so.
// p->state is what connection tracking says of it; chains before priority -200 do not see it, as in the kernel.
void packet_classify(const struct ruleset *r, enum packet_hook hook, const struct packet *p, struct classification *ret);
// What a packet to an address of this host meets: prerouting, then input, marks carried along.
void packet_arrives(const struct ruleset *r, const struct packet *p, struct classification *ret);

// How many base chains of `hook` see this family's packets, and whether every one has policy drop.
struct hook_chains { size_t count, policy_drop; };
struct hook_chains ruleset_hook(const struct ruleset *r, enum packet_hook hook, bool v6);

// A named set: its elements as texts ("203.0.113.0/24", "10.0.0.1-10.0.0.9", "1234"). Index from 0; false at the end.
struct set_view {
	const char *family, *table, *name, *type;
	bool has_timeout, dynamic;
	size_t elements, lasting; // members, and those of them that never end
};
bool ruleset_set(const struct ruleset *r, size_t index, struct set_view *ret);
// Whether an address is in the set. False also when the set does not hold addresses of that family.
bool ruleset_set_contains(const struct ruleset *r, const char *family, const char *table, const char *name, bool v6,
			  const uint8_t *address);
// Whether an address range of the set touches the range [first, last].
bool ruleset_set_touches(const struct ruleset *r, const char *family, const char *table, const char *name, bool v6,
			 const uint8_t *first, const uint8_t *last);

// Whether a rule of a base chain that sees what arrives drops whoever is in the set, for no other reason than that; it
// may spare the members of other sets.
bool ruleset_set_drops(const struct ruleset *r, const char *family, const char *table, const char *name);

// Which packets may get in, or out, exactly: all ways through the rules are walked with the sets of packets that take
// them, and of each way that may end in acceptance (or at what is not understood) one packet is shown.
enum packet_field {
	PACKET_SOURCE, PACKET_DESTINATION, PACKET_INPUT, PACKET_OUTPUT, PACKET_PROTOCOL, PACKET_MARK, PACKET_CONNECTION_MARK,
	PACKET_STATE, PACKET_USER, PACKET_GROUP, PACKET_LENGTH, PACKET_TTL, PACKET_DSCP, PACKET_SOURCE_PORT,
	PACKET_DESTINATION_PORT, PACKET_FLAGS, PACKET_ICMP_TYPE, PACKET_ICMP_CODE, PACKET_FIELDS
};

// A range of one field. The packets that are asked about have each field in one of its ranges (when it has any), and in
// none of those `without`.
struct packet_bound {
	enum packet_field field;
	bool without;
	uint8_t low[16], high[16]; // as packet_bound_* make them
};
struct packet_bound packet_bound_numbers(enum packet_field f, bool without, uint64_t low, uint64_t high);
struct packet_bound packet_bound_addresses(enum packet_field f, bool without, bool v6, const uint8_t *low, const uint8_t *high);
struct packet_bound packet_bound_interface(enum packet_field f, bool without, const char *name);

struct packet_question {
	bool output;                // hook output; else what arrives: prerouting, then input
	const struct packet *usual; // its family and socket hold for all; its other values are shown where they can be
	const struct packet_bound *bound;
	size_t bounds;
};

struct packet_answer {
	bool exhausted;  // every way was walked to its end: what was not shown does not get in
	const char *why; // it was not
	size_t paths;    // ways to acceptance or to what is not understood
};

// `c` is what the classifier says of the packet: it may be accepted, or is unknown. One packet for each way, so that
// several may share a place. The packet's names are valid until `each` returns. Not for two threads at once.
typedef void (*packet_each)(void *context, const struct packet *p, const struct classification *c);
void packet_reach(const struct ruleset *r, const struct packet_question *q, packet_each each, void *context,
		  struct packet_answer *ret);

// The kinds of expression and statement in the ruleset, each once: for coverage reports.
void ruleset_expressions(const struct ruleset *r, void (*each)(void *context, const char *name), void *context);
