// SPDX-License-Identifier: Apache-2.0
#include "bitcoin/signature.h"

#include "bitcoin/curve_context.h"
#include "crypto/secret.h"

#include <secp256k1_schnorrsig.h>

static void der_write(const secp256k1_ecdsa_signature *signature, uint8_t der[ECDSA_DER_MAX],
		      size_t *ret_size)
{
	size_t size = ECDSA_DER_MAX;
	ASSERT(secp256k1_ecdsa_signature_serialize_der(curve_context(), der, &size, signature));
	*ret_size = size;
}

static int sign_and_verify(const uint8_t secret[SECRET_KEY_SIZE], const secp256k1_pubkey *point,
			   const uint8_t digest[32], secp256k1_ecdsa_signature *ret)
{
	int valid = secp256k1_ecdsa_sign(curve_context(), ret, digest, secret,
					 secp256k1_nonce_function_rfc6979, NULL);
	declassify(&valid, sizeof valid);
	declassify(ret, sizeof *ret);
	if (!valid)
		return 1;
	if (!secp256k1_ecdsa_verify(curve_context(), ret, digest, point)) {
		secret_wipe(ret, sizeof *ret);
		return -EIO;
	}
	return 0;
}

int ecdsa_sign(const uint8_t secret[SECRET_KEY_SIZE], const uint8_t digest[32], uint8_t der[ECDSA_DER_MAX],
	       size_t *ret_size)
{
	secp256k1_ecdsa_signature signature;
	secp256k1_pubkey point;
	int valid = secp256k1_ec_pubkey_create(curve_context(), &point, secret);
	declassify(&valid, sizeof valid);
	declassify(&point, sizeof point);
	if (!valid)
		return 1;
	int result = sign_and_verify(secret, &point, digest, &signature);
	if (!result)
		der_write(&signature, der, ret_size);
	return result;
}

static int sign_for(const uint8_t secret[SECRET_KEY_SIZE], const uint8_t key[PUBLIC_KEY_SIZE],
		    const uint8_t digest[32], secp256k1_ecdsa_signature *ret)
{
	secp256k1_pubkey point;
	if (!secp256k1_ec_pubkey_parse(curve_context(), &point, key, PUBLIC_KEY_SIZE))
		return 1;
	return sign_and_verify(secret, &point, digest, ret);
}

int ecdsa_sign_for(const uint8_t secret[SECRET_KEY_SIZE], const uint8_t key[PUBLIC_KEY_SIZE],
		   const uint8_t digest[32], uint8_t der[ECDSA_DER_MAX], size_t *ret_size)
{
	secp256k1_ecdsa_signature signature;
	int result = sign_for(secret, key, digest, &signature);
	if (!result)
		der_write(&signature, der, ret_size);
	return result;
}

int ecdsa_sign_raw_for(const uint8_t secret[SECRET_KEY_SIZE], const uint8_t key[PUBLIC_KEY_SIZE],
		       const uint8_t digest[32], uint8_t raw[64])
{
	secp256k1_ecdsa_signature signature;
	int result = sign_for(secret, key, digest, &signature);
	if (!result)
		secp256k1_ecdsa_signature_serialize_compact(curve_context(), raw, &signature);
	return result;
}

// S made low, verified.
static bool raw_read(const uint8_t raw[64], struct span public_key, const uint8_t digest[32],
		     secp256k1_ecdsa_signature *ret)
{
	secp256k1_pubkey point;
	if (!public_key_valid_any(public_key) ||
	    !secp256k1_ec_pubkey_parse(curve_context(), &point, public_key.at, public_key.size) ||
	    !secp256k1_ecdsa_signature_parse_compact(curve_context(), ret, raw))
		return false;
	secp256k1_ecdsa_signature_normalize(curve_context(), ret, ret);
	return secp256k1_ecdsa_verify(curve_context(), ret, digest, &point);
}

int ecdsa_from_raw(const uint8_t raw[64], struct span public_key, const uint8_t digest[32],
		   uint8_t der[ECDSA_DER_MAX], size_t *ret_size)
{
	secp256k1_ecdsa_signature signature;
	if (!raw_read(raw, public_key, digest, &signature))
		return 1;
	der_write(&signature, der, ret_size);
	return 0;
}

int ecdsa_raw_normalize(const uint8_t raw[64], struct span public_key, const uint8_t digest[32],
			uint8_t ret[64])
{
	secp256k1_ecdsa_signature signature;
	if (!raw_read(raw, public_key, digest, &signature))
		return 1;
	secp256k1_ecdsa_signature_serialize_compact(curve_context(), ret, &signature);
	return 0;
}

// libsecp256k1 reads a number beyond 32 bytes as zero; writing back and comparing finds that and all else.
static bool der_read(struct span der, secp256k1_ecdsa_signature *ret)
{
	static const uint8_t zero[32];
	uint8_t back[ECDSA_DER_MAX], compact[64];
	size_t size;
	if (der.size > ECDSA_DER_MAX ||
	    !secp256k1_ecdsa_signature_parse_der(curve_context(), ret, der.at, der.size))
		return false;
	der_write(ret, back, &size);
	if (!span_equal(der, span_over(back, size)) ||
	    secp256k1_ecdsa_signature_normalize(curve_context(), NULL, ret))
		return false;
	secp256k1_ecdsa_signature_serialize_compact(curve_context(), compact, ret);
	return memcmp(compact, zero, 32) != 0 && memcmp(compact + 32, zero, 32) != 0;
}

bool ecdsa_der_valid(struct span der)
{
	secp256k1_ecdsa_signature signature;
	return der_read(der, &signature);
}

bool ecdsa_verify(struct span public_key, const uint8_t digest[32], struct span der)
{
	secp256k1_ecdsa_signature signature;
	secp256k1_pubkey point;
	return public_key_valid_any(public_key) &&
	       secp256k1_ec_pubkey_parse(curve_context(), &point, public_key.at, public_key.size) &&
	       der_read(der, &signature) &&
	       secp256k1_ecdsa_verify(curve_context(), &signature, digest, &point);
}

int schnorr_sign(const uint8_t secret[SECRET_KEY_SIZE], const uint8_t random[32], const void *message,
		 size_t size, uint8_t signature[SCHNORR_SIGNATURE_SIZE])
{
	secp256k1_schnorrsig_extraparams extra = SECP256K1_SCHNORRSIG_EXTRAPARAMS_INIT;
	secp256k1_keypair pair;
	secp256k1_xonly_pubkey point;
	uint8_t out[SCHNORR_SIGNATURE_SIZE], random_copy[32];
	int valid = secp256k1_keypair_create(curve_context(), &pair, secret), result = 1;
	declassify(&valid, sizeof valid);
	memcpy(random_copy, random, sizeof random_copy);
	extra.ndata = random_copy;
	if (valid) {
		valid = secp256k1_schnorrsig_sign_custom(curve_context(), out, message, size, &pair, &extra);
		declassify(&valid, sizeof valid);
	}
	if (valid) {
		declassify(out, sizeof out);
		ASSERT(secp256k1_keypair_xonly_pub(curve_context(), &point, NULL, &pair));
		declassify(&point, sizeof point);
		result = secp256k1_schnorrsig_verify(curve_context(), out, message, size, &point) ? 0 : -EIO;
	}
	if (!result)
		memcpy(signature, out, sizeof out);
	secret_wipe(&pair, sizeof pair);
	secret_wipe(out, sizeof out);
	secret_wipe(random_copy, sizeof random_copy);
	return result;
}

bool schnorr_verify(const uint8_t public_key[XONLY_KEY_SIZE], const void *message, size_t size,
		    const uint8_t signature[SCHNORR_SIGNATURE_SIZE])
{
	secp256k1_xonly_pubkey point;
	return secp256k1_xonly_pubkey_parse(curve_context(), &point, public_key) &&
	       secp256k1_schnorrsig_verify(curve_context(), signature, message, size, &point);
}
