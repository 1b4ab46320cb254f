// SPDX-License-Identifier: Apache-2.0
// A co-signer's key that lives in a token.
#include "keystore/token_session.h"

#include "crypto/secret.h"

static CK_BBOOL yes = CK_TRUE, no = CK_FALSE;
// The OID of secp256k1 (SEC 2), as EC_PARAMS has it.
static uint8_t secp256k1_params[] = { 0x06, 0x05, 0x2b, 0x81, 0x04, 0x00, 0x0a };

#define ID_SIZE 16 // of our own making, which ties the two halves together

struct token_key {
	struct keystore keystore;
	struct token *token;
	CK_OBJECT_HANDLE private;
	uint8_t public[PUBLIC_KEY_SIZE];
};

static const struct token_flag private_flags[] = {
	{ CKA_PRIVATE, CK_TRUE },
	{ CKA_SENSITIVE, CK_TRUE },
	{ CKA_EXTRACTABLE, CK_FALSE },
	{ CKA_ALWAYS_SENSITIVE, CK_TRUE },
	{ CKA_NEVER_EXTRACTABLE, CK_TRUE },
	{ CKA_LOCAL, CK_TRUE },
	{ CKA_SIGN, CK_TRUE },
};

static struct token_key *key_of(struct keystore *keystore)
{
	return (struct token_key *)keystore;
}

// r and s as the token made them.
static int token_ecdsa(struct token *token, CK_OBJECT_HANDLE private, const uint8_t digest[32],
		       uint8_t raw[64])
{
	CK_MECHANISM mechanism = { CKM_ECDSA, NULL, 0 };
	uint8_t out[128];
	CK_ULONG size = sizeof out;
	int result = token_result(token, token->module->C_SignInit(token->session, &mechanism, private));
	if (!result)
		result = token_result(token,
				      token->module->C_Sign(token->session, (CK_BYTE_PTR)(uintptr_t)digest,
							    32, out, &size));
	if (!result && size != 64)
		result = TOKEN_FAULT;
	if (!result)
		memcpy(raw, out, 64);
	return result;
}

static int key_ecdsa(struct keystore *keystore, const struct path *path, const uint8_t digest[32],
		     uint8_t raw[64])
{
	struct token_key *key = key_of(keystore);
	uint8_t signature[64], low[64];
	if (path->count)
		return KEYSTORE_PATH;
	int result = token_ecdsa(key->token, key->private, digest, signature);
	if (result)
		return result;
	if (ecdsa_raw_normalize(signature, span_over(key->public, PUBLIC_KEY_SIZE), digest, low))
		return TOKEN_FAULT;
	memcpy(raw, low, sizeof low);
	return 0;
}

static int key_public(struct keystore *keystore, const struct path *path, struct hd_public *ret)
{
	struct hd_public public = { .depth = 0 };
	if (path->count)
		return KEYSTORE_PATH;
	memcpy(public.key, key_of(keystore)->public, PUBLIC_KEY_SIZE);
	*ret = public;
	return 0;
}

static const struct keystore_backend backend = { .public_key = key_public,
						 .ecdsa = key_ecdsa,
						 .size = sizeof(struct token_key) };

// CKA_EC_POINT is an OCTET STRING around the uncompressed point; some tokens leave the wrapping out.
static int point_read(struct token *token, CK_OBJECT_HANDLE public, uint8_t ret[PUBLIC_KEY_SIZE])
{
	uint8_t bytes[80], params[sizeof secp256k1_params + 1];
	CK_ULONG size = sizeof bytes, params_size = sizeof params;
	int result = token_attribute(token, public, CKA_EC_PARAMS, params, &params_size);
	if (result == TOKEN_GONE)
		return result;
	if (result || params_size != sizeof secp256k1_params ||
	    memcmp(params, secp256k1_params, sizeof secp256k1_params) != 0)
		return TOKEN_CURVE;
	result = token_attribute(token, public, CKA_EC_POINT, bytes, &size);
	if (result)
		return result;
	const uint8_t *point = size == 67 && bytes[0] == 0x04 && bytes[1] == 65 ? bytes + 2 : bytes;
	if (size - (CK_ULONG)(point - bytes) != 65 || !public_key_valid_any(span_over(point, 65)))
		return TOKEN_CURVE;
	ret[0] = (uint8_t)(2 + (point[64] & 1));
	memcpy(ret + 1, point + 1, 32);
	return 0;
}

// The public half is an object that whoever has the PIN can put another in place of: so the key proves that
// it belongs to it, by signing something that nobody could foresee.
static int key_prove(struct token_key *key)
{
	static const struct path none = { .count = 0 };
	uint8_t challenge[32], raw[64];
	random_bytes(challenge, sizeof challenge);
	return key_ecdsa(&key->keystore, &none, challenge, raw);
}

static int key_fill(struct token_key *key, const char *label)
{
	struct hd_public public = { .depth = 0 };
	CK_OBJECT_HANDLE half;
	int result = token_find(key->token, CKO_PRIVATE_KEY, CKK_EC, label, &key->private);
	if (!result)
		result = token_find(key->token, CKO_PUBLIC_KEY, CKK_EC, label, &half);
	if (!result)
		result = token_flags_check(key->token, key->private, private_flags, ARRAY_LEN(private_flags));
	if (!result)
		result = point_read(key->token, half, key->public);
	if (!result)
		result = key_prove(key);
	if (result)
		return result;
	memcpy(public.key, key->public, PUBLIC_KEY_SIZE);
	hd_fingerprint(&public, key->keystore.fingerprint);
	return 0;
}

int token_key_open(struct token *token, const char *label, struct keystore **ret)
{
	if (!keystore_label_valid(label))
		return TOKEN_NO_KEY;
	struct token_key *key = secret_alloc(sizeof *key);
	if (!key)
		return -ENOMEM;
	memset(key, 0, sizeof *key);
	key->keystore.backend = &backend;
	key->keystore.kind = KEYSTORE_FIXED;
	key->token = token;
	memcpy(key->keystore.label, label, strlen(label));
	int result = key_fill(key, label);
	if (result)
		keystore_close(&key->keystore);
	else
		*ret = &key->keystore;
	return result;
}

static CK_RV generate_pair(struct token *token, const char *label, CK_OBJECT_HANDLE *ret_public,
			   CK_OBJECT_HANDLE *ret_private)
{
	CK_MECHANISM mechanism = { CKM_EC_KEY_PAIR_GEN, NULL, 0 };
	uint8_t id[ID_SIZE];
	random_bytes(id, sizeof id);
	void *name = (void *)(uintptr_t)label;
	CK_ATTRIBUTE public[] = { { CKA_TOKEN, &yes, sizeof yes },
				  { CKA_PRIVATE, &no, sizeof no },
				  { CKA_VERIFY, &yes, sizeof yes },
				  { CKA_EC_PARAMS, secp256k1_params, sizeof secp256k1_params },
				  { CKA_LABEL, name, strlen(label) },
				  { CKA_ID, id, sizeof id } };
	CK_ATTRIBUTE private[] = { { CKA_TOKEN, &yes, sizeof yes },	{ CKA_PRIVATE, &yes, sizeof yes },
				   { CKA_SENSITIVE, &yes, sizeof yes }, { CKA_EXTRACTABLE, &no, sizeof no },
				   { CKA_SIGN, &yes, sizeof yes },	{ CKA_DECRYPT, &no, sizeof no },
				   { CKA_UNWRAP, &no, sizeof no },	{ CKA_DERIVE, &no, sizeof no },
				   { CKA_LABEL, name, strlen(label) },	{ CKA_ID, id, sizeof id } };
	return token->module->C_GenerateKeyPair(token->session, &mechanism, public, ARRAY_LEN(public),
						private, ARRAY_LEN(private), ret_public, ret_private);
}

int token_key_generate(struct token *token, const char *label, uint8_t ret_public[PUBLIC_KEY_SIZE])
{
	static const struct path none = { .count = 0 };
	CK_OBJECT_HANDLE public, private;
	struct keystore *keystore;
	struct hd_public key;
	if (!keystore_label_valid(label))
		return KEYSTORE_LABEL;
	int result = token_find(token, CKO_PRIVATE_KEY, CKK_EC, label, &private);
	if (result != TOKEN_NO_KEY)
		return result && result != TOKEN_AMBIGUOUS ? result : TOKEN_KEY_EXISTS;
	result = token_result(token, generate_pair(token, label, &public, &private));
	if (result)
		return result;
	result = token_key_open(token, label, &keystore); // reads everything back
	if (result) {
		token->module->C_DestroyObject(token->session, private);
		token->module->C_DestroyObject(token->session, public);
		return result;
	}
	ASSERT(keystore_public(keystore, &none, &key) == 0);
	memcpy(ret_public, key.key, PUBLIC_KEY_SIZE);
	keystore_close(keystore);
	return 0;
}
