// SPDX-License-Identifier: Apache-2.0
#include "evm/key.h"

#include "crypto/secret.h"

#include <secp256k1_preallocated.h>
#include <secp256k1_recovery.h>

#define CONTEXT_ROOM 1024 // libsecp256k1 0.2 needs 208 bytes

// For constant_time_test.c, which compiles this file once more with
// CONSTANT_TIME_TEST: what libsecp256k1 answers about a secret (whether it is
// valid, its public point, its signature) is public and may be branched on.
#ifdef CONSTANT_TIME_TEST
#include <valgrind/memcheck.h>
#define declassify(at, size) ((void)VALGRIND_MAKE_MEM_DEFINED(at, size))
#else
#define declassify(at, size) ((void)(at), (void)(size))
#endif

static alignas(max_align_t) uint8_t context_memory[CONTEXT_ROOM];
static secp256k1_context *context;

static void on_illegal(const char *message, void *data)
{
	assert_failed("libsecp256k1", 0, message);
}

void evm_keys_init(const uint8_t seed[32])
{
	if (!context) {
		ASSERT(secp256k1_context_preallocated_size(SECP256K1_CONTEXT_NONE) <= CONTEXT_ROOM);
		context = secp256k1_context_preallocated_create(context_memory, SECP256K1_CONTEXT_NONE);
		ASSERT(context);
		secp256k1_context_set_illegal_callback(context, on_illegal, NULL);
		secp256k1_context_set_error_callback(context, on_illegal, NULL);
	}
	ASSERT(secp256k1_context_randomize(context, seed));
}

static void address_of_key(const secp256k1_pubkey *key, struct evm_address *ret)
{
	uint8_t point[65];
	size_t size = sizeof point;
	ASSERT(secp256k1_ec_pubkey_serialize(context, point, &size, key, SECP256K1_EC_UNCOMPRESSED));
	evm_address_of_point(point + 1, ret);
}

int evm_key_address(const uint8_t secret[EVM_SECRET_SIZE], struct evm_address *ret)
{
	secp256k1_pubkey key;
	ASSERT(context);
	int valid = secp256k1_ec_pubkey_create(context, &key, secret);
	declassify(&valid, sizeof valid);
	declassify(&key, sizeof key);
	if (!valid)
		return 1;
	address_of_key(&key, ret);
	return 0;
}

// False when r or s is zero or not below n, or s is high.
static bool signature_load(const struct evm_signature *from, secp256k1_ecdsa_recoverable_signature *ret)
{
	static const uint8_t zero[32];
	secp256k1_ecdsa_signature plain;
	uint8_t compact[64];
	memcpy(compact, from->r, 32);
	memcpy(compact + 32, from->s, 32);
	if (from->y_parity > 1 || memcmp(from->r, zero, 32) == 0 || memcmp(from->s, zero, 32) == 0 ||
	    !secp256k1_ecdsa_recoverable_signature_parse_compact(context, ret, compact, from->y_parity))
		return false;
	ASSERT(secp256k1_ecdsa_recoverable_signature_convert(context, &plain, ret));
	return !secp256k1_ecdsa_signature_normalize(context, NULL, &plain);
}

bool evm_signature_valid(const struct evm_signature *signature)
{
	secp256k1_ecdsa_recoverable_signature loaded;
	ASSERT(context);
	return signature_load(signature, &loaded);
}

int evm_recover(const uint8_t digest[32], const struct evm_signature *signature, struct evm_address *ret)
{
	secp256k1_ecdsa_recoverable_signature loaded;
	secp256k1_pubkey key;
	ASSERT(context);
	if (!signature_load(signature, &loaded) || !secp256k1_ecdsa_recover(context, &key, &loaded, digest))
		return 1;
	address_of_key(&key, ret);
	return 0;
}

static void signature_split(const uint8_t compact[64], int parity, struct evm_signature *ret)
{
	memcpy(ret->r, compact, 32);
	memcpy(ret->s, compact + 32, 32);
	ret->y_parity = (uint8_t)parity;
}

// Verified as the chain will do it: by the account that it recovers.
static bool signature_proves(const struct evm_signature *signature, const uint8_t digest[32],
			     const struct evm_address *account)
{
	struct evm_address found;
	return evm_recover(digest, signature, &found) == 0 && evm_address_equal(&found, account);
}

int evm_sign_for(const uint8_t secret[EVM_SECRET_SIZE], const struct evm_address *account, const uint8_t digest[32],
		 struct evm_signature *ret)
{
	secp256k1_ecdsa_recoverable_signature made;
	struct evm_signature signature;
	uint8_t compact[64];
	int parity, valid;
	ASSERT(context);
	valid = secp256k1_ecdsa_sign_recoverable(context, &made, digest, secret, secp256k1_nonce_function_rfc6979, NULL);
	declassify(&valid, sizeof valid);
	declassify(&made, sizeof made);
	if (!valid)
		return 1;
	ASSERT(secp256k1_ecdsa_recoverable_signature_serialize_compact(context, compact, &parity, &made));
	signature_split(compact, parity, &signature);
	if (signature_proves(&signature, digest, account)) {
		*ret = signature;
		return 0;
	}
	secret_wipe(&made, sizeof made);
	secret_wipe(compact, sizeof compact);
	secret_wipe(&signature, sizeof signature);
	return -EIO;
}

int evm_sign(const uint8_t secret[EVM_SECRET_SIZE], const uint8_t digest[32], struct evm_signature *ret)
{
	struct evm_address account;
	return evm_key_address(secret, &account) ? 1 : evm_sign_for(secret, &account, digest, ret);
}

int evm_signature_from_raw(const uint8_t raw[64], const struct evm_address *account, const uint8_t digest[32],
			   struct evm_signature *ret)
{
	secp256k1_ecdsa_signature plain;
	struct evm_signature signature;
	uint8_t compact[64];
	ASSERT(context);
	if (!secp256k1_ecdsa_signature_parse_compact(context, &plain, raw))
		return 1;
	secp256k1_ecdsa_signature_normalize(context, &plain, &plain);
	ASSERT(secp256k1_ecdsa_signature_serialize_compact(context, compact, &plain));
	for (int parity = 0; parity <= 1; parity++) {
		signature_split(compact, parity, &signature);
		if (signature_proves(&signature, digest, account)) {
			*ret = signature;
			return 0;
		}
	}
	return 1;
}

void evm_signature_write(const struct evm_signature *signature, uint8_t to[EVM_SIGNATURE_TEXT])
{
	memcpy(to, signature->r, 32);
	memcpy(to + 32, signature->s, 32);
	to[64] = (uint8_t)(27 + signature->y_parity);
}

int evm_signature_read(const uint8_t from[EVM_SIGNATURE_TEXT], struct evm_signature *ret)
{
	struct evm_signature signature;
	if (from[64] != 27 && from[64] != 28)
		return 1;
	signature_split(from, from[64] - 27, &signature);
	if (!evm_signature_valid(&signature))
		return 1;
	*ret = signature;
	return 0;
}
