// SPDX-License-Identifier: Apache-2.0
#include "bitcoin/psbt_script.h"

#include "bitcoin/hashes.h"
#include "bitcoin/signature.h"

// The script inside P2SH, or the output's own.
static enum psbt_refusal unnest(const struct psbt_input *in, struct v0_script *out, struct span *ret)
{
	struct span payload;
	uint8_t hash[HASH160_SIZE];
	*ret = in->spent.script;
	if (output_kind_of(in->spent.script, &payload) != OUTPUT_SCRIPT_HASH)
		return PSBT_FINE;
	const struct psbt_pair *redeem = psbt_find(&in->map, PSBT_IN_REDEEM_SCRIPT);
	if (!redeem)
		return PSBT_SCRIPT;
	hash160_of(redeem->value.at, redeem->value.size, hash);
	if (memcmp(hash, payload.at, sizeof hash) != 0)
		return PSBT_SCRIPT;
	out->nested = true;
	out->redeem = *ret = redeem->value;
	return PSBT_FINE;
}

static enum psbt_refusal witness_script(const struct psbt_input *in, struct span program,
					struct v0_script *out)
{
	uint8_t hash[SHA256_SIZE];
	const struct psbt_pair *script = psbt_find(&in->map, PSBT_IN_WITNESS_SCRIPT);
	if (!script)
		return PSBT_SCRIPT;
	sha256_of(script->value.at, script->value.size, hash);
	if (memcmp(hash, program.at, sizeof hash) != 0)
		return PSBT_SCRIPT;
	out->witness = script->value;
	return PSBT_FINE;
}

enum psbt_refusal psbt_v0_script(const struct psbt *psbt, size_t input, enum psbt_purpose purpose,
				 struct v0_script *ret)
{
	struct v0_script out = { .nested = false };
	struct span script, program;
	if (input >= psbt->tx.input_count)
		return PSBT_STRUCTURE;
	const struct psbt_input *in = &psbt->inputs[input];
	if (!in->spent_known || (purpose == PSBT_TO_SIGN && !in->previous_full))
		return PSBT_PREVIOUS_MISSING;
	enum psbt_refusal refusal = unnest(in, &out, &script);
	if (refusal)
		return refusal;
	enum output_kind kind = output_kind_of(script, &program);
	if (kind == OUTPUT_WITNESS_SCRIPT) {
		refusal = witness_script(in, program, &out);
	} else if (kind == OUTPUT_WITNESS_KEY) {
		struct output_script code;
		output_key_hash(program.at, &code);
		memcpy(out.code, code.bytes, sizeof out.code);
		out.wpkh = true;
		out.key_hash = program;
	} else {
		refusal = PSBT_TEMPLATE;
	}
	if (!refusal)
		*ret = out;
	return refusal;
}

enum psbt_refusal psbt_v0_digest(const struct psbt *psbt, const struct sighash_shared *shared, size_t input,
				 const struct v0_script *script, uint8_t digest[32])
{
	const struct psbt_pair *type = psbt_find(&psbt->inputs[input].map, PSBT_IN_SIGHASH);
	struct span code = script->wpkh ? span_over(script->code, sizeof script->code) : script->witness;
	if (type && psbt_u32(type->value) != SIGHASH_ALL)
		return PSBT_SIGHASH_TYPE;
	if (sighash_v0(shared, input, code, psbt->inputs[input].spent.value, SIGHASH_ALL, digest))
		return PSBT_STRUCTURE;
	return PSBT_FINE;
}

const uint8_t *psbt_taproot_key(const struct psbt *psbt, size_t input)
{
	struct span key;
	if (input >= psbt->tx.input_count || !psbt->inputs[input].spent_known ||
	    output_kind_of(psbt->inputs[input].spent.script, &key) != OUTPUT_TAPROOT)
		return NULL;
	return key.at;
}

enum psbt_refusal psbt_taproot_verify(const struct sighash_shared *shared, size_t input, const uint8_t *leaf,
				      const uint8_t key[XONLY_KEY_SIZE], struct span signature)
{
	unsigned type = signature.size == 65 ? signature.at[64] : SIGHASH_DEFAULT;
	uint8_t digest[32];
	if (type != SIGHASH_DEFAULT && type != SIGHASH_ALL)
		return PSBT_SIGHASH_TYPE;
	if (sighash_v1(shared, input, leaf, type, digest))
		return PSBT_STRUCTURE;
	return schnorr_verify(key, digest, sizeof digest, signature.at) ? PSBT_FINE : PSBT_SIGNATURE;
}
