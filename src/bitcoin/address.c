// SPDX-License-Identifier: Apache-2.0
#include "bitcoin/address.h"

#include "bitcoin/base58.h"
#include "bitcoin/bech32.h"
#include "bitcoin/hashes.h"
#include "bitcoin/opcodes.h"

#define PROGRAM_MIN 2
#define PROGRAM_MAX 40

bool output_witness_program(struct span script, unsigned *ret_version, struct span *ret_program)
{
	if (script.size < PROGRAM_MIN + 2 || script.size > PROGRAM_MAX + 2 || script.at[1] != script.size - 2)
		return false;
	uint8_t op = script.at[0];
	if (op != OP_0 && (op < OP_1 || op > OP_16))
		return false;
	*ret_version = op == OP_0 ? 0 : op - OP_1 + 1u;
	*ret_program = span_over(script.at + 2, script.size - 2);
	return true;
}

static enum output_kind witness_kind(unsigned version, size_t size)
{
	if (version == 0)
		return size == HASH160_SIZE  ? OUTPUT_WITNESS_KEY
		       : size == SHA256_SIZE ? OUTPUT_WITNESS_SCRIPT
					     : OUTPUT_OTHER; // BIP141: such an output can never be spent
	return version == 1 && size == 32 ? OUTPUT_TAPROOT : OUTPUT_WITNESS_FUTURE;
}

enum output_kind output_kind_of(struct span script, struct span *ret_payload)
{
	static const uint8_t key_head[] = { OP_DUP, OP_HASH160, HASH160_SIZE };
	static const uint8_t key_tail[] = { OP_EQUALVERIFY, OP_CHECKSIG };
	enum output_kind kind = OUTPUT_OTHER;
	struct span payload = { 0 };
	unsigned version;
	if (script.size == 25 && memcmp(script.at, key_head, 3) == 0 &&
	    memcmp(script.at + 23, key_tail, 2) == 0) {
		kind = OUTPUT_KEY_HASH;
		payload = span_over(script.at + 3, HASH160_SIZE);
	} else if (script.size == 23 && script.at[0] == OP_HASH160 && script.at[1] == HASH160_SIZE &&
		   script.at[22] == OP_EQUAL) {
		kind = OUTPUT_SCRIPT_HASH;
		payload = span_over(script.at + 2, HASH160_SIZE);
	} else if (output_witness_program(script, &version, &payload)) {
		kind = witness_kind(version, payload.size);
	}
	if (ret_payload && kind != OUTPUT_OTHER)
		*ret_payload = payload;
	return kind;
}

void output_witness(unsigned version, const uint8_t *program, size_t size, struct output_script *ret)
{
	ASSERT(version <= 16 && size >= PROGRAM_MIN && size <= PROGRAM_MAX);
	ret->bytes[0] = version ? (uint8_t)(OP_1 + version - 1) : OP_0;
	ret->bytes[1] = (uint8_t)size;
	memcpy(ret->bytes + 2, program, size);
	ret->size = size + 2;
}

void output_key_hash(const uint8_t hash[20], struct output_script *ret)
{
	uint8_t script[25] = { OP_DUP, OP_HASH160, HASH160_SIZE, [23] = OP_EQUALVERIFY, [24] = OP_CHECKSIG };
	memcpy(script + 3, hash, HASH160_SIZE);
	memcpy(ret->bytes, script, sizeof script);
	ret->size = sizeof script;
}

void output_script_hash(const uint8_t hash[20], struct output_script *ret)
{
	uint8_t script[23] = { OP_HASH160, HASH160_SIZE, [22] = OP_EQUAL };
	memcpy(script + 2, hash, HASH160_SIZE);
	memcpy(ret->bytes, script, sizeof script);
	ret->size = sizeof script;
}

// The text may be of another network or of no kind: then 1.
static int segwit_parse(const struct network *network, const char *text, size_t length,
			struct output_script *ret)
{
	struct bech32 b;
	uint8_t program[PROGRAM_MAX];
	size_t size;
	if (bech32_decode(text, length, &b) || strcmp(b.prefix, network->segwit_prefix) != 0 || b.count < 1)
		return 1;
	unsigned version = b.values[0];
	if (version > 16 || b.kind != (version == 0 ? BECH32 : BECH32M))
		return 1;
	if (bech32_bytes_of(b.values + 1, b.count - 1, program, sizeof program, &size) ||
	    size < PROGRAM_MIN || witness_kind(version, size) == OUTPUT_OTHER)
		return 1;
	output_witness(version, program, size, ret);
	return 0;
}

static int base58_parse(const struct network *network, const char *text, size_t length,
			struct output_script *ret)
{
	uint8_t payload[1 + HASH160_SIZE];
	size_t size;
	if (base58check_decode(text, length, payload, sizeof payload, &size) || size != sizeof payload)
		return 1;
	if (payload[0] == network->key_hash_version)
		output_key_hash(payload + 1, ret);
	else if (payload[0] == network->script_hash_version)
		output_script_hash(payload + 1, ret);
	else
		return 1;
	return 0;
}

int address_parse(const struct network *network, const char *text, size_t length, struct output_script *ret)
{
	// A text cannot be both: the checks of either kind find the other.
	if (segwit_parse(network, text, length, ret) == 0)
		return 0;
	return base58_parse(network, text, length, ret);
}

static int segwit_format(const struct network *network, struct span script, char *to)
{
	struct bech32 b = { .count = 1 };
	struct span program;
	unsigned version;
	size_t prefix = strlen(network->segwit_prefix);
	if (!output_witness_program(script, &version, &program) || prefix > BECH32_PREFIX_MAX)
		return 1;
	memcpy(b.prefix, network->segwit_prefix, prefix);
	b.kind = version == 0 ? BECH32 : BECH32M;
	b.values[0] = (uint8_t)version;
	b.count += bech32_values_of(program.at, program.size, b.values + 1);
	return bech32_encode(&b, to);
}

int address_format(const struct network *network, struct span script, char to[ADDRESS_TEXT_MAX + 1])
{
	struct span payload;
	enum output_kind kind = output_kind_of(script, &payload);
	uint8_t versioned[1 + HASH160_SIZE];
	size_t length;
	if (kind == OUTPUT_OTHER)
		return 1;
	if (kind != OUTPUT_KEY_HASH && kind != OUTPUT_SCRIPT_HASH)
		return segwit_format(network, script, to);
	versioned[0] = kind == OUTPUT_KEY_HASH ? network->key_hash_version : network->script_hash_version;
	memcpy(versioned + 1, payload.at, HASH160_SIZE);
	return base58check_encode(versioned, sizeof versioned, to, ADDRESS_TEXT_MAX + 1, &length);
}
