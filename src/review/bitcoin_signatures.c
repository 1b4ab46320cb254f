// SPDX-License-Identifier: Apache-2.0
// Signatures that are in the PSBT already. One that does not verify means that the
// transaction is not the one that its maker saw. And the r of each good one is looked
// at: equal ones, or guessable ones, give the key away.
#include "review/bitcoin_parts.h"

struct found { // a signature that may count
	size_t input;
	struct descriptor_output own;
	bool ours; // `own` is filled
};

static void about(struct reviewer *r, enum refusal id, size_t input)
{
	refuse(&r->review->refusals, id, ABOUT_SIGNATURE, input);
}

static bool is_signature(uint64_t type)
{
	return type == PSBT_IN_PARTIAL_SIG || type == PSBT_IN_TAP_KEY_SIG || type == PSBT_IN_TAP_SCRIPT_SIG;
}

void signatures_prepare(struct reviewer *r)
{
	size_t count = 0;
	r->hashed = psbt_sighash_prepare(r->psbt, PSBT_TO_COMPLETE, &r->arena, &r->shared) == PSBT_FINE;
	for (size_t i = 0; i < r->review->input_count; i++) {
		const struct psbt_map *map = &r->psbt->inputs[i].map;
		for (size_t j = 0; j < map->count; j++)
			count += is_signature(map->pairs[j].type);
	}
	r->uses = arena_take(&r->arena, count, sizeof *r->uses);
	r->use_room = r->uses ? count : 0;
	if (!r->hashed || !r->uses || count > NONCES_MAX) {
		refuse(&r->review->refusals, REFUSE_TOO_MANY, ABOUT_PAYLOAD, 0);
		r->use_room = 0;
	}
	for (uint8_t k = 1; k <= WEAK_NONCES && r->use_room; k++) {
		uint8_t secret[SECRET_KEY_SIZE] = { [SECRET_KEY_SIZE - 1] = k }, point[PUBLIC_KEY_SIZE];
		ASSERT(public_key_of(secret, point) == 0);
		memcpy(r->weak[k - 1], point + 1, 32);
	}
}

// r of strict DER: 30 len 02 len r..., as 32 bytes.
static void der_r(struct span der, uint8_t r[32])
{
	size_t size = der.at[3];
	const uint8_t *at = der.at + 4;
	while (size > 32) {
		at++;
		size--;
	}
	memset(r, 0, 32);
	memcpy(r + 32 - size, at, size);
}

// Nonces of few bits, and the short r that half of the generator's nonce has.
static bool nonce_weak(const struct reviewer *r, const uint8_t value[32])
{
	static const uint8_t zero[8];
	if (memcmp(value, zero, sizeof zero) == 0)
		return true;
	for (size_t i = 0; i < WEAK_NONCES; i++) {
		if (memcmp(value, r->weak[i], 32) == 0)
			return true;
	}
	return false;
}

static void nonce_review(struct reviewer *r, size_t input, const uint8_t value[32], struct span key,
			 const uint8_t digest[32])
{
	struct nonce_use use;
	if (r->use_count == r->use_room)
		return;
	memcpy(use.r, value, 32);
	nonce_of(key, digest, use.of);
	if (nonce_weak(r, value))
		about(r, REFUSE_NONCE_WEAK, input);
	bool repeated = r->context->nonces && nonce_repeated(r->context->nonces, use.r, use.of);
	for (size_t i = 0; i < r->use_count && !repeated; i++)
		repeated = memcmp(r->uses[i].r, use.r, 32) == 0 && memcmp(r->uses[i].of, use.of, 32) != 0;
	if (repeated)
		about(r, REFUSE_NONCE_REPEATED, input);
	r->uses[r->use_count++] = use;
}

// Counts the key's bit; false when the key is none of this input's.
static bool key_count(struct reviewer *r, const struct found *f, struct span key)
{
	struct bitcoin_review_input *in = &r->review->inputs[f->input];
	if (!f->ours)
		return false;
	for (size_t i = 0; i < in->wallet->descriptor.key_count; i++) {
		if (memcmp(f->own.keys[i] + PUBLIC_KEY_SIZE - key.size, key.at, key.size) == 0) {
			in->signed_keys |= 1u << i;
			return true;
		}
	}
	return false;
}

static void ecdsa_review(struct reviewer *r, const struct found *f, const struct psbt_pair *pair)
{
	struct span der = span_over(pair->value.at, pair->value.size - 1);
	uint8_t digest[32], value[32];
	if (pair->value.at[pair->value.size - 1] != SIGHASH_ALL) {
		about(r, REFUSE_SIGHASH_TYPE, f->input);
		return;
	}
	enum psbt_refusal why = PSBT_KEY;
	if (pair->key_data.size == PUBLIC_KEY_SIZE)
		why = psbt_digest_v0(r->psbt, &r->shared, f->input, pair->key_data.at, digest);
	if (why == PSBT_KEY)
		about(r, REFUSE_SIGNATURE_STRANGER, f->input);
	if (why)
		return; // what else stands in the way was said of the input
	if (!ecdsa_verify(pair->key_data, digest, der)) {
		about(r, REFUSE_SIGNATURE_FALSE, f->input);
		return;
	}
	der_r(der, value);
	nonce_review(r, f->input, value, pair->key_data, digest);
	if (f->ours && !key_count(r, f, pair->key_data))
		about(r, REFUSE_SIGNATURE_STRANGER, f->input);
}

static void schnorr_review(struct reviewer *r, const struct found *f, const struct psbt_pair *pair,
			   const uint8_t *leaf, struct span key)
{
	unsigned type = pair->value.size == 65 ? pair->value.at[64] : SIGHASH_DEFAULT;
	uint8_t digest[32];
	if (type != SIGHASH_DEFAULT && type != SIGHASH_ALL) {
		about(r, REFUSE_SIGHASH_TYPE, f->input);
		return;
	}
	if (sighash_v1(&r->shared, f->input, leaf, type, digest))
		return; // amounts missing: said of the input
	if (!schnorr_verify(key.at, digest, sizeof digest, pair->value.at)) {
		about(r, REFUSE_SIGNATURE_FALSE, f->input);
		return;
	}
	nonce_review(r, f->input, pair->value.at, key, digest);
	if (!leaf)
		r->review->inputs[f->input].signed_keys |= 1; // the internal key
	else if (f->ours && !key_count(r, f, key))
		about(r, REFUSE_SIGNATURE_STRANGER, f->input);
}

static void taproot_review(struct reviewer *r, const struct found *f, const struct psbt_pair *pair)
{
	struct span output;
	const struct psbt_input *in = &r->psbt->inputs[f->input];
	if (!in->spent_known || output_kind_of(in->spent.script, &output) != OUTPUT_TAPROOT) {
		about(r, REFUSE_SIGNATURE_STRANGER, f->input);
		return;
	}
	if (pair->type == PSBT_IN_TAP_KEY_SIG) {
		schnorr_review(r, f, pair, NULL, output);
		return;
	}
	struct span key = span_over(pair->key_data.at, XONLY_KEY_SIZE);
	const uint8_t *leaf = pair->key_data.at + XONLY_KEY_SIZE;
	if (f->ours && memcmp(leaf, f->own.leaf_hash, TAPROOT_HASH_SIZE) != 0)
		about(r, REFUSE_SIGNATURE_STRANGER, f->input);
	else
		schnorr_review(r, f, pair, leaf, key);
}

static unsigned bits_of(uint32_t keys, size_t first, size_t count)
{
	unsigned n = 0;
	for (size_t i = first; i < first + count; i++)
		n += keys >> i & 1;
	return n;
}

// How many more the way needs by which it is spent; one key when the template has no group.
static unsigned missing_of(const struct bitcoin_review_input *in)
{
	const struct descriptor *d = &in->wallet->descriptor;
	bool key_path = d->kind >= DESCRIPTOR_TR && in->spend == SPEND_FIRST;
	struct key_group group = { 1, 0, 1 };
	if (d->group_count && !key_path)
		group = d->groups[d->group_count > 1 && in->spend == SPEND_SECOND];
	unsigned have = bits_of(in->signed_keys, group.first, group.count);
	return have >= group.threshold ? 0 : group.threshold - have;
}

void signatures_review(struct reviewer *r, size_t input)
{
	const struct psbt_map *map = &r->psbt->inputs[input].map;
	struct bitcoin_review_input *in = &r->review->inputs[input];
	struct found f = { .input = input };
	f.ours = in->wallet && descriptor_derive(&in->wallet->descriptor, in->branch, in->index, &f.own) == 0;
	for (size_t i = 0; i < map->count && r->hashed; i++) {
		if (map->pairs[i].type == PSBT_IN_PARTIAL_SIG)
			ecdsa_review(r, &f, &map->pairs[i]);
		else if (is_signature(map->pairs[i].type))
			taproot_review(r, &f, &map->pairs[i]);
	}
	if (in->wallet)
		in->missing = missing_of(in);
}

void bitcoin_review_learn(const struct psbt *psbt, struct arena arena, struct nonce_store *store)
{
	// A review without a wallet: only the r of what verifies is kept.
	struct bitcoin_review *scratch = arena_take(&arena, 1, sizeof *scratch);
	struct reviewer *r = arena_take(&arena, 1, sizeof *r);
	static const struct review_context nothing;
	if (!scratch || !r)
		return;
	r->psbt = psbt;
	r->arena = arena;
	r->context = &nothing;
	r->review = scratch;
	scratch->input_count = psbt->tx.input_count < BITCOIN_REVIEW_INPUTS_MAX ? psbt->tx.input_count
										: BITCOIN_REVIEW_INPUTS_MAX;
	signatures_prepare(r);
	for (size_t i = 0; i < scratch->input_count; i++)
		signatures_review(r, i);
	for (size_t i = 0; i < r->use_count; i++)
		nonce_add(store, r->uses[i].r, r->uses[i].of);
}
