// SPDX-License-Identifier: Apache-2.0
// What holds a signing secret, behind one interface: a sealed file (file.c, a
// seed or one key) or a key in a PKCS#11 token (token.h, a library of its own, so
// that a static program without it loads no module).
//
// The secret lives in secret_alloc's memory from keystore_open to keystore_close.
// Call crypto_init and curve_init first. Nothing here reads a clock, a file or an
// environment; only keystore_seal draws randomness.
//
// Every function that returns int: 0, a positive enum keystore_result, or a
// negative errno (-ENOMEM, -EIO). ret_ and `to` are untouched on failure.
#pragma once

#include "bitcoin/psbt.h"

struct keystore;

enum keystore_kind {
	KEYSTORE_SEED = 1,  // a BIP32 seed: a tree of keys
	KEYSTORE_FIXED = 2, // one key without a tree
};

enum keystore_result {
	KEYSTORE_FINE,
	KEYSTORE_FORMAT,     // the bytes do not begin as a keystore file
	KEYSTORE_VERSION,    // of a version that this program does not know
	KEYSTORE_TRUNCATED,  // bytes are missing at the end
	KEYSTORE_TRAILING,   // bytes are left over at the end
	KEYSTORE_HEADER,     // a field of the header is malformed
	KEYSTORE_PARAMETERS, // Argon2id's memory or passes outside the limits below
	KEYSTORE_LOCK,	 // the file needs a passphrase or a token key that was not given, or the other way
			 // round
	KEYSTORE_WRONG,	 // wrong passphrase, another token, or an altered file: which one cannot be told
	KEYSTORE_LABEL,	 // sealing, generating: not 1 to KEYSTORE_LABEL_MAX printable ASCII characters
	KEYSTORE_SECRET, // sealing: the secret has a size that its kind cannot have, or is no key
	KEYSTORE_ROOM,	 // sealing: `room` is less than KEYSTORE_FILE_MAX
	KEYSTORE_PATH,	 // no key at this path: a fixed key has only the empty one
	KEYSTORE_UNABLE, // this keystore does not do that (the calls say which)
	// What only a token answers.
	TOKEN_MODULE,	  // the PKCS#11 module is not there or does not start
	TOKEN_ABSENT,	  // no token of that label
	TOKEN_AMBIGUOUS,  // several tokens or keys of that label
	TOKEN_PIN,	  // the PIN is wrong
	TOKEN_LOCKED,	  // too many wrong PINs, or no user PIN was set
	TOKEN_NO_KEY,	  // no such key in the token
	TOKEN_KEY_EXISTS, // generating: a key of that label is there already
	TOKEN_WEAK_KEY,	  // the token would let the key out, or did not make it itself
	TOKEN_CURVE,	  // the key is not on secp256k1
	TOKEN_GONE,	  // the token was removed or its session ended: open it again
	TOKEN_FAULT,	  // any other answer of the token, also a signature that does not verify
};
// A sentence for a person: what is wrong and what to do.
const char *keystore_result_text(int result);

// ---- opening and closing ------------------------------------------------
#define KEYSTORE_LABEL_MAX	64
#define KEYSTORE_SECRET_MAX	HD_SEED_MAX
#define KEYSTORE_PASSPHRASE_MAX 1024
#define KEYSTORE_WRAPPED_MAX	256 // a data key as the token returned it
#define KEYSTORE_FILE_MAX	560 // bytes; room for any file, and where a reader of files stops

// Argon2id (RFC 9106) with one lane. The floor is that RFC's second recommended
// choice and is enforced when a file is read, so that nobody weakens a header;
// the ceiling keeps a hostile file from eating the memory. The default is what
// an old laptop with 2 GiB bears, at about a second.
struct keystore_cost {
	uint32_t memory_kib;
	uint32_t passes;
};
#define KEYSTORE_MEMORY_KIB_MIN	    (64u << 10)
#define KEYSTORE_MEMORY_KIB_DEFAULT (256u << 10)
#define KEYSTORE_MEMORY_KIB_MAX	    (1u << 20)
#define KEYSTORE_PASSES_MIN	    3
#define KEYSTORE_PASSES_DEFAULT	    4
#define KEYSTORE_PASSES_MAX	    16

// A key-encryption key in a token: it wraps 32-byte data keys. Results as above;
// KEYSTORE_WRONG when what is to be unwrapped was not wrapped by it. token.h has one.
struct keystore_wrap {
	void *context;
	char name[KEYSTORE_LABEL_MAX + 1]; // its label, which goes into the file's header
	int (*wrap)(void *context, const uint8_t key[32], uint8_t to[KEYSTORE_WRAPPED_MAX], size_t *ret_size);
	int (*unwrap)(void *context, const uint8_t *wrapped, size_t size, uint8_t key[32]);
};

// What opens a file: a passphrase, a token's key, or both (then both are needed).
struct keystore_lock {
	const char *passphrase; // in secret memory, not copied; NULL for none. Its bytes count as they are
	size_t passphrase_size; // 1..KEYSTORE_PASSPHRASE_MAX
	const struct keystore_wrap *wrap; // NULL for none
	struct keystore_cost cost;	  // sealing with a passphrase only; zeros stand for the default
};

struct keystore_secret {
	enum keystore_kind kind;
	const uint8_t *bytes; // a seed of 16..64 bytes, or a key of 32
	size_t size;
	const char *label;  // 1..KEYSTORE_LABEL_MAX printable ASCII characters
	uint64_t created_s; // since 1970; the caller's clock
};

// Writes the file (docs/PROTOCOL.keystore.md): *ret_size bytes, the same number for every size of secret. The
// caller makes it durable before it forgets the secret.
MUST_USE int keystore_seal(const struct keystore_secret *secret, const struct keystore_lock *lock,
			   uint8_t *to, size_t room, size_t *ret_size);
// Opens it. KEYSTORE_FORMAT to KEYSTORE_WRONG, or what `unwrap` answered. Costs what the header says.
MUST_USE int keystore_open(const void *bytes, size_t size, const struct keystore_lock *lock,
			   struct keystore **ret);
void keystore_close(struct keystore *keystore); // accepts NULL; wipes

// What a file says of itself, before anything vouches for it: to ask for the right passphrase and token.
struct keystore_header {
	enum keystore_kind kind;
	bool needs_passphrase;
	bool needs_token;
	char label[KEYSTORE_LABEL_MAX + 1];
	char wrap_name[KEYSTORE_LABEL_MAX + 1]; // of the token's key-encryption key; else empty
	uint64_t created_s;
	uint8_t fingerprint[HD_FINGERPRINT_SIZE];
	struct keystore_cost cost;
};
MUST_USE int keystore_describe(const void *bytes, size_t size, struct keystore_header *ret);

// ---- using, the same for file and token ---------------------------------
enum keystore_kind keystore_kind(const struct keystore *keystore);
const char *keystore_label(const struct keystore *keystore);
uint64_t keystore_created_s(const struct keystore *keystore); // 0 for a token's key
// hash160's first four bytes of the master key, or of the fixed key.
void keystore_fingerprint(const struct keystore *keystore, uint8_t ret[HD_FINGERPRINT_SIZE]);

// The public key at a path (hardened steps too). A fixed key has only the empty path; its chain code is zero
// and nothing may be derived from it. KEYSTORE_PATH.
MUST_USE int keystore_public(struct keystore *keystore, const struct path *path, struct hd_public *ret);

// ECDSA: r and s, 32 bytes each, s low, verified against the public key before it is handed out. In a file's
// keystore the nonce is RFC 6979's, in a token its own. KEYSTORE_PATH, TOKEN_*.
MUST_USE int keystore_sign(struct keystore *keystore, const struct path *path, const uint8_t digest[32],
			   uint8_t raw[64]);
// BIP340, verified. With a tweak the signature is the taproot output key's (key path), else the key's own (a
// leaf's). KEYSTORE_PATH; KEYSTORE_UNABLE from a token: PKCS#11 has no Schnorr.
MUST_USE int keystore_schnorr(struct keystore *keystore, const struct path *path,
			      const struct taproot_tweak *tweak, const uint8_t digest[32],
			      const uint8_t random[32], uint8_t signature[SCHNORR_SIGNATURE_SIZE]);

// The seed itself, to make shares of: valid until keystore_close, in locked memory; never copy it elsewhere.
// KEYSTORE_UNABLE for a fixed key and for a token.
MUST_USE int keystore_export_seed(const struct keystore *keystore, const uint8_t **ret_seed,
				  size_t *ret_size);

// Seals an open secret again, under another passphrase or token; label and time of making stay. The old file
// still opens by the old lock until its last copy is destroyed. Results as keystore_seal; KEYSTORE_UNABLE for
// a token's key.
MUST_USE int keystore_reseal(const struct keystore *keystore, const struct keystore_lock *lock, uint8_t *to,
			     size_t room, size_t *ret_size);

// To sign a PSBT by psbt_sign_by: valid while the keystore is open. After PSBT_SIGNER, signer->failed holds
// the result that ended it.
void keystore_psbt_signer(struct keystore *keystore, struct psbt_signer *ret);
