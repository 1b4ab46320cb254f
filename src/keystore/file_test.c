// SPDX-License-Identifier: Apache-2.0
#include "keystore/file.h"
#include "keystore/testing.h"

#include <sys/resource.h>

#if defined(__has_feature) // clang's way to say what gcc says by __SANITIZE_ADDRESS__
#if __has_feature(address_sanitizer) && !defined(__SANITIZE_ADDRESS__)
#define __SANITIZE_ADDRESS__ 1
#endif
#endif

#define PASSPHRASE "correct horse battery staple"

// ---- secret memory must be wiped before it is given back ------------------
// The linker leads secret_alloc and secret_free, which call these two, to here (meson.build). They are of a
// shared library, so that this holds under link-time optimization too.
void *__real_sodium_malloc(size_t size);
void __real_sodium_free(void *secret);
void *__wrap_sodium_malloc(size_t size);
void __wrap_sodium_free(void *secret);

static struct {
	uint8_t *at;
	size_t size;
} live[16];
static size_t freed, dirty;

void *__wrap_sodium_malloc(size_t size)
{
	uint8_t *secret = __real_sodium_malloc(size);
	for (size_t i = 0; i < ARRAY_LEN(live); i++) {
		if (!live[i].at) {
			live[i].at = secret;
			live[i].size = size;
			return secret;
		}
	}
	fail_msg("too many secrets at a time");
	return NULL;
}

void __wrap_sodium_free(void *secret)
{
	for (size_t i = 0; secret && i < ARRAY_LEN(live); i++) {
		if (live[i].at != secret)
			continue;
		size_t left = 0;
		for (size_t b = 0; b < live[i].size; b++)
			left += live[i].at[b] != 0;
		dirty += left > 0;
		freed++;
		live[i].at = NULL;
		__real_sodium_free(secret);
		return;
	}
	assert_null(secret);
}

static size_t live_count(void)
{
	size_t count = 0;
	for (size_t i = 0; i < ARRAY_LEN(live); i++)
		count += live[i].at != NULL;
	return count;
}

// ---- a token's stand-in ---------------------------------------------------
struct stand_in {
	uint8_t mask;
	int answer; // when not 0
};

static int stand_in_wrap(void *context, const uint8_t key[32], uint8_t to[KEYSTORE_WRAPPED_MAX],
			 size_t *ret_size)
{
	const struct stand_in *s = context;
	to[32] = 0;
	for (size_t i = 0; i < 32; i++) {
		to[i] = key[i] ^ s->mask;
		to[32] = (uint8_t)(to[32] + to[i]);
	}
	to[32] ^= s->mask;
	*ret_size = 33;
	return s->answer;
}

static int stand_in_unwrap(void *context, const uint8_t *wrapped, size_t size, uint8_t key[32])
{
	const struct stand_in *s = context;
	uint8_t sum = 0;
	if (s->answer)
		return s->answer;
	if (size != 33)
		return KEYSTORE_WRONG;
	for (size_t i = 0; i < 32; i++) {
		key[i] = wrapped[i] ^ s->mask;
		sum = (uint8_t)(sum + wrapped[i]);
	}
	return (sum ^ s->mask) == wrapped[32] ? 0 : KEYSTORE_WRONG;
}

static struct stand_in token = { 0x77, 0 }, other_token = { 0x78, 0 };
static const struct keystore_wrap wrap = { &token, "vault key 1", stand_in_wrap, stand_in_unwrap };
static const struct keystore_wrap other_wrap = { &other_token, "vault key 1", stand_in_wrap,
						 stand_in_unwrap };
#define FLOOR                                                                                                \
	{                                                                                                    \
		KEYSTORE_MEMORY_KIB_MIN, KEYSTORE_PASSES_MIN                                                 \
	}
static const struct keystore_lock by_token = { .wrap = &wrap };
static const struct keystore_lock by_passphrase = { PASSPHRASE, sizeof PASSPHRASE - 1, NULL, FLOOR };
static const struct keystore_lock by_both = { PASSPHRASE, sizeof PASSPHRASE - 1, &wrap, FLOOR };

static uint8_t seed[64], file[KEYSTORE_FILE_MAX + 8];
static size_t file_size;

static struct keystore_secret secret_of(enum keystore_kind kind, size_t size)
{
	return (struct keystore_secret){ kind, seed, size, "cold 1 of 5", 1790000000 };
}

static void seal(enum keystore_kind kind, size_t size, const struct keystore_lock *lock)
{
	const struct keystore_secret secret = secret_of(kind, size);
	assert_int_equal(keystore_seal(&secret, lock, file, sizeof file, &file_size), 0);
}

static int try_open(const struct keystore_lock *lock)
{
	struct keystore *keystore = NULL;
	int result = keystore_open(file, file_size, lock, &keystore);
	assert_int_equal(keystore == NULL, result != 0);
	keystore_close(keystore);
	return result;
}

static void test_round_trip(void **state)
{
	size_t sizes = 0;
	for (size_t size = HD_SEED_MIN; size <= HD_SEED_MAX; size++) {
		struct keystore *keystore;
		const uint8_t *exported;
		size_t exported_size;
		seal(KEYSTORE_SEED, size, &by_token);
		sizes = sizes ? sizes : file_size;
		assert_int_equal(file_size, sizes); // the length does not show
		assert_int_equal(keystore_open(file, file_size, &by_token, &keystore), 0);
		assert_int_equal(keystore_kind(keystore), KEYSTORE_SEED);
		assert_string_equal(keystore_label(keystore), "cold 1 of 5");
		assert_int_equal(keystore_created_s(keystore), 1790000000);
		assert_int_equal(keystore_export_seed(keystore, &exported, &exported_size), 0);
		assert_int_equal(exported_size, size);
		assert_memory_equal(exported, seed, size);
		keystore_close(keystore);
	}
	seal(KEYSTORE_FIXED, 32, &by_token);
	assert_int_equal(file_size, sizes);
	assert_int_equal(try_open(&by_token), 0);
	keystore_close(NULL);
}

static void exercise(enum keystore_kind kind, const struct keystore_lock *lock)
{
	struct path path = test_path("m/86h/1h/0h/0/1");
	struct hd_private master, at;
	struct hd_public public;
	struct keystore *keystore;
	uint8_t digest[32] = { 4 }, zero[32] = { 0 }, signature[64], key[XONLY_KEY_SIZE];
	bool odd;
	seal(kind, 32, lock);
	assert_int_equal(keystore_open(file, file_size, lock, &keystore), 0);
	test_keystore(keystore);
	if (kind == KEYSTORE_FIXED) {
		const uint8_t *exported = NULL;
		size_t size;
		assert_int_equal(keystore_export_seed(keystore, &exported, &size), KEYSTORE_UNABLE);
		assert_null(exported);
		assert_int_equal(keystore_schnorr(keystore, &path, NULL, digest, zero, signature),
				 KEYSTORE_PATH);
		path = test_no_path;
	} else {
		assert_int_equal(hd_master(seed, 32, &master), 0);
		assert_int_equal(hd_private_derive(&master, &path, &at), 0);
		assert_int_equal(keystore_public(keystore, &path, &public), 0);
		assert_memory_equal(&public, &at.public, sizeof public);
		assert_int_equal(test_spends(keystore, "tr(@)"), 0);
		assert_int_equal(test_spends(keystore, "tr($,sortedmulti_a(1,@))"), 0);
	}
	assert_int_equal(keystore_public(keystore, &path, &public), 0);
	assert_int_equal(keystore_schnorr(keystore, &path, NULL, digest, zero, signature), 0);
	assert_true(schnorr_verify(public.key + 1, digest, 32, signature));
	const struct taproot_tweak tweak = { NULL };
	assert_int_equal(keystore_schnorr(keystore, &path, &tweak, digest, zero, signature), 0);
	assert_int_equal(taproot_output_key(public.key + 1, NULL, key, &odd), 0);
	assert_true(schnorr_verify(key, digest, 32, signature));
	keystore_close(keystore);
}

static void test_signing(void **state)
{
	exercise(KEYSTORE_SEED, &by_token);
	exercise(KEYSTORE_FIXED, &by_token);
	exercise(KEYSTORE_SEED, &by_passphrase);
	exercise(KEYSTORE_FIXED, &by_both);
}

// ---- a signer that is not to be trusted -----------------------------------
static struct psbt_signer honest;
static int false_answer; // when not 0

static int false_ecdsa(void *context, const struct path *path, const uint8_t key[PUBLIC_KEY_SIZE],
		       const uint8_t digest[32], uint8_t raw[64])
{
	int result = honest.ecdsa(context, path, key, digest, raw);
	raw[9] ^= 1;
	return result ? result : false_answer;
}

static int false_schnorr(void *context, const struct path *path, const uint8_t key[PUBLIC_KEY_SIZE],
			 const struct taproot_tweak *tweak, const uint8_t digest[32],
			 const uint8_t random[32], uint8_t signature[SCHNORR_SIGNATURE_SIZE])
{
	int result = honest.schnorr(context, path, key, tweak, digest, random, signature);
	signature[9] ^= 1;
	return result ? result : false_answer;
}

static void test_false_signer(void **state)
{
	static const char *const templates[] = { "wpkh(@)", "wsh(sortedmulti(2,@,$))", "tr(@)",
						 "tr($,sortedmulti_a(1,@))" };
	static const uint8_t random[32];
	struct keystore *keystore;
	seal(KEYSTORE_SEED, 32, &by_token);
	assert_int_equal(keystore_open(file, file_size, &by_token, &keystore), 0);
	for (size_t i = 0; i < ARRAY_LEN(templates); i++) {
		struct test_spend *s = test_spend_new(keystore, templates[i]);
		struct psbt_signer signer;
		size_t count = 9;
		keystore_psbt_signer(keystore, &honest);
		signer = honest;
		signer.ecdsa = false_ecdsa;
		signer.schnorr = false_schnorr;
		false_answer = 0;
		assert_int_equal(psbt_sign_by(&s->psbt, &s->arena, &s->shared, &s->descriptor, &signer,
					      random, &count),
				 PSBT_SIGNATURE);
		false_answer = -EIO;
		assert_int_equal(psbt_sign_by(&s->psbt, &s->arena, &s->shared, &s->descriptor, &signer,
					      random, &count),
				 PSBT_SIGNER);
		assert_int_equal(signer.failed, -EIO);
		assert_int_equal(count, 9);
		false_answer = 1; // it holds no such key
		assert_int_equal(psbt_sign_by(&s->psbt, &s->arena, &s->shared, &s->descriptor, &signer,
					      random, &count),
				 PSBT_FINE);
		assert_int_equal(count, 0);
		assert_null(psbt_find(&s->psbt.inputs[0].map, PSBT_IN_PARTIAL_SIG));
		assert_null(psbt_find(&s->psbt.inputs[0].map, PSBT_IN_TAP_KEY_SIG));
		free(s);
	}
	keystore_close(keystore);
}

// Another seed's signer with this one's fingerprint finds no key of its own.
static void test_same_fingerprint(void **state)
{
	static const uint8_t random[32];
	struct keystore *keystore, *other;
	struct psbt_signer signer;
	size_t count = 9;
	seal(KEYSTORE_SEED, 32, &by_token);
	assert_int_equal(keystore_open(file, file_size, &by_token, &keystore), 0);
	seal(KEYSTORE_SEED, 33, &by_token);
	assert_int_equal(keystore_open(file, file_size, &by_token, &other), 0);
	struct test_spend *s = test_spend_new(keystore, "wsh(sortedmulti(2,@,$))");
	keystore_psbt_signer(other, &signer);
	keystore_fingerprint(keystore, signer.fingerprint);
	assert_int_equal(
		psbt_sign_by(&s->psbt, &s->arena, &s->shared, &s->descriptor, &signer, random, &count),
		PSBT_FINE);
	assert_int_equal(count, 0);
	free(s);
	keystore_close(keystore);
	keystore_close(other);
}

// RFC 6979: the nonce follows from key and digest (the vector is the well-known one for secp256k1 and
// "Satoshi Nakamoto").
static void test_nonce(void **state)
{
	const uint8_t one[32] = { [31] = 1 };
	const struct keystore_secret secret = { KEYSTORE_FIXED, one, 32, "one", 0 };
	struct keystore *keystore;
	uint8_t digest[32], raw[64];
	sha256_of("Satoshi Nakamoto", 16, digest);
	assert_int_equal(keystore_seal(&secret, &by_token, file, sizeof file, &file_size), 0);
	assert_int_equal(keystore_open(file, file_size, &by_token, &keystore), 0);
	assert_int_equal(keystore_sign(keystore, &test_no_path, digest, raw), 0);
	assert_hex(raw, 64,
		   "934b1ea10a4b3c1757e2b0c017d0b6143ce3c9a7e6a4a49860d7a6ab210ee3d8"
		   "2442ce9d2b916064108014783e923ec36b49743e2ffa1c4496f01a512aafd9e5");
	keystore_close(keystore);
}

// ---- altered bytes --------------------------------------------------------
// Under the token's lock every bit can be tried: no Argon2id stands before it.
static void test_every_bit(void **state)
{
	size_t answers[TOKEN_FAULT + 1] = { 0 };
	seal(KEYSTORE_SEED, 32, &by_token);
	for (size_t bit = 0; bit < 8 * file_size; bit++) {
		file[bit / 8] ^= (uint8_t)(1 << bit % 8);
		int result = try_open(&by_token);
		assert_in_range(result, KEYSTORE_FORMAT, KEYSTORE_WRONG);
		answers[result]++;
		file[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	assert_int_equal(try_open(&by_token), 0);
	assert_int_equal(answers[KEYSTORE_FORMAT], 64);
	assert_int_equal(answers[KEYSTORE_VERSION], 16);
	assert_true(answers[KEYSTORE_WRONG] > 8 * (FILE_BODY_SIZE + AEAD_TAG_SIZE));
	print_message("# %zu bits of %zu bytes: %zu not ours, %zu version, %zu cut, %zu over, %zu header, "
		      "%zu lock, %zu wrong\n",
		      8 * file_size, file_size, answers[KEYSTORE_FORMAT], answers[KEYSTORE_VERSION],
		      answers[KEYSTORE_TRUNCATED], answers[KEYSTORE_TRAILING], answers[KEYSTORE_HEADER],
		      answers[KEYSTORE_LOCK], answers[KEYSTORE_WRONG]);
}

static void test_length(void **state)
{
	seal(KEYSTORE_SEED, 32, &by_token);
	size_t whole = file_size;
	for (file_size = 0; file_size < whole; file_size++)
		assert_int_equal(try_open(&by_token), KEYSTORE_TRUNCATED);
	file_size = whole + 1;
	assert_int_equal(try_open(&by_token), KEYSTORE_TRAILING);
	file_size = whole;
	assert_int_equal(try_open(&by_token), 0);
}

// One bit in each field of a file with a passphrase; all that only the key can tell has one answer.
static void test_fields(void **state)
{
	static const struct {
		size_t at;
		int result;
	} fields[] = { { 0, KEYSTORE_FORMAT },	 { 8, KEYSTORE_VERSION },     { 10, KEYSTORE_HEADER },
		       { 11, KEYSTORE_HEADER },	 { 12, KEYSTORE_WRONG },      { 20, KEYSTORE_WRONG },
		       { 24, KEYSTORE_WRONG },	 { 27, KEYSTORE_PARAMETERS }, { 28, KEYSTORE_PARAMETERS },
		       { 32, KEYSTORE_WRONG },	 { 48, KEYSTORE_WRONG },      { 60, KEYSTORE_WRONG },
		       { 123, KEYSTORE_HEADER }, { 124, KEYSTORE_HEADER },    { 190, KEYSTORE_WRONG },
		       { 222, KEYSTORE_WRONG },	 { 303, KEYSTORE_WRONG } };
	seal(KEYSTORE_SEED, 32, &by_passphrase);
	assert_int_equal(file_size, 304);
	for (size_t i = 0; i < ARRAY_LEN(fields); i++) {
		file[fields[i].at] ^= 2;
		assert_int_equal(try_open(&by_passphrase), fields[i].result);
		file[fields[i].at] ^= 2;
	}
	struct keystore_lock wrong = by_passphrase;
	wrong.passphrase = "correct horse battery stapls";
	assert_int_equal(try_open(&wrong), KEYSTORE_WRONG);
	wrong = by_passphrase;
	wrong.passphrase_size--;
	assert_int_equal(try_open(&wrong), KEYSTORE_WRONG);
	assert_int_equal(try_open(&by_passphrase), 0);
}

// Who knows the key could seal so that the tag is right and the commitment is not: that is what it is there
// for.
static void test_commitment(void **state)
{
	static struct file_keys keys;
	struct file parts;
	seal(KEYSTORE_SEED, 32, &by_token);
	assert_int_equal(keystore_file_read(file, file_size, &parts), 0);
	assert_int_equal(file_keys_unlock(&parts, &by_token, &keys), 0);
	for (int altered = 0; altered < 2; altered++) {
		uint8_t *sealed = file + parts.header_size;
		struct aead *aead = aead_new(keys.derived.sealing);
		memset(keys.body, 0, sizeof keys.body);
		keys.body[0] = 32;
		memcpy(keys.body + 2, seed, 32);
		file[parts.header_size - 1] ^= (uint8_t)altered;
		assert_int_equal(aead_seal(aead, parts.nonce, file, parts.header_size, keys.body,
					   sizeof keys.body, sealed, sealed + FILE_BODY_SIZE),
				 0);
		aead_free(aead);
		assert_int_equal(try_open(&by_token), altered ? KEYSTORE_WRONG : 0);
	}
}

// Likewise bodies that are authentic but not of our form.
static void test_body_forms(void **state)
{
	static const struct {
		uint8_t size, high, behind;
	} forms[] = { { 32, 0, 1 }, { 65, 0, 0 }, { 255, 255, 0 }, { 15, 0, 0 }, { 0, 0, 0 }, { 16, 0, 0 } };
	static struct file_keys keys;
	struct file parts;
	seal(KEYSTORE_SEED, 32, &by_token);
	assert_int_equal(keystore_file_read(file, file_size, &parts), 0);
	assert_int_equal(file_keys_unlock(&parts, &by_token, &keys), 0);
	for (size_t i = 0; i < ARRAY_LEN(forms); i++) {
		uint8_t *sealed = file + parts.header_size;
		struct aead *aead = aead_new(keys.derived.sealing);
		memset(keys.body, 0, sizeof keys.body);
		keys.body[0] = forms[i].size;
		keys.body[1] = forms[i].high;
		memcpy(keys.body + 2, seed, forms[i].size < 32 ? forms[i].size : 32);
		keys.body[FILE_BODY_SIZE - 1] = forms[i].behind;
		assert_int_equal(aead_seal(aead, parts.nonce, file, parts.header_size, keys.body,
					   sizeof keys.body, sealed, sealed + FILE_BODY_SIZE),
				 0);
		aead_free(aead);
		assert_int_equal(try_open(&by_token),
				 KEYSTORE_WRONG); // the last one: not the header's fingerprint
	}
}

// Another header over the same sealed bytes: kind and time are not to be changed by who holds only the file.
static void test_kind_swapped(void **state)
{
	seal(KEYSTORE_SEED, 32, &by_token);
	file[10] = KEYSTORE_FIXED;
	assert_int_equal(try_open(&by_token), KEYSTORE_WRONG);
}

static void test_default_cost(void **state)
{
	struct keystore_lock lock = by_passphrase;
	struct keystore_header header;
	lock.cost = (struct keystore_cost){ 0 };
	seal(KEYSTORE_SEED, 32, &lock);
	assert_int_equal(keystore_describe(file, file_size, &header), 0);
	assert_int_equal(header.cost.memory_kib, KEYSTORE_MEMORY_KIB_DEFAULT);
	assert_int_equal(header.cost.passes, KEYSTORE_PASSES_DEFAULT);
	assert_int_equal(try_open(&by_passphrase), 0); // the cost is the file's, not the lock's
}

// The memory that Argon2id wants is not there: an answer of its own, and all is as before.
static void test_no_memory(void **state)
{
#ifdef __SANITIZE_ADDRESS__
	skip(); // the sanitizer itself needs more than the limit
#else
	struct rlimit before, none;
	seal(KEYSTORE_SEED, 32, &by_passphrase);
	assert_int_equal(getrlimit(RLIMIT_AS, &before), 0);
	none = before;
	none.rlim_cur = 48u << 20;
	assert_int_equal(setrlimit(RLIMIT_AS, &none), 0);
	int result = try_open(&by_passphrase);
	assert_int_equal(setrlimit(RLIMIT_AS, &before), 0);
	assert_int_equal(result, -ENOMEM);
	assert_int_equal(try_open(&by_passphrase), 0);
#endif
}

static void put_u32(size_t at, uint32_t value)
{
	memcpy(file + at, &value, sizeof value);
}

static void test_parameters(void **state)
{
	static const struct keystore_cost bad[] = {
		{ KEYSTORE_MEMORY_KIB_MIN - 1, KEYSTORE_PASSES_MIN },
		{ KEYSTORE_MEMORY_KIB_MAX + 1, KEYSTORE_PASSES_MIN },
		{ KEYSTORE_MEMORY_KIB_MIN, KEYSTORE_PASSES_MIN - 1 },
		{ KEYSTORE_MEMORY_KIB_MIN, KEYSTORE_PASSES_MAX + 1 },
		{ UINT32_MAX, UINT32_MAX },
		{ 8, 1 },
	};
	const struct keystore_secret secret = secret_of(KEYSTORE_SEED, 32);
	struct keystore_lock lock = by_passphrase;
	seal(KEYSTORE_SEED, 32, &by_passphrase);
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		size_t size = 9;
		put_u32(24, bad[i].memory_kib);
		put_u32(28, bad[i].passes);
		assert_int_equal(try_open(&by_passphrase), KEYSTORE_PARAMETERS);
		lock.cost = bad[i];
		assert_int_equal(keystore_seal(&secret, &lock, file, sizeof file, &size),
				 KEYSTORE_PARAMETERS);
		assert_int_equal(size, 9);
	}
	put_u32(24, 0);
	put_u32(28, 0);
	assert_int_equal(try_open(&by_passphrase), KEYSTORE_PARAMETERS);
	seal(KEYSTORE_SEED, 32, &by_token);
	put_u32(24, KEYSTORE_MEMORY_KIB_MIN); // not used, so not to be there
	assert_int_equal(try_open(&by_token), KEYSTORE_HEADER);
}

static void test_locks(void **state)
{
	const struct keystore_lock none = { 0 };
	struct keystore_lock lock = by_both;
	const struct keystore_secret secret = secret_of(KEYSTORE_SEED, 32);
	size_t size = 9;
	seal(KEYSTORE_SEED, 32, &by_both);
	assert_int_equal(try_open(&by_both), 0);
	assert_int_equal(try_open(&by_token), KEYSTORE_LOCK);
	assert_int_equal(try_open(&by_passphrase), KEYSTORE_LOCK);
	assert_int_equal(try_open(&none), KEYSTORE_LOCK);
	lock.wrap = &other_wrap;
	assert_int_equal(try_open(&lock), KEYSTORE_WRONG);
	lock = by_both;
	lock.passphrase = "something else";
	lock.passphrase_size = 14;
	assert_int_equal(try_open(&lock), KEYSTORE_WRONG);
	token.answer = TOKEN_GONE;
	assert_int_equal(try_open(&by_both), TOKEN_GONE);
	assert_int_equal(keystore_seal(&secret, &by_both, file, sizeof file, &size), TOKEN_GONE);
	token.answer = 0;
	assert_int_equal(size, 9);
	seal(KEYSTORE_SEED, 32, &by_passphrase);
	assert_int_equal(try_open(&by_both), KEYSTORE_LOCK);
	assert_int_equal(keystore_seal(&secret, &none, file, sizeof file, &size), KEYSTORE_LOCK);
	lock = by_passphrase;
	lock.passphrase_size = 0;
	assert_int_equal(keystore_seal(&secret, &lock, file, sizeof file, &size), KEYSTORE_LOCK);
	lock.passphrase_size = KEYSTORE_PASSPHRASE_MAX + 1;
	assert_int_equal(keystore_seal(&secret, &lock, file, sizeof file, &size), KEYSTORE_LOCK);
}

// A new passphrase or token: the old file's lock does not open the new file, and the secret is the same.
static void test_reseal(void **state)
{
	static const enum keystore_kind kinds[] = { KEYSTORE_SEED, KEYSTORE_FIXED };
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		struct keystore_lock next = { .wrap = &other_wrap };
		struct keystore *keystore, *again;
		struct hd_public before, after;
		seal(kinds[i], 32, &by_token);
		assert_int_equal(keystore_open(file, file_size, &by_token, &keystore), 0);
		assert_int_equal(keystore_reseal(keystore, &next, file, sizeof file, &file_size), 0);
		assert_int_equal(try_open(&by_token), KEYSTORE_WRONG);
		assert_int_equal(keystore_open(file, file_size, &next, &again), 0);
		assert_int_equal(keystore_public(keystore, &test_no_path, &before), 0);
		assert_int_equal(keystore_public(again, &test_no_path, &after), 0);
		assert_memory_equal(&before, &after, sizeof before);
		assert_string_equal(keystore_label(again), "cold 1 of 5");
		assert_int_equal(keystore_created_s(again), 1790000000);
		assert_int_equal(keystore_kind(again), kinds[i]);
		keystore_close(again);
		keystore_close(keystore);
	}
}

static int seal_as(const char *label, enum keystore_kind kind, const uint8_t *bytes, size_t size, size_t room)
{
	const struct keystore_secret secret = { kind, bytes, size, label, 0 };
	return keystore_seal(&secret, &by_token, file, room, &file_size);
}

static void test_sealing_limits(void **state)
{
	static const uint8_t zero[32];
	uint8_t order[32];
	char label[KEYSTORE_LABEL_MAX + 2];
	struct keystore_header header;
	memset(label, 'x', sizeof label);
	label[KEYSTORE_LABEL_MAX + 1] = 0;
	assert_int_equal(seal_as(label, KEYSTORE_SEED, seed, 32, sizeof file), KEYSTORE_LABEL);
	label[KEYSTORE_LABEL_MAX] = 0;
	assert_int_equal(seal_as(label, KEYSTORE_SEED, seed, 32, sizeof file), 0);
	assert_int_equal(keystore_describe(file, file_size, &header), 0);
	assert_string_equal(header.label, label);
	assert_string_equal(header.wrap_name, "vault key 1");
	assert_true(header.needs_token);
	assert_false(header.needs_passphrase);
	assert_int_equal(try_open(&by_token), 0);
	assert_int_equal(seal_as("", KEYSTORE_SEED, seed, 32, sizeof file), KEYSTORE_LABEL);
	assert_int_equal(seal_as("a\x1b[2J", KEYSTORE_SEED, seed, 32, sizeof file), KEYSTORE_LABEL);
	assert_int_equal(seal_as("caf\xc3\xa9", KEYSTORE_SEED, seed, 32, sizeof file), KEYSTORE_LABEL);
	assert_int_equal(seal_as("a", KEYSTORE_SEED, seed, 15, sizeof file), KEYSTORE_SECRET);
	assert_int_equal(seal_as("a", KEYSTORE_SEED, seed, 65, sizeof file), KEYSTORE_SECRET);
	assert_int_equal(seal_as("a", KEYSTORE_FIXED, seed, 31, sizeof file), KEYSTORE_SECRET);
	assert_int_equal(seal_as("a", KEYSTORE_FIXED, seed, 33, sizeof file), KEYSTORE_SECRET);
	assert_int_equal(seal_as("a", KEYSTORE_FIXED, zero, 32, sizeof file), KEYSTORE_SECRET);
	hex_bytes("fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141", order);
	assert_int_equal(seal_as("a", KEYSTORE_FIXED, order, 32, sizeof file), KEYSTORE_SECRET);
	assert_int_equal(seal_as("a", (enum keystore_kind)3, seed, 32, sizeof file), KEYSTORE_SECRET);
	assert_int_equal(seal_as("a", KEYSTORE_SEED, seed, 32, KEYSTORE_FILE_MAX - 1), KEYSTORE_ROOM);
}

// Salt, nonce and data key are new each time: one secret sealed twice shows no likeness.
static void test_fresh(void **state)
{
	uint8_t first[KEYSTORE_FILE_MAX];
	seal(KEYSTORE_SEED, 32, &by_token);
	memcpy(first, file, file_size);
	seal(KEYSTORE_SEED, 32, &by_token);
	assert_memory_not_equal(file + 32, first + 32, ARGON2ID_SALT_SIZE);
	assert_memory_not_equal(file + 48, first + 48, AEAD_NONCE_SIZE);
	assert_memory_not_equal(file + 190, first + 190, 33);
	assert_memory_not_equal(file + file_size - 82, first + file_size - 82, 32);
}

// The worked example of docs/PROTOCOL.keystore.md, taken out of that page.
static size_t example(uint8_t *to)
{
	FILE *page = fopen(PROTOCOL_PAGE, "re");
	char line[512];
	size_t size = 0;
	bool inside = false;
	assert_non_null(page);
	while (fgets(line, sizeof line, page)) {
		line[strcspn(line, "\n")] = 0;
		if (strncmp(line, "```", 3) == 0)
			inside = strcmp(line, "```hex") == 0;
		else if (inside)
			size += hex_bytes(line, to + size);
	}
	fclose(page);
	return size;
}

static void test_example(void **state)
{
	uint8_t page[1024], bytes[32], to[KEYSTORE_FILE_MAX];
	struct file_random random;
	struct keystore *keystore;
	size_t size;
	for (uint8_t i = 0; i < 32; i++)
		bytes[i] = i;
	for (uint8_t i = 0; i < sizeof random.salt; i++)
		random.salt[i] = (uint8_t)(0xa0 + i);
	for (uint8_t i = 0; i < sizeof random.nonce; i++)
		random.nonce[i] = (uint8_t)(0xb0 + i);
	memset(random.data_key, 0, sizeof random.data_key);
	const struct keystore_secret secret = { KEYSTORE_SEED, bytes, 32, "cold 1 of 5", 1790000000 };
	assert_int_equal(file_seal(&secret, &by_passphrase, &random, to, sizeof to, &size), 0);
	if (getenv("SHOW_EXAMPLE"))
		for (size_t i = 0; i < size; i++)
			printf("%02x%s", to[i], i % 32 == 31 || i + 1 == size ? "\n" : "");
	assert_int_equal(example(page), size);
	assert_memory_equal(page, to, size);
	assert_int_equal(keystore_open(page, size, &by_passphrase, &keystore), 0);
	keystore_close(keystore);
}

// Every secret that the tests above took was wiped when it went, also on the paths that refused.
static void test_wiped(void **state)
{
	struct keystore *keystore;
	uint8_t *bytes = (uint8_t *)__wrap_sodium_malloc(8);
	assert_int_equal(live_count(), 1);
	memset(bytes, 1, 8);
	size_t before = dirty;
	__wrap_sodium_free(bytes);
	assert_int_equal(dirty, before + 1); // the check can fail
	assert_int_equal(before, 0);
	seal(KEYSTORE_SEED, 32, &by_token);
	assert_int_equal(keystore_open(file, file_size, &by_token, &keystore), 0);
	assert_int_equal(live_count(), 1);
	keystore_close(keystore);
	assert_int_equal(live_count(), 0);
	assert_int_equal(dirty, before + 1);
	print_message("# %zu secrets given back, all wiped\n", freed - 1);
}

static void test_texts(void **state)
{
	for (int i = 0; i <= TOKEN_FAULT; i++)
		assert_true(strlen(keystore_result_text(i)) > 3);
	assert_string_equal(keystore_result_text(TOKEN_FAULT + 1), "unknown result");
	assert_non_null(strstr(keystore_result_text(-ENOMEM), "memory"));
}

static int setup(void **state)
{
	static const uint8_t blind[32] = { 5 };
	for (uint8_t i = 0; i < sizeof seed; i++)
		seed[i] = (uint8_t)(3 * i + 1);
	curve_init(blind);
	return crypto_init();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trip),     cmocka_unit_test(test_signing),
		cmocka_unit_test(test_false_signer),   cmocka_unit_test(test_same_fingerprint),
		cmocka_unit_test(test_nonce),	       cmocka_unit_test(test_every_bit),
		cmocka_unit_test(test_length),	       cmocka_unit_test(test_fields),
		cmocka_unit_test(test_kind_swapped),   cmocka_unit_test(test_commitment),
		cmocka_unit_test(test_body_forms),     cmocka_unit_test(test_parameters),
		cmocka_unit_test(test_locks),	       cmocka_unit_test(test_default_cost),
		cmocka_unit_test(test_no_memory),      cmocka_unit_test(test_reseal),
		cmocka_unit_test(test_sealing_limits), cmocka_unit_test(test_fresh),
		cmocka_unit_test(test_example),	       cmocka_unit_test(test_texts),
		cmocka_unit_test(test_wiped),
	};
	return cmocka_run_group_tests(tests, setup, NULL);
}
