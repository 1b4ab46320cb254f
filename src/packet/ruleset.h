// SPDX-License-Identifier: Apache-2.0
// A ruleset once read. Every value is 16 bytes: numbers and IPv4 addresses right-aligned and big-endian, names
// left-aligned, so that one comparison orders all of them and "eth*" is an interval like any other.
#pragma once

#include "packet/packet.h"

#include <jansson.h>

#define PARTS_MAX 5 // of a concatenation
#define NAMES_MAX 256

enum value_type {
	TYPE_UNKNOWN, TYPE_IPV4, TYPE_IPV6, TYPE_PORT, TYPE_PROTOCOL, TYPE_NUMBER8, TYPE_NUMBER16, TYPE_NUMBER32,
	TYPE_INTERFACE, TYPE_FAMILY, TYPE_ETHER_TYPE, TYPE_STATE, TYPE_TCP_FLAGS, TYPE_ICMP, TYPE_ICMPV6, TYPE_ICMP_CODE,
	TYPE_ICMPV6_CODE, TYPE_DSCP, TYPE_BOOLEAN, TYPE_ADDRESS_TYPE, TYPE_COUNT
};

struct value {
	uint8_t bytes[16];
};

struct interval {
	struct value low, high;
};

struct type_list {
	size_t count;
	enum value_type type[PARTS_MAX];
};

enum field {
	FIELD_INPUT_INTERFACE, FIELD_OUTPUT_INTERFACE, FIELD_PROTOCOL, FIELD_FAMILY, FIELD_ETHER_TYPE, FIELD_MARK,
	FIELD_SOCKET_USER, FIELD_SOCKET_GROUP, FIELD_LENGTH, FIELD_STATE, FIELD_CONNECTION_MARK, FIELD_SOURCE4,
	FIELD_DESTINATION4, FIELD_PROTOCOL4, FIELD_TTL4, FIELD_DSCP4, FIELD_LENGTH4, FIELD_SOURCE6, FIELD_DESTINATION6,
	FIELD_NEXT_HEADER, FIELD_HOP_LIMIT, FIELD_DSCP6, FIELD_SOURCE_PORT, FIELD_DESTINATION_PORT, FIELD_TCP_FLAGS,
	FIELD_ICMP_TYPE, FIELD_ICMP_CODE, FIELD_ADDRESS_TYPE
};

enum expression_kind {
	EXPRESSION_UNKNOWN, EXPRESSION_CONSTANT, EXPRESSION_FIELD, EXPRESSION_AND, EXPRESSION_OR, EXPRESSION_XOR,
	EXPRESSION_LEFT, EXPRESSION_RIGHT, EXPRESSION_CONCAT, EXPRESSION_MAP, EXPRESSION_CHANCE
};

struct expression {
	enum expression_kind kind;
	enum value_type type;
	const char *name;       // of what is unknown or a matter of chance
	enum field field;
	uint8_t transport;      // FIELD of one transport protocol alone; 0: any
	struct value constant;
	size_t count;           // CONCAT
	const struct expression *part[PARTS_MAX]; // CONCAT; AND...: two; MAP: the key
	const struct set *set;  // MAP
};

enum outcome {
	OUTCOME_NEXT, OUTCOME_RETURN, OUTCOME_ACCEPT, OUTCOME_DROP, OUTCOME_REJECT, OUTCOME_QUEUE, OUTCOME_JUMP, OUTCOME_GOTO,
	OUTCOME_UNKNOWN
};

struct decision {
	enum outcome outcome;
	const struct chain *target;
};

struct element {
	struct interval part[PARTS_MAX];
	bool catch_all;
	struct decision decision; // verdict maps
	struct value data;        // maps
};

struct set {
	struct set *next;
	const char *family, *table, *name, *type_name;
	const char *unknown; // why its members are not known, or NULL
	struct type_list type;
	enum value_type data_type;
	bool has_timeout, dynamic, decides;
	bool grows, shrinks; // rules themselves add members, or take them out
	size_t count, lasting; // members, and those of them that no timeout ends
	struct element *element;
};

enum statement_kind {
	STATEMENT_UNKNOWN, STATEMENT_NOTHING, STATEMENT_MATCH, STATEMENT_DECIDE, STATEMENT_MAP, STATEMENT_CHANCE,
	STATEMENT_MARK, STATEMENT_CONNECTION_MARK, STATEMENT_UNTRACKED, STATEMENT_KEY
};

enum comparison { COMPARE_EQUAL, COMPARE_NOT, COMPARE_LESS, COMPARE_MORE, COMPARE_LESS_EQUAL, COMPARE_MORE_EQUAL, COMPARE_ANY_BIT, COMPARE_NO_BIT };

struct statement {
	struct statement *next;
	enum statement_kind kind;
	const char *name;
	const struct expression *left, *right; // MATCH; MARK: right. MAP: left is the key
	enum comparison comparison;
	bool has_interval;
	struct interval interval;
	const struct set *set;
	struct decision decision;
	bool only4, only6, only_tcp; // a reject whose kind says what it is for
	bool family_hidden;          // see reject_read
	bool idle;                   // neither it nor what follows in its rule changes a verdict
};

struct rule {
	struct rule *next;
	json_int_t handle;
	const char *comment;
	struct statement *first;
};

struct chain {
	struct chain *next;
	const char *family, *table, *name;
	bool base;
	enum packet_hook hook;
	json_int_t priority;
	bool policy_drop;
	size_t order;
	struct rule *first, *last;
};

struct ruleset_block;
struct ruleset {
	struct ruleset_block *blocks;
	size_t memory;
	bool exhausted; // memory ran out while reading
	struct chain *chains, *chains_last;
	struct set *sets, *sets_last;
	size_t chain_count, names;
	const char *name[NAMES_MAX];
};

// Zeroed memory of the ruleset; never NULL (a shared scrap once memory ran out, and `exhausted` is set).
void *ruleset_alloc(struct ruleset *r, size_t size);
const char *ruleset_copy(struct ruleset *r, const char *text);
// Notes an expression's name for coverage; returns a copy that lasts.
const char *ruleset_name(struct ruleset *r, const char *prefix, const char *name);
struct chain *ruleset_chain(const struct ruleset *r, const char *family, const char *table, const char *name);
struct set *ruleset_set_find(const struct ruleset *r, const char *family, const char *table, const char *name);

// value.c: constants of JSON. False when it is not understood.
bool value_read(const json_t *j, enum value_type type, struct value *ret);
bool interval_read(const json_t *j, enum value_type type, struct interval *ret);
enum value_type value_type_named(const char *name); // "ipv4_addr"
struct value value_number(uint64_t n);
uint64_t value_to_number(const struct value *v);

// set.c
bool set_elements_read(struct ruleset *r, struct set *s, const json_t *elements);
const struct element *set_lookup(const struct set *s, const struct value *parts);

// expression.c
const struct expression *expression_read(struct ruleset *r, const struct chain *c, const json_t *j);
bool expression_types(const struct expression *e, struct type_list *ret);
const struct set *expression_set(struct ruleset *r, const struct chain *c, const json_t *j, const struct type_list *types,
				 bool decides, enum value_type data);

// statement.c
struct statement *statement_read(struct ruleset *r, const struct chain *c, const json_t *j);
bool decision_read(const struct ruleset *r, const char *family, const char *table, const json_t *j, struct decision *ret);
