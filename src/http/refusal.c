// SPDX-License-Identifier: Apache-2.0
#include "http/request.h"

static const struct http_refusal_row rows[HTTP_REFUSAL_COUNT] = {
	[HTTP_FINE] = { 200, "" },
	[HTTP_BARE_LF] = { 400, "a line ends with LF alone" },
	[HTTP_BARE_CR] = { 400, "a CR is not followed by LF" },
	[HTTP_CONTROL_CHARACTER] = { 400, "there is a NUL in the head" },
	[HTTP_EMPTY_LINE_FIRST] = { 400, "there is an empty line before the request line" },
	[HTTP_BAD_METHOD] = { 400, "the method is not a token" },
	[HTTP_UNKNOWN_METHOD] = { 501, "the method is not GET, POST, PUT or DELETE" },
	[HTTP_BAD_REQUEST_LINE] = { 400, "the request line is not: method, target, version" },
	[HTTP_TARGET_TOO_LONG] = { 414, "the request target is too long" },
	[HTTP_TARGET_FORM] = { 400, "the request target does not begin with '/'" },
	[HTTP_TARGET_CHARACTER] = { 400, "there is a character in the request target that must be percent-encoded" },
	[HTTP_TARGET_PERCENT] = { 400, "a '%' in the request target is not followed by two hexadecimal digits" },
	[HTTP_BAD_VERSION] = { 400, "the version is not HTTP/1.1" },
	[HTTP_VERSION_UNSUPPORTED] = { 505, "only HTTP/1.1 is spoken here" },
	[HTTP_OBS_FOLD] = { 400, "a header line begins with white space" },
	[HTTP_HEADER_NO_COLON] = { 400, "a header line has no colon" },
	[HTTP_HEADER_SPACE_BEFORE_COLON] = { 400, "there is white space before a header's colon" },
	[HTTP_HEADER_NAME] = { 400, "a header name is empty or has a character that is not allowed" },
	[HTTP_HEADER_NAME_LONG] = { 431, "a header name is too long" },
	[HTTP_HEADER_VALUE] = { 400, "a header value has a control or non-ASCII character" },
	[HTTP_HEADER_VALUE_LONG] = { 431, "a header value is too long" },
	[HTTP_HEADERS_TOO_MANY] = { 431, "there are too many headers" },
	[HTTP_HEAD_TOO_LARGE] = { 431, "the headers are too large" },
	[HTTP_HOST_MISSING] = { 400, "there is no Host header" },
	[HTTP_HOST_BAD] = { 400, "the Host header is not a host name" },
	[HTTP_HEADER_TWICE] = { 400, "a header that may stand once stands twice" },
	[HTTP_LENGTH_BAD] = { 400, "Content-Length is not a plain number" },
	[HTTP_BODY_TOO_LARGE] = { 413, "the body is too large" },
	[HTTP_LENGTH_AND_TRANSFER] = { 400, "there are both Content-Length and Transfer-Encoding" },
	[HTTP_TRANSFER_ENCODING] = { 501, "Transfer-Encoding is not accepted; send Content-Length" },
	[HTTP_EXPECT] = { 417, "Expect is not accepted; send the body at once" },
	[HTTP_UPGRADE] = { 501, "Upgrade is not accepted here" },
	[HTTP_CONNECTION_OPTION] = { 400, "Connection may say keep-alive or close" },
};

const struct http_refusal_row *http_refusal_row(enum http_refusal refusal)
{
	ASSERT((unsigned)refusal < HTTP_REFUSAL_COUNT);
	return &rows[refusal];
}
