// SPDX-License-Identifier: Apache-2.0
// From keys to scripts: sortedmulti by BIP67, multi_a by BIP387, the unvault by
// miniscript's translation table (or_d, and_v, v:multi, older).
#include "bitcoin/descriptor.h"
#include "bitcoin/hashes.h"
#include "bitcoin/script.h"

static bool sorted(enum descriptor_kind kind)
{
	return kind == DESCRIPTOR_WSH_SORTEDMULTI || kind == DESCRIPTOR_TR_SORTEDMULTI;
}

static bool taproot(enum descriptor_kind kind)
{
	return kind >= DESCRIPTOR_TR;
}

// 0, 1 out of range, 2 a step gives no key.
static int key_derive(const struct descriptor_key *key, size_t branch, uint32_t index,
		      uint8_t ret[PUBLIC_KEY_SIZE])
{
	struct hd_public at = key->base;
	int result = 0;
	for (size_t i = 0; i < key->steps.count && !result; i++) {
		uint32_t step = i == key->branch_step ? key->branches[branch] : key->steps.steps[i];
		result = hd_public_child(&at, step, &at);
	}
	if (!result && key->wildcard)
		result = hd_public_child(&at, index, &at);
	if (!result)
		memcpy(ret, at.key, PUBLIC_KEY_SIZE);
	return result == 1 ? 2 : result ? 1 : 0;
}

void descriptor_group_order(const struct descriptor *descriptor, const struct descriptor_output *output,
			    size_t group, size_t order[DESCRIPTOR_KEYS_MAX])
{
	const struct key_group *g = &descriptor->groups[group];
	size_t skip = taproot(descriptor->kind); // x-only keys have no first byte to compare
	for (size_t i = 0; i < g->count; i++) {
		size_t at = i;
		for (; sorted(descriptor->kind) && at > 0; at--) {
			const uint8_t *before = output->keys[order[at - 1]],
				      *key = output->keys[g->first + i];
			if (memcmp(before + skip, key + skip, PUBLIC_KEY_SIZE - skip) <= 0)
				break;
			order[at] = order[at - 1];
		}
		order[at] = g->first + i;
	}
}

static void multi_write(struct writer *w, const struct descriptor *d, const struct descriptor_output *output,
			size_t group, uint8_t opcode)
{
	size_t order[DESCRIPTOR_KEYS_MAX];
	const struct key_group *g = &d->groups[group];
	descriptor_group_order(d, output, group, order);
	script_number(w, g->threshold);
	for (size_t i = 0; i < g->count; i++)
		script_push(w, output->keys[order[i]], PUBLIC_KEY_SIZE);
	script_number(w, (int64_t)g->count);
	write_u8(w, opcode);
}

static void multi_a_write(struct writer *w, const struct descriptor *d,
			  const struct descriptor_output *output)
{
	size_t order[DESCRIPTOR_KEYS_MAX];
	const struct key_group *g = &d->groups[0];
	descriptor_group_order(d, output, 0, order);
	for (size_t i = 0; i < g->count; i++) {
		script_push(w, output->keys[order[i]] + 1, XONLY_KEY_SIZE);
		write_u8(w, i ? OP_CHECKSIGADD : OP_CHECKSIG);
	}
	script_number(w, g->threshold);
	write_u8(w, OP_NUMEQUAL);
}

static void unvault_write(struct writer *w, const struct descriptor *d,
			  const struct descriptor_output *output)
{
	multi_write(w, d, output, 0, OP_CHECKMULTISIG);
	write_u8(w, OP_IFDUP);
	write_u8(w, OP_NOTIF);
	multi_write(w, d, output, 1, OP_CHECKMULTISIGVERIFY);
	script_number(w, d->lock);
	write_u8(w, OP_CHECKSEQUENCEVERIFY);
	write_u8(w, OP_ENDIF);
}

static void inner_write(const struct descriptor *d, struct descriptor_output *output)
{
	struct writer w = writer_over(output->inner, sizeof output->inner);
	if (d->kind == DESCRIPTOR_WSH_UNVAULT)
		unvault_write(&w, d, output);
	else if (d->kind == DESCRIPTOR_WSH_MULTI || d->kind == DESCRIPTOR_WSH_SORTEDMULTI)
		multi_write(&w, d, output, 0, OP_CHECKMULTISIG);
	else if (d->kind == DESCRIPTOR_TR_MULTI || d->kind == DESCRIPTOR_TR_SORTEDMULTI)
		multi_a_write(&w, d, output);
	ASSERT(!w.failed);
	output->inner_size = writer_size(&w);
}

static int taproot_finish(struct descriptor_output *output)
{
	const uint8_t *root = NULL;
	if (output->inner_size) {
		taproot_leaf_hash(TAPROOT_LEAF_VERSION, span_over(output->inner, output->inner_size),
				  output->leaf_hash);
		root = output->leaf_hash;
	}
	if (taproot_output_key(output->keys[0] + 1, root, output->output_key, &output->output_odd))
		return 2;
	output_witness(1, output->output_key, XONLY_KEY_SIZE, &output->script);
	return 0;
}

static void witness_finish(const struct descriptor *d, struct descriptor_output *output)
{
	uint8_t hash[SHA256_SIZE];
	if (d->kind == DESCRIPTOR_WPKH) {
		hash160_of(output->keys[0], PUBLIC_KEY_SIZE, hash);
		output_witness(0, hash, HASH160_SIZE, &output->script);
	} else {
		sha256_of(output->inner, output->inner_size, hash);
		output_witness(0, hash, SHA256_SIZE, &output->script);
	}
}

int descriptor_derive(const struct descriptor *descriptor, size_t branch, uint32_t index,
		      struct descriptor_output *ret)
{
	struct descriptor_output out = { .inner_size = 0 };
	int result = 0;
	if (branch >= descriptor->branch_count || index >= PATH_HARDENED || (!descriptor->ranged && index))
		return 1;
	for (size_t i = 0; i < descriptor->key_count && !result; i++)
		result = key_derive(&descriptor->keys[i], branch, index, out.keys[i]);
	if (result)
		return result;
	inner_write(descriptor, &out);
	if (taproot(descriptor->kind))
		result = taproot_finish(&out);
	else
		witness_finish(descriptor, &out);
	if (!result)
		*ret = out;
	return result;
}
