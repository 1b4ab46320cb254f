// SPDX-License-Identifier: Apache-2.0
#include "keymaker.h"

#include "base/text.h"
#include "crypto/ed25519.h"
#include "crypto/secret.h"

#include <stdio.h>

// RFC 8410: what stands before the 32 bytes in PKCS#8 and in SubjectPublicKeyInfo.
static const uint8_t PRIVATE_PREFIX[16] = { 0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06,
					    0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20 };
static const uint8_t PUBLIC_PREFIX[12] = { 0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00 };

void random_text(char *to, size_t size)
{
	static const char alphabet[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
	for (size_t i = 0; i < size;) {
		uint8_t b;
		random_bytes(&b, 1);
		if (b < 62 * 4) // so that no character is likelier than another
			to[i++] = alphabet[b % 62];
	}
	to[size] = 0;
}

static void key_begin(struct made_key *key, uint32_t customer, uint8_t kind, uint8_t scopes)
{
	*key = (struct made_key){ .add = { .customer = customer, .kind = kind, .scopes = scopes } };
	random_text(key->add.api_key, API_KEY_SIZE);
}

void key_make_hmac(struct made_key *key, uint32_t customer, uint8_t scopes, const uint8_t auth_public[32])
{
	key_begin(key, customer, KEY_HMAC, scopes);
	random_text(key->secret, API_SECRET_SIZE);
	key->add.sealed_size = API_SECRET_SIZE + SEALED_OVERHEAD;
	_Static_assert(API_SECRET_SIZE + SEALED_OVERHEAD <= KEY_SEALED_MAX, "a sealed secret fits its field");
	ASSERT(sealed_seal(auth_public, key->secret, API_SECRET_SIZE, key->add.sealed) == 0);
}

void key_make_ed25519(struct made_key *key, uint32_t customer, uint8_t scopes)
{
	uint8_t der[sizeof PRIVATE_PREFIX + 32];
	char text[BASE64_SIZE(sizeof der)];
	key_begin(key, customer, KEY_ED25519, scopes);
	memcpy(der, PRIVATE_PREFIX, sizeof PRIVATE_PREFIX);
	random_bytes(der + sizeof PRIVATE_PREFIX, 32);
	ed25519_public(der + sizeof PRIVATE_PREFIX, key->add.public_key);
	base64_encode(der, sizeof der, text);
	snprintf(key->private_pem, sizeof key->private_pem,
		 "-----BEGIN PRIVATE KEY-----\n%s\n-----END PRIVATE KEY-----\n", text);
	secret_wipe(der, sizeof der);
	secret_wipe(text, sizeof text);
}

int public_pem_read(const char *pem, size_t size, uint8_t public_key[32])
{
	static const char begin[] = "-----BEGIN PUBLIC KEY-----", end[] = "-----END PUBLIC KEY-----";
	uint8_t der[sizeof PUBLIC_PREFIX + 32];
	char text[BASE64_SIZE(sizeof der)];
	size_t n = 0, got = 0;
	const char *at = memmem(pem, size, begin, sizeof begin - 1);
	const char *stop = memmem(pem, size, end, sizeof end - 1);
	if (!at || !stop || stop < at)
		return 1;
	for (at += sizeof begin - 1; at < stop; at++) {
		if (*at == '\n' || *at == '\r')
			continue;
		if (n + 1 >= sizeof text)
			return 1;
		text[n++] = *at;
	}
	if (base64_decode(text, n, der, sizeof der, &got) || got != sizeof der ||
	    memcmp(der, PUBLIC_PREFIX, sizeof PUBLIC_PREFIX))
		return 1;
	memcpy(public_key, der + sizeof PUBLIC_PREFIX, 32);
	return 0;
}
