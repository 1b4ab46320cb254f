// SPDX-License-Identifier: Apache-2.0
// BIP32 "Serialization format": version, depth, parent, step (both big-endian), chain code, key.
#include "bitcoin/base58.h"
#include "bitcoin/hdkey.h"
#include "crypto/secret.h"

static uint32_t big_endian(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static void big_endian_write(uint8_t *to, uint32_t value)
{
	for (int i = 0; i < 4; i++)
		to[i] = (uint8_t)(value >> (24 - 8 * i));
}

// All but the version and the key.
static int head_decode(const uint8_t bytes[HD_BINARY_SIZE], struct hd_public *ret)
{
	ret->depth = bytes[4];
	memcpy(ret->parent, bytes + 5, HD_FINGERPRINT_SIZE);
	ret->child = big_endian(bytes + 9);
	memcpy(ret->chain_code, bytes + 13, 32);
	return ret->depth == 0 && (big_endian(bytes + 5) || ret->child) ? 4 : 0;
}

static void head_encode(const struct hd_public *key, uint32_t version, uint8_t bytes[HD_BINARY_SIZE])
{
	big_endian_write(bytes, version);
	bytes[4] = key->depth;
	memcpy(bytes + 5, key->parent, HD_FINGERPRINT_SIZE);
	big_endian_write(bytes + 9, key->child);
	memcpy(bytes + 13, key->chain_code, 32);
}

int hd_public_decode(const struct network *network, const uint8_t bytes[HD_BINARY_SIZE],
		     struct hd_public *ret)
{
	struct hd_public out;
	if (big_endian(bytes) != network->extended_public)
		return 2;
	memcpy(out.key, bytes + 45, PUBLIC_KEY_SIZE);
	if (!public_key_valid(out.key))
		return 3;
	int result = head_decode(bytes, &out);
	if (!result)
		*ret = out;
	return result;
}

int hd_public_parse(const struct network *network, const char *text, size_t length, struct hd_public *ret)
{
	uint8_t bytes[HD_BINARY_SIZE];
	size_t size;
	if (length > HD_TEXT_MAX || base58check_decode(text, length, bytes, sizeof bytes, &size) ||
	    size != sizeof bytes)
		return 1;
	return hd_public_decode(network, bytes, ret);
}

static int private_decode(const struct network *network, const uint8_t bytes[HD_BINARY_SIZE],
			  struct hd_private *ret)
{
	if (big_endian(bytes) != network->extended_private)
		return 2;
	memcpy(ret->secret, bytes + 46, SECRET_KEY_SIZE);
	if (bytes[45] != 0 || public_key_of(ret->secret, ret->public.key))
		return 3;
	return head_decode(bytes, &ret->public);
}

int hd_private_parse(const struct network *network, const char *text, size_t length, struct hd_private *ret)
{
	uint8_t bytes[HD_BINARY_SIZE];
	struct hd_private out;
	size_t size;
	int result = 1;
	if (length <= HD_TEXT_MAX && base58check_decode(text, length, bytes, sizeof bytes, &size) == 0 &&
	    size == sizeof bytes)
		result = private_decode(network, bytes, &out);
	if (!result)
		*ret = out;
	secret_wipe(&out, sizeof out);
	secret_wipe(bytes, sizeof bytes);
	return result;
}

void hd_public_format(const struct network *network, const struct hd_public *key, char to[HD_TEXT_MAX + 1])
{
	uint8_t bytes[HD_BINARY_SIZE];
	size_t length;
	head_encode(key, network->extended_public, bytes);
	memcpy(bytes + 45, key->key, PUBLIC_KEY_SIZE);
	ASSERT(base58check_encode(bytes, sizeof bytes, to, HD_TEXT_MAX + 1, &length) == 0);
}

void hd_private_format(const struct network *network, const struct hd_private *key, char to[HD_TEXT_MAX + 1])
{
	uint8_t bytes[HD_BINARY_SIZE];
	size_t length;
	head_encode(&key->public, network->extended_private, bytes);
	bytes[45] = 0;
	memcpy(bytes + 46, key->secret, SECRET_KEY_SIZE);
	ASSERT(base58check_encode(bytes, sizeof bytes, to, HD_TEXT_MAX + 1, &length) == 0);
	secret_wipe(bytes, sizeof bytes);
}
