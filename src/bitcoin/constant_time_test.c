// SPDX-License-Identifier: Apache-2.0
// Secrets decide no branch and no address in this folder (base/constant_time_testing.h says how that is shown).
#include "base/constant_time_testing.h"
#include "bitcoin/hdkey.h"
#include "bitcoin/signature.h"
#include "bitcoin/slip39_field.h"
#include "bitcoin/taproot.h"
#include "crypto/sha256.h"
#include "crypto/sha512.h"

#ifdef CONSTANT_TIME_MARKS
static void shares(void)
{
	uint8_t secret[32], random[256], members[5][SLIP39_SECRET_MAX], back[32];
	struct slip39_point points[3];
	secret_fill(secret, sizeof secret);
	secret_fill(random, sizeof random);
	slip39_secret_split(3, 5, secret, sizeof secret, random, members);
	for (uint8_t i = 0; i < 3; i++) {
		points[i].x = (uint8_t)(i + 1);
		memcpy(points[i].y, members[i + 1], sizeof secret);
	}
	slip39_interpolate(points, 3, SLIP39_AT_SECRET, sizeof secret, back);
	secret_reveal(back, sizeof back);
	for (size_t i = 0; i < sizeof back; i++)
		ASSERT(back[i] == 0x5a);
}

static void cipher(void)
{
	static const struct slip39_share parameters = { .identifier = 7, .exponent = 0 };
	uint8_t secret[32];
	secret_fill(secret, sizeof secret);
	ASSERT(slip39_cipher(false, &parameters, "passphrase", 10, secret, sizeof secret) == 0);
	ASSERT(slip39_cipher(true, &parameters, "passphrase", 10, secret, sizeof secret) == 0);
	secret_reveal(secret, sizeof secret);
	ASSERT(secret[0] == 0x5a && secret[31] == 0x5a);
}

// What BIP32's steps and BIP39's seeds are made with.
static void hashes(void)
{
	uint8_t key[32], password[64], mac[SHA512_SIZE], derived[SHA512_SIZE];
	struct hmac512_key hmac;
	struct pbkdf2_salt salt = { "mnemonic", 8, NULL, 0 };
	secret_fill(key, sizeof key);
	secret_fill(password, sizeof password);
	hmac512_key_init(&hmac, key, sizeof key);
	hmac_sha512(&hmac, password, sizeof password, mac);
	pbkdf2_sha512(password, sizeof password, &salt, 8, derived, sizeof derived);
	pbkdf2_sha256(password, sizeof password, &salt, 8, derived, sizeof derived);
}

static void keys(void)
{
	uint8_t seed[32], tweak[32], secret[32], key[PUBLIC_KEY_SIZE];
	struct hd_private master, child;
	secret_fill(seed, sizeof seed);
	secret_fill(tweak, sizeof tweak);
	ASSERT(public_key_of(seed, key) == 0);
	ASSERT(secret_key_tweak(seed, tweak, secret) == 0);
	ASSERT(secret_key_valid(secret));
	ASSERT(taproot_output_secret(seed, tweak, secret) == 0);
	ASSERT(hd_master(seed, sizeof seed, &master) == 0);
	ASSERT(hd_private_child(&master, PATH_HARDENED, &child) == 0);
	ASSERT(hd_private_child(&child, 1, &child) == 0);
}

static void signatures(void)
{
	uint8_t secret[32], random[32], digest[32] = { 1 }, der[ECDSA_DER_MAX],
					schnorr[SCHNORR_SIGNATURE_SIZE];
	uint8_t key[PUBLIC_KEY_SIZE];
	size_t size;
	secret_fill(secret, sizeof secret);
	secret_fill(random, sizeof random);
	ASSERT(public_key_of(secret, key) == 0);
	ASSERT(ecdsa_sign(secret, digest, der, &size) == 0);
	ASSERT(ecdsa_sign_for(secret, key, digest, der, &size) == 0);
	ASSERT(schnorr_sign(secret, random, digest, sizeof digest, schnorr) == 0);
}

static void all(void)
{
	static const uint8_t seed[32] = { 7 };
	curve_init(seed);
	shares();
	cipher();
	hashes();
	keys();
	signatures();
}
#else
#define all NULL
#endif

int main(int argc, char **argv)
{
	return constant_time_main(argc, argv, all);
}
