// SPDX-License-Identifier: Apache-2.0
// Against SoftHSM2, in a token directory of its own. Skipped by name where it is not installed.
#include "evm/key.h"
#include "keystore/testing.h"
#include "keystore/token_session.h"

#include <ftw.h>
#include <unistd.h>

#define PIN "246813579"

static const char *const places[] = {
	"/usr/lib/softhsm/libsofthsm2.so",
	"/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so",
	"/usr/lib/aarch64-linux-gnu/softhsm/libsofthsm2.so",
	"/usr/lib64/pkcs11/libsofthsm2.so",
	"/usr/local/lib/softhsm/libsofthsm2.so",
};
static const char *softhsm; // the module's file
static char directory[64];

static int init_token(const char *label)
{
	char command[256];
	snprintf(command, sizeof command,
		 "softhsm2-util --init-token --free --label '%s' --pin " PIN
		 " --so-pin 12345678 >/dev/null 2>&1",
		 label);
	return system(command);
}

static void configure(void)
{
	char path[128];
	strcpy(directory, "softhsm.XXXXXX");
	assert_non_null(mkdtemp(directory));
	char *absolute = realpath(directory, NULL);
	snprintf(path, sizeof path, "%s/conf", directory);
	FILE *file = fopen(path, "we");
	assert_non_null(file);
	fprintf(file, "directories.tokendir = %s\nobjectstore.backend = file\nlog.level = ERROR\n", absolute);
	fclose(file);
	char *conf = realpath(path, NULL);
	setenv("SOFTHSM2_CONF", conf, 1);
	free(conf);
	free(absolute);
}

static int remove_one(const char *path, const struct stat *status, int type, struct FTW *at)
{
	return remove(path);
}

static int setup(void **state)
{
	static const uint8_t blind[32] = { 5 };
	curve_init(blind);
	evm_keys_init(blind);
	for (size_t i = 0; i < ARRAY_LEN(places) && !softhsm; i++)
		softhsm = access(places[i], R_OK) == 0 ? places[i] : NULL;
	if (softhsm && system("softhsm2-util --version >/dev/null 2>&1") != 0)
		softhsm = NULL;
	if (softhsm) {
		configure();
		if (init_token("first") || init_token("second"))
			return -1;
	}
	return crypto_init();
}

static int teardown(void **state)
{
	if (directory[0])
		nftw(directory, remove_one, 8, FTW_DEPTH | FTW_PHYS);
	return 0;
}

static void needs_softhsm(void)
{
	if (!softhsm) {
		print_message("# SoftHSM2 is not here\n");
		skip();
	}
}

static struct token *open_token(const char *name)
{
	struct token *token = NULL;
	needs_softhsm();
	assert_int_equal(token_open(softhsm, name, PIN, strlen(PIN), &token), 0);
	return token;
}

// ---- opening --------------------------------------------------------------
static void test_open(void **state)
{
	static const struct {
		const char *module, *name, *pin;
		int result;
	} tries[] = {
		{ "/nowhere/libpkcs11.so", "first", PIN, TOKEN_MODULE },
		{ "/etc/hostname", "first", PIN, TOKEN_MODULE },
		{ NULL, "third", PIN, TOKEN_ABSENT },
		{ NULL, "", PIN, TOKEN_ABSENT },
		{ NULL, "a label of more than thirty-two characters", PIN, TOKEN_ABSENT },
		{ NULL, "pkcs11:token=third", PIN, TOKEN_ABSENT },
		{ NULL, "pkcs11:nonsense%zz", PIN, TOKEN_ABSENT },
		{ NULL, "pkcs11:manufacturer=SoftHSM%20project", PIN, TOKEN_AMBIGUOUS },
		{ NULL, "first", "24681357", TOKEN_PIN },
		{ NULL, "first", "1", TOKEN_PIN },
	};
	needs_softhsm();
	for (size_t i = 0; i < ARRAY_LEN(tries); i++) {
		struct token *token = NULL;
		const char *module = tries[i].module ? tries[i].module : softhsm;
		int result = token_open(module, tries[i].name, tries[i].pin, strlen(tries[i].pin), &token);
		if (result != tries[i].result)
			print_message("# %s: %s\n", tries[i].name, keystore_result_text(result));
		assert_int_equal(result, tries[i].result);
		assert_null(token);
	}
	token_close(open_token("pkcs11:token=second"));
	token_close(open_token("first"));
	token_close(NULL);
}

// A second login in one process would not look at the PIN: refused, and the first goes on.
static void test_open_twice(void **state)
{
	struct token *token = open_token("first"), *again = NULL;
	struct keystore *keystore;
	uint8_t public[PUBLIC_KEY_SIZE];
	assert_int_equal(token_key_generate(token, "once", public), 0);
	assert_int_equal(token_key_open(token, "once", &keystore), 0);
	assert_int_equal(token_open(softhsm, "first", "wrong", 5, &again), TOKEN_FAULT);
	assert_int_equal(token_open(softhsm, "first", PIN, strlen(PIN), &again), TOKEN_FAULT);
	assert_int_equal(token_open(softhsm, "third", PIN, strlen(PIN), &again), TOKEN_ABSENT);
	assert_null(again);
	test_signs(keystore, &test_no_path, 4);
	again = open_token("second"); // another token of the same module
	test_signs(keystore, &test_no_path, 4);
	token_close(again);
	test_signs(keystore, &test_no_path, 4);
	keystore_close(keystore);
	token_close(token);
}

// By what p11-kit is configured with. Whether SoftHSM is, depends on the distribution.
static void test_configured(void **state)
{
	struct token *token = NULL;
	needs_softhsm();
	int result = token_open(NULL, "first", PIN, strlen(PIN), &token);
	if (result == TOKEN_ABSENT) {
		print_message("# p11-kit is not configured with SoftHSM2\n");
		skip();
	}
	assert_int_equal(result, 0);
	assert_int_equal(token_open(NULL, "third", PIN, strlen(PIN), &token), TOKEN_ABSENT);
	token_close(token);
}

// ---- keys -----------------------------------------------------------------
static void test_key(void **state)
{
	struct token *token = open_token("first");
	uint8_t public[PUBLIC_KEY_SIZE], zero[32] = { 0 }, signature[64];
	const struct taproot_tweak tweak = { NULL };
	struct hd_public again;
	struct keystore *keystore;
	const uint8_t *seed;
	size_t size;
	assert_int_equal(token_key_open(token, "warm 2", &keystore), TOKEN_NO_KEY);
	assert_int_equal(token_key_generate(token, "warm 2", public), 0);
	assert_int_equal(token_key_generate(token, "warm 2", public), TOKEN_KEY_EXISTS);
	assert_int_equal(token_key_generate(token, "", public), KEYSTORE_LABEL);
	assert_int_equal(token_key_open(token, "warm 2", &keystore), 0);
	assert_int_equal(keystore_kind(keystore), KEYSTORE_FIXED);
	assert_string_equal(keystore_label(keystore), "warm 2");
	assert_int_equal(keystore_public(keystore, &test_no_path, &again), 0);
	assert_memory_equal(again.key, public, sizeof public);
	test_keystore(keystore); // the body that file_test runs
	assert_int_equal(keystore_schnorr(keystore, &test_no_path, NULL, zero, zero, signature),
			 KEYSTORE_UNABLE);
	assert_int_equal(keystore_schnorr(keystore, &test_no_path, &tweak, zero, zero, signature),
			 KEYSTORE_UNABLE);
	assert_int_equal(keystore_export_seed(keystore, &seed, &size), KEYSTORE_UNABLE);
	assert_int_equal(keystore_reseal(keystore, NULL, NULL, 0, &size), KEYSTORE_UNABLE);
	keystore_close(keystore);
	token_close(token);
	// the key is still there afterwards, and is the same
	token = open_token("first");
	assert_int_equal(token_key_open(token, "warm 2", &keystore), 0);
	assert_int_equal(keystore_public(keystore, &test_no_path, &again), 0);
	assert_memory_equal(again.key, public, sizeof public);
	keystore_close(keystore);
	token_close(token);
}

// The token's own nonce and S: about half are high; ours are low, verify, and recover the account.
static void test_thousand(void **state)
{
	struct token *token = open_token("first");
	struct keystore *keystore;
	struct hd_public public;
	CK_OBJECT_HANDLE private;
	CK_MECHANISM mechanism = { CKM_ECDSA, NULL, 0 };
	uint8_t made[PUBLIC_KEY_SIZE], point[65], digest[32] = { 1 }, raw[64];
	struct evm_address account;
	unsigned high = 0, parity = 0;
	assert_int_equal(token_key_generate(token, "thousand", made), 0);
	assert_int_equal(token_key_open(token, "thousand", &keystore), 0);
	assert_int_equal(keystore_public(keystore, &test_no_path, &public), 0);
	assert_int_equal(public_key_uncompress(public.key, point), 0);
	evm_address_of_point(point + 1, &account);
	assert_int_equal(token_find(token, CKO_PRIVATE_KEY, CKK_EC, "thousand", &private), 0);
	for (unsigned i = 0; i < 1000; i++) {
		struct evm_signature signature;
		CK_ULONG size = sizeof raw;
		memcpy(digest + 4, &i, sizeof i);
		assert_int_equal(token->module->C_SignInit(token->session, &mechanism, private), CKR_OK);
		assert_int_equal(token->module->C_Sign(token->session, digest, 32, raw, &size), CKR_OK);
		high += !test_low_s(raw);
		assert_int_equal(keystore_sign(keystore, &test_no_path, digest, raw), 0);
		assert_true(test_low_s(raw));
		assert_int_equal(evm_signature_from_raw(raw, &account, digest, &signature), 0);
		parity += signature.y_parity;
	}
	print_message("# of 1000 of the token's signatures %u had a high S, of ours none; parity 1 in %u\n",
		      high, parity);
	assert_in_range(high, 400, 600);
	assert_in_range(parity, 400, 600);
	test_signs(keystore, &test_no_path, 1000);
	keystore_close(keystore);
	token_close(token);
}

// ---- keys that are refused ------------------------------------------------
static void make_pair(struct token *token, const char *label, CK_BBOOL extractable, const char *params_hex)
{
	CK_MECHANISM mechanism = { CKM_EC_KEY_PAIR_GEN, NULL, 0 };
	CK_OBJECT_HANDLE public, private;
	CK_BBOOL yes = CK_TRUE;
	uint8_t params[16];
	size_t size = hex_bytes(params_hex, params);
	CK_ATTRIBUTE of_public[] = { { CKA_TOKEN, &yes, 1 },
				     { CKA_EC_PARAMS, params, size },
				     { CKA_LABEL, (void *)(uintptr_t)label, strlen(label) } };
	CK_ATTRIBUTE of_private[] = { { CKA_TOKEN, &yes, 1 },
				      { CKA_PRIVATE, &yes, 1 },
				      { CKA_SENSITIVE, &yes, 1 },
				      { CKA_SIGN, &yes, 1 },
				      { CKA_EXTRACTABLE, &extractable, 1 },
				      { CKA_LABEL, (void *)(uintptr_t)label, strlen(label) } };
	assert_int_equal(token->module->C_GenerateKeyPair(token->session, &mechanism, of_public, 3,
							  of_private, 6, &public, &private),
			 CKR_OK);
}

static void test_refused_keys(void **state)
{
	static const char secp256k1[] = "06052b8104000a", p256[] = "06082a8648ce3d030107";
	struct token *token = open_token("first");
	struct keystore *keystore = NULL;
	CK_OBJECT_HANDLE found;
	CK_BBOOL yes = CK_TRUE;
	make_pair(token, "extractable", CK_TRUE, secp256k1);
	assert_int_equal(token_key_open(token, "extractable", &keystore), TOKEN_WEAK_KEY);
	make_pair(token, "other curve", CK_FALSE, p256);
	assert_int_equal(token_key_open(token, "other curve", &keystore), TOKEN_CURVE);
	make_pair(token, "twice", CK_FALSE, secp256k1);
	assert_int_equal(token_key_open(token, "twice", &keystore), 0);
	keystore_close(keystore);
	// once not extractable, never again otherwise
	assert_int_equal(token_find(token, CKO_PRIVATE_KEY, CKK_EC, "twice", &found), 0);
	CK_ATTRIBUTE loosen = { CKA_EXTRACTABLE, &yes, 1 };
	assert_int_not_equal(token->module->C_SetAttributeValue(token->session, found, &loosen, 1), CKR_OK);
	make_pair(token, "twice", CK_FALSE, secp256k1);
	assert_int_equal(token_key_open(token, "twice", &keystore), TOKEN_AMBIGUOUS);
	token_close(token);
}

// A key whose value somebody knew before the token did.
static void test_imported(void **state)
{
	static uint8_t params[] = { 0x06, 0x05, 0x2b, 0x81, 0x04, 0x00, 0x0a };
	struct token *token = open_token("first");
	CK_OBJECT_CLASS class = CKO_PRIVATE_KEY, public_class = CKO_PUBLIC_KEY;
	CK_KEY_TYPE type = CKK_EC;
	CK_BBOOL yes = CK_TRUE, no = CK_FALSE;
	CK_OBJECT_HANDLE made;
	struct keystore *keystore = NULL;
	uint8_t one[32] = { [31] = 1 }, point[67] = { 4, 65 };
	hex_bytes("0479be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798"
		  "483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8",
		  point + 2);
	CK_ATTRIBUTE private[] = { { CKA_CLASS, &class, sizeof class },
				   { CKA_KEY_TYPE, &type, sizeof type },
				   { CKA_TOKEN, &yes, 1 },
				   { CKA_PRIVATE, &yes, 1 },
				   { CKA_SENSITIVE, &yes, 1 },
				   { CKA_EXTRACTABLE, &no, 1 },
				   { CKA_SIGN, &yes, 1 },
				   { CKA_EC_PARAMS, params, sizeof params },
				   { CKA_VALUE, one, 32 },
				   { CKA_LABEL, "imported", 8 } };
	CK_ATTRIBUTE public[] = { { CKA_CLASS, &public_class, sizeof public_class },
				  { CKA_KEY_TYPE, &type, sizeof type },
				  { CKA_TOKEN, &yes, 1 },
				  { CKA_EC_PARAMS, params, sizeof params },
				  { CKA_EC_POINT, point, sizeof point },
				  { CKA_LABEL, "imported", 8 } };
	assert_int_equal(token->module->C_CreateObject(token->session, private, ARRAY_LEN(private), &made),
			 CKR_OK);
	assert_int_equal(token->module->C_CreateObject(token->session, public, ARRAY_LEN(public), &made),
			 CKR_OK);
	assert_int_equal(token_key_open(token, "imported", &keystore), TOKEN_WEAK_KEY);
	// a public half that is not the private one's
	uint8_t own[PUBLIC_KEY_SIZE];
	assert_int_equal(token_key_generate(token, "swapped", own), 0);
	assert_int_equal(token_find(token, CKO_PUBLIC_KEY, CKK_EC, "swapped", &made), 0);
	assert_int_equal(token->module->C_DestroyObject(token->session, made), CKR_OK);
	assert_int_equal(token_key_open(token, "swapped", &keystore), TOKEN_NO_KEY);
	public[5] = (CK_ATTRIBUTE){ CKA_LABEL, "swapped", 7 };
	assert_int_equal(token->module->C_CreateObject(token->session, public, ARRAY_LEN(public), &made),
			 CKR_OK);
	assert_int_equal(token_key_open(token, "swapped", &keystore), TOKEN_FAULT);
	assert_null(keystore);
	token_close(token);
}

// ---- a module that lies ---------------------------------------------------
static CK_FUNCTION_LIST liar;
static CK_FUNCTION_LIST *honest;
static CK_RV sign_answer;
static bool sign_alters;

static CK_RV generate_extractable(CK_SESSION_HANDLE session, CK_MECHANISM *mechanism, CK_ATTRIBUTE *public,
				  CK_ULONG public_count, CK_ATTRIBUTE *private, CK_ULONG private_count,
				  CK_OBJECT_HANDLE *ret_public, CK_OBJECT_HANDLE *ret_private)
{
	static CK_BBOOL yes = CK_TRUE;
	for (CK_ULONG i = 0; i < private_count; i++)
		if (private[i].type == CKA_EXTRACTABLE)
	private[i].pValue = &yes;
	return honest->C_GenerateKeyPair(session, mechanism, public, public_count, private, private_count,
					 ret_public, ret_private);
}

static CK_RV generate_readable(CK_SESSION_HANDLE session, CK_MECHANISM *mechanism, CK_ATTRIBUTE *template,
			       CK_ULONG count, CK_OBJECT_HANDLE *ret)
{
	static CK_BBOOL no = CK_FALSE;
	for (CK_ULONG i = 0; i < count; i++)
		if (template[i].type == CKA_SENSITIVE)
			template[i].pValue = &no;
	return honest->C_GenerateKey(session, mechanism, template, count, ret);
}

static CK_RV sign_falsely(CK_SESSION_HANDLE session, CK_BYTE *data, CK_ULONG data_size, CK_BYTE *to,
			  CK_ULONG *size)
{
	CK_RV answer = honest->C_Sign(session, data, data_size, to, size);
	if (sign_answer)
		return sign_answer;
	to[5] ^= sign_alters;
	return answer;
}

static CK_ATTRIBUTE_TYPE turned; // this one is answered the other way round

static CK_RV read_falsely(CK_SESSION_HANDLE session, CK_OBJECT_HANDLE object, CK_ATTRIBUTE *attributes,
			  CK_ULONG count)
{
	CK_RV answer = honest->C_GetAttributeValue(session, object, attributes, count);
	if (answer == CKR_OK && count == 1 && attributes[0].type == turned)
		*(uint8_t *)attributes[0].pValue ^= 1;
	return answer;
}

// Each property by itself: a key is not used when only one of them is wrong.
static void test_each_flag(void **state)
{
	static const CK_ATTRIBUTE_TYPE both[] = { CKA_PRIVATE,		 CKA_SENSITIVE,
						  CKA_EXTRACTABLE,	 CKA_ALWAYS_SENSITIVE,
						  CKA_NEVER_EXTRACTABLE, CKA_LOCAL };
	static const CK_ATTRIBUTE_TYPE of_wrap[] = { CKA_WRAP, CKA_UNWRAP, CKA_ENCRYPT, CKA_DECRYPT,
						     CKA_VALUE_LEN };
	struct token *token = open_token("second");
	struct keystore *keystore;
	struct keystore_wrap wrap;
	uint8_t public[PUBLIC_KEY_SIZE];
	assert_int_equal(token_key_generate(token, "flags", public), 0);
	assert_int_equal(token_wrap_generate(token, "flags"), 0);
	honest = token->module;
	liar = *honest;
	liar.C_GetAttributeValue = read_falsely;
	token->module = &liar;
	for (size_t i = 0; i < ARRAY_LEN(both); i++) {
		turned = both[i];
		assert_int_equal(token_key_open(token, "flags", &keystore), TOKEN_WEAK_KEY);
		assert_int_equal(token_wrap_open(token, "flags", &wrap), TOKEN_WEAK_KEY);
	}
	for (size_t i = 0; i < ARRAY_LEN(of_wrap); i++) {
		turned = of_wrap[i];
		assert_int_equal(token_wrap_open(token, "flags", &wrap), TOKEN_WEAK_KEY);
	}
	turned = CKA_SIGN;
	assert_int_equal(token_key_open(token, "flags", &keystore), TOKEN_WEAK_KEY);
	turned = CKA_EC_PARAMS;
	assert_int_equal(token_key_open(token, "flags", &keystore), TOKEN_CURVE);
	turned = CKA_LABEL; // nothing that is looked at
	assert_int_equal(token_key_open(token, "flags", &keystore), 0);
	keystore_close(keystore);
	token->module = honest;
	token_close(token);
}

static void test_liar(void **state)
{
	struct token *token = open_token("second");
	struct keystore *keystore;
	CK_OBJECT_HANDLE found;
	uint8_t public[PUBLIC_KEY_SIZE], digest[32] = { 1 }, raw[64] = { 0 }, zero[64] = { 0 };
	honest = token->module;
	liar = *honest;
	liar.C_GenerateKeyPair = generate_extractable;
	liar.C_GenerateKey = generate_readable;
	liar.C_Sign = sign_falsely;
	token->module = &liar;
	assert_int_equal(token_key_generate(token, "lie", public), TOKEN_WEAK_KEY);
	assert_int_equal(token_find(token, CKO_PRIVATE_KEY, CKK_EC, "lie", &found),
			 TOKEN_NO_KEY); // destroyed
	assert_int_equal(token_find(token, CKO_PUBLIC_KEY, CKK_EC, "lie", &found), TOKEN_NO_KEY);
	assert_int_equal(token_wrap_generate(token, "lie"), TOKEN_WEAK_KEY);
	assert_int_equal(token_find(token, CKO_SECRET_KEY, CKK_AES, "lie", &found), TOKEN_NO_KEY);
	liar.C_GenerateKeyPair = honest->C_GenerateKeyPair;
	assert_int_equal(token_key_generate(token, "signs", public), 0);
	assert_int_equal(token_key_open(token, "signs", &keystore), 0);
	sign_alters = true; // a false signature is not released
	assert_int_equal(keystore_sign(keystore, &test_no_path, digest, raw), TOKEN_FAULT);
	assert_memory_equal(raw, zero, sizeof raw);
	assert_int_equal(test_spends(keystore, "wpkh(@)"), TOKEN_FAULT);
	sign_alters = false;
	sign_answer = CKR_DEVICE_REMOVED;
	assert_int_equal(keystore_sign(keystore, &test_no_path, digest, raw), TOKEN_GONE);
	assert_int_equal(test_spends(keystore, "wpkh(@)"), TOKEN_GONE);
	assert_non_null(strstr(token_fault_text(token), "removed"));
	sign_answer = CKR_FUNCTION_FAILED;
	assert_int_equal(keystore_sign(keystore, &test_no_path, digest, raw), TOKEN_FAULT);
	sign_answer = CKR_OK;
	assert_int_equal(keystore_sign(keystore, &test_no_path, digest, raw), 0);
	keystore_close(keystore);
	token->module = honest;
	token_close(token);
}

// ---- key-encryption keys --------------------------------------------------
static const uint8_t seed[32] = { 1, 2, 3, 4, 5 };
static uint8_t file[KEYSTORE_FILE_MAX];
static size_t file_size;

static int open_under(struct token *token, const char *label)
{
	struct keystore_wrap wrap;
	struct keystore_lock lock = { .wrap = &wrap };
	struct keystore *keystore = NULL;
	assert_int_equal(token_wrap_open(token, label, &wrap), 0);
	int result = keystore_open(file, file_size, &lock, &keystore);
	if (!result)
		test_keystore(keystore);
	keystore_close(keystore);
	return result;
}

static void test_wrap(void **state)
{
	struct token *token = open_token("first"), *other;
	const struct keystore_secret secret = { KEYSTORE_SEED, seed, sizeof seed, "hot", 1 };
	struct keystore_wrap wrap;
	struct keystore_lock lock = { .wrap = &wrap };
	struct keystore_header header;
	struct keystore *keystore;
	assert_int_equal(token_wrap_open(token, "kek", &wrap), TOKEN_NO_KEY);
	assert_int_equal(token_wrap_generate(token, "kek"), 0);
	assert_int_equal(token_wrap_generate(token, "kek"), TOKEN_KEY_EXISTS);
	assert_int_equal(token_wrap_generate(token, "kek 2"), 0);
	assert_int_equal(token_wrap_open(token, "kek", &wrap), 0);
	assert_int_equal(keystore_seal(&secret, &lock, file, sizeof file, &file_size), 0);
	assert_int_equal(keystore_describe(file, file_size, &header), 0);
	assert_string_equal(header.wrap_name, "kek");
	assert_int_equal(open_under(token, "kek"), 0);
	assert_int_equal(open_under(token, "kek 2"), KEYSTORE_WRONG);
	for (size_t at = 190; at < 190 + 40; at++) { // every byte of the wrapped key
		file[at] ^= 0x10;
		assert_int_equal(keystore_open(file, file_size, &lock, &keystore), KEYSTORE_WRONG);
		file[at] ^= 0x10;
	}
	file[188]++; // a wrapped key of another size
	assert_int_equal(keystore_open(file, file_size, &lock, &keystore), KEYSTORE_TRUNCATED);
	file[188]--;
	token_close(token);
	// another token, whose key has the same label
	other = open_token("second");
	assert_int_equal(token_wrap_generate(other, "kek"), 0);
	assert_int_equal(open_under(other, "kek"), KEYSTORE_WRONG);
	token_close(other);
	token = open_token("first"); // after another login
	assert_int_equal(open_under(token, "kek"), 0);
	token_close(token);
}

static void test_both_locks(void **state)
{
	struct token *token = open_token("first");
	const struct keystore_secret secret = { KEYSTORE_FIXED, seed, sizeof seed, "hot", 1 };
	struct keystore_wrap wrap;
	struct keystore_lock lock = {
		"a passphrase", 12, &wrap, { KEYSTORE_MEMORY_KIB_MIN, KEYSTORE_PASSES_MIN }
	};
	struct keystore *keystore;
	assert_int_equal(token_wrap_generate(token, "both"), 0);
	assert_int_equal(token_wrap_open(token, "both", &wrap), 0);
	assert_int_equal(keystore_seal(&secret, &lock, file, sizeof file, &file_size), 0);
	assert_int_equal(keystore_open(file, file_size, &lock, &keystore), 0);
	keystore_close(keystore);
	lock.passphrase = "another";
	lock.passphrase_size = 7;
	assert_int_equal(keystore_open(file, file_size, &lock, &keystore), KEYSTORE_WRONG);
	lock.passphrase = NULL;
	assert_int_equal(keystore_open(file, file_size, &lock, &keystore), KEYSTORE_LOCK);
	for (size_t i = 1; i < TOKEN_WRAPS_MAX; i++)
		assert_int_equal(token_wrap_open(token, "both", &wrap), 0);
	assert_int_equal(token_wrap_open(token, "both", &wrap), -ENOBUFS);
	token_close(token);
}

// A co-signer's key must not come out under a key-encryption key either.
static void test_not_wrappable(void **state)
{
	struct token *token = open_token("second");
	CK_MECHANISM mechanism = { CKM_AES_KEY_WRAP, NULL, 0 };
	CK_OBJECT_HANDLE kek, private;
	uint8_t public[PUBLIC_KEY_SIZE], out[512], value[64];
	CK_ULONG size = sizeof out, value_size = sizeof value;
	assert_int_equal(token_key_generate(token, "stays", public), 0);
	assert_int_equal(token_wrap_generate(token, "prying"), 0);
	assert_int_equal(token_find(token, CKO_PRIVATE_KEY, CKK_EC, "stays", &private), 0);
	assert_int_equal(token_find(token, CKO_SECRET_KEY, CKK_AES, "prying", &kek), 0);
	assert_int_not_equal(token->module->C_WrapKey(token->session, &mechanism, kek, private, out, &size),
			     CKR_OK);
	assert_int_equal(token_attribute(token, private, CKA_VALUE, value, &value_size), TOKEN_FAULT);
	assert_int_equal(token_attribute(token, kek, CKA_VALUE, value, &value_size), TOKEN_FAULT);
	token_close(token);
}

// ---- a token that goes away -----------------------------------------------
static void test_session_lost(void **state)
{
	struct token *token = open_token("first");
	struct keystore_wrap wrap;
	struct keystore_lock lock = { .wrap = &wrap };
	const struct keystore_secret secret = { KEYSTORE_SEED, seed, sizeof seed, "hot", 1 };
	struct keystore *keystore, *other = NULL;
	uint8_t public[PUBLIC_KEY_SIZE], digest[32] = { 1 }, raw[64];
	assert_int_equal(token_key_generate(token, "lost", public), 0);
	assert_int_equal(token_key_open(token, "lost", &keystore), 0);
	assert_int_equal(token_wrap_generate(token, "lost"), 0);
	assert_int_equal(token_wrap_open(token, "lost", &wrap), 0);
	assert_int_equal(keystore_seal(&secret, &lock, file, sizeof file, &file_size), 0);
	assert_int_equal(token->module->C_Logout(token->session), CKR_OK);
	assert_int_equal(keystore_sign(keystore, &test_no_path, digest, raw), TOKEN_GONE);
	assert_int_equal(token->module->C_CloseSession(token->session), CKR_OK);
	assert_int_equal(keystore_sign(keystore, &test_no_path, digest, raw), TOKEN_GONE);
	assert_int_equal(test_spends(keystore, "wpkh(@)"), TOKEN_GONE);
	assert_int_equal(keystore_open(file, file_size, &lock, &other), TOKEN_GONE);
	assert_int_equal(keystore_seal(&secret, &lock, file, sizeof file, &file_size), TOKEN_GONE);
	assert_int_equal(token_key_open(token, "lost", &other), TOKEN_GONE);
	assert_int_equal(token_key_generate(token, "lost too", public), TOKEN_GONE);
	assert_null(other);
	keystore_close(keystore);
	token_close(token);
}

// The token's own files are taken away while it is in use.
static void test_removed(void **state)
{
	struct token *token;
	struct keystore *keystore;
	uint8_t public[PUBLIC_KEY_SIZE], digest[32] = { 1 }, raw[64];
	char command[128];
	token = open_token("second");
	assert_int_equal(token_key_generate(token, "removed", public), 0);
	assert_int_equal(token_key_open(token, "removed", &keystore), 0);
	snprintf(command, sizeof command, "rm -rf -- %s/*-*", directory);
	assert_int_equal(system(command), 0);
	int result = keystore_sign(keystore, &test_no_path, digest, raw);
	print_message("# signing without the token's files: %s (%s)\n", keystore_result_text(result),
		      token_fault_text(token));
	assert_true(result == TOKEN_GONE || result == TOKEN_FAULT);
	keystore_close(keystore);
	struct token *again = NULL;
	result = token_key_open(token, "removed", &keystore);
	assert_int_not_equal(result, 0);
	token_close(token);
	assert_int_equal(token_open(softhsm, "second", PIN, strlen(PIN), &again), TOKEN_ABSENT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_open),	     cmocka_unit_test(test_open_twice),
		cmocka_unit_test(test_configured),   cmocka_unit_test(test_key),
		cmocka_unit_test(test_thousand),     cmocka_unit_test(test_refused_keys),
		cmocka_unit_test(test_imported),     cmocka_unit_test(test_liar),
		cmocka_unit_test(test_each_flag),    cmocka_unit_test(test_wrap),
		cmocka_unit_test(test_both_locks),   cmocka_unit_test(test_not_wrappable),
		cmocka_unit_test(test_session_lost), cmocka_unit_test(test_removed),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
