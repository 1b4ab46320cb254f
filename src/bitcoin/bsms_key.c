// SPDX-License-Identifier: Apache-2.0
// Key records, and the old signed message under them: a header byte with the
// recovery id, r and s in base64, over hash256 of a prefix and the text.
#include "base/text.h"
#include "bitcoin/bsms_lines.h"
#include "bitcoin/compact.h"
#include "bitcoin/curve_context.h"
#include "bitcoin/hashes.h"
#include "bitcoin/signature.h"

#include <secp256k1_recovery.h>
#include <stdio.h>

#define MESSAGE_SIGNATURE_SIZE 65
#define HEADER_COMPRESSED      31 // 27 + 4 for a compressed key + recovery id

static void message_digest(const char *text, size_t length, uint8_t digest[32])
{
	static const char prefix[] = "Bitcoin Signed Message:\n";
	struct sha256 hash;
	struct sink sink = { .hash = &hash };
	sha256_init(&hash);
	sink_span(&sink, span_over(prefix, sizeof prefix - 1));
	sink_span(&sink, span_over(text, length));
	hash256_final(&hash, digest);
}

static bool token_valid(struct line token)
{
	uint8_t bytes[BSMS_TOKEN_MAX / 2];
	if (token.length != 2 && token.length != 16 && token.length != 32)
		return false;
	if (hex_decode(token.at, token.length, bytes, token.length / 2))
		return false;
	return token.length > 2 || bytes[0] == 0; // "00": none
}

static bool signature_valid(const char *text, size_t length, struct line encoded,
			    const uint8_t key[PUBLIC_KEY_SIZE])
{
	uint8_t signature[MESSAGE_SIGNATURE_SIZE], digest[32], der[ECDSA_DER_MAX];
	size_t size;
	if (base64_decode(encoded.at, encoded.length, signature, sizeof signature, &size) ||
	    size != sizeof signature || signature[0] < HEADER_COMPRESSED ||
	    signature[0] > HEADER_COMPRESSED + 3)
		return false;
	message_digest(text, length, digest);
	return ecdsa_from_raw(signature + 1, span_over(key, PUBLIC_KEY_SIZE), digest, der, &size) == 0;
}

enum bsms_refusal bsms_key_parse(const struct network *network, const char *text, size_t length,
				 const char *token, struct bsms_key *ret)
{
	struct line lines[5];
	struct bsms_key out = { .token = "" };
	if (!lines_cut(text, length, lines, ARRAY_LEN(lines)))
		return BSMS_LINES;
	if (!line_is(lines[0], "BSMS 1.0"))
		return BSMS_VERSION;
	if (!token_valid(lines[1]) || (token && !line_is(lines[1], token)))
		return BSMS_TOKEN;
	if (descriptor_key_parse(network, lines[2].at, lines[2].length, false, &out.key) ||
	    !out.key.has_origin || out.key.steps.count || out.key.wildcard)
		return BSMS_KEY;
	if (lines[3].length > BSMS_DESCRIPTION_MAX)
		return BSMS_DESCRIPTION;
	size_t message = (size_t)(lines[3].at + lines[3].length - text);
	if (!signature_valid(text, message, lines[4], out.key.base.key))
		return BSMS_SIGNATURE;
	memcpy(out.token, lines[1].at, lines[1].length);
	memcpy(out.description, lines[3].at, lines[3].length);
	*ret = out;
	return BSMS_FINE;
}

// With the recovery id, which libsecp256k1 gives; verified before it is released.
static bool message_sign(const char *text, size_t length, const uint8_t secret[SECRET_KEY_SIZE],
			 const uint8_t key[PUBLIC_KEY_SIZE],
			 char encoded[BASE64_SIZE(MESSAGE_SIGNATURE_SIZE)])
{
	secp256k1_ecdsa_recoverable_signature signature;
	uint8_t bytes[MESSAGE_SIGNATURE_SIZE], digest[32];
	int id;
	message_digest(text, length, digest);
	if (!secp256k1_ecdsa_sign_recoverable(curve_context(), &signature, digest, secret, NULL, NULL))
		return false;
	secp256k1_ecdsa_recoverable_signature_serialize_compact(curve_context(), bytes + 1, &id, &signature);
	bytes[0] = (uint8_t)(HEADER_COMPRESSED + id);
	size_t size = base64_encode(bytes, sizeof bytes, encoded);
	return signature_valid(text, length, (struct line){ encoded, size }, key);
}

enum bsms_refusal bsms_key_format(const struct network *network, const char *token, const char *key_text,
				  const char *description, const uint8_t secret[SECRET_KEY_SIZE], char *to,
				  size_t room)
{
	char encoded[BASE64_SIZE(MESSAGE_SIGNATURE_SIZE)];
	uint8_t key[PUBLIC_KEY_SIZE];
	struct bsms_key check;
	int length = snprintf(to, room, "BSMS 1.0\n%s\n%s\n%s", token, key_text, description);
	if (length < 0 || (size_t)length + sizeof encoded + 2 > room)
		return BSMS_LINES;
	if (public_key_of(secret, key) || !message_sign(to, (size_t)length, secret, key, encoded))
		return BSMS_KEY;
	length += snprintf(to + length, room - (size_t)length, "\n%s\n", encoded);
	enum bsms_refusal refusal = bsms_key_parse(network, to, (size_t)length, token, &check);
	return refusal == BSMS_SIGNATURE ? BSMS_KEY
					 : refusal; // reading back finds whatever was wrong with the parts
}
