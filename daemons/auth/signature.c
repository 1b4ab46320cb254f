// SPDX-License-Identifier: Apache-2.0
#include "signature.h"

#include "base/text.h"
#include "crypto/ed25519.h"

#define SIGNATURE_TEXT_MAX BASE64_SIZE(ED25519_SIGNATURE_SIZE)

struct find {
	struct signed_parts *to;
	const char *detail;
	bool signed_already;
	const char *signed_end; // where "&signature=" begins
};

static enum api_error once(struct slice *to, struct slice value, struct find *f, const char *name)
{
	f->detail = name;
	if (to->at)
		return API_DUPLICATE_PARAMETER;
	*to = value;
	return value.size ? API_OK : API_EMPTY_PARAMETER;
}

static enum api_error pair_take(struct find *f, struct slice name, struct slice value, const char *start)
{
	bool is_signature = slice_is(name, "signature");
	if (f->signed_already)
		return is_signature ? API_DUPLICATE_PARAMETER : API_SIGNATURE_PLACE;
	if (slice_is(name, "timestamp"))
		return once(&f->to->timestamp, value, f, "timestamp");
	if (slice_is(name, "recvWindow"))
		return once(&f->to->recv_window, value, f, "recvWindow");
	if (!is_signature)
		return API_OK;
	f->signed_already = true;
	// The '&' before it is not signed; at the start of query or body there is none.
	f->signed_end = name.at > start ? name.at - 1 : name.at;
	return once(&f->to->signature, value, f, "signature");
}

// Only the names that matter here are looked at; the schema judges the rest once the signature holds.
static enum api_error pairs_take(struct find *f, struct slice text)
{
	const char *end = text.at + text.size;
	for (const char *at = text.at; at && at < end;) {
		const char *stop = memchr(at, '&', (size_t)(end - at));
		stop = stop ? stop : end;
		const char *equals = memchr(at, '=', (size_t)(stop - at));
		const char *name_end = equals ? equals : stop, *value = equals ? equals + 1 : stop;
		enum api_error e = pair_take(f, slice_of(at, (size_t)(name_end - at)),
					     slice_of(value, (size_t)(stop - value)), text.at);
		if (e)
			return e;
		at = stop + 1;
	}
	return API_OK;
}

enum api_error signed_parts_find(struct slice query, struct slice body, struct signed_parts *ret,
				 const char **ret_detail)
{
	struct signed_parts parts = { 0 };
	struct find f = { .to = &parts };
	ASSERT(query.at + query.size == body.at);
	enum api_error e = pairs_take(&f, query);
	if (!e)
		e = pairs_take(&f, body);
	if (!e && (!parts.timestamp.at || !parts.signature.at)) {
		f.detail = parts.timestamp.at ? "signature" : "timestamp";
		e = API_MANDATORY;
	}
	*ret_detail = f.detail;
	if (e)
		return e;
	parts.bytes = slice_of(query.at, (size_t)(f.signed_end - query.at));
	*ret = parts;
	return API_OK;
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)(c | 0x20);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

// Returns the size, 0 when it is broken or too long. A raw '+' is a space, as the schema reads it: clients must encode it.
static size_t percent_decode(struct slice raw, char *to, size_t room)
{
	size_t n = 0;
	for (size_t i = 0; i < raw.size; i++) {
		char c = raw.at[i];
		if (c == '%') {
			if (raw.size - i < 3 || hex_digit(raw.at[i + 1]) < 0 || hex_digit(raw.at[i + 2]) < 0)
				return 0;
			c = (char)(hex_digit(raw.at[i + 1]) << 4 | hex_digit(raw.at[i + 2]));
			i += 2;
		} else if (c == '+') {
			c = ' ';
		}
		if (n == room)
			return 0;
		to[n++] = c;
	}
	return n;
}

bool signature_check_hmac(const struct hmac_key *key, const struct signed_parts *parts, uint8_t ret_digest[32])
{
	uint8_t sent[SHA256_SIZE];
	// Computed first, whatever was sent: the time then says nothing about the text.
	hmac_sha256(key, parts->bytes.at, parts->bytes.size, ret_digest);
	if (hex_decode(parts->signature.at, parts->signature.size, sent, sizeof sent))
		return false;
	return equal_constant_time(sent, ret_digest, sizeof sent);
}

bool signature_check_ed25519(const uint8_t public_key[32], const struct signed_parts *parts, uint8_t ret_digest[32])
{
	char text[SIGNATURE_TEXT_MAX];
	uint8_t sent[ED25519_SIGNATURE_SIZE];
	size_t size = percent_decode(parts->signature, text, sizeof text), got = 0;
	if (base64_decode(text, size, sent, sizeof sent, &got) || got != sizeof sent)
		return false;
	if (!ed25519_verify(public_key, parts->bytes.at, parts->bytes.size, sent))
		return false;
	memcpy(ret_digest, sent, 32);
	return true;
}
