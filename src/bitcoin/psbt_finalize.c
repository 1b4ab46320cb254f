// SPDX-License-Identifier: Apache-2.0
// From signatures to witnesses, for the templates that this library knows. Every
// signature is verified before it counts, so that a foreign false one is named here and not by the network.
#include "bitcoin/hashes.h"
#include "bitcoin/psbt_script.h"
#include "bitcoin/signature.h"
#include "bitcoin/timelock.h"

#define STACK_MAX (2 * MULTISIG_KEYS_MAX + 4)

struct stack {
	struct span items[STACK_MAX];
	size_t count;
};

static void push(struct stack *stack, struct span item)
{
	ASSERT(stack->count < STACK_MAX);
	stack->items[stack->count++] = item;
}

struct finalizer {
	struct psbt *psbt;
	const struct sighash_shared *shared;
	size_t input;
	const struct psbt_map *map;
	struct v0_script script;
	uint8_t digest[32];
};

static enum psbt_refusal ecdsa_check(const struct finalizer *f, const struct psbt_pair *pair)
{
	struct span value = pair->value;
	if (value.at[value.size - 1] != SIGHASH_ALL)
		return PSBT_SIGHASH_TYPE;
	return ecdsa_verify(pair->key_data, f->digest, span_over(value.at, value.size - 1)) ? PSBT_FINE
											    : PSBT_SIGNATURE;
}

static enum psbt_refusal wpkh_finish(const struct finalizer *f, struct stack *stack)
{
	for (size_t i = 0; i < f->map->count; i++) {
		const struct psbt_pair *pair = &f->map->pairs[i];
		uint8_t hash[HASH160_SIZE];
		if (pair->type != PSBT_IN_PARTIAL_SIG || pair->key_data.size != PUBLIC_KEY_SIZE)
			continue;
		hash160_of(pair->key_data.at, PUBLIC_KEY_SIZE, hash);
		if (memcmp(hash, f->script.key_hash.at, sizeof hash) != 0)
			continue;
		push(stack, pair->value);
		push(stack, pair->key_data);
		return ecdsa_check(f, pair);
	}
	return PSBT_INCOMPLETE;
}

// The extra empty item of OP_CHECKMULTISIG and as many signatures as it takes, in the order of the keys.
static enum psbt_refusal multisig_finish(const struct finalizer *f, const struct multisig *m,
					 struct stack *stack)
{
	unsigned have = 0;
	push(stack, span_over(NULL, 0));
	for (unsigned i = 0; i < m->count && have < m->threshold; i++) {
		const struct psbt_pair *pair =
			psbt_find_keyed(f->map, PSBT_IN_PARTIAL_SIG, span_over(m->keys[i], PUBLIC_KEY_SIZE));
		if (!pair)
			continue;
		enum psbt_refusal refusal = ecdsa_check(f, pair);
		if (refusal)
			return refusal;
		push(stack, pair->value);
		have++;
	}
	return have == m->threshold ? PSBT_FINE : PSBT_INCOMPLETE;
}

static enum psbt_refusal unvault_finish(const struct finalizer *f, const struct unvault *u,
					struct stack *stack)
{
	enum psbt_refusal refusal = multisig_finish(f, &u->cancel, stack);
	if (refusal != PSBT_INCOMPLETE)
		return refusal;
	stack->count = 0;
	if ((refusal = multisig_finish(f, &u->pay, stack)))
		return refusal;
	for (unsigned i = 0; i <= u->cancel.threshold; i++)
		push(stack, span_over(NULL, 0)); // what makes the first multi say no
	const struct transaction *tx = &f->psbt->tx;
	return sequence_satisfies(tx->version, tx->inputs[f->input].sequence, u->lock) ? PSBT_FINE
										       : PSBT_LOCKED;
}

static enum psbt_refusal v0_finish(struct finalizer *f, struct stack *stack)
{
	struct multisig m;
	struct unvault u;
	enum psbt_refusal refusal = psbt_v0_digest(f->psbt, f->shared, f->input, &f->script, f->digest);
	if (refusal)
		return refusal;
	if (f->script.wpkh)
		return wpkh_finish(f, stack);
	if (script_multisig_parse(f->script.witness, &m) == 0)
		refusal = multisig_finish(f, &m, stack);
	else if (script_unvault_parse(f->script.witness, &u) == 0)
		refusal = unvault_finish(f, &u, stack);
	else
		refusal = PSBT_TEMPLATE;
	if (!refusal)
		push(stack, f->script.witness);
	return refusal;
}

// One leaf of multi_a: from the last key to the first, empty where there is no signature.
static enum psbt_refusal leaf_finish(const struct finalizer *f, const struct psbt_pair *leaf,
				     const uint8_t output[XONLY_KEY_SIZE], struct stack *stack)
{
	struct span script = span_over(leaf->value.at, leaf->value.size - 1),
		    found[MULTISIG_KEYS_MAX] = { 0 };
	uint8_t key_and_leaf[XONLY_KEY_SIZE + TAPROOT_HASH_SIZE];
	struct multisig m;
	unsigned have = 0;
	if (script_multi_a_parse(script, &m))
		return PSBT_TEMPLATE;
	if (!taproot_control_proves(leaf->key_data, script, output))
		return PSBT_SCRIPT;
	taproot_leaf_hash(TAPROOT_LEAF_VERSION, script, key_and_leaf + XONLY_KEY_SIZE);
	for (unsigned i = 0; i < m.count && have < m.threshold; i++) {
		memcpy(key_and_leaf, m.keys[i], XONLY_KEY_SIZE);
		const struct psbt_pair *pair = psbt_find_keyed(f->map, PSBT_IN_TAP_SCRIPT_SIG,
							       span_over(key_and_leaf, sizeof key_and_leaf));
		if (!pair)
			continue;
		enum psbt_refusal refusal = psbt_taproot_verify(
			f->shared, f->input, key_and_leaf + XONLY_KEY_SIZE, m.keys[i], pair->value);
		if (refusal)
			return refusal;
		found[i] = pair->value;
		have++;
	}
	for (unsigned i = m.count; i-- > 0;)
		push(stack, found[i]);
	push(stack, script);
	push(stack, leaf->key_data);
	return have == m.threshold ? PSBT_FINE : PSBT_INCOMPLETE;
}

static enum psbt_refusal taproot_finish(const struct finalizer *f, const uint8_t output[XONLY_KEY_SIZE],
					struct stack *stack)
{
	const struct psbt_pair *signature = psbt_find(f->map, PSBT_IN_TAP_KEY_SIG);
	enum psbt_refusal refusal = PSBT_INCOMPLETE;
	if (signature) {
		push(stack, signature->value);
		return psbt_taproot_verify(f->shared, f->input, NULL, output, signature->value);
	}
	for (size_t i = 0; i < f->map->count && refusal == PSBT_INCOMPLETE; i++) {
		if (f->map->pairs[i].type != PSBT_IN_TAP_LEAF_SCRIPT)
			continue;
		stack->count = 0;
		refusal = leaf_finish(f, &f->map->pairs[i], output, stack);
	}
	return refusal;
}

// BIP174: only what is spent and what is unknown stays (in version 2 also what makes the transaction).
static void signing_fields_remove(struct psbt_map *map)
{
	static const uint8_t types[] = {
		PSBT_IN_PARTIAL_SIG,	 PSBT_IN_SIGHASH,
		PSBT_IN_REDEEM_SCRIPT,	 PSBT_IN_WITNESS_SCRIPT,
		PSBT_IN_BIP32,		 PSBT_IN_RIPEMD160,
		PSBT_IN_SHA256,		 PSBT_IN_HASH160,
		PSBT_IN_HASH256,	 PSBT_IN_TAP_KEY_SIG,
		PSBT_IN_TAP_SCRIPT_SIG,	 PSBT_IN_TAP_LEAF_SCRIPT,
		PSBT_IN_TAP_BIP32,	 PSBT_IN_TAP_INTERNAL_KEY,
		PSBT_IN_TAP_MERKLE_ROOT, PSBT_IN_MUSIG2_PARTICIPANTS,
		PSBT_IN_MUSIG2_NONCE,	 PSBT_IN_MUSIG2_SIG,
	};
	for (size_t i = 0; i < ARRAY_LEN(types); i++)
		psbt_remove(map, types[i]);
}

static enum psbt_refusal final_put(struct psbt_map *map, struct arena *arena, const struct stack *stack,
				   struct span redeem, bool nested)
{
	struct sink count = { 0 };
	for (int pass = 0; pass < 2; pass++) { // the first only counts
		struct writer w;
		struct sink sink = { .writer = pass ? &w : NULL };
		uint8_t *bytes = pass ? arena_take(arena, 1, count.size) : NULL;
		if (pass && !bytes)
			return PSBT_MEMORY;
		w = writer_over(bytes, count.size);
		sink_compact(&sink, stack->count);
		for (size_t i = 0; i < stack->count; i++)
			sink_span(&sink, stack->items[i]);
		count.size = sink.size;
		enum psbt_refusal refusal = pass ? psbt_put(map, arena, PSBT_IN_FINAL_WITNESS,
							    span_over(NULL, 0), span_over(bytes, sink.size))
						 : PSBT_FINE;
		if (refusal)
			return refusal;
	}
	uint8_t script_sig[64];
	struct writer w = writer_over(script_sig, sizeof script_sig);
	if (!nested)
		return PSBT_FINE;
	script_push(&w, redeem.at, redeem.size);
	ASSERT(!w.failed); // a witness program has at most 42 bytes
	return psbt_put(map, arena, PSBT_IN_FINAL_SCRIPTSIG, span_over(NULL, 0),
			span_over(script_sig, writer_size(&w)));
}

enum psbt_refusal psbt_finalize_input(struct psbt *psbt, struct arena *arena,
				      const struct sighash_shared *shared, size_t input)
{
	struct stack stack = { .count = 0 };
	enum psbt_refusal refusal;
	if (input >= psbt->tx.input_count)
		return PSBT_STRUCTURE;
	struct psbt_map *map = &psbt->inputs[input].map;
	struct finalizer f = { psbt, shared, input, map, { 0 }, { 0 } };
	if (psbt_find(map, PSBT_IN_FINAL_WITNESS) || psbt_find(map, PSBT_IN_FINAL_SCRIPTSIG))
		return PSBT_FINAL;
	const uint8_t *output = psbt_taproot_key(psbt, input);
	if (output)
		refusal = taproot_finish(&f, output, &stack);
	else if (!(refusal = psbt_v0_script(psbt, input, PSBT_TO_COMPLETE, &f.script)))
		refusal = v0_finish(&f, &stack);
	if (refusal)
		return refusal;
	refusal = final_put(map, arena, &stack, f.script.redeem, f.script.nested);
	if (!refusal)
		signing_fields_remove(map);
	return refusal;
}

enum psbt_refusal psbt_extract(const struct psbt *psbt, struct arena *arena, struct transaction *ret)
{
	struct transaction tx = psbt->tx;
	tx.inputs = arena_take(arena, tx.input_count, sizeof *tx.inputs);
	if (!tx.inputs)
		return PSBT_MEMORY;
	for (size_t i = 0; i < tx.input_count; i++) {
		const struct psbt_pair *script = psbt_find(&psbt->inputs[i].map, PSBT_IN_FINAL_SCRIPTSIG);
		const struct psbt_pair *witness = psbt_find(&psbt->inputs[i].map, PSBT_IN_FINAL_WITNESS);
		tx.inputs[i] = psbt->tx.inputs[i];
		if (!script && !witness)
			return PSBT_NOT_FINAL;
		if (script)
			tx.inputs[i].script_sig = script->value;
		if (witness && psbt_witness_parse(witness->value, arena, &tx.inputs[i].witness,
						  &tx.inputs[i].witness_count))
			return PSBT_MEMORY; // its form was checked when it was read
	}
	*ret = tx;
	return PSBT_FINE;
}
