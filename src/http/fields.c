// SPDX-License-Identifier: Apache-2.0
#include "http/fields.h"
#include "http/chars.h"

#include <strings.h>

static enum http_refusal host_read(struct http_parser *p, struct slice value)
{
	if (value.size == 0 || value.size > HTTP_HOST_MAX || !chars_are(value.at, value.size, CHAR_HOST))
		return HTTP_HOST_BAD;
	return HTTP_FINE;
}

// 1*DIGIT and nothing else: no sign, list, hexadecimal, space, or leading zero (which some readers take for octal).
static enum http_refusal length_read(struct http_parser *p, struct slice value)
{
	if (value.size == 0 || !chars_are(value.at, value.size, CHAR_DIGIT) || (value.size > 1 && *value.at == '0'))
		return HTTP_LENGTH_BAD;
	uint32_t length = 0;
	for (size_t i = 0; i < value.size; i++) {
		length = length * 10 + (uint32_t)(value.at[i] - '0');
		if (length > HTTP_BODY_MAX)
			return HTTP_BODY_TOO_LARGE;
	}
	p->body_size = length;
	return HTTP_FINE;
}

static bool token_is(struct slice token, const char *name)
{
	return token.size == strlen(name) && strncasecmp(token.at, name, token.size) == 0;
}

// A list of options; one that names another header could make an intermediary drop it, so only the plain ones pass.
static enum http_refusal connection_read(struct http_parser *p, struct slice value)
{
	const char *at = value.at, *end = value.at + value.size;
	while (at < end) {
		const char *comma = memchr(at, ',', (size_t)(end - at));
		const char *stop = comma ? comma : end, *last = stop;
		while (at < last && (*at == ' ' || *at == '\t'))
			at++;
		while (last > at && (last[-1] == ' ' || last[-1] == '\t'))
			last--;
		struct slice token = slice_of(at, (size_t)(last - at));
		if (token_is(token, "close"))
			p->close = true;
		else if (token_is(token, "upgrade"))
			return HTTP_UPGRADE;
		else if (!token_is(token, "keep-alive"))
			return HTTP_CONNECTION_OPTION;
		at = comma ? comma + 1 : end;
	}
	return HTTP_FINE;
}

static enum http_refusal expect_read(struct http_parser *p, struct slice value)
{
	return HTTP_EXPECT;
}

static enum http_refusal upgrade_read(struct http_parser *p, struct slice value)
{
	return HTTP_UPGRADE;
}

static enum http_refusal text_read(struct http_parser *p, struct slice value)
{
	return HTTP_FINE;
}

// Transfer-Encoding is judged at the end: beside a Content-Length it is an attack, alone a thing we do not do.
static const struct {
	const char *name;
	uint8_t size;
	enum http_refusal (*read)(struct http_parser *p, struct slice value);
} fields[HTTP_FIELD_COUNT] = {
	[HTTP_FIELD_HOST] = { "Host", 4, host_read },
	[HTTP_FIELD_CONTENT_LENGTH] = { "Content-Length", 14, length_read },
	[HTTP_FIELD_TRANSFER_ENCODING] = { "Transfer-Encoding", 17, text_read },
	[HTTP_FIELD_CONNECTION] = { "Connection", 10, connection_read },
	[HTTP_FIELD_EXPECT] = { "Expect", 6, expect_read },
	[HTTP_FIELD_UPGRADE] = { "Upgrade", 7, upgrade_read },
	[HTTP_FIELD_CONTENT_TYPE] = { "Content-Type", 12, text_read },
	[HTTP_FIELD_API_KEY] = { "X-MBX-APIKEY", 12, text_read },
};

enum http_refusal http_field_read(struct http_parser *p, const char *data, const char *name, size_t name_size,
				  struct http_span value)
{
	for (size_t i = 0; i < HTTP_FIELD_COUNT; i++) {
		if (name_size != fields[i].size || strncasecmp(name, fields[i].name, name_size) != 0)
			continue;
		if (p->seen >> i & 1)
			return HTTP_HEADER_TWICE;
		p->seen |= 1u << i;
		p->field[i] = value;
		return fields[i].read(p, slice_of(data + value.at, value.size));
	}
	return HTTP_FINE;
}

enum http_refusal http_fields_check(struct http_parser *p, const char *data)
{
	bool length = p->seen >> HTTP_FIELD_CONTENT_LENGTH & 1;
	if (p->seen >> HTTP_FIELD_TRANSFER_ENCODING & 1)
		return length ? HTTP_LENGTH_AND_TRANSFER : HTTP_TRANSFER_ENCODING;
	if (!(p->seen >> HTTP_FIELD_HOST & 1))
		return HTTP_HOST_MISSING;
	if (p->method == HTTP_GET && p->body_size > HTTP_GET_BODY_MAX)
		return HTTP_BODY_TOO_LARGE;
	return HTTP_FINE;
}

bool http_host_is(struct slice host, const char *name)
{
	size_t size = strlen(name);
	return host.size >= size && strncasecmp(host.at, name, size) == 0 &&
	       (host.size == size || (host.at[size] == ':' && host.size > size + 1 &&
				      chars_are(host.at + size + 1, host.size - size - 1, CHAR_DIGIT)));
}

bool http_type_is(struct slice content_type, const char *type)
{
	size_t size = strlen(type);
	if (content_type.size < size || strncasecmp(content_type.at, type, size) != 0)
		return false;
	if (content_type.size == size)
		return true;
	char next = content_type.at[size];
	return next == ';' || next == ' ' || next == '\t';
}
