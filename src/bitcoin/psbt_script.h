// SPDX-License-Identifier: Apache-2.0
// Inside this folder only: what an input's scripts come to, once each was compared with the hash that names
// it.
#pragma once

#include "bitcoin/psbt_fields.h"
#include "bitcoin/script.h"

struct v0_script {
	bool nested; // in P2SH: the redeem script goes into the scriptSig
	struct span redeem;
	bool wpkh;	      // else P2WSH
	struct span key_hash; // P2WPKH's program
	struct span witness;  // P2WSH's witness script
	uint8_t code[25];     // P2WPKH's script code (BIP143)
};

// PSBT_TEMPLATE, PSBT_SCRIPT, PSBT_PREVIOUS_MISSING.
enum psbt_refusal psbt_v0_script(const struct psbt *psbt, size_t input, enum psbt_purpose purpose,
				 struct v0_script *ret);

// The digest under SIGHASH_ALL, without asking for a key.
enum psbt_refusal psbt_v0_digest(const struct psbt *psbt, const struct sighash_shared *shared, size_t input,
				 const struct v0_script *script, uint8_t digest[32]);

// Taproot's output key, or NULL when the input spends none.
const uint8_t *psbt_taproot_key(const struct psbt *psbt, size_t input);
// 64 or 65 bytes for that key, over the key path (leaf NULL) or a leaf: only types all and default.
enum psbt_refusal psbt_taproot_verify(const struct sighash_shared *shared, size_t input, const uint8_t *leaf,
				      const uint8_t key[XONLY_KEY_SIZE], struct span signature);

// One key's signature or signatures in one input, by a signer. PSBT_SIGNER with signer->failed 1 when the key at
// the path is not `key`.
enum psbt_refusal psbt_v0_by(struct psbt *psbt, struct arena *arena, const struct sighash_shared *shared,
			     size_t input, struct psbt_signer *signer, const struct path *path,
			     const uint8_t key[PUBLIC_KEY_SIZE]);
enum psbt_refusal psbt_taproot_by(struct psbt *psbt, struct arena *arena, const struct sighash_shared *shared,
				  size_t input, struct psbt_signer *signer, const struct path *path,
				  const uint8_t key[PUBLIC_KEY_SIZE], const uint8_t random[32]);
