// SPDX-License-Identifier: Apache-2.0
// A Safe transaction as EIP-712's JSON, the way wallets give it to eth_signTypedData_v4: exactly that document and no
// other. Not a JSON library: no escapes, no nesting that is not named here, each member once; the first thing that
// is different is refused by its name. The digest is computed from the fields, never from `types`: these are compared.
#include "payload/payload.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/text.h"

#define NAME_SHOWN 32

struct json {
	const char *at;
	const char *end;
	size_t line;
	struct text_fault *fault;
	uint8_t *data; // the calldata's bytes
	struct evm_payload *to;
};

struct text {
	const char *at;
	size_t size;
};

PRINTF_LIKE(2, 3) static int fail(struct json *j, const char *format, ...)
{
	va_list args;
	j->fault->line = j->line;
	va_start(args, format);
	vsnprintf(j->fault->why, sizeof j->fault->why, format, args);
	va_end(args);
	return 1;
}

static void blanks_skip(struct json *j)
{
	for (; j->at < j->end && (*j->at == ' ' || *j->at == '\t' || *j->at == '\r' || *j->at == '\n'); j->at++)
		j->line += *j->at == '\n';
}

// Whether that character comes next; it is then taken.
static bool next_is(struct json *j, char c)
{
	blanks_skip(j);
	if (j->at == j->end || *j->at != c)
		return false;
	j->at++;
	return true;
}

static int expect(struct json *j, char c, const char *where)
{
	return next_is(j, c) ? 0 : fail(j, "a '%c' is expected %s", c, where);
}

static int string_take(struct json *j, const char *what, struct text *ret)
{
	if (!next_is(j, '"'))
		return fail(j, "%s must be a text in quotes", what);
	const char *from = j->at;
	while (j->at < j->end && *j->at != '"' && *j->at != '\\' && *j->at >= ' ' && *j->at <= '~')
		j->at++;
	if (j->at == j->end || *j->at != '"')
		return fail(j, "%s holds an escape, a character outside ASCII, or does not end", what);
	*ret = (struct text){ from, (size_t)(j->at - from) };
	j->at++;
	return 0;
}

static bool text_is(struct text text, const char *word)
{
	return text.size == strlen(word) && !memcmp(text.at, word, text.size);
}

// ---- values -------------------------------------------------------------
// Digits in quotes or not, or hexadecimal in quotes; no sign, fraction, exponent or leading zero.
static int number_text(struct json *j, const char *what, struct text *ret)
{
	blanks_skip(j);
	if (j->at < j->end && *j->at == '"')
		return string_take(j, what, ret);
	const char *from = j->at;
	while (j->at < j->end && *j->at >= '0' && *j->at <= '9')
		j->at++;
	*ret = (struct text){ from, (size_t)(j->at - from) };
	if (ret->size && (j->at == j->end || !strchr(".eE+-", *j->at)))
		return 0;
	return fail(j, "%s must be a whole number", what);
}

static int hex_number(struct text text, struct u256 *ret)
{
	char digits[65] = "0"; // an odd count gets a zero in front
	uint8_t bytes[32];
	size_t count = text.size - 2, odd = count % 2;
	if (!count || count + odd > 64)
		return 1;
	memcpy(digits + odd, text.at + 2, count);
	if (hex_decode(digits, count + odd, bytes, (count + odd) / 2))
		return 1;
	*ret = u256_from_bytes(bytes, (count + odd) / 2);
	return 0;
}

static int number_take(struct json *j, const char *what, struct u256 *ret)
{
	struct text text;
	if (number_text(j, what, &text))
		return 1;
	bool hex = text.size > 2 && !memcmp(text.at, "0x", 2);
	bool padded = text.size > 1 && text.at[0] == '0' && !hex;
	if (!padded && !(hex ? hex_number(text, ret) : u256_parse(text.at, text.size, 0, ret)))
		return 0;
	return fail(j, "%s must be a whole number below 2^256, decimal or 0x and hexadecimal", what);
}

static int address_take(struct json *j, const char *what, struct evm_address *ret)
{
	struct text text;
	if (string_take(j, what, &text))
		return 1;
	switch (evm_address_parse_unchecked(text.at, text.size, ret)) {
	case EVM_ADDRESS_FINE:
		return 0;
	case EVM_ADDRESS_CHECKSUM:
		return fail(j, "%s is an address with a wrong checksum (EIP-55)", what);
	default:
		return fail(j, "%s must be an address: 0x and 40 digits", what);
	}
}

// ---- objects of known members -------------------------------------------
struct member {
	const char *name;
	int (*take)(struct json *j, const char *name);
	bool optional;
};

static int member_take(struct json *j, const char *object, const struct member *members, size_t count, unsigned *seen)
{
	struct text name;
	if (string_take(j, "a member's name", &name))
		return 1;
	for (size_t i = 0; i < count; i++) {
		if (!text_is(name, members[i].name))
			continue;
		if (*seen >> i & 1)
			return fail(j, "'%s' stands twice in %s", members[i].name, object);
		*seen |= 1u << i;
		return expect(j, ':', "after a member's name") || members[i].take(j, members[i].name);
	}
	int shown = name.size > NAME_SHOWN ? NAME_SHOWN : (int)name.size;
	return fail(j, "'%.*s' does not belong into %s", shown, name.at, object);
}

static int object_take(struct json *j, const char *object, const struct member *members, size_t count)
{
	unsigned seen = 0;
	if (!next_is(j, '{'))
		return fail(j, "%s must be an object", object);
	if (!next_is(j, '}')) {
		do
			if (member_take(j, object, members, count, &seen))
				return 1;
		while (next_is(j, ','));
		if (expect(j, '}', "at an object's end"))
			return 1;
	}
	for (size_t i = 0; i < count; i++)
		if (!(seen >> i & 1) && !members[i].optional)
			return fail(j, "'%s' is missing in %s", members[i].name, object);
	return 0;
}

// ---- domain and message -------------------------------------------------
static int chain_take(struct json *j, const char *name)
{
	struct u256 id;
	if (number_take(j, name, &id))
		return 1;
	if (!u256_to_u64(&id, &j->to->chain_id) || !j->to->chain_id || j->to->chain_id > EVM_CHAIN_ID_MAX)
		return fail(j, "'%s' is no chain id", name);
	return 0;
}

static int operation_take(struct json *j, const char *name)
{
	struct u256 operation;
	uint64_t value;
	if (number_take(j, name, &operation))
		return 1;
	if (!u256_to_u64(&operation, &value) || value > 1)
		return fail(j, "'%s' must be 0 (call) or 1 (delegatecall)", name);
	j->to->safe_tx.operation = value ? SAFE_DELEGATECALL : SAFE_CALL;
	return 0;
}

static int data_take(struct json *j, const char *name)
{
	struct text text;
	if (string_take(j, name, &text))
		return 1;
	size_t size = text.size < 2 ? 0 : (text.size - 2) / 2;
	if (text.size < 2 || memcmp(text.at, "0x", 2) || hex_decode(text.at + 2, text.size - 2, j->data, size))
		return fail(j, "'%s' must be 0x and pairs of hexadecimal digits", name);
	j->to->safe_tx.data = evm_bytes_over(j->data, size);
	return 0;
}

static int safe_take(struct json *j, const char *name) { return address_take(j, name, &j->to->safe); }
static int to_take(struct json *j, const char *name) { return address_take(j, name, &j->to->safe_tx.to); }
static int value_take(struct json *j, const char *name) { return number_take(j, name, &j->to->safe_tx.value); }
static int tx_gas_take(struct json *j, const char *name) { return number_take(j, name, &j->to->safe_tx.safe_tx_gas); }
static int base_gas_take(struct json *j, const char *name) { return number_take(j, name, &j->to->safe_tx.base_gas); }
static int gas_price_take(struct json *j, const char *name) { return number_take(j, name, &j->to->safe_tx.gas_price); }
static int gas_token_take(struct json *j, const char *name) { return address_take(j, name, &j->to->safe_tx.gas_token); }
static int receiver_take(struct json *j, const char *name) { return address_take(j, name, &j->to->safe_tx.refund_receiver); }
static int nonce_take(struct json *j, const char *name) { return number_take(j, name, &j->to->safe_tx.nonce); }

static const struct member domain_members[] = {
	{ "chainId", chain_take, false },
	{ "verifyingContract", safe_take, false },
};
static const struct member message_members[] = {
	{ "to", to_take, false },		{ "value", value_take, false },
	{ "data", data_take, false },		{ "operation", operation_take, false },
	{ "safeTxGas", tx_gas_take, false },	{ "baseGas", base_gas_take, false },
	{ "gasPrice", gas_price_take, false },	{ "gasToken", gas_token_take, false },
	{ "refundReceiver", receiver_take, false }, { "nonce", nonce_take, false },
};

static int domain_take(struct json *j, const char *name)
{
	return object_take(j, "the domain", domain_members, ARRAY_LEN(domain_members));
}

static int message_take(struct json *j, const char *name)
{
	return object_take(j, "the message", message_members, ARRAY_LEN(message_members));
}

// ---- types: these and no others -----------------------------------------
struct field {
	const char *type;
	const char *name;
};
static const struct field domain_fields[] = { { "uint256", "chainId" }, { "address", "verifyingContract" } };
static const struct field message_fields[] = {
	{ "address", "to" },	     { "uint256", "value" },   { "bytes", "data" },	   { "uint8", "operation" },
	{ "uint256", "safeTxGas" },  { "uint256", "baseGas" }, { "uint256", "gasPrice" }, { "address", "gasToken" },
	{ "address", "refundReceiver" }, { "uint256", "nonce" },
};

// {"name": ..., "type": ...}, in either order.
static int field_take(struct json *j, const char *of, const struct field *field)
{
	struct text name, text;
	bool has_name = false, has_type = false;
	if (expect(j, '{', "at a type's field"))
		return 1;
	do {
		if (string_take(j, "a type's field", &name) || expect(j, ':', "after a member's name") ||
		    string_take(j, "a type's field", &text))
			return 1;
		bool *has = text_is(name, "name") ? &has_name : text_is(name, "type") ? &has_type : NULL;
		if (!has || *has || !text_is(text, has == &has_name ? field->name : field->type))
			return fail(j, "the type %s must have '%s %s' here", of, field->type, field->name);
		*has = true;
	} while (next_is(j, ','));
	if (!has_name || !has_type)
		return fail(j, "the type %s must have '%s %s' here", of, field->type, field->name);
	return expect(j, '}', "after a type's field");
}

static int fields_take(struct json *j, const char *of, const struct field *fields, size_t count)
{
	if (expect(j, '[', "at a type's fields"))
		return 1;
	for (size_t i = 0; i < count; i++)
		if ((i && expect(j, ',', "between a type's fields")) || field_take(j, of, &fields[i]))
			return 1;
	return next_is(j, ']') ? 0 : fail(j, "the type %s has a field too many", of);
}

static int domain_type_take(struct json *j, const char *name)
{
	return fields_take(j, name, domain_fields, ARRAY_LEN(domain_fields));
}

static int message_type_take(struct json *j, const char *name)
{
	return fields_take(j, name, message_fields, ARRAY_LEN(message_fields));
}

static int types_take(struct json *j, const char *name)
{
	// ethers and viem add the domain's type where it is left out
	static const struct member types[] = { { "EIP712Domain", domain_type_take, true }, { "SafeTx", message_type_take, false } };
	return object_take(j, "the types", types, ARRAY_LEN(types));
}

static int primary_take(struct json *j, const char *name)
{
	struct text text;
	if (string_take(j, name, &text))
		return 1;
	return text_is(text, "SafeTx") ? 0 : fail(j, "'%s' must be SafeTx: nothing else of EIP-712 is signed here", name);
}

int safe_json_parse(const char *text, size_t size, uint8_t *data, struct evm_payload *ret, struct text_fault *fault)
{
	static const struct member document[] = {
		{ "types", types_take, false },
		{ "domain", domain_take, false },
		{ "primaryType", primary_take, false },
		{ "message", message_take, false },
	};
	struct evm_payload payload = { .kind = EVM_PAYLOAD_SAFE_TX };
	struct json j = { text, text + size, 1, fault, data, &payload };
	if (object_take(&j, "the document", document, ARRAY_LEN(document)))
		return 1;
	blanks_skip(&j);
	if (j.at != j.end)
		return fail(&j, "something stands after the document");
	*ret = payload;
	return 0;
}
