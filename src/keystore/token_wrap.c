// SPDX-License-Identifier: Apache-2.0
// A key-encryption key in a token, for the data keys of sealed files.
//
// CKM_AES_KEY_WRAP (RFC 3394, NIST SP 800-38F) and not CKM_AES_GCM: it needs no nonce, so none can repeat
// over the years; it checks what it unwraps; its parameters are the same in every version of PKCS#11, while
// GCM's are not; and the key can then be without ENCRYPT and DECRYPT, so that nobody wraps some other key by
// it and has the token decrypt the result.
#include "keystore/token_session.h"

#define DATA_KEY_SIZE 32

static CK_BBOOL yes = CK_TRUE, no = CK_FALSE;
static CK_OBJECT_CLASS secret_class = CKO_SECRET_KEY;
static CK_KEY_TYPE generic = CKK_GENERIC_SECRET;
static CK_ULONG key_size = DATA_KEY_SIZE;
static CK_MECHANISM key_wrap = { CKM_AES_KEY_WRAP, NULL, 0 };

static const struct token_flag flags[] = {
	{ CKA_PRIVATE, CK_TRUE },
	{ CKA_SENSITIVE, CK_TRUE },
	{ CKA_EXTRACTABLE, CK_FALSE },
	{ CKA_ALWAYS_SENSITIVE, CK_TRUE },
	{ CKA_NEVER_EXTRACTABLE, CK_TRUE },
	{ CKA_LOCAL, CK_TRUE },
	{ CKA_WRAP, CK_TRUE },
	{ CKA_UNWRAP, CK_TRUE },
	{ CKA_ENCRYPT, CK_FALSE },
	{ CKA_DECRYPT, CK_FALSE },
};

// To be wrapped the data key must be an object; it is one of the session and is gone again at once.
static int data_key_make(struct token *token, const uint8_t key[DATA_KEY_SIZE], CK_OBJECT_HANDLE *ret)
{
	CK_ATTRIBUTE template[] = { { CKA_CLASS, &secret_class, sizeof secret_class },
				    { CKA_KEY_TYPE, &generic, sizeof generic },
				    { CKA_TOKEN, &no, sizeof no },
				    { CKA_PRIVATE, &yes, sizeof yes },
				    { CKA_EXTRACTABLE, &yes, sizeof yes },
				    { CKA_VALUE, (void *)(uintptr_t)key, DATA_KEY_SIZE } };
	return token_result(
		token, token->module->C_CreateObject(token->session, template, ARRAY_LEN(template), ret));
}

static int wrap(void *context, const uint8_t key[DATA_KEY_SIZE], uint8_t to[KEYSTORE_WRAPPED_MAX],
		size_t *ret_size)
{
	struct token_wrap *w = context;
	struct token *token = w->token;
	uint8_t wrapped[KEYSTORE_WRAPPED_MAX];
	CK_ULONG size = sizeof wrapped;
	CK_OBJECT_HANDLE data_key;
	int result = data_key_make(token, key, &data_key);
	if (result)
		return result;
	result = token_result(
		token, token->module->C_WrapKey(token->session, &key_wrap, w->key, data_key, wrapped, &size));
	token->module->C_DestroyObject(token->session, data_key);
	if (!result && (size == 0 || size > sizeof wrapped))
		result = TOKEN_FAULT;
	if (!result) {
		memcpy(to, wrapped, size);
		*ret_size = size;
	}
	return result;
}

// What the token says of a wrapped key that it did not wrap differs from maker to maker. Only what means that
// token or session are gone is told apart; everything else has the file's one answer.
static int refusal(struct token *token, CK_RV answer)
{
	int result = token_result(token, answer);
	return result == TOKEN_FAULT ? KEYSTORE_WRONG : result;
}

static int unwrap(void *context, const uint8_t *wrapped, size_t size, uint8_t key[DATA_KEY_SIZE])
{
	struct token_wrap *w = context;
	struct token *token = w->token;
	CK_ATTRIBUTE template[] = { { CKA_CLASS, &secret_class, sizeof secret_class },
				    { CKA_KEY_TYPE, &generic, sizeof generic },
				    { CKA_TOKEN, &no, sizeof no },
				    { CKA_PRIVATE, &yes, sizeof yes },
				    { CKA_SENSITIVE, &no, sizeof no },
				    { CKA_EXTRACTABLE, &yes, sizeof yes } };
	CK_OBJECT_HANDLE data_key;
	CK_ULONG room = DATA_KEY_SIZE;
	int result = refusal(token, token->module->C_UnwrapKey(token->session, &key_wrap, w->key,
							       (CK_BYTE_PTR)(uintptr_t)wrapped, size,
							       template, ARRAY_LEN(template), &data_key));
	if (result)
		return result;
	result = token_attribute(token, data_key, CKA_VALUE, key, &room);
	token->module->C_DestroyObject(token->session, data_key);
	return !result && room != DATA_KEY_SIZE ? KEYSTORE_WRONG : result;
}

static int wrap_check(struct token *token, CK_OBJECT_HANDLE key)
{
	CK_ULONG size = 0, room = sizeof size;
	int result = token_flags_check(token, key, flags, ARRAY_LEN(flags));
	if (!result)
		result = token_attribute(token, key, CKA_VALUE_LEN, &size, &room);
	return !result && size != key_size ? TOKEN_WEAK_KEY : result;
}

int token_wrap_open(struct token *token, const char *label, struct keystore_wrap *ret)
{
	CK_OBJECT_HANDLE key;
	if (!keystore_label_valid(label))
		return TOKEN_NO_KEY;
	int result = token_find(token, CKO_SECRET_KEY, CKK_AES, label, &key);
	if (!result)
		result = wrap_check(token, key);
	if (result)
		return result;
	if (token->wrap_count == TOKEN_WRAPS_MAX)
		return -ENOBUFS;
	struct token_wrap *w = &token->wraps[token->wrap_count++];
	*w = (struct token_wrap){ token, key };
	*ret = (struct keystore_wrap){ .context = w, .wrap = wrap, .unwrap = unwrap };
	memcpy(ret->name, label, strlen(label));
	return 0;
}

static CK_RV generate(struct token *token, const char *label, CK_OBJECT_HANDLE *ret)
{
	CK_MECHANISM mechanism = { CKM_AES_KEY_GEN, NULL, 0 };
	CK_ATTRIBUTE template[] = { { CKA_TOKEN, &yes, sizeof yes },
				    { CKA_PRIVATE, &yes, sizeof yes },
				    { CKA_SENSITIVE, &yes, sizeof yes },
				    { CKA_EXTRACTABLE, &no, sizeof no },
				    { CKA_WRAP, &yes, sizeof yes },
				    { CKA_UNWRAP, &yes, sizeof yes },
				    { CKA_ENCRYPT, &no, sizeof no },
				    { CKA_DECRYPT, &no, sizeof no },
				    { CKA_SIGN, &no, sizeof no },
				    { CKA_VERIFY, &no, sizeof no },
				    { CKA_VALUE_LEN, &key_size, sizeof key_size },
				    { CKA_LABEL, (void *)(uintptr_t)label, strlen(label) } };
	return token->module->C_GenerateKey(token->session, &mechanism, template, ARRAY_LEN(template), ret);
}

int token_wrap_generate(struct token *token, const char *label)
{
	CK_OBJECT_HANDLE key;
	if (!keystore_label_valid(label))
		return KEYSTORE_LABEL;
	int result = token_find(token, CKO_SECRET_KEY, CKK_AES, label, &key);
	if (result != TOKEN_NO_KEY)
		return result && result != TOKEN_AMBIGUOUS ? result : TOKEN_KEY_EXISTS;
	result = token_result(token, generate(token, label, &key));
	if (result)
		return result;
	result = wrap_check(token, key);
	if (result)
		token->module->C_DestroyObject(token->session, key);
	return result;
}
