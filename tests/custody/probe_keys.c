// SPDX-License-Identifier: Apache-2.0
// Keys: words and seeds, trees of keys, bare signatures.
#include "bitcoin/mnemonic.h"
#include "bitcoin/signature.h"
#include "custody/probe.h"

static struct hd_private signers[PROBE_SLOTS];

const struct hd_private *call_signer(struct call *call, size_t argument)
{
	uint64_t slot = call_number(call, argument);
	call->malformed |= slot >= PROBE_SLOTS;
	return &signers[slot < PROBE_SLOTS ? slot : 0];
}

static void say_private(struct call *call, const struct hd_private *key)
{
	char private[HD_TEXT_MAX + 1], public[HD_TEXT_MAX + 1];
	hd_private_format(&network_main, key, private);
	hd_public_format(&network_main, &key->public, public);
	say_text(call, private);
	say_text(call, public);
}

// signer SLOT SEED: keeps the master key; answers xprv and xpub.
static const char *do_signer(struct call *call)
{
	struct hd_private *signer = &signers[call_number(call, 1) % PROBE_SLOTS];
	struct span seed = call_bytes(call, 2);
	if (hd_master(seed.at, seed.size, signer))
		return "not a seed";
	say_private(call, signer);
	return NULL;
}

// derive-private SLOT PATH; derive-public XPUB PATH
static const char *do_derive_private(struct call *call)
{
	struct path path;
	struct hd_private key;
	if (path_parse(call->words[2], strlen(call->words[2]), &path))
		return "not a path";
	if (hd_private_derive(call_signer(call, 1), &path, &key))
		return "no key there";
	say_private(call, &key);
	return NULL;
}

static const char *do_derive_public(struct call *call)
{
	struct path path;
	struct hd_public key;
	char text[HD_TEXT_MAX + 1];
	if (path_parse(call->words[2], strlen(call->words[2]), &path))
		return "not a path";
	if (hd_public_parse(&network_main, call->words[1], strlen(call->words[1]), &key))
		return "not an extended public key";
	if (hd_public_derive(&key, &path, &key))
		return "no key there";
	hd_public_format(&network_main, &key, text);
	say_text(call, text);
	return NULL;
}

// words ENTROPY: the words, in hex.
static const char *do_words(struct call *call)
{
	char text[MNEMONIC_TEXT_MAX + 1];
	struct span entropy = call_bytes(call, 1);
	if (mnemonic_format(entropy.at, entropy.size, text))
		return "no such size of entropy";
	say_bytes(call, span_over(text, strlen(text)));
	return NULL;
}

// words-entropy WORDS and words-seed WORDS PASSPHRASE: texts in hex.
static const char *do_words_entropy(struct call *call)
{
	uint8_t entropy[MNEMONIC_ENTROPY_MAX];
	size_t size;
	struct span text = call_bytes(call, 1);
	int result = mnemonic_parse((const char *)text.at, text.size, entropy, &size, NULL);
	if (result)
		return result == 1 ? "count" : result == 2 ? "word" : "checksum";
	say_bytes(call, span_over(entropy, size));
	return NULL;
}

static const char *do_words_seed(struct call *call)
{
	uint8_t seed[MNEMONIC_SEED_SIZE];
	struct span text = call_bytes(call, 1), passphrase = call_bytes(call, 2);
	if (mnemonic_seed((const char *)text.at, text.size, (const char *)passphrase.at, passphrase.size,
			  seed))
		return "refused";
	say_bytes(call, span_over(seed, sizeof seed));
	return NULL;
}

// ecdsa SECRET DIGEST: public key and DER. ecdsa-verify KEY DIGEST DER.
static const char *do_ecdsa(struct call *call)
{
	const uint8_t *secret = call_sized(call, 1, SECRET_KEY_SIZE), *digest = call_sized(call, 2, 32);
	uint8_t key[PUBLIC_KEY_SIZE], der[ECDSA_DER_MAX];
	size_t size;
	if (public_key_of(secret, key) || ecdsa_sign(secret, digest, der, &size))
		return "not a secret key";
	say_bytes(call, span_over(key, sizeof key));
	say_bytes(call, span_over(der, size));
	return NULL;
}

static const char *do_ecdsa_verify(struct call *call)
{
	struct span key = call_bytes(call, 1), der = call_bytes(call, 3);
	return ecdsa_verify(key, call_sized(call, 2, 32), der) ? NULL : "false";
}

// schnorr SECRET RANDOM MESSAGE: x-only key and signature. schnorr-verify KEY MESSAGE SIGNATURE.
static const char *do_schnorr(struct call *call)
{
	const uint8_t *secret = call_sized(call, 1, SECRET_KEY_SIZE), *random = call_sized(call, 2, 32);
	struct span message = call_bytes(call, 3);
	uint8_t key[PUBLIC_KEY_SIZE], signature[SCHNORR_SIGNATURE_SIZE];
	if (public_key_of(secret, key) || schnorr_sign(secret, random, message.at, message.size, signature))
		return "not a secret key";
	say_bytes(call, span_over(key + 1, XONLY_KEY_SIZE));
	say_bytes(call, span_over(signature, sizeof signature));
	return NULL;
}

static const char *do_schnorr_verify(struct call *call)
{
	const uint8_t *key = call_sized(call, 1, XONLY_KEY_SIZE);
	struct span message = call_bytes(call, 2);
	const uint8_t *signature = call_sized(call, 3, SCHNORR_SIGNATURE_SIZE);
	return schnorr_verify(key, message.at, message.size, signature) ? NULL : "false";
}

const struct probe_command probe_key_commands[] = {
	{ "signer", 2, do_signer },
	{ "derive-private", 2, do_derive_private },
	{ "derive-public", 2, do_derive_public },
	{ "words", 1, do_words },
	{ "words-entropy", 1, do_words_entropy },
	{ "words-seed", 2, do_words_seed },
	{ "ecdsa", 2, do_ecdsa },
	{ "ecdsa-verify", 3, do_ecdsa_verify },
	{ "schnorr", 3, do_schnorr },
	{ "schnorr-verify", 3, do_schnorr_verify },
	{ NULL, 0, NULL },
};
