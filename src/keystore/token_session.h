// SPDX-License-Identifier: Apache-2.0
// Inside keystore_token only: the session, and the objects seen through it.
#pragma once

#include "keystore/backend.h"
#include "keystore/token.h"

#include <p11-kit/p11-kit.h>
#include <p11-kit/pkcs11.h>

#define TOKEN_WRAPS_MAX 8 // key-encryption keys opened in one session

struct token_wrap {
	struct token *token;
	CK_OBJECT_HANDLE key;
};

struct token {
	CK_FUNCTION_LIST *module;
	CK_FUNCTION_LIST **configured; // whose list `module` is from; NULL when it was loaded by its path
	bool own_module;	       // loaded by its path here
	CK_SESSION_HANDLE session;
	CK_RV fault;
	struct token_wrap wraps[TOKEN_WRAPS_MAX];
	size_t wrap_count;
};

// Our result for a PKCS#11 answer, which is kept for token_fault_text.
MUST_USE int token_result(struct token *token, CK_RV answer);

// Finds the token in one module that is initialized already and logs in: token_open behind its loading. For
// the tests too, which put a lying module between.
MUST_USE int token_attach(CK_FUNCTION_LIST *module, const char *name, const char *pin, size_t pin_size,
			  struct token **ret);

// ---- objects ------------------------------------------------------------
// The one object of this class and type and label. 0, TOKEN_NO_KEY, TOKEN_AMBIGUOUS.
MUST_USE int token_find(struct token *token, CK_OBJECT_CLASS class, CK_KEY_TYPE type, const char *label,
			CK_OBJECT_HANDLE *ret);
// Bytes of an attribute; *size is its room and then its size. TOKEN_FAULT when it is not to be had.
MUST_USE int token_attribute(struct token *token, CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type, void *to,
			     CK_ULONG *size);

struct token_flag {
	CK_ATTRIBUTE_TYPE type;
	CK_BBOOL must_be;
};
// 0, or TOKEN_WEAK_KEY when one of them is otherwise or is not told.
MUST_USE int token_flags_check(struct token *token, CK_OBJECT_HANDLE object, const struct token_flag *flags,
			       size_t count);
