// SPDX-License-Identifier: Apache-2.0
#include "bench/keys/work.h"

#include "bench/keys/spend.h"
#include "bitcoin/curve.h"
#include "bitcoin/hdkey.h"
#include "bitcoin/signature.h"
#include "crypto/secret.h"
#include "evm/key.h"
#include "keystore/keystore.h"

#include <secp256k1_extrakeys.h>
#include <secp256k1_recovery.h>
#include <secp256k1_schnorrsig.h>

static secp256k1_context *context;
static uint8_t secret[SECRET_KEY_SIZE], digest[32], key[PUBLIC_KEY_SIZE];
static struct evm_address account;
static struct hd_private parent;
static struct spend spend;
static struct keystore *fixed, *seeded; // sealed files, opened
static struct path key_path;

// A digest of its own for each call: nothing can be kept from the one before.
static void digest_next(void)
{
	uint64_t n;
	memcpy(&n, digest, sizeof n);
	n++;
	memcpy(digest, &n, sizeof n);
}

static void ours_ecdsa(void)
{
	uint8_t der[ECDSA_DER_MAX];
	size_t size;
	digest_next();
	ASSERT(ecdsa_sign_for(secret, key, digest, der, &size) == 0);
}

static void keystore_fixed(void)
{
	static const struct path empty;
	uint8_t raw[64];
	digest_next();
	ASSERT(keystore_sign(fixed, &empty, digest, raw) == 0);
}

// As a PSBT's signer does it: the public half is compared, then the key signs; each time at another path.
static void keystore_seeded(void)
{
	struct hd_public public;
	uint8_t raw[64];
	digest_next();
	key_path.steps[key_path.count - 1] = digest[0];
	ASSERT(keystore_public(seeded, &key_path, &public) == 0);
	ASSERT(keystore_sign(seeded, &key_path, digest, raw) == 0);
}

static void bare_ecdsa(void)
{
	secp256k1_ecdsa_signature signature;
	uint8_t der[ECDSA_DER_MAX];
	size_t size = sizeof der;
	digest_next();
	ASSERT(secp256k1_ecdsa_sign(context, &signature, digest, secret, NULL, NULL));
	ASSERT(secp256k1_ecdsa_signature_serialize_der(context, der, &size, &signature));
}

static void bare_ecdsa_verified(void)
{
	secp256k1_ecdsa_signature signature;
	secp256k1_pubkey point;
	uint8_t der[ECDSA_DER_MAX];
	size_t size = sizeof der;
	digest_next();
	ASSERT(secp256k1_ecdsa_sign(context, &signature, digest, secret, NULL, NULL));
	ASSERT(secp256k1_ec_pubkey_parse(context, &point, key, sizeof key));
	ASSERT(secp256k1_ecdsa_verify(context, &signature, digest, &point));
	ASSERT(secp256k1_ecdsa_signature_serialize_der(context, der, &size, &signature));
}

static void ours_schnorr(void)
{
	static const uint8_t random[32];
	uint8_t signature[SCHNORR_SIGNATURE_SIZE];
	digest_next();
	ASSERT(schnorr_sign(secret, random, digest, sizeof digest, signature) == 0);
}

static void bare_schnorr_verified(void)
{
	static const uint8_t random[32];
	secp256k1_keypair pair;
	secp256k1_xonly_pubkey point;
	uint8_t signature[SCHNORR_SIGNATURE_SIZE];
	digest_next();
	ASSERT(secp256k1_keypair_create(context, &pair, secret));
	ASSERT(secp256k1_keypair_xonly_pub(context, &point, NULL, &pair));
	ASSERT(secp256k1_schnorrsig_sign32(context, signature, digest, &pair, random));
	ASSERT(secp256k1_schnorrsig_verify(context, signature, digest, sizeof digest, &point));
}

static void ours_evm(void)
{
	struct evm_signature signature;
	digest_next();
	ASSERT(evm_sign_for(secret, &account, digest, &signature) == 0);
}

static void bare_evm_recovered(void)
{
	secp256k1_ecdsa_recoverable_signature signature;
	secp256k1_pubkey point;
	digest_next();
	ASSERT(secp256k1_ecdsa_sign_recoverable(context, &signature, digest, secret, NULL, NULL));
	ASSERT(secp256k1_ecdsa_recover(context, &point, &signature, digest));
}

static void ours_private_child(void)
{
	struct hd_private child;
	digest_next();
	ASSERT(hd_private_child(&parent, digest[0], &child) == 0);
}

static void bare_private_child(void)
{
	secp256k1_pubkey point;
	uint8_t child[SECRET_KEY_SIZE], text[PUBLIC_KEY_SIZE];
	size_t size = sizeof text;
	digest_next();
	memcpy(child, secret, sizeof child);
	ASSERT(secp256k1_ec_seckey_tweak_add(context, child, digest));
	ASSERT(secp256k1_ec_pubkey_create(context, &point, child));
	ASSERT(secp256k1_ec_pubkey_serialize(context, text, &size, &point, SECP256K1_EC_COMPRESSED));
}

static void ours_public_child(void)
{
	struct hd_public child;
	digest_next();
	ASSERT(hd_public_child(&parent.public, digest[0], &child) == 0);
}

static void bare_public_child(void)
{
	secp256k1_pubkey point;
	uint8_t text[PUBLIC_KEY_SIZE];
	size_t size = sizeof text;
	digest_next();
	ASSERT(secp256k1_ec_pubkey_parse(context, &point, key, sizeof key));
	ASSERT(secp256k1_ec_pubkey_tweak_add(context, &point, digest));
	ASSERT(secp256k1_ec_pubkey_serialize(context, text, &size, &point, SECP256K1_EC_COMPRESSED));
}

static void ours_derive(void) { spend_derive(&spend); }
static void ours_parse(void) { spend_parse(&spend); }
static void ours_sign(void) { spend_sign(&spend); }
static void ours_finalize(void) { spend_finalize(&spend); }

const struct work works[] = {
	{ "ECDSA, verified before release", ours_ecdsa, "bare: sign, verify", bare_ecdsa_verified },
	{ "ECDSA, verified before release", ours_ecdsa, "bare: sign alone", bare_ecdsa },
	{ "keystore file, one key", keystore_fixed, "bare: sign, verify", bare_ecdsa_verified },
	{ "keystore file, seed, six steps", keystore_seeded, "bare: sign, verify", bare_ecdsa_verified },
	{ "Schnorr, verified before release", ours_schnorr, "bare: keypair, sign, verify", bare_schnorr_verified },
	{ "EVM signature, account recovered", ours_evm, "bare: sign, recover", bare_evm_recovered },
	{ "BIP32 private child", ours_private_child, "bare: tweak, public key (no HMAC)", bare_private_child },
	{ "BIP32 public child", ours_public_child, "bare: tweak (no HMAC)", bare_public_child },
	{ "2-of-3 address from its descriptor", ours_derive, NULL, NULL },
	{ "PSBT read (2-of-3, two inputs)", ours_parse, NULL, NULL },
	{ "PSBT read and signed by one", ours_sign, NULL, NULL },
	{ "PSBT read, completed, extracted", ours_finalize, NULL, NULL },
};
const size_t work_count = ARRAY_LEN(works);

static int keystore_make(enum keystore_kind kind, struct keystore **ret)
{
	static const char passphrase[] = "a bench's passphrase";
	const struct keystore_secret it = { kind, secret, sizeof secret, "bench", 1 };
	const struct keystore_lock lock = { .passphrase = passphrase, .passphrase_size = sizeof passphrase - 1,
					    .cost = { KEYSTORE_MEMORY_KIB_MIN, KEYSTORE_PASSES_MIN } };
	uint8_t file[KEYSTORE_FILE_MAX];
	size_t size;
	int r = keystore_seal(&it, &lock, file, sizeof file, &size);
	return r ? r : keystore_open(file, size, &lock, ret);
}

int work_prepare(void)
{
	static const uint8_t seed[32] = "not a secret: a bench's seed....";
	context = secp256k1_context_create(SECP256K1_CONTEXT_NONE);
	if (!context || !secp256k1_context_randomize(context, seed))
		return 1;
	curve_init(seed);
	evm_keys_init(seed);
	memcpy(secret, seed, sizeof secret);
	if (crypto_init() || keystore_make(KEYSTORE_FIXED, &fixed) || keystore_make(KEYSTORE_SEED, &seeded) ||
	    path_parse("m/48h/1h/0h/2h/0/0", 18, &key_path))
		return 1;
	return public_key_of(secret, key) || evm_key_address(secret, &account) || hd_master(seed, sizeof seed, &parent) ||
	       spend_prepare(&spend);
}
