// SPDX-License-Identifier: Apache-2.0
#include "bitcoin/hdkey.h"

#include "bitcoin/hashes.h"
#include "crypto/secret.h"
#include "crypto/sha512.h"

#define DEPTH_MAX 255

int hd_master(const void *seed, size_t size, struct hd_private *ret)
{
	struct hmac512_key key;
	uint8_t mac[SHA512_SIZE];
	int result = 2;
	if (size < HD_SEED_MIN || size > HD_SEED_MAX)
		return 1;
	hmac512_key_init(&key, "Bitcoin seed", 12);
	hmac_sha512(&key, seed, size, mac);
	struct hd_private out = { .public = { .depth = 0 } };
	if (public_key_of(mac, out.public.key) == 0) {
		memcpy(out.secret, mac, SECRET_KEY_SIZE);
		memcpy(out.public.chain_code, mac + 32, 32);
		*ret = out;
		result = 0;
	}
	secret_wipe(&out, sizeof out);
	secret_wipe(mac, sizeof mac);
	secret_wipe(&key, sizeof key);
	return result;
}

// HMAC over the key material and the step: the tweak, and the next chain code.
static void step_mac(const uint8_t chain_code[32], const uint8_t material[33], uint32_t step,
		     uint8_t mac[SHA512_SIZE])
{
	struct hmac512_key key;
	uint8_t data[37];
	memcpy(data, material, 33);
	for (int i = 0; i < 4; i++)
		data[33 + i] = (uint8_t)(step >> (24 - 8 * i));
	hmac512_key_init(&key, chain_code, 32);
	hmac_sha512(&key, data, sizeof data, mac);
	secret_wipe(data, sizeof data);
	secret_wipe(&key, sizeof key);
}

static void public_head(const struct hd_public *from, uint32_t step, const uint8_t mac[SHA512_SIZE],
			struct hd_public *to)
{
	to->depth = (uint8_t)(from->depth + 1);
	to->child = step;
	hd_fingerprint(from, to->parent);
	memcpy(to->chain_code, mac + 32, 32);
}

int hd_public_child(const struct hd_public *from, uint32_t step, struct hd_public *ret)
{
	uint8_t mac[SHA512_SIZE];
	struct hd_public out;
	if (step & PATH_HARDENED)
		return 3;
	if (from->depth == DEPTH_MAX)
		return 2;
	step_mac(from->chain_code, from->key, step, mac);
	int result = public_key_tweak(from->key, mac, out.key);
	if (!result) {
		public_head(from, step, mac, &out);
		*ret = out;
	}
	return result;
}

int hd_private_child(const struct hd_private *from, uint32_t step, struct hd_private *ret)
{
	uint8_t mac[SHA512_SIZE], material[33] = { 0 };
	struct hd_private out;
	if (from->public.depth == DEPTH_MAX)
		return 2;
	if (step & PATH_HARDENED)
		memcpy(material + 1, from->secret, SECRET_KEY_SIZE);
	else
		memcpy(material, from->public.key, PUBLIC_KEY_SIZE);
	step_mac(from->public.chain_code, material, step, mac);
	int result = secret_key_tweak(from->secret, mac, out.secret);
	if (!result)
		result = public_key_of(out.secret, out.public.key);
	if (!result) {
		public_head(&from->public, step, mac, &out.public);
		*ret = out;
	}
	secret_wipe(&out, sizeof out);
	secret_wipe(material, sizeof material);
	secret_wipe(mac, sizeof mac);
	return result;
}

int hd_private_derive(const struct hd_private *from, const struct path *path, struct hd_private *ret)
{
	struct hd_private at = *from;
	int result = 0;
	for (size_t i = 0; i < path->count && !result; i++)
		result = hd_private_child(&at, path->steps[i], &at);
	if (!result)
		*ret = at;
	secret_wipe(&at, sizeof at);
	return result;
}

int hd_public_derive(const struct hd_public *from, const struct path *path, struct hd_public *ret)
{
	struct hd_public at = *from;
	int result = 0;
	for (size_t i = 0; i < path->count && !result; i++)
		result = hd_public_child(&at, path->steps[i], &at);
	if (!result)
		*ret = at;
	return result;
}

void hd_fingerprint(const struct hd_public *key, uint8_t ret[HD_FINGERPRINT_SIZE])
{
	uint8_t hash[HASH160_SIZE];
	hash160_of(key->key, PUBLIC_KEY_SIZE, hash);
	memcpy(ret, hash, HD_FINGERPRINT_SIZE);
}
