// SPDX-License-Identifier: Apache-2.0
// Signing by descriptor and master key: only what derives to the same script again is signed.
#include "bitcoin/psbt_fields.h"
#include "crypto/secret.h"

struct own {
	struct psbt *psbt;
	struct arena *arena;
	const struct sighash_shared *shared;
	const struct descriptor *descriptor;
	const struct hd_private *master;
	const uint8_t *random;
};

static enum psbt_refusal key_sign(const struct own *o, size_t input, size_t key, size_t branch,
				  uint32_t index, size_t *count)
{
	uint8_t secret[SECRET_KEY_SIZE];
	enum psbt_refusal refusal = PSBT_FINE;
	if (descriptor_secret(o->descriptor, key, branch, index, o->master, secret))
		return PSBT_FINE; // another signer's
	if (o->descriptor->kind >= DESCRIPTOR_TR)
		refusal = psbt_sign_taproot(o->psbt, o->arena, o->shared, input, secret, o->random);
	else
		refusal = psbt_sign_v0(o->psbt, o->arena, o->shared, input, secret);
	*count += refusal == PSBT_FINE;
	secret_wipe(secret, sizeof secret);
	return refusal;
}

enum psbt_refusal psbt_sign_own(struct psbt *psbt, struct arena *arena, const struct sighash_shared *shared,
				const struct descriptor *descriptor, const struct hd_private *master,
				const uint8_t random[32], size_t *ret_signed)
{
	const struct own o = { psbt, arena, shared, descriptor, master, random };
	enum psbt_refusal refusal = PSBT_FINE;
	size_t count = 0;
	for (size_t i = 0; i < psbt->tx.input_count && !refusal; i++) {
		const struct psbt_map *map = &psbt->inputs[i].map;
		size_t branch;
		uint32_t index;
		if (psbt_find(map, PSBT_IN_FINAL_WITNESS) || psbt_find(map, PSBT_IN_FINAL_SCRIPTSIG) ||
		    !psbt_input_place(psbt, i, descriptor, &branch, &index))
			continue;
		for (size_t key = 0; key < descriptor->key_count && !refusal; key++)
			refusal = key_sign(&o, i, key, branch, index, &count);
	}
	if (!refusal)
		*ret_signed = count;
	return refusal;
}
