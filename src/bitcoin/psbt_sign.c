// SPDX-License-Identifier: Apache-2.0
#include "bitcoin/hashes.h"
#include "bitcoin/psbt_script.h"
#include "bitcoin/signature.h"
#include "crypto/secret.h"

enum psbt_refusal psbt_sighash_prepare(const struct psbt *psbt, enum psbt_purpose purpose,
				       struct arena *arena, struct sighash_shared *ret)
{
	enum psbt_refusal refusal = purpose == PSBT_TO_SIGN ? psbt_spent_check(psbt) : PSBT_FINE;
	bool all_known = true;
	if (refusal)
		return refusal;
	if (purpose == PSBT_TO_SIGN && transaction_check(&psbt->tx) != TRANSACTION_FINE)
		return PSBT_TRANSACTION;
	struct tx_output *spent = arena_take(arena, psbt->tx.input_count, sizeof *spent);
	if (!spent)
		return PSBT_MEMORY;
	for (size_t i = 0; i < psbt->tx.input_count; i++) {
		spent[i] = psbt->inputs[i].spent;
		all_known &= psbt->inputs[i].spent_known;
	}
	sighash_prepare(&psbt->tx, all_known ? spent : NULL, ret);
	return PSBT_FINE;
}

static bool is_final(const struct psbt *psbt, size_t input)
{
	const struct psbt_map *map = &psbt->inputs[input].map;
	return psbt_find(map, PSBT_IN_FINAL_SCRIPTSIG) || psbt_find(map, PSBT_IN_FINAL_WITNESS);
}

enum psbt_refusal psbt_digest_v0(const struct psbt *psbt, const struct sighash_shared *shared, size_t input,
				 const uint8_t key[PUBLIC_KEY_SIZE], uint8_t digest[32])
{
	struct v0_script script;
	uint8_t hash[HASH160_SIZE];
	if (input < psbt->tx.input_count && is_final(psbt, input))
		return PSBT_FINAL;
	enum psbt_refusal refusal = psbt_v0_script(psbt, input, PSBT_TO_SIGN, &script);
	if (refusal)
		return refusal;
	hash160_of(key, PUBLIC_KEY_SIZE, hash);
	bool part = script.wpkh ? memcmp(hash, script.key_hash.at, sizeof hash) == 0
				: script_holds(script.witness, key, PUBLIC_KEY_SIZE);
	return part ? psbt_v0_digest(psbt, shared, input, &script, digest) : PSBT_KEY;
}

// A signature that was verified, with its type byte.
static enum psbt_refusal v0_put(struct psbt *psbt, struct arena *arena, size_t input,
				const uint8_t key[PUBLIC_KEY_SIZE], struct span der)
{
	uint8_t signature[ECDSA_DER_MAX + 1];
	memcpy(signature, der.at, der.size);
	signature[der.size] = SIGHASH_ALL;
	return psbt_put(&psbt->inputs[input].map, arena, PSBT_IN_PARTIAL_SIG, span_over(key, PUBLIC_KEY_SIZE),
			span_over(signature, der.size + 1));
}

enum psbt_refusal psbt_add_v0(struct psbt *psbt, struct arena *arena, const struct sighash_shared *shared,
			      size_t input, const uint8_t key[PUBLIC_KEY_SIZE], struct span der)
{
	uint8_t digest[32];
	enum psbt_refusal refusal = psbt_digest_v0(psbt, shared, input, key, digest);
	if (refusal)
		return refusal;
	if (!ecdsa_verify(span_over(key, PUBLIC_KEY_SIZE), digest, der))
		return PSBT_SIGNATURE;
	return v0_put(psbt, arena, input, key, der);
}

enum psbt_refusal psbt_sign_v0(struct psbt *psbt, struct arena *arena, const struct sighash_shared *shared,
			       size_t input, const uint8_t secret[SECRET_KEY_SIZE])
{
	uint8_t key[PUBLIC_KEY_SIZE], digest[32], der[ECDSA_DER_MAX];
	size_t size;
	if (public_key_of(secret, key))
		return PSBT_KEY;
	enum psbt_refusal refusal = psbt_digest_v0(psbt, shared, input, key, digest);
	if (refusal)
		return refusal;
	if (ecdsa_sign_for(secret, key, digest, der, &size))
		return PSBT_SIGNATURE;
	return v0_put(psbt, arena, input, key, span_over(der, size));
}

struct taproot_signer {
	struct psbt *psbt;
	struct arena *arena;
	const struct sighash_shared *shared;
	size_t input;
	unsigned type;
	const uint8_t *random;
};

// Signs and puts the signature into a field.
static enum psbt_refusal taproot_put(const struct taproot_signer *s, const uint8_t secret[SECRET_KEY_SIZE],
				     const uint8_t *leaf, uint64_t field, struct span key_data)
{
	uint8_t digest[32], signature[65];
	if (sighash_v1(s->shared, s->input, leaf, s->type, digest))
		return PSBT_STRUCTURE;
	if (schnorr_sign(secret, s->random, digest, sizeof digest, signature))
		return PSBT_SIGNATURE;
	signature[64] = (uint8_t)s->type;
	return psbt_put(&s->psbt->inputs[s->input].map, s->arena, field, key_data,
			span_over(signature, s->type == SIGHASH_DEFAULT ? 64 : 65));
}

// The key path: the tweaked key must be the output's.
static enum psbt_refusal key_path_sign(const struct taproot_signer *s, const uint8_t secret[SECRET_KEY_SIZE],
				       const uint8_t output[XONLY_KEY_SIZE])
{
	const struct psbt_pair *root = psbt_find(&s->psbt->inputs[s->input].map, PSBT_IN_TAP_MERKLE_ROOT);
	uint8_t tweaked[SECRET_KEY_SIZE], key[PUBLIC_KEY_SIZE];
	enum psbt_refusal refusal = PSBT_KEY;
	if (taproot_output_secret(secret, root ? root->value.at : NULL, tweaked) == 0 &&
	    public_key_of(tweaked, key) == 0 && memcmp(key + 1, output, XONLY_KEY_SIZE) == 0)
		refusal = taproot_put(s, tweaked, NULL, PSBT_IN_TAP_KEY_SIG, span_over(NULL, 0));
	secret_wipe(tweaked, sizeof tweaked);
	return refusal;
}

// One leaf, if it is of the output's tree and holds the key.
static enum psbt_refusal leaf_sign(const struct taproot_signer *s, const uint8_t secret[SECRET_KEY_SIZE],
				   const uint8_t output[XONLY_KEY_SIZE], const struct psbt_pair *pair)
{
	struct span script = span_over(pair->value.at, pair->value.size - 1);
	uint8_t key[PUBLIC_KEY_SIZE], key_and_leaf[XONLY_KEY_SIZE + TAPROOT_HASH_SIZE];
	if (public_key_of(secret, key) || (pair->key_data.at[0] & 0xfe) != TAPROOT_LEAF_VERSION ||
	    !script_holds(script, key + 1, XONLY_KEY_SIZE))
		return PSBT_KEY;
	if (!taproot_control_proves(pair->key_data, script, output))
		return PSBT_SCRIPT;
	memcpy(key_and_leaf, key + 1, XONLY_KEY_SIZE);
	taproot_leaf_hash(TAPROOT_LEAF_VERSION, script, key_and_leaf + XONLY_KEY_SIZE);
	return taproot_put(s, secret, key_and_leaf + XONLY_KEY_SIZE, PSBT_IN_TAP_SCRIPT_SIG,
			   span_over(key_and_leaf, sizeof key_and_leaf));
}

enum psbt_refusal psbt_sign_taproot(struct psbt *psbt, struct arena *arena,
				    const struct sighash_shared *shared, size_t input,
				    const uint8_t secret[SECRET_KEY_SIZE], const uint8_t random[32])
{
	const uint8_t *output = psbt_taproot_key(psbt, input);
	if (!output)
		return PSBT_TEMPLATE;
	if (is_final(psbt, input))
		return PSBT_FINAL;
	struct psbt_map *map = &psbt->inputs[input].map;
	const struct psbt_pair *type = psbt_find(map, PSBT_IN_SIGHASH);
	struct taproot_signer s = {
		psbt, arena, shared, input, type ? psbt_u32(type->value) : SIGHASH_DEFAULT, random
	};
	if (s.type != SIGHASH_DEFAULT && s.type != SIGHASH_ALL)
		return PSBT_SIGHASH_TYPE;
	enum psbt_refusal refusal = key_path_sign(&s, secret, output);
	bool signed_once = refusal == PSBT_FINE;
	// by index: putting a signature may move the pairs, and a leaf's place only grows
	for (size_t i = 0; i < map->count && (refusal == PSBT_FINE || refusal == PSBT_KEY); i++) {
		struct psbt_pair pair = map->pairs[i];
		if (pair.type != PSBT_IN_TAP_LEAF_SCRIPT)
			continue;
		size_t before = map->count;
		refusal = leaf_sign(&s, secret, output, &pair);
		signed_once |= refusal == PSBT_FINE;
		i += map->count - before;
	}
	return refusal == PSBT_KEY && signed_once ? PSBT_FINE : refusal;
}
