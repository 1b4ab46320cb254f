// SPDX-License-Identifier: Apache-2.0
// What a descriptor says about an input or an output: written for signers that
// know the descriptor only by its keys, and read back to recognise own coins.
#include "bitcoin/psbt_fields.h"

struct described { // where the same facts go in an input and in an output
	uint64_t witness_script, bip32, tap_internal, tap_bip32;
	bool input;
};
static const struct described in_fields = { PSBT_IN_WITNESS_SCRIPT, PSBT_IN_BIP32, PSBT_IN_TAP_INTERNAL_KEY,
					    PSBT_IN_TAP_BIP32, true };
static const struct described out_fields = { PSBT_OUT_WITNESS_SCRIPT, PSBT_OUT_BIP32,
					     PSBT_OUT_TAP_INTERNAL_KEY, PSBT_OUT_TAP_BIP32, false };

struct describer {
	struct psbt_map *map;
	struct arena *arena;
	const struct descriptor *descriptor;
	const struct described *fields;
	size_t branch;
	uint32_t index;
	struct descriptor_output output;
};

static enum psbt_refusal put(struct describer *d, uint64_t type, struct span key_data, struct span value)
{
	return psbt_put(d->map, d->arena, type, key_data, value);
}

// Fingerprint and path of one key; for taproot with the leaf that holds it before.
static enum psbt_refusal key_describe(struct describer *d, size_t i)
{
	const struct descriptor_key *key = &d->descriptor->keys[i];
	bool taproot = d->descriptor->kind >= DESCRIPTOR_TR;
	uint8_t value[1 + TAPROOT_HASH_SIZE + 4 + 4 * PATH_STEPS_MAX];
	struct writer w = writer_over(value, sizeof value);
	struct path path;
	if (!key->extended && !key->has_origin)
		return PSBT_FINE;
	if (descriptor_key_path(key, d->branch, d->index, &path))
		return PSBT_FIELD;
	if (taproot)
		write_u8(&w, i ? 1 : 0); // the internal key is in no leaf
	if (taproot && i)
		write_bytes(&w, d->output.leaf_hash, TAPROOT_HASH_SIZE);
	write_bytes(&w, key->fingerprint, HD_FINGERPRINT_SIZE);
	for (size_t s = 0; s < path.count; s++)
		write_u32(&w, path.steps[s]);
	return put(d, taproot ? d->fields->tap_bip32 : d->fields->bip32,
		   span_over(d->output.keys[i] + taproot, PUBLIC_KEY_SIZE - taproot),
		   span_over(value, writer_size(&w)));
}

static enum psbt_refusal leaf_describe(struct describer *d)
{
	uint8_t control[33], script[DESCRIPTOR_SCRIPT_MAX + 1];
	enum psbt_refusal refusal;
	control[0] = (uint8_t)(TAPROOT_LEAF_VERSION | d->output.output_odd);
	memcpy(control + 1, d->output.keys[0] + 1, XONLY_KEY_SIZE);
	memcpy(script, d->output.inner, d->output.inner_size);
	script[d->output.inner_size] = TAPROOT_LEAF_VERSION;
	refusal = put(d, PSBT_IN_TAP_LEAF_SCRIPT, span_over(control, sizeof control),
		      span_over(script, d->output.inner_size + 1));
	return refusal ? refusal
		       : put(d, PSBT_IN_TAP_MERKLE_ROOT, span_over(NULL, 0),
			     span_over(d->output.leaf_hash, TAPROOT_HASH_SIZE));
}

// An output's tree is one leaf at depth 0.
static enum psbt_refusal tree_describe(struct describer *d)
{
	uint8_t tree[DESCRIPTOR_SCRIPT_MAX + 8];
	struct writer w = writer_over(tree, sizeof tree);
	struct sink sink = { .writer = &w };
	sink_u8(&sink, 0);
	sink_u8(&sink, TAPROOT_LEAF_VERSION);
	sink_span(&sink, span_over(d->output.inner, d->output.inner_size));
	return put(d, PSBT_OUT_TAP_TREE, span_over(NULL, 0), span_over(tree, writer_size(&w)));
}

static enum psbt_refusal scripts_describe(struct describer *d)
{
	enum psbt_refusal refusal = PSBT_FINE;
	struct span inner = span_over(d->output.inner, d->output.inner_size);
	if (d->descriptor->kind < DESCRIPTOR_TR)
		return inner.size ? put(d, d->fields->witness_script, span_over(NULL, 0), inner) : PSBT_FINE;
	refusal = put(d, d->fields->tap_internal, span_over(NULL, 0),
		      span_over(d->output.keys[0] + 1, XONLY_KEY_SIZE));
	if (!refusal && inner.size)
		refusal = d->fields->input ? leaf_describe(d) : tree_describe(d);
	return refusal;
}

static enum psbt_refusal describe(struct describer *d, struct span script)
{
	enum psbt_refusal refusal;
	if (descriptor_derive(d->descriptor, d->branch, d->index, &d->output) ||
	    !span_equal(output_span(&d->output.script), script))
		return PSBT_OTHER;
	refusal = scripts_describe(d);
	for (size_t i = 0; i < d->descriptor->key_count && !refusal; i++)
		refusal = key_describe(d, i);
	return refusal;
}

// BIP174's witness UTXO beside the whole transaction, as Bitcoin Core writes both: by its presence some tell
// that the input is segwit at all (wally signs by the old algorithm without it), and complete taproot.
static enum psbt_refusal spent_describe(struct describer *d, const struct tx_output *spent)
{
	uint8_t bytes[8 + 1 + OUTPUT_SCRIPT_MAX];
	struct writer w = writer_over(bytes, sizeof bytes);
	struct sink sink = { .writer = &w };
	tx_output_sink(spent, &sink);
	ASSERT(!w.failed); // the script was compared with the descriptor's
	return put(d, PSBT_IN_WITNESS_UTXO, span_over(NULL, 0), span_over(bytes, writer_size(&w)));
}

enum psbt_refusal psbt_describe_input(struct psbt *psbt, struct arena *arena, size_t input,
				      const struct descriptor *descriptor, size_t branch, uint32_t index)
{
	if (input >= psbt->tx.input_count || !psbt->inputs[input].spent_known)
		return PSBT_PREVIOUS_MISSING;
	struct describer d = { &psbt->inputs[input].map, arena, descriptor, &in_fields, branch, index,
			       { .inner_size = 0 } };
	enum psbt_refusal refusal = describe(&d, psbt->inputs[input].spent.script);
	return refusal ? refusal : spent_describe(&d, &psbt->inputs[input].spent);
}

enum psbt_refusal psbt_describe_output(struct psbt *psbt, struct arena *arena, size_t output,
				       const struct descriptor *descriptor, size_t branch, uint32_t index)
{
	if (output >= psbt->tx.output_count)
		return PSBT_STRUCTURE;
	struct describer d = { &psbt->outputs[output], arena, descriptor, &out_fields, branch, index,
			       { .inner_size = 0 } };
	return describe(&d, psbt->tx.outputs[output].script);
}

// Fingerprint and path, behind the leaf hashes in a taproot field.
static bool path_read(struct span value, bool taproot, uint8_t fingerprint[HD_FINGERPRINT_SIZE],
		      struct path *ret)
{
	struct reader r = reader_over(value.at, value.size);
	if (taproot)
		read_bytes(&r, (size_t)read_compact(&r) * TAPROOT_HASH_SIZE);
	read_copy(&r, fingerprint, HD_FINGERPRINT_SIZE);
	ret->count = 0;
	while (reader_left(&r) && ret->count < PATH_STEPS_MAX)
		ret->steps[ret->count++] = read_u32(&r);
	return reader_done(&r);
}

static bool place_find(const struct psbt_map *map, const struct described *fields, struct span script,
		       const struct descriptor *descriptor, size_t *ret_branch, uint32_t *ret_index)
{
	struct descriptor_output output;
	for (size_t i = 0; i < map->count; i++) {
		const struct psbt_pair *pair = &map->pairs[i];
		uint8_t fingerprint[HD_FINGERPRINT_SIZE];
		struct path path;
		size_t key, branch;
		uint32_t index;
		if (pair->type != fields->bip32 && pair->type != fields->tap_bip32)
			continue;
		if (path_read(pair->value, pair->type == fields->tap_bip32, fingerprint, &path) &&
		    descriptor_place(descriptor, fingerprint, &path, &key, &branch, &index) &&
		    descriptor_derive(descriptor, branch, index, &output) == 0 &&
		    span_equal(output_span(&output.script), script)) {
			*ret_branch = branch;
			*ret_index = index;
			return true;
		}
	}
	return false;
}

bool psbt_input_place(const struct psbt *psbt, size_t input, const struct descriptor *descriptor,
		      size_t *ret_branch, uint32_t *ret_index)
{
	return input < psbt->tx.input_count && psbt->inputs[input].spent_known &&
	       place_find(&psbt->inputs[input].map, &in_fields, psbt->inputs[input].spent.script, descriptor,
			  ret_branch, ret_index);
}

bool psbt_output_place(const struct psbt *psbt, size_t output, const struct descriptor *descriptor,
		       size_t *ret_branch, uint32_t *ret_index)
{
	return output < psbt->tx.output_count &&
	       place_find(&psbt->outputs[output], &out_fields, psbt->tx.outputs[output].script, descriptor,
			  ret_branch, ret_index);
}
