// SPDX-License-Identifier: Apache-2.0
// Partially signed transactions: BIP174 (version 0), BIP370 (version 2), with
// BIP371's and BIP373's fields. What is read points into the bytes read; what
// is added comes out of the caller's arena. Both must outlive the struct psbt.
//
// Strict: every known field is checked (size, keys on the curve, signatures in
// DER, previous transactions by their id); a key occurs once in its map; fields
// of the other version are refused; unknown fields are kept. Maps are held and
// written in the order of their keys.
#pragma once

#include "bitcoin/descriptor.h"
#include "bitcoin/sighash.h"
#include "bitcoin/signature.h"

#define PSBT_SIZE_MAX	 (16u << 20) // bytes; previous transactions make the bulk
#define PSBT_INPUTS_MAX	 2500	     // more do not fit into a transaction that nodes relay (100,000 vbytes)
#define PSBT_OUTPUTS_MAX 12000
#define PSBT_PAIRS_MAX	 4096 // in one map

struct psbt_pair {
	uint64_t type;	      // its compact integer
	struct span key_data; // what follows the type
	struct span key;      // the two together
	struct span value;
};

struct psbt_map {
	struct psbt_pair *pairs; // by key
	size_t count;
	size_t room;
};

struct psbt_input {
	struct psbt_map map;
	bool spent_known;   // `spent` is filled
	bool previous_full; // from the whole previous transaction, whose id was compared
	struct tx_output spent;
};

struct psbt {
	unsigned version; // 0 or 2
	struct psbt_map global;
	struct psbt_input *inputs; // tx.input_count of them
	struct psbt_map *outputs;  // tx.output_count of them
	struct transaction tx;	   // unsigned; of version 2 it is put together here
};

enum psbt_refusal {
	PSBT_FINE,
	PSBT_MEMORY,	       // the arena is full
	PSBT_SIZE,	       // longer than PSBT_SIZE_MAX
	PSBT_MAGIC,	       // does not begin as a PSBT
	PSBT_STRUCTURE,	       // cut off, bytes left over, counts that do not fit or above the limits
	PSBT_DUPLICATE,	       // a key twice in one map
	PSBT_VERSION,	       // neither 0 nor 2
	PSBT_FIELD,	       // a field's key or value is malformed
	PSBT_FIELD_VERSION,    // a field that this version must not have
	PSBT_FIELD_MISSING,    // a field that this version must have
	PSBT_TRANSACTION,      // the unsigned transaction is malformed or carries signatures
	PSBT_PREVIOUS,	       // a previous transaction is not the one that the input names
	PSBT_SIGHASH,	       // a signature's type differs from the input's
	PSBT_LOCKTIME,	       // inputs demand a height and a time at once
	PSBT_OTHER,	       // combining: of another transaction
	PSBT_CONFLICT,	       // combining: a field with two values: altered on the way
	PSBT_PREVIOUS_MISSING, // the whole previous transaction is needed (fee attack on segwit version 0)
	PSBT_VALUE,	       // amounts out of range, or more paid than spent
	PSBT_TEMPLATE,	       // the input is of no kind that is signed or completed here
	PSBT_SCRIPT,	       // redeem or witness script is missing or not the one that the output names
	PSBT_KEY,	       // the key has no part in this input
	PSBT_SIGHASH_TYPE,     // a type other than all inputs and all outputs is asked for
	PSBT_SIGNATURE,	       // a signature does not verify
	PSBT_INCOMPLETE,       // signatures are missing
	PSBT_LOCKED,	       // nSequence or version does not allow the time-locked path
	PSBT_FINAL,	       // the input is complete already
	PSBT_NOT_FINAL,	       // extracting: an input is not complete
	PSBT_SIGNER,	       // who holds the key failed to sign: psbt_signer's `failed` says why
};
const char *psbt_refusal_text(enum psbt_refusal refusal);

MUST_USE enum psbt_refusal psbt_parse(struct span bytes, struct arena *arena, struct psbt *ret);

// A new one, version 0, around an unsigned transaction whose memory must outlive it.
MUST_USE enum psbt_refusal psbt_create(const struct transaction *tx, struct arena *arena, struct psbt *ret);

// The bytes; check writer->failed. psbt_size counts them first.
void psbt_write(const struct psbt *psbt, struct writer *writer);
size_t psbt_size(const struct psbt *psbt);

// ---- fields -------------------------------------------------------------
enum psbt_global_field {
	PSBT_GLOBAL_UNSIGNED_TX = 0x00,
	PSBT_GLOBAL_XPUB = 0x01,
	PSBT_GLOBAL_TX_VERSION = 0x02,
	PSBT_GLOBAL_FALLBACK_LOCKTIME = 0x03,
	PSBT_GLOBAL_INPUT_COUNT = 0x04,
	PSBT_GLOBAL_OUTPUT_COUNT = 0x05,
	PSBT_GLOBAL_TX_MODIFIABLE = 0x06,
	PSBT_GLOBAL_VERSION = 0xfb,
	PSBT_PROPRIETARY = 0xfc,
};
enum psbt_input_field {
	PSBT_IN_NON_WITNESS_UTXO = 0x00,
	PSBT_IN_WITNESS_UTXO = 0x01,
	PSBT_IN_PARTIAL_SIG = 0x02,
	PSBT_IN_SIGHASH = 0x03,
	PSBT_IN_REDEEM_SCRIPT = 0x04,
	PSBT_IN_WITNESS_SCRIPT = 0x05,
	PSBT_IN_BIP32 = 0x06,
	PSBT_IN_FINAL_SCRIPTSIG = 0x07,
	PSBT_IN_FINAL_WITNESS = 0x08,
	PSBT_IN_POR_COMMITMENT = 0x09,
	PSBT_IN_RIPEMD160 = 0x0a,
	PSBT_IN_SHA256 = 0x0b,
	PSBT_IN_HASH160 = 0x0c,
	PSBT_IN_HASH256 = 0x0d,
	PSBT_IN_PREVIOUS_TXID = 0x0e,
	PSBT_IN_OUTPUT_INDEX = 0x0f,
	PSBT_IN_SEQUENCE = 0x10,
	PSBT_IN_TIME_LOCKTIME = 0x11,
	PSBT_IN_HEIGHT_LOCKTIME = 0x12,
	PSBT_IN_TAP_KEY_SIG = 0x13,
	PSBT_IN_TAP_SCRIPT_SIG = 0x14,
	PSBT_IN_TAP_LEAF_SCRIPT = 0x15,
	PSBT_IN_TAP_BIP32 = 0x16,
	PSBT_IN_TAP_INTERNAL_KEY = 0x17,
	PSBT_IN_TAP_MERKLE_ROOT = 0x18,
	PSBT_IN_MUSIG2_PARTICIPANTS = 0x1a,
	PSBT_IN_MUSIG2_NONCE = 0x1b,
	PSBT_IN_MUSIG2_SIG = 0x1c,
};
enum psbt_output_field {
	PSBT_OUT_REDEEM_SCRIPT = 0x00,
	PSBT_OUT_WITNESS_SCRIPT = 0x01,
	PSBT_OUT_BIP32 = 0x02,
	PSBT_OUT_AMOUNT = 0x03,
	PSBT_OUT_SCRIPT = 0x04,
	PSBT_OUT_TAP_INTERNAL_KEY = 0x05,
	PSBT_OUT_TAP_TREE = 0x06,
	PSBT_OUT_TAP_BIP32 = 0x07,
	PSBT_OUT_MUSIG2_PARTICIPANTS = 0x08,
};

// The pair of a type (and key data), or NULL.
const struct psbt_pair *psbt_find(const struct psbt_map *map, uint64_t type);
const struct psbt_pair *psbt_find_keyed(const struct psbt_map *map, uint64_t type, struct span key_data);

// Puts a copy of key data and value into the map, in place of an equal key. 0, or PSBT_MEMORY.
MUST_USE enum psbt_refusal psbt_put(struct psbt_map *map, struct arena *arena, uint64_t type,
				    struct span key_data, struct span value);
// Takes out all pairs of a type.
void psbt_remove(struct psbt_map *map, uint64_t type);

// Updater: the whole previous transaction of an input, checked against it. The bytes must outlive the PSBT.
MUST_USE enum psbt_refusal psbt_put_previous(struct psbt *psbt, struct arena *arena, size_t input,
					     struct span bytes);
// Updater: what the descriptor says about an input or output: scripts, key paths, taproot fields
// and, for an input, the witness UTXO beside the whole previous transaction.
// PSBT_OTHER when the script derived there is not the input's or output's.
MUST_USE enum psbt_refusal psbt_describe_input(struct psbt *psbt, struct arena *arena, size_t input,
					       const struct descriptor *descriptor, size_t branch,
					       uint32_t index);
MUST_USE enum psbt_refusal psbt_describe_output(struct psbt *psbt, struct arena *arena, size_t output,
						const struct descriptor *descriptor, size_t branch,
						uint32_t index);

// ---- looking ------------------------------------------------------------
// Whether an input's or output's script is the descriptor's own: by the key
// paths in the map, and the script derived there must be the same.
bool psbt_input_place(const struct psbt *psbt, size_t input, const struct descriptor *descriptor,
		      size_t *ret_branch, uint32_t *ret_index);
bool psbt_output_place(const struct psbt *psbt, size_t output, const struct descriptor *descriptor,
		       size_t *ret_branch, uint32_t *ret_index);

// Every input's spent output is known well enough to sign: from the whole
// previous transaction, or, for taproot, whose signature covers all amounts, from the PSBT alone.
MUST_USE enum psbt_refusal psbt_spent_check(const struct psbt *psbt);

// Sum of what is spent less what is paid, after psbt_spent_check.
MUST_USE enum psbt_refusal psbt_fee(const struct psbt *psbt, uint64_t *ret_satoshi);

// ---- signing ------------------------------------------------------------
// Prepares hashing; `spent` is taken from the arena. For signing it demands
// psbt_spent_check and transaction_check. To complete an input what the PSBT
// claims suffices: a false amount makes the signatures not verify.
enum psbt_purpose { PSBT_TO_SIGN, PSBT_TO_COMPLETE };
MUST_USE enum psbt_refusal psbt_sighash_prepare(const struct psbt *psbt, enum psbt_purpose purpose,
						struct arena *arena, struct sighash_shared *ret);

// The digest that a key signs in a segwit version 0 input (also nested in
// P2SH), after all scripts were compared: the only type is SIGHASH_ALL.
MUST_USE enum psbt_refusal psbt_digest_v0(const struct psbt *psbt, const struct sighash_shared *shared,
					  size_t input, const uint8_t key[PUBLIC_KEY_SIZE],
					  uint8_t digest[32]);
// Adds a DER signature (without the type byte) after verifying it.
MUST_USE enum psbt_refusal psbt_add_v0(struct psbt *psbt, struct arena *arena,
				       const struct sighash_shared *shared, size_t input,
				       const uint8_t key[PUBLIC_KEY_SIZE], struct span der);
// Both, with a secret key.
MUST_USE enum psbt_refusal psbt_sign_v0(struct psbt *psbt, struct arena *arena,
					const struct sighash_shared *shared, size_t input,
					const uint8_t secret[SECRET_KEY_SIZE]);

// Taproot: `secret` is the internal key's (key path, tweaked here with the
// input's merkle root) or a key of a leaf's script (each leaf with that key is signed).
MUST_USE enum psbt_refusal psbt_sign_taproot(struct psbt *psbt, struct arena *arena,
					     const struct sighash_shared *shared, size_t input,
					     const uint8_t secret[SECRET_KEY_SIZE], const uint8_t random[32]);

// Who holds keys and does not hand them out: a keystore's file or token. Its functions answer 0, 1 when the
// key at the path is not `key`, and anything else for a failure, which ends the signing.
struct psbt_signer {
	void *context;
	uint8_t fingerprint[HD_FINGERPRINT_SIZE]; // of its master, or of its one key
	int failed;				  // the answer that ended the signing
	// r and s, 32 bytes each, nonce and S as it pleases.
	int (*ecdsa)(void *context, const struct path *path, const uint8_t key[PUBLIC_KEY_SIZE],
		     const uint8_t digest[32], uint8_t raw[64]);
	// With a tweak: for the output key that it makes of `key`. Of `key` only the x coordinate counts.
	int (*schnorr)(void *context, const struct path *path, const uint8_t key[PUBLIC_KEY_SIZE],
		       const struct taproot_tweak *tweak, const uint8_t digest[32], const uint8_t random[32],
		       uint8_t signature[SCHNORR_SIGNATURE_SIZE]);
};

// Signs every input that is the descriptor's own (psbt_input_place) and of which the signer holds a key;
// leaves foreign and complete inputs as they are. What the signer gives is verified against the descriptor's
// key before it enters the PSBT (else PSBT_SIGNATURE). *ret_signed counts the keys that signed; the first
// refusal ends it.
MUST_USE enum psbt_refusal psbt_sign_by(struct psbt *psbt, struct arena *arena,
					const struct sighash_shared *shared,
					const struct descriptor *descriptor, struct psbt_signer *signer,
					const uint8_t random[32], size_t *ret_signed);

// The same by a master key: signs every input that is the descriptor's own and of which the master holds a
// key; leaves foreign and complete inputs as they are. *ret_signed counts the keys that signed; the first
// refusal ends it.
MUST_USE enum psbt_refusal psbt_sign_own(struct psbt *psbt, struct arena *arena,
					 const struct sighash_shared *shared,
					 const struct descriptor *descriptor, const struct hd_private *master,
					 const uint8_t random[32], size_t *ret_signed);

// ---- joining and completing ---------------------------------------------
// Takes from `other` what `psbt` lacks. A previous transaction may come with or without its witnesses.
// PSBT_OTHER, PSBT_CONFLICT, PSBT_MEMORY; psbt may then be half joined.
MUST_USE enum psbt_refusal psbt_combine(struct psbt *psbt, struct arena *arena, const struct psbt *other);

// Completes an input whose signatures suffice; each is verified again. The unvault is completed by its
// first path if those signatures are there, else by the second if nSequence allows it.
MUST_USE enum psbt_refusal psbt_finalize_input(struct psbt *psbt, struct arena *arena,
					       const struct sighash_shared *shared, size_t input);

// The signed transaction, when every input is final. What psbt_finalize_input completed was verified; what
// came complete from elsewhere is taken as it is: no script is run here.
MUST_USE enum psbt_refusal psbt_extract(const struct psbt *psbt, struct arena *arena,
					struct transaction *ret);
