// SPDX-License-Identifier: Apache-2.0
// For tests only: what any keystore must do, run over a file's and over a token's alike.
#pragma once

#include "base/testing.h"
#include "crypto/secret.h"
#include "keystore/keystore.h"

#define TEST_FUNDED 100000000ull

static const struct path test_no_path;

static inline struct path test_path(const char *text)
{
	struct path path;
	assert_int_equal(path_parse(text, strlen(text), &path), 0);
	return path;
}

static inline bool test_low_s(const uint8_t raw[64])
{
	static const char half[] = "7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0";
	uint8_t limit[32];
	hex_bytes(half, limit);
	return memcmp(raw + 32, limit, 32) <= 0;
}

// Signs `count` digests, and verifies each by the public key that the keystore names.
static inline void test_signs(struct keystore *keystore, const struct path *path, unsigned count)
{
	struct hd_public public;
	uint8_t digest[32] = { 9 }, raw[64], der[ECDSA_DER_MAX];
	size_t size;
	assert_int_equal(keystore_public(keystore, path, &public), 0);
	for (unsigned i = 0; i < count; i++) {
		memcpy(digest + 4, &i, sizeof i);
		assert_int_equal(keystore_sign(keystore, path, digest, raw), 0);
		assert_true(test_low_s(raw));
		assert_int_equal(
			ecdsa_from_raw(raw, span_over(public.key, PUBLIC_KEY_SIZE), digest, der, &size), 0);
		digest[0]++;
		assert_int_equal(
			ecdsa_from_raw(raw, span_over(public.key, PUBLIC_KEY_SIZE), digest, der, &size), 1);
		digest[0]--;
	}
}

// ---- a PSBT of a wallet that the keystore and a second signer share ------
struct test_spend {
	struct descriptor descriptor;
	struct psbt psbt;
	struct sighash_shared shared;
	struct arena arena;
	struct tx_input input;
	struct tx_output output;
	uint8_t previous[1024];
	uint8_t memory[1 << 20];
};

static inline void test_cosigner(struct hd_private *ret)
{
	static const uint8_t seed[32] = { 0xc0 };
	assert_int_equal(hd_master(seed, sizeof seed, ret), 0);
}

// The keystore's key as it stands in a descriptor: a tree's account with its origin, or the key itself.
static inline void test_key_text(struct keystore *keystore, char *to)
{
	static const char account[] = "m/48h/1h/0h/2h";
	struct path path = test_path(account);
	uint8_t fingerprint[HD_FINGERPRINT_SIZE];
	char name[2 * HD_FINGERPRINT_SIZE + 1], text[HD_TEXT_MAX + 1];
	bool seed = keystore_kind(keystore) == KEYSTORE_SEED;
	struct hd_public key;
	keystore_fingerprint(keystore, fingerprint);
	hex_encode(fingerprint, sizeof fingerprint, name);
	assert_int_equal(keystore_public(keystore, seed ? &path : &test_no_path, &key), 0);
	if (seed)
		hd_public_format(&network_regtest, &key, text);
	else
		hex_encode(key.key, PUBLIC_KEY_SIZE, text);
	sprintf(to, "[%s%s]%s%s", name, seed ? account + 1 : "", text, seed ? "/<0;1>/*" : "");
}

// "@" in the template is the keystore's key, "$" the second signer's.
static inline void test_wallet(struct keystore *keystore, const char *template, struct descriptor *ret)
{
	char text[DESCRIPTOR_TEXT_MAX] = "", checksum[DESCRIPTOR_CHECKSUM_SIZE + 1];
	struct hd_private cosigner;
	test_cosigner(&cosigner);
	for (const char *p = template; *p; p++) {
		char *end = text + strlen(text);
		if (*p == '@') {
			test_key_text(keystore, end);
		} else if (*p == '$') {
			hd_public_format(&network_regtest, &cosigner.public, end);
			strcat(end, "/<0;1>/*");
		} else {
			*end = *p;
			end[1] = 0;
		}
	}
	assert_int_equal(descriptor_checksum(text, strlen(text), checksum), 0);
	sprintf(text + strlen(text), "#%s", checksum);
	assert_int_equal(descriptor_parse(&network_regtest, text, strlen(text), ret), DESCRIPTOR_FINE);
}

// A PSBT that spends one output of the wallet.
static inline struct test_spend *test_spend_new(struct keystore *keystore, const char *template)
{
	static const uint8_t payee[22] = { 0x00, 0x14, 7 };
	struct test_spend *s = calloc(1, sizeof *s);
	struct descriptor_output own;
	assert_non_null(s);
	s->arena = arena_over(s->memory, sizeof s->memory);
	test_wallet(keystore, template, &s->descriptor);
	assert_int_equal(descriptor_derive(&s->descriptor, 0, s->descriptor.ranged ? 3 : 0, &own), 0);
	struct tx_input from = { .previous = { { 1 }, 7 }, .sequence = 0xffffffff };
	struct tx_output paid = { TEST_FUNDED, output_span(&own.script) };
	struct transaction previous = { 2, 0, &from, 1, &paid, 1 };
	struct writer w = writer_over(s->previous, sizeof s->previous);
	transaction_write(&previous, false, &w);
	s->input.sequence = 0xfffffffd;
	transaction_id(&previous, s->input.previous.txid);
	s->output = (struct tx_output){ TEST_FUNDED - 1000, span_over(payee, sizeof payee) };
	struct transaction tx = { 2, 0, &s->input, 1, &s->output, 1 };
	assert_int_equal(psbt_create(&tx, &s->arena, &s->psbt), PSBT_FINE);
	assert_int_equal(psbt_put_previous(&s->psbt, &s->arena, 0, span_over(s->previous, writer_size(&w))),
			 PSBT_FINE);
	assert_int_equal(
		psbt_describe_input(&s->psbt, &s->arena, 0, &s->descriptor, 0, s->descriptor.ranged ? 3 : 0),
		PSBT_FINE);
	assert_int_equal(psbt_sighash_prepare(&s->psbt, PSBT_TO_SIGN, &s->arena, &s->shared), PSBT_FINE);
	return s;
}

// Both sign, and the transaction is complete. What the keystore answered otherwise is returned.
static inline int test_spends(struct keystore *keystore, const char *template)
{
	static const uint8_t random[32] = { 3 };
	struct test_spend *s = test_spend_new(keystore, template);
	struct psbt_signer signer;
	struct hd_private cosigner;
	struct transaction tx;
	size_t count = 9;
	keystore_psbt_signer(keystore, &signer);
	enum psbt_refusal refusal =
		psbt_sign_by(&s->psbt, &s->arena, &s->shared, &s->descriptor, &signer, random, &count);
	if (refusal) {
		assert_int_equal(refusal, PSBT_SIGNER);
		assert_int_equal(count, 9);
		free(s);
		return signer.failed;
	}
	assert_int_equal(count, 1);
	if (strstr(template, "(2,")) {
		test_cosigner(&cosigner);
		assert_int_equal(psbt_finalize_input(&s->psbt, &s->arena, &s->shared, 0), PSBT_INCOMPLETE);
		assert_int_equal(psbt_sign_own(&s->psbt, &s->arena, &s->shared, &s->descriptor, &cosigner,
					       random, &count),
				 PSBT_FINE);
		assert_int_equal(count, 1);
	}
	assert_int_equal(psbt_finalize_input(&s->psbt, &s->arena, &s->shared, 0), PSBT_FINE);
	assert_int_equal(psbt_extract(&s->psbt, &s->arena, &tx), PSBT_FINE);
	free(s);
	return 0;
}

// The one body for both backends.
static inline void test_keystore(struct keystore *keystore)
{
	bool seed = keystore_kind(keystore) == KEYSTORE_SEED;
	struct path deep = test_path("m/48h/1h/0h/2h/0/5");
	uint8_t fingerprint[HD_FINGERPRINT_SIZE], again[HD_FINGERPRINT_SIZE], raw[64], digest[32] = { 1 };
	struct hd_public public;
	assert_int_equal(keystore_public(keystore, &test_no_path, &public), 0);
	keystore_fingerprint(keystore, fingerprint);
	hd_fingerprint(&public, again);
	assert_memory_equal(fingerprint, again, sizeof again);
	test_signs(keystore, &test_no_path, 8);
	if (seed) {
		test_signs(keystore, &deep, 8);
	} else {
		assert_int_equal(keystore_public(keystore, &deep, &public), KEYSTORE_PATH);
		assert_int_equal(keystore_sign(keystore, &deep, digest, raw), KEYSTORE_PATH);
	}
	assert_int_equal(test_spends(keystore, "wpkh(@)"), 0);
	assert_int_equal(test_spends(keystore, "wsh(sortedmulti(2,@,$))"), 0);
}
