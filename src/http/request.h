// SPDX-License-Identifier: Apache-2.0
// A strict, incremental parser of HTTP/1.1 requests (RFC 9110, RFC 9112): what
// two readers could understand differently is refused, never repaired.
//
//   struct http_parser p;  http_parser_reset(&p);
//   on each arrival: http_parse(&p, start_of_request, bytes_so_far, &request)
//
// Nothing is copied: the request's slices lie in the caller's buffer. Between
// calls the bytes may move (the parser keeps offsets), but not change.
#pragma once

#include "http/slice.h"

// Limits, and the status at each.
#define HTTP_TARGET_MAX 6144       // bytes of the request target: 414
#define HTTP_HEAD_MAX 8192         // request line and headers together: 431
#define HTTP_HEADERS_MAX 48        // header fields: 431
#define HTTP_HEADER_NAME_MAX 64    // 431
#define HTTP_HEADER_VALUE_MAX 4096 // 431
#define HTTP_HOST_MAX 255          // 400
#define HTTP_BODY_MAX 8192         // 413
#define HTTP_GET_BODY_MAX 1024     // 413; a GET needs none, but some clients send one
#define HTTP_REQUEST_MAX (HTTP_HEAD_MAX + HTTP_BODY_MAX) // a buffer of this size is always enough

enum http_method { HTTP_GET = 0, HTTP_POST = 1, HTTP_DELETE = 2, HTTP_PUT = 3, HTTP_METHODS };

enum http_refusal {
	HTTP_FINE = 0,
	HTTP_BARE_LF, HTTP_BARE_CR, HTTP_CONTROL_CHARACTER, HTTP_EMPTY_LINE_FIRST,
	HTTP_BAD_METHOD, HTTP_UNKNOWN_METHOD, HTTP_BAD_REQUEST_LINE, HTTP_TARGET_TOO_LONG, HTTP_TARGET_FORM,
	HTTP_TARGET_CHARACTER, HTTP_TARGET_PERCENT, HTTP_BAD_VERSION, HTTP_VERSION_UNSUPPORTED,
	HTTP_OBS_FOLD, HTTP_HEADER_NO_COLON, HTTP_HEADER_SPACE_BEFORE_COLON, HTTP_HEADER_NAME,
	HTTP_HEADER_NAME_LONG, HTTP_HEADER_VALUE, HTTP_HEADER_VALUE_LONG, HTTP_HEADERS_TOO_MANY, HTTP_HEAD_TOO_LARGE,
	HTTP_HOST_MISSING, HTTP_HOST_BAD, HTTP_HEADER_TWICE,
	HTTP_LENGTH_BAD, HTTP_BODY_TOO_LARGE, HTTP_LENGTH_AND_TRANSFER, HTTP_TRANSFER_ENCODING,
	HTTP_EXPECT, HTTP_UPGRADE, HTTP_CONNECTION_OPTION,
	HTTP_REFUSAL_COUNT
};

struct http_refusal_row {
	uint16_t status;
	const char *text;
};
const struct http_refusal_row *http_refusal_row(enum http_refusal refusal);

// The headers that mean something to us. All others are read, checked and dropped.
enum http_field {
	HTTP_FIELD_HOST, HTTP_FIELD_CONTENT_LENGTH, HTTP_FIELD_TRANSFER_ENCODING, HTTP_FIELD_CONNECTION,
	HTTP_FIELD_EXPECT, HTTP_FIELD_UPGRADE, HTTP_FIELD_CONTENT_TYPE, HTTP_FIELD_API_KEY,
	HTTP_FIELD_COUNT
};

struct http_span { uint32_t at, size; };

struct http_parser { // opaque
	uint8_t phase;
	uint8_t method;
	bool close;
	uint32_t line, search;  // start of the current line; where to look on for its end
	uint32_t headers;
	uint32_t seen;          // bit per enum http_field
	uint32_t body_size;
	struct http_span target, field[HTTP_FIELD_COUNT];
};

struct http_request {
	enum http_method method;
	bool close;              // the client asked for `Connection: close`
	struct slice host;       // of name and port, as the client wrote it
	struct slice path;       // begins with '/'
	struct slice query;      // without '?'
	struct slice api_key;    // X-MBX-APIKEY
	struct slice content_type;
	struct slice body;
	size_t size;             // bytes of the whole request; the next one begins after them
};

static inline void http_parser_reset(struct http_parser *p)
{
	memset(p, 0, offsetof(struct http_parser, target));
}

// True once the head is complete and the body is awaited (its deadline is another).
bool http_parser_in_body(const struct http_parser *p);

// Reads what is there. Returns 0 with the whole request in *ret, 1 when more bytes are needed, 2 when it is refused
// (*ret_refusal): answer and close, for nothing behind it can be trusted.
MUST_USE int http_parse(struct http_parser *p, const char *data, size_t size, struct http_request *ret,
			enum http_refusal *ret_refusal);

// True when `host`, with or without a port, is the name. Case-insensitive; a point at the end is no part of a name here.
bool http_host_is(struct slice host, const char *name);

// True when the content type is `type`, with or without parameters (";charset=..."). Case-insensitive.
bool http_type_is(struct slice content_type, const char *type);
