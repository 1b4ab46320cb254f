// SPDX-License-Identifier: Apache-2.0
#include "bitcoin/curve.h"

#include "bitcoin/curve_context.h"
#include "crypto/secret.h"

#include <secp256k1_extrakeys.h>
#include <secp256k1_preallocated.h>

#define CONTEXT_ROOM 1024 // libsecp256k1 0.2 needs 208 bytes

static alignas(max_align_t) uint8_t context_memory[CONTEXT_ROOM];
static secp256k1_context *context;

// The defaults print and abort as well; ours say it in the house's form.
static void on_illegal(const char *message, void *data)
{
	assert_failed("libsecp256k1", 0, message);
}

void curve_init(const uint8_t seed[32])
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

const secp256k1_context *curve_context(void)
{
	ASSERT(context);
	return context;
}

bool secret_key_valid(const uint8_t secret[SECRET_KEY_SIZE])
{
	int valid = secp256k1_ec_seckey_verify(curve_context(), secret);
	declassify(&valid, sizeof valid);
	return valid;
}

static void point_write(const secp256k1_pubkey *point, uint8_t ret[PUBLIC_KEY_SIZE])
{
	size_t size = PUBLIC_KEY_SIZE;
	ASSERT(secp256k1_ec_pubkey_serialize(curve_context(), ret, &size, point, SECP256K1_EC_COMPRESSED));
}

int public_key_of(const uint8_t secret[SECRET_KEY_SIZE], uint8_t ret[PUBLIC_KEY_SIZE])
{
	secp256k1_pubkey point;
	int valid = secp256k1_ec_pubkey_create(curve_context(), &point, secret);
	declassify(&valid, sizeof valid);
	declassify(&point, sizeof point);
	if (!valid)
		return 1;
	point_write(&point, ret);
	return 0;
}

bool public_key_valid(const uint8_t key[PUBLIC_KEY_SIZE])
{
	secp256k1_pubkey point;
	return secp256k1_ec_pubkey_parse(curve_context(), &point, key, PUBLIC_KEY_SIZE);
}

int public_key_uncompress(const uint8_t key[PUBLIC_KEY_SIZE], uint8_t ret[65])
{
	secp256k1_pubkey point;
	size_t size = 65;
	if (!secp256k1_ec_pubkey_parse(curve_context(), &point, key, PUBLIC_KEY_SIZE))
		return 1;
	ASSERT(secp256k1_ec_pubkey_serialize(curve_context(), ret, &size, &point, SECP256K1_EC_UNCOMPRESSED));
	return 0;
}

bool public_key_valid_any(struct span key)
{
	secp256k1_pubkey point;
	if (key.size == 65 && key.at[0] != 4)
		return false;
	return (key.size == PUBLIC_KEY_SIZE || key.size == 65) &&
	       secp256k1_ec_pubkey_parse(curve_context(), &point, key.at, key.size);
}

bool xonly_key_valid(const uint8_t key[XONLY_KEY_SIZE])
{
	secp256k1_xonly_pubkey point;
	return secp256k1_xonly_pubkey_parse(curve_context(), &point, key);
}

int public_key_tweak(const uint8_t key[PUBLIC_KEY_SIZE], const uint8_t tweak[TWEAK_SIZE],
		     uint8_t ret[PUBLIC_KEY_SIZE])
{
	secp256k1_pubkey point;
	if (!secp256k1_ec_pubkey_parse(curve_context(), &point, key, PUBLIC_KEY_SIZE) ||
	    !secp256k1_ec_pubkey_tweak_add(curve_context(), &point, tweak))
		return 1;
	point_write(&point, ret);
	return 0;
}

int secret_key_tweak(const uint8_t secret[SECRET_KEY_SIZE], const uint8_t tweak[TWEAK_SIZE],
		     uint8_t ret[SECRET_KEY_SIZE])
{
	uint8_t sum[SECRET_KEY_SIZE];
	memcpy(sum, secret, sizeof sum);
	int result = !secp256k1_ec_seckey_tweak_add(curve_context(), sum, tweak);
	declassify(&result, sizeof result);
	if (!result)
		memcpy(ret, sum, sizeof sum);
	secret_wipe(sum, sizeof sum);
	return result;
}

int xonly_key_tweak(const uint8_t key[XONLY_KEY_SIZE], const uint8_t tweak[TWEAK_SIZE],
		    uint8_t ret[XONLY_KEY_SIZE], bool *ret_odd)
{
	secp256k1_xonly_pubkey point, result;
	secp256k1_pubkey sum;
	int odd;
	if (!secp256k1_xonly_pubkey_parse(curve_context(), &point, key) ||
	    !secp256k1_xonly_pubkey_tweak_add(curve_context(), &sum, &point, tweak))
		return 1;
	ASSERT(secp256k1_xonly_pubkey_from_pubkey(curve_context(), &result, &odd, &sum));
	ASSERT(secp256k1_xonly_pubkey_serialize(curve_context(), ret, &result));
	*ret_odd = odd;
	return 0;
}

int xonly_secret_tweak(const uint8_t secret[SECRET_KEY_SIZE], const uint8_t tweak[TWEAK_SIZE],
		       uint8_t ret[SECRET_KEY_SIZE])
{
	secp256k1_keypair pair;
	int valid = secp256k1_keypair_create(curve_context(), &pair, secret);
	declassify(&valid, sizeof valid);
	if (valid) {
		valid = secp256k1_keypair_xonly_tweak_add(curve_context(), &pair, tweak);
		declassify(&valid, sizeof valid);
	}
	if (valid)
		ASSERT(secp256k1_keypair_sec(curve_context(), ret, &pair));
	secret_wipe(&pair, sizeof pair);
	return !valid;
}
