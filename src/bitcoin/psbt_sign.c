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

// The signature comes from elsewhere: its S is made low and it is verified before it is put.
enum psbt_refusal psbt_v0_by(struct psbt *psbt, struct arena *arena, const struct sighash_shared *shared,
			     size_t input, struct psbt_signer *signer, const struct path *path,
			     const uint8_t key[PUBLIC_KEY_SIZE])
{
	uint8_t digest[32], raw[64], der[ECDSA_DER_MAX];
	size_t size;
	enum psbt_refusal refusal = psbt_digest_v0(psbt, shared, input, key, digest);
	if (refusal)
		return refusal;
	signer->failed = signer->ecdsa(signer->context, path, key, digest, raw);
	if (signer->failed)
		return PSBT_SIGNER;
	if (ecdsa_from_raw(raw, span_over(key, PUBLIC_KEY_SIZE), digest, der, &size))
		return PSBT_SIGNATURE;
	return v0_put(psbt, arena, input, key, span_over(der, size));
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
	struct psbt_signer *by;
	const struct path *path;
	const uint8_t *key; // compressed
};

struct taproot_place { // where a signature goes, and for whom it must verify
	const struct taproot_tweak *tweak;
	const uint8_t *verifies_for; // XONLY_KEY_SIZE
	const uint8_t *leaf;
	uint64_t field;
	struct span key_data;
};

static enum psbt_refusal taproot_put(const struct taproot_signer *s, const struct taproot_place *at)
{
	uint8_t digest[32], signature[SCHNORR_SIGNATURE_SIZE + 1];
	if (sighash_v1(s->shared, s->input, at->leaf, s->type, digest))
		return PSBT_STRUCTURE;
	s->by->failed = s->by->schnorr(s->by->context, s->path, s->key, at->tweak, digest, s->random, signature);
	if (s->by->failed)
		return PSBT_SIGNER;
	if (!schnorr_verify(at->verifies_for, digest, sizeof digest, signature))
		return PSBT_SIGNATURE;
	signature[SCHNORR_SIGNATURE_SIZE] = (uint8_t)s->type;
	return psbt_put(&s->psbt->inputs[s->input].map, s->arena, at->field, at->key_data,
			span_over(signature, s->type == SIGHASH_DEFAULT ? 64 : 65));
}

// The key path: the tweaked key must be the output's.
static enum psbt_refusal key_path_sign(const struct taproot_signer *s, const uint8_t output[XONLY_KEY_SIZE])
{
	const struct psbt_pair *root = psbt_find(&s->psbt->inputs[s->input].map, PSBT_IN_TAP_MERKLE_ROOT);
	const struct taproot_tweak tweak = { root ? root->value.at : NULL };
	const struct taproot_place at = { &tweak, output, NULL, PSBT_IN_TAP_KEY_SIG, { NULL, 0 } };
	uint8_t tweaked[XONLY_KEY_SIZE];
	bool odd;
	if (taproot_output_key(s->key + 1, tweak.root, tweaked, &odd) ||
	    memcmp(tweaked, output, XONLY_KEY_SIZE) != 0)
		return PSBT_KEY;
	return taproot_put(s, &at);
}

// One leaf, if it is of the output's tree and holds the key.
static enum psbt_refusal leaf_sign(const struct taproot_signer *s, const uint8_t output[XONLY_KEY_SIZE],
				   const struct psbt_pair *pair)
{
	struct span script = span_over(pair->value.at, pair->value.size - 1);
	uint8_t key_and_leaf[XONLY_KEY_SIZE + TAPROOT_HASH_SIZE];
	if ((pair->key_data.at[0] & 0xfe) != TAPROOT_LEAF_VERSION ||
	    !script_holds(script, s->key + 1, XONLY_KEY_SIZE))
		return PSBT_KEY;
	if (!taproot_control_proves(pair->key_data, script, output))
		return PSBT_SCRIPT;
	memcpy(key_and_leaf, s->key + 1, XONLY_KEY_SIZE);
	taproot_leaf_hash(TAPROOT_LEAF_VERSION, script, key_and_leaf + XONLY_KEY_SIZE);
	const struct taproot_place at = { NULL, s->key + 1, key_and_leaf + XONLY_KEY_SIZE,
					  PSBT_IN_TAP_SCRIPT_SIG, span_over(key_and_leaf, sizeof key_and_leaf) };
	return taproot_put(s, &at);
}

static enum psbt_refusal taproot_sign(const struct taproot_signer *s, const uint8_t output[XONLY_KEY_SIZE])
{
	struct psbt_map *map = &s->psbt->inputs[s->input].map;
	enum psbt_refusal refusal = key_path_sign(s, output);
	bool signed_once = refusal == PSBT_FINE;
	// by index: putting a signature may move the pairs, and a leaf's place only grows
	for (size_t i = 0; i < map->count && (refusal == PSBT_FINE || refusal == PSBT_KEY); i++) {
		struct psbt_pair pair = map->pairs[i];
		if (pair.type != PSBT_IN_TAP_LEAF_SCRIPT)
			continue;
		size_t before = map->count;
		refusal = leaf_sign(s, output, &pair);
		signed_once |= refusal == PSBT_FINE;
		i += map->count - before;
	}
	return refusal == PSBT_KEY && signed_once ? PSBT_FINE : refusal;
}

enum psbt_refusal psbt_taproot_by(struct psbt *psbt, struct arena *arena, const struct sighash_shared *shared,
				  size_t input, struct psbt_signer *signer, const struct path *path,
				  const uint8_t key[PUBLIC_KEY_SIZE], const uint8_t random[32])
{
	const uint8_t *output = psbt_taproot_key(psbt, input);
	if (!output)
		return PSBT_TEMPLATE;
	if (is_final(psbt, input))
		return PSBT_FINAL;
	const struct psbt_pair *type = psbt_find(&psbt->inputs[input].map, PSBT_IN_SIGHASH);
	const struct taproot_signer s = { .psbt = psbt,
					  .arena = arena,
					  .shared = shared,
					  .input = input,
					  .type = type ? psbt_u32(type->value) : SIGHASH_DEFAULT,
					  .random = random,
					  .by = signer,
					  .path = path,
					  .key = key };
	if (s.type != SIGHASH_DEFAULT && s.type != SIGHASH_ALL)
		return PSBT_SIGHASH_TYPE;
	return taproot_sign(&s, output);
}

// A bare secret as a signer: `context` is the secret, and there is no path.
static int secret_schnorr(void *context, const struct path *path, const uint8_t key[PUBLIC_KEY_SIZE],
			  const struct taproot_tweak *tweak, const uint8_t digest[32],
			  const uint8_t random[32], uint8_t signature[SCHNORR_SIGNATURE_SIZE])
{
	return taproot_schnorr(context, tweak, digest, random, signature);
}

enum psbt_refusal psbt_sign_taproot(struct psbt *psbt, struct arena *arena,
				    const struct sighash_shared *shared, size_t input,
				    const uint8_t secret[SECRET_KEY_SIZE], const uint8_t random[32])
{
	static const struct path none = { .count = 0 };
	struct psbt_signer signer = { .context = (void *)(uintptr_t)secret, .schnorr = secret_schnorr };
	uint8_t key[PUBLIC_KEY_SIZE];
	if (public_key_of(secret, key))
		return PSBT_KEY;
	enum psbt_refusal refusal =
		psbt_taproot_by(psbt, arena, shared, input, &signer, &none, key, random);
	return refusal == PSBT_SIGNER ? PSBT_SIGNATURE : refusal;
}
