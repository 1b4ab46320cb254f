// SPDX-License-Identifier: Apache-2.0
// Signing by descriptor: only what derives to the same script again is signed. By a signer that keeps its keys,
// or by a master key.
#include "bitcoin/psbt_script.h"
#include "crypto/secret.h"

struct own {
	struct psbt *psbt;
	struct arena *arena;
	const struct sighash_shared *shared;
	const struct descriptor *descriptor;
	struct psbt_signer *signer;
	const uint8_t *random;
};

// A fingerprint has four bytes and may be anybody's: what counts is the key, which the signer compares.
static enum psbt_refusal key_sign(const struct own *o, size_t input, size_t key, size_t branch,
				  uint32_t index, const uint8_t public[PUBLIC_KEY_SIZE], size_t *count)
{
	const struct descriptor_key *named = &o->descriptor->keys[key];
	enum psbt_refusal refusal;
	struct path path;
	if (memcmp(named->fingerprint, o->signer->fingerprint, HD_FINGERPRINT_SIZE) != 0 ||
	    descriptor_key_path(named, branch, index, &path))
		return PSBT_FINE; // another signer's
	if (o->descriptor->kind >= DESCRIPTOR_TR)
		refusal = psbt_taproot_by(o->psbt, o->arena, o->shared, input, o->signer, &path, public,
					  o->random);
	else
		refusal = psbt_v0_by(o->psbt, o->arena, o->shared, input, o->signer, &path, public);
	if (refusal == PSBT_SIGNER && o->signer->failed == 1) {
		o->signer->failed = 0;
		return PSBT_FINE; // another signer's, with the same fingerprint
	}
	*count += refusal == PSBT_FINE;
	return refusal;
}

static enum psbt_refusal input_sign(const struct own *o, size_t input, size_t *count)
{
	const struct psbt_map *map = &o->psbt->inputs[input].map;
	enum psbt_refusal refusal = PSBT_FINE;
	struct descriptor_output output;
	size_t branch;
	uint32_t index;
	if (psbt_find(map, PSBT_IN_FINAL_WITNESS) || psbt_find(map, PSBT_IN_FINAL_SCRIPTSIG) ||
	    !psbt_input_place(o->psbt, input, o->descriptor, &branch, &index) ||
	    descriptor_derive(o->descriptor, branch, index, &output))
		return PSBT_FINE;
	for (size_t key = 0; key < o->descriptor->key_count && !refusal; key++)
		refusal = key_sign(o, input, key, branch, index, output.keys[key], count);
	return refusal;
}

enum psbt_refusal psbt_sign_by(struct psbt *psbt, struct arena *arena, const struct sighash_shared *shared,
			       const struct descriptor *descriptor, struct psbt_signer *signer,
			       const uint8_t random[32], size_t *ret_signed)
{
	const struct own o = { psbt, arena, shared, descriptor, signer, random };
	enum psbt_refusal refusal = PSBT_FINE;
	size_t count = 0;
	signer->failed = 0;
	for (size_t i = 0; i < psbt->tx.input_count && !refusal; i++)
		refusal = input_sign(&o, i, &count);
	if (!refusal)
		*ret_signed = count;
	return refusal;
}

// The master as a signer. 0, or 1 when the key at the path is another; the caller wipes secret.
static int master_secret(const struct hd_private *master, const struct path *path,
			 const uint8_t key[PUBLIC_KEY_SIZE], bool taproot, uint8_t secret[SECRET_KEY_SIZE])
{
	struct hd_private at;
	int result = hd_private_derive(master, path, &at) != 0;
	if (!result && memcmp(at.public.key + taproot, key + taproot, PUBLIC_KEY_SIZE - taproot) != 0)
		result = 1;
	if (!result)
		memcpy(secret, at.secret, SECRET_KEY_SIZE);
	secret_wipe(&at, sizeof at);
	return result;
}

static int master_ecdsa(void *context, const struct path *path, const uint8_t key[PUBLIC_KEY_SIZE],
			const uint8_t digest[32], uint8_t raw[64])
{
	uint8_t secret[SECRET_KEY_SIZE];
	int result = master_secret(context, path, key, false, secret);
	if (!result)
		result = ecdsa_sign_raw_for(secret, key, digest, raw) ? -EIO : 0;
	secret_wipe(secret, sizeof secret);
	return result;
}

static int master_schnorr(void *context, const struct path *path, const uint8_t key[PUBLIC_KEY_SIZE],
			  const struct taproot_tweak *tweak, const uint8_t digest[32],
			  const uint8_t random[32], uint8_t signature[SCHNORR_SIGNATURE_SIZE])
{
	uint8_t secret[SECRET_KEY_SIZE];
	int result = master_secret(context, path, key, true, secret);
	if (!result)
		result = taproot_schnorr(secret, tweak, digest, random, signature) ? -EIO : 0;
	secret_wipe(secret, sizeof secret);
	return result;
}

enum psbt_refusal psbt_sign_own(struct psbt *psbt, struct arena *arena, const struct sighash_shared *shared,
				const struct descriptor *descriptor, const struct hd_private *master,
				const uint8_t random[32], size_t *ret_signed)
{
	struct psbt_signer signer = { .context = (void *)(uintptr_t)master,
				      .ecdsa = master_ecdsa,
				      .schnorr = master_schnorr };
	hd_fingerprint(&master->public, signer.fingerprint);
	enum psbt_refusal refusal =
		psbt_sign_by(psbt, arena, shared, descriptor, &signer, random, ret_signed);
	return refusal == PSBT_SIGNER ? PSBT_SIGNATURE : refusal;
}
