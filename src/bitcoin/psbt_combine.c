// SPDX-License-Identifier: Apache-2.0
// BIP174 lets a combiner take either of two values. Here two values are a
// refusal: the same PSBT went to several signers, and one copy was altered.
#include "bitcoin/psbt_fields.h"

// Some write a previous transaction again without its witnesses. `previous_checked`: both were compared with
// the id that the input names, so their outputs are the same.
static bool agree(const struct psbt_pair *ours, const struct psbt_pair *theirs, bool previous_checked)
{
	return span_equal(ours->value, theirs->value) ||
	       (previous_checked && ours->type == PSBT_IN_NON_WITNESS_UTXO);
}

static enum psbt_refusal map_join(struct psbt_map *map, struct arena *arena, const struct psbt_map *other,
				  bool previous_checked)
{
	enum psbt_refusal refusal = PSBT_FINE;
	for (size_t i = 0; i < other->count && !refusal; i++) {
		const struct psbt_pair *theirs = &other->pairs[i];
		const struct psbt_pair *ours = psbt_find_key(map, theirs->key);
		if (!ours)
			refusal = psbt_put(map, arena, theirs->type, theirs->key_data, theirs->value);
		else if (!agree(ours, theirs, previous_checked))
			refusal = PSBT_CONFLICT;
	}
	return refusal;
}

enum psbt_refusal psbt_combine(struct psbt *psbt, struct arena *arena, const struct psbt *other)
{
	uint8_t ours[TXID_SIZE], theirs[TXID_SIZE];
	transaction_id(&psbt->tx, ours);
	transaction_id(&other->tx, theirs);
	if (psbt->version != other->version || memcmp(ours, theirs, sizeof ours) != 0)
		return PSBT_OTHER;
	enum psbt_refusal refusal = map_join(&psbt->global, arena, &other->global, false);
	for (size_t i = 0; i < psbt->tx.input_count && !refusal; i++) {
		bool checked = psbt->inputs[i].previous_full && other->inputs[i].previous_full;
		refusal = map_join(&psbt->inputs[i].map, arena, &other->inputs[i].map, checked);
		if (!refusal)
			refusal = psbt_spent_read(psbt, i, *arena);
	}
	for (size_t i = 0; i < psbt->tx.output_count && !refusal; i++)
		refusal = map_join(&psbt->outputs[i], arena, &other->outputs[i], false);
	return refusal;
}
