// SPDX-License-Identifier: Apache-2.0
// One row for each field of BIP174, 370, 371 and 373: what its key and its
// value must look like, and in which versions it may or must stand.
#include "bitcoin/psbt_fields.h"

#include "bitcoin/hashes.h"
#include "bitcoin/signature.h"
#include "bitcoin/timelock.h"

#define V0	  1u
#define V2	  2u
#define NEEDED_V0 4u
#define NEEDED_V2 8u

typedef bool rule(struct span bytes, const struct psbt_pair *pair, struct arena *arena);

static bool any(struct span b, const struct psbt_pair *pair, struct arena *arena)
{
	return true;
}

static bool empty(struct span b, const struct psbt_pair *pair, struct arena *arena)
{
	return b.size == 0;
}

static bool four(struct span b, const struct psbt_pair *pair, struct arena *arena)
{
	return b.size == 4;
}

static bool bytes20(struct span b, const struct psbt_pair *pair, struct arena *arena)
{
	return b.size == 20;
}

static bool bytes32(struct span b, const struct psbt_pair *pair, struct arena *arena)
{
	return b.size == 32;
}

static bool bytes66(struct span b, const struct psbt_pair *pair, struct arena *arena)
{
	return b.size == 66;
}

static bool public_key(struct span b, const struct psbt_pair *pair, struct arena *arena)
{
	return public_key_valid_any(b);
}

static bool compressed_key(struct span b, const struct psbt_pair *pair, struct arena *arena)
{
	return b.size == PUBLIC_KEY_SIZE && public_key_valid(b.at);
}

static bool xonly_key(struct span b, const struct psbt_pair *pair, struct arena *arena)
{
	return b.size == XONLY_KEY_SIZE && xonly_key_valid(b.at);
}

static bool xonly_and_leaf(struct span b, const struct psbt_pair *pair, struct arena *arena)
{
	return b.size == 64 && xonly_key_valid(b.at);
}

static bool control_block(struct span b, const struct psbt_pair *pair, struct arena *arena)
{
	return b.size >= 33 && b.size <= TAPROOT_CONTROL_MAX && (b.size - 33) % 32 == 0 &&
	       xonly_key_valid(b.at + 1);
}

// Version, depth, parent, step, chain code, key: of any network.
static bool extended_key(struct span b, const struct psbt_pair *pair, struct arena *arena)
{
	return b.size == HD_BINARY_SIZE && public_key_valid(b.at + 45);
}

// Fingerprint and steps.
static bool key_path(struct span b, const struct psbt_pair *pair, struct arena *arena)
{
	return b.size >= 4 && b.size % 4 == 0;
}

// As many steps as the key is deep.
static bool extended_path(struct span b, const struct psbt_pair *pair, struct arena *arena)
{
	return b.size == 4 + 4u * pair->key_data.at[4];
}

static bool taproot_path(struct span b, const struct psbt_pair *pair, struct arena *arena)
{
	struct reader r = reader_over(b.at, b.size);
	uint64_t leaves = read_compact(&r);
	if (r.failed || leaves > reader_left(&r) / 32)
		return false;
	read_bytes(&r, (size_t)leaves * 32);
	return !r.failed && reader_left(&r) >= 4 && reader_left(&r) % 4 == 0;
}

static bool unsigned_transaction(struct span b, const struct psbt_pair *pair, struct arena *arena)
{
	struct transaction tx;
	if (transaction_parse(b, TRANSACTION_UNSIGNED, arena, &tx))
		return false;
	for (size_t i = 0; i < tx.input_count; i++) {
		if (tx.inputs[i].script_sig.size)
			return false;
	}
	return true;
}

static bool previous_transaction(struct span b, const struct psbt_pair *pair, struct arena *arena)
{
	struct transaction tx;
	return transaction_parse(b, TRANSACTION_WIRE, arena, &tx) == 0;
}

static bool spent_output(struct span b, const struct psbt_pair *pair, struct arena *arena)
{
	struct tx_output output;
	return tx_output_parse(b, &output) == 0 && output.value <= MONEY_MAX;
}

static bool sighash_known(unsigned type, bool taproot)
{
	unsigned base = type & ~(unsigned)SIGHASH_ANYONE_CAN_PAY;
	return (base >= SIGHASH_ALL && base <= SIGHASH_SINGLE) || (taproot && type == SIGHASH_DEFAULT);
}

static bool ecdsa_and_type(struct span b, const struct psbt_pair *pair, struct arena *arena)
{
	return b.size > 1 && ecdsa_der_valid(span_over(b.at, b.size - 1)) &&
	       sighash_known(b.at[b.size - 1], false);
}

static bool schnorr_and_type(struct span b, const struct psbt_pair *pair, struct arena *arena)
{
	// the default type is written by leaving it away (BIP341)
	return b.size == 64 || (b.size == 65 && sighash_known(b.at[64], false));
}

static bool sighash_type(struct span b, const struct psbt_pair *pair, struct arena *arena)
{
	return b.size == 4 && sighash_known(psbt_u32(b), true);
}

static bool witness_stack(struct span b, const struct psbt_pair *pair, struct arena *arena)
{
	struct span *items;
	size_t count;
	return psbt_witness_parse(b, arena, &items, &count) == 0;
}

// The value hashes to the key data.
static bool preimage(struct span b, const struct psbt_pair *pair, struct arena *arena)
{
	uint8_t digest[32];
	if (pair->type == PSBT_IN_RIPEMD160)
		ripemd160_of(b.at, b.size, digest);
	else if (pair->type == PSBT_IN_SHA256)
		sha256_of(b.at, b.size, digest);
	else if (pair->type == PSBT_IN_HASH160)
		hash160_of(b.at, b.size, digest);
	else
		hash256_of(b.at, b.size, digest);
	return memcmp(digest, pair->key_data.at, pair->key_data.size) == 0;
}

static bool compact_count(struct span b, const struct psbt_pair *pair, struct arena *arena)
{
	struct reader r = reader_over(b.at, b.size);
	read_compact(&r);
	return reader_done(&r);
}

static bool transaction_version(struct span b, const struct psbt_pair *pair, struct arena *arena)
{
	return b.size == 4 && psbt_u32(b) >= 2;
}

static bool modifiable(struct span b, const struct psbt_pair *pair, struct arena *arena)
{
	return b.size == 1 && b.at[0] <= 7; // three flags are defined; BIP370 would let others pass
}

static bool time_lock(struct span b, const struct psbt_pair *pair, struct arena *arena)
{
	return b.size == 4 && !locktime_is_height(psbt_u32(b));
}

static bool height_lock(struct span b, const struct psbt_pair *pair, struct arena *arena)
{
	return b.size == 4 && locktime_is_height(psbt_u32(b)) && psbt_u32(b) > 0;
}

static bool money(struct span b, const struct psbt_pair *pair, struct arena *arena)
{
	uint64_t v = UINT64_MAX;
	if (b.size == sizeof v)
		memcpy(&v, b.at, sizeof v);
	return v <= MONEY_MAX;
}

static bool leaf_script(struct span b, const struct psbt_pair *pair, struct arena *arena)
{
	// the version is the control block's, without its parity bit
	return b.size >= 1 && b.at[b.size - 1] == (pair->key_data.at[0] & 0xfe);
}

// Depth, version and script of each leaf; whether the depths make a tree is seen by Kraft's sum.
static bool leaf_tree(struct span b, const struct psbt_pair *pair, struct arena *arena)
{
	struct reader r = reader_over(b.at, b.size);
	unsigned depth_before = 0;
	uint8_t open[TAPROOT_DEPTH_MAX + 1] = { 0 }; // a left child waits at this depth
	if (b.size == 0)
		return false;
	for (bool first = true; reader_left(&r); first = false) {
		unsigned depth = read_u8(&r);
		uint8_t version = read_u8(&r);
		read_span(&r);
		if (r.failed || depth > TAPROOT_DEPTH_MAX || (version & 1) || (!first && depth_before == 0))
			return false;
		for (unsigned d = depth + 1; d <= TAPROOT_DEPTH_MAX; d++) {
			if (open[d])
				return false; // its sibling never came
		}
		while (depth && open[depth])
			open[depth--] = 0;
		open[depth] = depth > 0;
		depth_before = depth;
	}
	return depth_before == 0;
}

static bool keys33(struct span b, const struct psbt_pair *pair, struct arena *arena)
{
	for (size_t i = 0; i + PUBLIC_KEY_SIZE <= b.size; i += PUBLIC_KEY_SIZE) {
		if (!public_key_valid(b.at + i))
			return false;
	}
	return b.size && b.size % PUBLIC_KEY_SIZE == 0;
}

// Participant, aggregate, and for a script path the leaf.
static bool musig_key(struct span b, const struct psbt_pair *pair, struct arena *arena)
{
	return (b.size == 66 || b.size == 98) && public_key_valid(b.at) && public_key_valid(b.at + 33);
}

// An identifier, a subtype, key data.
static bool proprietary(struct span b, const struct psbt_pair *pair, struct arena *arena)
{
	struct reader r = reader_over(b.at, b.size);
	read_span(&r);
	read_compact(&r);
	return !r.failed;
}

static const struct field {
	uint8_t scope;
	uint8_t type;
	uint8_t versions;
	rule *key;
	rule *value;
} fields[] = {
	{ PSBT_SCOPE_GLOBAL, PSBT_GLOBAL_UNSIGNED_TX, V0 | NEEDED_V0, empty, unsigned_transaction },
	{ PSBT_SCOPE_GLOBAL, PSBT_GLOBAL_XPUB, V0 | V2, extended_key, extended_path },
	{ PSBT_SCOPE_GLOBAL, PSBT_GLOBAL_TX_VERSION, V2 | NEEDED_V2, empty, transaction_version },
	{ PSBT_SCOPE_GLOBAL, PSBT_GLOBAL_FALLBACK_LOCKTIME, V2, empty, four },
	{ PSBT_SCOPE_GLOBAL, PSBT_GLOBAL_INPUT_COUNT, V2 | NEEDED_V2, empty, compact_count },
	{ PSBT_SCOPE_GLOBAL, PSBT_GLOBAL_OUTPUT_COUNT, V2 | NEEDED_V2, empty, compact_count },
	{ PSBT_SCOPE_GLOBAL, PSBT_GLOBAL_TX_MODIFIABLE, V2, empty, modifiable },
	{ PSBT_SCOPE_GLOBAL, PSBT_GLOBAL_VERSION, V0 | V2, empty, four },
	{ PSBT_SCOPE_GLOBAL, PSBT_PROPRIETARY, V0 | V2, proprietary, any },
	{ PSBT_SCOPE_INPUT, PSBT_IN_NON_WITNESS_UTXO, V0 | V2, empty, previous_transaction },
	{ PSBT_SCOPE_INPUT, PSBT_IN_WITNESS_UTXO, V0 | V2, empty, spent_output },
	{ PSBT_SCOPE_INPUT, PSBT_IN_PARTIAL_SIG, V0 | V2, public_key, ecdsa_and_type },
	{ PSBT_SCOPE_INPUT, PSBT_IN_SIGHASH, V0 | V2, empty, sighash_type },
	{ PSBT_SCOPE_INPUT, PSBT_IN_REDEEM_SCRIPT, V0 | V2, empty, any },
	{ PSBT_SCOPE_INPUT, PSBT_IN_WITNESS_SCRIPT, V0 | V2, empty, any },
	{ PSBT_SCOPE_INPUT, PSBT_IN_BIP32, V0 | V2, public_key, key_path },
	{ PSBT_SCOPE_INPUT, PSBT_IN_FINAL_SCRIPTSIG, V0 | V2, empty, any },
	{ PSBT_SCOPE_INPUT, PSBT_IN_FINAL_WITNESS, V0 | V2, empty, witness_stack },
	{ PSBT_SCOPE_INPUT, PSBT_IN_POR_COMMITMENT, V0 | V2, empty, any },
	{ PSBT_SCOPE_INPUT, PSBT_IN_RIPEMD160, V0 | V2, bytes20, preimage },
	{ PSBT_SCOPE_INPUT, PSBT_IN_SHA256, V0 | V2, bytes32, preimage },
	{ PSBT_SCOPE_INPUT, PSBT_IN_HASH160, V0 | V2, bytes20, preimage },
	{ PSBT_SCOPE_INPUT, PSBT_IN_HASH256, V0 | V2, bytes32, preimage },
	{ PSBT_SCOPE_INPUT, PSBT_IN_PREVIOUS_TXID, V2 | NEEDED_V2, empty, bytes32 },
	{ PSBT_SCOPE_INPUT, PSBT_IN_OUTPUT_INDEX, V2 | NEEDED_V2, empty, four },
	{ PSBT_SCOPE_INPUT, PSBT_IN_SEQUENCE, V2, empty, four },
	{ PSBT_SCOPE_INPUT, PSBT_IN_TIME_LOCKTIME, V2, empty, time_lock },
	{ PSBT_SCOPE_INPUT, PSBT_IN_HEIGHT_LOCKTIME, V2, empty, height_lock },
	{ PSBT_SCOPE_INPUT, PSBT_IN_TAP_KEY_SIG, V0 | V2, empty, schnorr_and_type },
	{ PSBT_SCOPE_INPUT, PSBT_IN_TAP_SCRIPT_SIG, V0 | V2, xonly_and_leaf, schnorr_and_type },
	{ PSBT_SCOPE_INPUT, PSBT_IN_TAP_LEAF_SCRIPT, V0 | V2, control_block, leaf_script },
	{ PSBT_SCOPE_INPUT, PSBT_IN_TAP_BIP32, V0 | V2, xonly_key, taproot_path },
	{ PSBT_SCOPE_INPUT, PSBT_IN_TAP_INTERNAL_KEY, V0 | V2, empty, xonly_key },
	{ PSBT_SCOPE_INPUT, PSBT_IN_TAP_MERKLE_ROOT, V0 | V2, empty, bytes32 },
	{ PSBT_SCOPE_INPUT, PSBT_IN_MUSIG2_PARTICIPANTS, V0 | V2, compressed_key, keys33 },
	{ PSBT_SCOPE_INPUT, PSBT_IN_MUSIG2_NONCE, V0 | V2, musig_key, bytes66 },
	{ PSBT_SCOPE_INPUT, PSBT_IN_MUSIG2_SIG, V0 | V2, musig_key, bytes32 },
	{ PSBT_SCOPE_INPUT, PSBT_PROPRIETARY, V0 | V2, proprietary, any },
	{ PSBT_SCOPE_OUTPUT, PSBT_OUT_REDEEM_SCRIPT, V0 | V2, empty, any },
	{ PSBT_SCOPE_OUTPUT, PSBT_OUT_WITNESS_SCRIPT, V0 | V2, empty, any },
	{ PSBT_SCOPE_OUTPUT, PSBT_OUT_BIP32, V0 | V2, public_key, key_path },
	{ PSBT_SCOPE_OUTPUT, PSBT_OUT_AMOUNT, V2 | NEEDED_V2, empty, money },
	{ PSBT_SCOPE_OUTPUT, PSBT_OUT_SCRIPT, V2 | NEEDED_V2, empty, any },
	{ PSBT_SCOPE_OUTPUT, PSBT_OUT_TAP_INTERNAL_KEY, V0 | V2, empty, xonly_key },
	{ PSBT_SCOPE_OUTPUT, PSBT_OUT_TAP_TREE, V0 | V2, empty, leaf_tree },
	{ PSBT_SCOPE_OUTPUT, PSBT_OUT_TAP_BIP32, V0 | V2, xonly_key, taproot_path },
	{ PSBT_SCOPE_OUTPUT, PSBT_OUT_MUSIG2_PARTICIPANTS, V0 | V2, compressed_key, keys33 },
	{ PSBT_SCOPE_OUTPUT, PSBT_PROPRIETARY, V0 | V2, proprietary, any },
};

enum psbt_refusal psbt_field_check(enum psbt_scope scope, unsigned version, const struct psbt_pair *pair,
				   struct arena arena)
{
	for (size_t i = 0; i < ARRAY_LEN(fields); i++) {
		const struct field *f = &fields[i];
		if (f->scope != scope || f->type != pair->type)
			continue;
		if (!(f->versions & (version ? V2 : V0)))
			return PSBT_FIELD_VERSION;
		bool good = f->key(pair->key_data, pair, &arena) && f->value(pair->value, pair, &arena);
		if (!good && f->value == unsigned_transaction)
			return PSBT_TRANSACTION;
		return good ? PSBT_FINE : PSBT_FIELD;
	}
	return PSBT_FINE;
}

enum psbt_refusal psbt_fields_required(enum psbt_scope scope, unsigned version, const struct psbt_map *map)
{
	for (size_t i = 0; i < ARRAY_LEN(fields); i++) {
		if (fields[i].scope == scope && (fields[i].versions & (version ? NEEDED_V2 : NEEDED_V0)) &&
		    !psbt_find(map, fields[i].type))
			return PSBT_FIELD_MISSING;
	}
	return PSBT_FINE;
}
