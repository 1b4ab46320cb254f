// SPDX-License-Identifier: Apache-2.0
// Finding a token, logging in, and what its answers mean.
#include "keystore/token_session.h"

#include <p11-kit/uri.h>
#include <stdlib.h>

#define SLOTS_MAX 64

static const struct {
	CK_RV answer;
	int result;
} meanings[] = {
	{ CKR_OK, 0 },
	{ CKR_HOST_MEMORY, -ENOMEM },
	{ CKR_PIN_INCORRECT, TOKEN_PIN },
	{ CKR_PIN_INVALID, TOKEN_PIN },
	{ CKR_PIN_LEN_RANGE, TOKEN_PIN },
	{ CKR_PIN_LOCKED, TOKEN_LOCKED },
	{ CKR_PIN_EXPIRED, TOKEN_LOCKED },
	{ CKR_USER_PIN_NOT_INITIALIZED, TOKEN_LOCKED },
	{ CKR_DEVICE_REMOVED, TOKEN_GONE },
	{ CKR_DEVICE_ERROR, TOKEN_GONE }, // what some say when they are pulled out
	{ CKR_TOKEN_NOT_RECOGNIZED, TOKEN_GONE },
	{ CKR_TOKEN_NOT_PRESENT, TOKEN_GONE },
	{ CKR_SLOT_ID_INVALID, TOKEN_GONE },
	{ CKR_SESSION_CLOSED, TOKEN_GONE },
	{ CKR_SESSION_HANDLE_INVALID, TOKEN_GONE },
	{ CKR_USER_NOT_LOGGED_IN, TOKEN_GONE },
	{ CKR_KEY_HANDLE_INVALID, TOKEN_GONE },
	{ CKR_OBJECT_HANDLE_INVALID, TOKEN_GONE },
	{ CKR_WRAPPING_KEY_HANDLE_INVALID, TOKEN_GONE },
	{ CKR_UNWRAPPING_KEY_HANDLE_INVALID, TOKEN_GONE },
	{ CKR_CRYPTOKI_NOT_INITIALIZED, TOKEN_GONE },
};

int token_result(struct token *token, CK_RV answer)
{
	for (size_t i = 0; i < ARRAY_LEN(meanings); i++) {
		if (meanings[i].answer == answer) {
			token->fault = answer;
			return meanings[i].result;
		}
	}
	token->fault = answer;
	return TOKEN_FAULT;
}

const char *token_fault_text(const struct token *token)
{
	return p11_kit_strerror(token->fault);
}

// ---- which token ----------------------------------------------------------
struct sought {
	P11KitUri *uri; // NULL: by label
	char label[33]; // padded with spaces, as tokens have it
	CK_FUNCTION_LIST *module;
	CK_SLOT_ID slot;
	size_t found;
};

static int sought_init(const char *name, struct sought *sought)
{
	size_t size = strlen(name);
	*sought = (struct sought){ .uri = NULL };
	memset(sought->label, ' ', 32);
	if (strncmp(name, "pkcs11:", 7) == 0) {
		sought->uri = p11_kit_uri_new();
		if (!sought->uri)
			return -ENOMEM;
		if (p11_kit_uri_parse(name, P11_KIT_URI_FOR_TOKEN, sought->uri) != P11_KIT_URI_OK) {
			p11_kit_uri_free(sought->uri);
			return TOKEN_ABSENT;
		}
	} else if (size == 0 || size > 32) {
		return TOKEN_ABSENT;
	} else {
		memcpy(sought->label, name, size);
	}
	return 0;
}

static bool matches(const struct sought *sought, CK_TOKEN_INFO *info)
{
	if (!(info->flags & CKF_TOKEN_INITIALIZED))
		return false;
	return sought->uri ? p11_kit_uri_match_token_info(sought->uri, info) == 1
			   : memcmp(info->label, sought->label, sizeof info->label) == 0;
}

static void module_search(CK_FUNCTION_LIST *module, struct sought *sought)
{
	CK_SLOT_ID slots[SLOTS_MAX];
	CK_ULONG count = SLOTS_MAX;
	if (module->C_GetSlotList(CK_TRUE, slots, &count) != CKR_OK)
		return; // more slots than anybody has, or a module that is unwell: the token is not found
	for (CK_ULONG i = 0; i < count; i++) {
		CK_TOKEN_INFO info;
		if (module->C_GetTokenInfo(slots[i], &info) != CKR_OK || !matches(sought, &info))
			continue;
		sought->module = module;
		sought->slot = slots[i];
		sought->found++;
	}
}

// ---- the session ----------------------------------------------------------
static CK_RV session_open(struct token *token, CK_SLOT_ID slot)
{
	CK_RV answer = token->module->C_OpenSession(slot, CKF_SERIAL_SESSION | CKF_RW_SESSION, NULL, NULL,
						    &token->session);
	if (answer == CKR_TOKEN_WRITE_PROTECTED) // good enough to sign
		answer = token->module->C_OpenSession(slot, CKF_SERIAL_SESSION, NULL, NULL, &token->session);
	return answer;
}

// A login that is there already (CKR_USER_ALREADY_LOGGED_IN) is a fault: the PIN would not have been looked
// at.
static int log_in(struct token *token, CK_SLOT_ID slot, const char *pin, size_t pin_size)
{
	int result = token_result(token, session_open(token, slot));
	if (result)
		return result;
	result = token_result(token, token->module->C_Login(token->session, CKU_USER,
							    (CK_UTF8CHAR_PTR)(uintptr_t)pin, pin_size));
	if (result)
		token->module->C_CloseSession(token->session);
	return result;
}

static int session_new(const struct sought *sought, const char *pin, size_t pin_size, struct token **ret)
{
	if (sought->found != 1)
		return sought->found ? TOKEN_AMBIGUOUS : TOKEN_ABSENT;
	struct token *token = calloc(1, sizeof *token);
	if (!token)
		return -ENOMEM;
	token->module = sought->module;
	int result = log_in(token, sought->slot, pin, pin_size);
	if (result)
		free(token);
	else
		*ret = token;
	return result;
}

int token_attach(CK_FUNCTION_LIST *module, const char *name, const char *pin, size_t pin_size,
		 struct token **ret)
{
	struct sought sought;
	int result = sought_init(name, &sought);
	if (result)
		return result;
	module_search(module, &sought);
	result = session_new(&sought, pin, pin_size, ret);
	p11_kit_uri_free(sought.uri);
	return result;
}

static int open_configured(const char *name, const char *pin, size_t pin_size, struct token **ret)
{
	struct sought sought;
	int result = sought_init(name, &sought);
	if (result)
		return result;
	CK_FUNCTION_LIST **modules = p11_kit_modules_load_and_initialize(0);
	for (size_t i = 0; modules && modules[i]; i++)
		module_search(modules[i], &sought);
	result = modules ? session_new(&sought, pin, pin_size, ret) : TOKEN_MODULE;
	if (!result)
		(*ret)->configured = modules;
	else if (modules)
		p11_kit_modules_finalize_and_release(modules);
	p11_kit_uri_free(sought.uri);
	return result;
}

static int open_module(const char *path, const char *name, const char *pin, size_t pin_size,
		       struct token **ret)
{
	CK_FUNCTION_LIST *module = p11_kit_module_load(path, 0);
	if (!module)
		return TOKEN_MODULE;
	if (p11_kit_module_initialize(module) != CKR_OK) {
		p11_kit_module_release(module);
		return TOKEN_MODULE;
	}
	int result = token_attach(module, name, pin, pin_size, ret);
	if (!result) {
		(*ret)->own_module = true;
		return 0;
	}
	p11_kit_module_finalize(module);
	p11_kit_module_release(module);
	return result;
}

int token_open(const char *module, const char *name, const char *pin, size_t pin_size, struct token **ret)
{
	return module ? open_module(module, name, pin, pin_size, ret)
		      : open_configured(name, pin, pin_size, ret);
}

void token_close(struct token *token)
{
	if (!token)
		return;
	token->module->C_Logout(token->session);
	token->module->C_CloseSession(token->session);
	if (token->configured)
		p11_kit_modules_finalize_and_release(token->configured);
	if (token->own_module) {
		p11_kit_module_finalize(token->module);
		p11_kit_module_release(token->module);
	}
	free(token);
}

// ---- objects ------------------------------------------------------------
int token_find(struct token *token, CK_OBJECT_CLASS class, CK_KEY_TYPE type, const char *label,
	       CK_OBJECT_HANDLE *ret)
{
	CK_ATTRIBUTE sought[] = { { CKA_CLASS, &class, sizeof class },
				  { CKA_KEY_TYPE, &type, sizeof type },
				  { CKA_LABEL, (void *)(uintptr_t)label, strlen(label) } };
	CK_OBJECT_HANDLE found[2];
	CK_ULONG count = 0;
	int result = token_result(
		token, token->module->C_FindObjectsInit(token->session, sought, ARRAY_LEN(sought)));
	if (result)
		return result;
	result = token_result(token,
			      token->module->C_FindObjects(token->session, found, ARRAY_LEN(found), &count));
	token->module->C_FindObjectsFinal(token->session);
	if (result)
		return result;
	if (count != 1)
		return count ? TOKEN_AMBIGUOUS : TOKEN_NO_KEY;
	*ret = found[0];
	return 0;
}

int token_attribute(struct token *token, CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type, void *to,
		    CK_ULONG *size)
{
	CK_ATTRIBUTE attribute = { type, to, *size };
	int result = token_result(token,
				  token->module->C_GetAttributeValue(token->session, object, &attribute, 1));
	if (!result && attribute.ulValueLen > *size) // also CK_UNAVAILABLE_INFORMATION
		result = TOKEN_FAULT;
	if (!result)
		*size = attribute.ulValueLen;
	return result;
}

int token_flags_check(struct token *token, CK_OBJECT_HANDLE object, const struct token_flag *flags,
		      size_t count)
{
	for (size_t i = 0; i < count; i++) {
		CK_BBOOL is = 0xff;
		CK_ULONG size = sizeof is;
		int result = token_attribute(token, object, flags[i].type, &is, &size);
		if (result == TOKEN_GONE)
			return result;
		if (result || size != sizeof is || is != flags[i].must_be)
			return TOKEN_WEAK_KEY;
	}
	return 0;
}
