// SPDX-License-Identifier: Apache-2.0
// A Safe transaction as lines of text: all fields, each once, in this order. Easier to check than JSON, by a
// parser and by eye; docs/PROTOCOL.vault.md shows how one is written.
#include "payload/payload.h"

#include <stdio.h>

#include "base/text.h"
#include "lines.h"

struct field {
	const char *word;
	int (*take)(const char *text, uint8_t *data, struct evm_payload *to);
};

static int any_address(const char *text, struct evm_address *ret)
{
	return evm_address_parse(text, strlen(text), ret) != EVM_ADDRESS_FINE;
}

static int word(const char *text, struct u256 *ret)
{
	return u256_parse(text, strlen(text), 0, ret);
}

static int take_chain(const char *text, uint8_t *data, struct evm_payload *to)
{
	return !digits_read(text, EVM_CHAIN_ID_MAX, &to->chain_id) || !to->chain_id;
}
static int take_safe(const char *text, uint8_t *data, struct evm_payload *to) { return any_address(text, &to->safe); }
static int take_to(const char *text, uint8_t *data, struct evm_payload *to) { return any_address(text, &to->safe_tx.to); }
static int take_value(const char *text, uint8_t *data, struct evm_payload *to) { return word(text, &to->safe_tx.value); }

static int take_data(const char *text, uint8_t *data, struct evm_payload *to)
{
	size_t digits = strlen(text) - 2;
	if (text[0] != '0' || text[1] != 'x' || hex_decode(text + 2, digits, data, digits / 2))
		return 1;
	to->safe_tx.data = evm_bytes_over(data, digits / 2);
	return 0;
}

static int take_operation(const char *text, uint8_t *data, struct evm_payload *to)
{
	to->safe_tx.operation = strcmp(text, "call") ? SAFE_DELEGATECALL : SAFE_CALL;
	return strcmp(text, "call") && strcmp(text, "delegatecall");
}

static int take_tx_gas(const char *text, uint8_t *data, struct evm_payload *to)
{
	return word(text, &to->safe_tx.safe_tx_gas);
}
static int take_base_gas(const char *text, uint8_t *data, struct evm_payload *to)
{
	return word(text, &to->safe_tx.base_gas);
}
static int take_gas_price(const char *text, uint8_t *data, struct evm_payload *to)
{
	return word(text, &to->safe_tx.gas_price);
}
static int take_gas_token(const char *text, uint8_t *data, struct evm_payload *to)
{
	return any_address(text, &to->safe_tx.gas_token);
}
static int take_receiver(const char *text, uint8_t *data, struct evm_payload *to)
{
	return any_address(text, &to->safe_tx.refund_receiver);
}
static int take_nonce(const char *text, uint8_t *data, struct evm_payload *to) { return word(text, &to->safe_tx.nonce); }

static const struct field fields[] = {
	{ "chain", take_chain },	 { "safe", take_safe },
	{ "to", take_to },		 { "value", take_value },
	{ "data", take_data },		 { "operation", take_operation },
	{ "safe-tx-gas", take_tx_gas },	 { "base-gas", take_base_gas },
	{ "gas-price", take_gas_price }, { "gas-token", take_gas_token },
	{ "refund-receiver", take_receiver }, { "nonce", take_nonce },
};

static int fault_set(struct text_fault *fault, size_t line, const char *what, const char *which)
{
	fault->line = line;
	snprintf(fault->why, sizeof fault->why, "%s '%s'", what, which);
	return 1;
}

// One line longer than LINE_TEXT_MAX is allowed here: the calldata.
static const char *line_end(const char *at, const char *end)
{
	const char *newline = memchr(at, '\n', (size_t)(end - at));
	for (const char *c = at; newline && c < newline; c++)
		if (*c < ' ' || *c > '~')
			return NULL;
	return newline;
}

int safe_text_parse(const char *text, size_t size, uint8_t *data, struct evm_payload *ret, struct text_fault *fault)
{
	static const char header[] = "redoubt safe transaction 1\n";
	static char rest[2 * EVM_TX_SIZE_MAX + 16];
	const char *at = text + sizeof header - 1, *end = text + size;
	if (size < sizeof header || memcmp(text, header, sizeof header - 1))
		return fault_set(fault, 1, "it must begin with", "redoubt safe transaction 1");
	memset(ret, 0, sizeof *ret);
	ret->kind = EVM_PAYLOAD_SAFE_TX;
	for (size_t i = 0; i < ARRAY_LEN(fields); i++) {
		const char *newline = at < end ? line_end(at, end) : NULL;
		size_t name = strlen(fields[i].word);
		if (!newline || (size_t)(newline - at) < name + 2 || memcmp(at, fields[i].word, name) || at[name] != ' ')
			return fault_set(fault, i + 2, "here must stand", fields[i].word);
		size_t length = (size_t)(newline - at) - name - 1;
		if (length >= sizeof rest)
			return fault_set(fault, i + 2, "this is too long:", fields[i].word);
		memcpy(rest, at + name + 1, length);
		rest[length] = '\0';
		if (fields[i].take(rest, data, ret))
			return fault_set(fault, i + 2, "this cannot be read (addresses want EIP-55's capitals):",
					 fields[i].word);
		at = newline + 1;
	}
	return at == end ? 0 : fault_set(fault, ARRAY_LEN(fields) + 2, "nothing may stand after", "nonce");
}
