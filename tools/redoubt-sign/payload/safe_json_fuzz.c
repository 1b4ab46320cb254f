// SPDX-License-Identifier: Apache-2.0
// A Safe transaction as EIP-712's JSON: whatever is accepted says the same as the text that is written from it.
#include <stdio.h>
#include <stdlib.h>

#include "base/text.h"
#include "configuration/configuration.h"
#include "payload/payload.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define TEXT_ROOM (1u << 17)
static char text[TEXT_ROOM];

static void line(const char *name, const char *value)
{
	size_t at = strlen(text);
	snprintf(text + at, sizeof text - at, "%s %s\n", name, value);
}

static void number(const char *name, const struct u256 *value)
{
	char decimals[U256_TEXT_MAX];
	u256_format(value, 0, decimals);
	line(name, decimals);
}

static void address(const char *name, const struct evm_address *value)
{
	char shown[EVM_ADDRESS_TEXT];
	evm_address_format(value, shown);
	line(name, shown);
}

static void text_write(const struct evm_payload *p)
{
	static char hex[TEXT_ROOM / 2 + 3] = "0x";
	char chain[24];
	snprintf(chain, sizeof chain, "%llu", (unsigned long long)p->chain_id);
	hex_encode(p->safe_tx.data.at, p->safe_tx.data.size, hex + 2);
	strcpy(text, "redoubt safe transaction 1\n");
	line("chain", chain);
	address("safe", &p->safe);
	address("to", &p->safe_tx.to);
	number("value", &p->safe_tx.value);
	line("data", hex);
	line("operation", p->safe_tx.operation == SAFE_CALL ? "call" : "delegatecall");
	number("safe-tx-gas", &p->safe_tx.safe_tx_gas);
	number("base-gas", &p->safe_tx.base_gas);
	number("gas-price", &p->safe_tx.gas_price);
	address("gas-token", &p->safe_tx.gas_token);
	address("refund-receiver", &p->safe_tx.refund_receiver);
	number("nonce", &p->safe_tx.nonce);
}

static void digest_of(const struct evm_payload *p, uint8_t digest[32])
{
	uint8_t domain[32], hash[32];
	safe_tx_hashes(p->chain_id, &p->safe, &p->safe_tx, domain, hash, digest);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static uint8_t again_data[TEXT_ROOM];
	struct evm_payload payload, again;
	struct text_fault fault;
	uint8_t before[32], after[32];
	if (size > TEXT_ROOM / 4)
		return 0;
	uint8_t *calldata = malloc(size / 2 + 1);
	ASSERT(calldata);
	if (safe_json_parse((const char *)data, size, calldata, &payload, &fault)) {
		ASSERT(fault.line >= 1 && *fault.why);
	} else {
		text_write(&payload);
		ASSERT(safe_text_parse(text, strlen(text), again_data, &again, &fault) == 0);
		digest_of(&payload, before);
		digest_of(&again, after);
		ASSERT(memcmp(before, after, sizeof after) == 0);
	}
	free(calldata);
	return 0;
}
