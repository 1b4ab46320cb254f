// SPDX-License-Identifier: Apache-2.0
#include "bitcoin/slip39_field.h"

#include "crypto/secret.h"
#include "crypto/sha256.h"
#include "crypto/sha512.h"

#define DIGEST_SIZE	4
#define ROUNDS		4
#define ITERATIONS_BASE 2500u

// Modulo x^8 + x^4 + x^3 + x + 1. Without branches: b may be a byte of a secret.
static uint8_t multiply(uint8_t a, uint8_t b)
{
	unsigned product = 0, x = a;
	for (unsigned bit = 0; bit < 8; bit++) {
		product ^= x & -(unsigned)(b >> bit & 1);
		x = x << 1 ^ (0x11b & -(x >> 7));
	}
	return (uint8_t)product;
}

static uint8_t invert(uint8_t a) // a^254
{
	uint8_t result = 1;
	for (unsigned exponent = 254; exponent; exponent >>= 1) {
		if (exponent & 1)
			result = multiply(result, a);
		a = multiply(a, a);
	}
	return result;
}

// Lagrange's factor of one point: made of places alone, which are public.
static uint8_t factor(const struct slip39_point *points, size_t count, size_t i, uint8_t x)
{
	uint8_t above = 1, below = 1;
	for (size_t j = 0; j < count; j++) {
		if (j == i)
			continue;
		above = multiply(above, x ^ points[j].x);
		below = multiply(below, points[i].x ^ points[j].x);
	}
	return multiply(above, invert(below));
}

void slip39_interpolate(const struct slip39_point *points, size_t count, uint8_t x, size_t size, uint8_t *ret)
{
	memset(ret, 0, size);
	for (size_t i = 0; i < count; i++) {
		uint8_t f = factor(points, count, i, x);
		for (size_t k = 0; k < size; k++)
			ret[k] ^= multiply(f, points[i].y[k]);
	}
}

static void digest_of(const uint8_t *key, const uint8_t *secret, size_t size, uint8_t ret[DIGEST_SIZE])
{
	struct hmac_key hmac;
	uint8_t mac[SHA256_SIZE];
	hmac_key_init(&hmac, key, size - DIGEST_SIZE);
	hmac_sha256(&hmac, secret, size, mac);
	memcpy(ret, mac, DIGEST_SIZE);
	secret_wipe(&hmac, sizeof hmac);
	secret_wipe(mac, sizeof mac);
}

size_t slip39_split_random(unsigned threshold, size_t size)
{
	return threshold < 2 ? 0 : (threshold - 2) * size + size - DIGEST_SIZE;
}

void slip39_secret_split(unsigned threshold, unsigned count, const uint8_t *secret, size_t size,
			 const uint8_t *random, uint8_t (*ret)[SLIP39_SECRET_MAX])
{
	struct slip39_point points[SLIP39_POINTS_MAX];
	if (threshold == 1) {
		for (unsigned i = 0; i < count; i++)
			memcpy(ret[i], secret, size);
		return;
	}
	for (unsigned i = 0; i < threshold - 2; i++, random += size) {
		points[i].x = (uint8_t)i;
		memcpy(points[i].y, random, size);
		memcpy(ret[i], random, size);
	}
	struct slip39_point *digest = &points[threshold - 2], *whole = &points[threshold - 1];
	digest->x = SLIP39_AT_DIGEST;
	memcpy(digest->y + DIGEST_SIZE, random, size - DIGEST_SIZE);
	digest_of(random, secret, size, digest->y);
	whole->x = SLIP39_AT_SECRET;
	memcpy(whole->y, secret, size);
	for (unsigned i = threshold - 2; i < count; i++)
		slip39_interpolate(points, threshold, (uint8_t)i, size, ret[i]);
	secret_wipe(points, sizeof points);
}

int slip39_secret_recover(unsigned threshold, const struct slip39_point *points, size_t size,
			  uint8_t ret[SLIP39_SECRET_MAX])
{
	uint8_t digest[SLIP39_SECRET_MAX], expected[DIGEST_SIZE], secret[SLIP39_SECRET_MAX];
	int result = 0;
	if (threshold == 1) {
		memcpy(ret, points[0].y, size);
		return 0;
	}
	slip39_interpolate(points, threshold, SLIP39_AT_SECRET, size, secret);
	slip39_interpolate(points, threshold, SLIP39_AT_DIGEST, size, digest);
	digest_of(digest + DIGEST_SIZE, secret, size, expected);
	if (equal_constant_time(expected, digest, DIGEST_SIZE))
		memcpy(ret, secret, size);
	else
		result = 4;
	secret_wipe(digest, sizeof digest);
	secret_wipe(secret, sizeof secret);
	return result;
}

static void round_function(unsigned round, const struct slip39_share *p, const uint8_t *password,
			   size_t password_size, const uint8_t *right, size_t half, uint8_t *ret)
{
	uint8_t keyed[1 + SLIP39_PASSPHRASE_MAX], prefix[8] = "shamir";
	prefix[6] = (uint8_t)(p->identifier >> 8);
	prefix[7] = (uint8_t)p->identifier;
	keyed[0] = (uint8_t)round;
	memcpy(keyed + 1, password, password_size);
	struct pbkdf2_salt salt = { prefix, p->extendable ? 0 : sizeof prefix, right, half };
	pbkdf2_sha256(keyed, 1 + password_size, &salt, ITERATIONS_BASE << p->exponent, ret, half);
	secret_wipe(keyed, sizeof keyed);
}

int slip39_cipher(bool decrypt, const struct slip39_share *parameters, const char *passphrase,
		  size_t passphrase_length, uint8_t *data, size_t size)
{
	size_t half = size / 2;
	uint8_t left[SLIP39_SECRET_MAX / 2], right[SLIP39_SECRET_MAX / 2], mixed[SLIP39_SECRET_MAX / 2];
	if (passphrase_length > SLIP39_PASSPHRASE_MAX)
		return 1;
	for (size_t i = 0; i < passphrase_length; i++) {
		if (passphrase[i] < ' ' || passphrase[i] > '~')
			return 1;
	}
	memcpy(left, data, half);
	memcpy(right, data + half, half);
	for (unsigned i = 0; i < ROUNDS; i++) {
		round_function(decrypt ? ROUNDS - 1 - i : i, parameters, (const uint8_t *)passphrase,
			       passphrase_length, right, half, mixed);
		for (size_t k = 0; k < half; k++)
			mixed[k] ^= left[k];
		memcpy(left, right, half);
		memcpy(right, mixed, half);
	}
	memcpy(data, right, half);
	memcpy(data + half, left, half);
	secret_wipe(left, sizeof left);
	secret_wipe(right, sizeof right);
	secret_wipe(mixed, sizeof mixed);
	return 0;
}
