// SPDX-License-Identifier: Apache-2.0
// What must be refused, one line each; and what must be understood.
#include "http/request.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <setjmp.h>
#include <cmocka.h>

#define H "Host: x\r\n"
#define GET "GET / HTTP/1.1\r\n"
#define POST "POST / HTTP/1.1\r\n" H

struct refused {
	const char *name, *text;
	size_t size; // 0 = strlen
	enum http_refusal refusal;
};
#define BYTES(s) s, sizeof(s) - 1

// Collected from RFC 9112, and from what request-smuggling lists send.
static const struct refused refused[] = {
	// line ends
	{ "bare LF after request line", BYTES("GET / HTTP/1.1\n" H "\r\n"), HTTP_BARE_LF },
	{ "bare LF after header", BYTES(GET "Host: x\n\r\n"), HTTP_BARE_LF },
	{ "bare LF ends head", BYTES(GET H "\n"), HTTP_BARE_LF },
	{ "only LFs", BYTES("GET / HTTP/1.1\nHost: x\n\n"), HTTP_BARE_LF },
	{ "bare CR in request line", BYTES("GET /\rX HTTP/1.1\r\n" H "\r\n"), HTTP_BARE_CR },
	{ "bare CR in header value", BYTES(GET H "A: b\rc\r\n\r\n"), HTTP_BARE_CR },
	{ "bare CR splits header", BYTES(GET H "A: b\rContent-Length: 5\r\n\r\n"), HTTP_BARE_CR },
	{ "CR CR LF", BYTES(GET H "A: b\r\r\n\r\n"), HTTP_BARE_CR },
	{ "bare CR before the line is complete", BYTES(GET "A: b\rc"), HTTP_BARE_CR },
	{ "bare CR as header end", BYTES(GET "Host: x\rX: y\r\n\r\n"), HTTP_BARE_CR },
	{ "empty line first", BYTES("\r\n" GET H "\r\n"), HTTP_EMPTY_LINE_FIRST },
	// NUL and control characters
	{ "NUL in target", BYTES("GET /\0 HTTP/1.1\r\n" H "\r\n"), HTTP_CONTROL_CHARACTER },
	{ "NUL in header name", BYTES(GET H "A\0: b\r\n\r\n"), HTTP_CONTROL_CHARACTER },
	{ "NUL in header value", BYTES(GET H "A: \0\r\n\r\n"), HTTP_CONTROL_CHARACTER },
	{ "control character in value", BYTES(GET H "A: \x01\r\n\r\n"), HTTP_HEADER_VALUE },
	{ "vertical tab in value", BYTES(GET H "A: b\x0b" "c\r\n\r\n"), HTTP_HEADER_VALUE },
	{ "DEL in value", BYTES(GET H "A: \x7f\r\n\r\n"), HTTP_HEADER_VALUE },
	{ "obs-text in value", BYTES(GET H "A: \xff\r\n\r\n"), HTTP_HEADER_VALUE },
	{ "form feed in target", BYTES("GET /\x0c HTTP/1.1\r\n" H "\r\n"), HTTP_TARGET_CHARACTER },
	// method
	{ "empty method", BYTES(" / HTTP/1.1\r\n" H "\r\n"), HTTP_BAD_METHOD },
	{ "method with bad character", BYTES("GE(T / HTTP/1.1\r\n" H "\r\n"), HTTP_BAD_METHOD },
	{ "lower-case method", BYTES("get / HTTP/1.1\r\n" H "\r\n"), HTTP_UNKNOWN_METHOD },
	{ "unknown method", BYTES("BREW / HTTP/1.1\r\n" H "\r\n"), HTTP_UNKNOWN_METHOD },
	{ "CONNECT", BYTES("CONNECT x:443 HTTP/1.1\r\n" H "\r\n"), HTTP_UNKNOWN_METHOD },
	{ "TRACE", BYTES("TRACE / HTTP/1.1\r\n" H "\r\n"), HTTP_UNKNOWN_METHOD },
	{ "method with tab", BYTES("GET\t/ HTTP/1.1\r\n" H "\r\n"), HTTP_BAD_METHOD },
	{ "method as prefix", BYTES("GETX / HTTP/1.1\r\n" H "\r\n"), HTTP_UNKNOWN_METHOD },
	{ "a TLS hello", BYTES("\x16\x03\x01\x02\r\n"), HTTP_BAD_METHOD },
	{ "HTTP/2 preface", BYTES("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), HTTP_UNKNOWN_METHOD },
	// request line
	{ "HTTP/0.9", BYTES("GET /\r\n"), HTTP_BAD_REQUEST_LINE },
	{ "only a method", BYTES("GET\r\n"), HTTP_BAD_REQUEST_LINE },
	{ "two spaces before target", BYTES("GET  / HTTP/1.1\r\n" H "\r\n"), HTTP_BAD_REQUEST_LINE },
	{ "two spaces before version", BYTES("GET /  HTTP/1.1\r\n" H "\r\n"), HTTP_BAD_VERSION },
	{ "space after version", BYTES("GET / HTTP/1.1 \r\n" H "\r\n"), HTTP_BAD_VERSION },
	{ "space in target", BYTES("GET /a b HTTP/1.1\r\n" H "\r\n"), HTTP_BAD_VERSION },
	{ "HTTP/1.0", BYTES("GET / HTTP/1.0\r\n" H "\r\n"), HTTP_VERSION_UNSUPPORTED },
	{ "HTTP/2.0", BYTES("GET / HTTP/2.0\r\n" H "\r\n"), HTTP_VERSION_UNSUPPORTED },
	{ "HTTP/1.2", BYTES("GET / HTTP/1.2\r\n" H "\r\n"), HTTP_VERSION_UNSUPPORTED },
	{ "HTTP/1.10", BYTES("GET / HTTP/1.10\r\n" H "\r\n"), HTTP_BAD_VERSION },
	{ "http/1.1", BYTES("GET / http/1.1\r\n" H "\r\n"), HTTP_BAD_VERSION },
	{ "HTTP/01.1", BYTES("GET / HTTP/01.1\r\n" H "\r\n"), HTTP_BAD_VERSION },
	{ "HTTP/1,1", BYTES("GET / HTTP/1,1\r\n" H "\r\n"), HTTP_BAD_VERSION },
	{ "no version digits", BYTES("GET / HTTP/\r\n" H "\r\n"), HTTP_BAD_VERSION },
	// target
	{ "absolute-form", BYTES("GET http://x/ HTTP/1.1\r\n" H "\r\n"), HTTP_TARGET_FORM },
	{ "authority-form", BYTES("GET x:443 HTTP/1.1\r\n" H "\r\n"), HTTP_TARGET_FORM },
	{ "asterisk-form", BYTES("GET * HTTP/1.1\r\n" H "\r\n"), HTTP_TARGET_FORM },
	{ "no leading slash", BYTES("GET a HTTP/1.1\r\n" H "\r\n"), HTTP_TARGET_FORM },
	{ "fragment", BYTES("GET /a#b HTTP/1.1\r\n" H "\r\n"), HTTP_TARGET_CHARACTER },
	{ "non-ASCII target", BYTES("GET /\xc3\xa9 HTTP/1.1\r\n" H "\r\n"), HTTP_TARGET_CHARACTER },
	{ "backslash in target", BYTES("GET /a\\b HTTP/1.1\r\n" H "\r\n"), HTTP_TARGET_CHARACTER },
	{ "quote in target", BYTES("GET /?a=\"b\" HTTP/1.1\r\n" H "\r\n"), HTTP_TARGET_CHARACTER },
	{ "angle bracket in target", BYTES("GET /<a> HTTP/1.1\r\n" H "\r\n"), HTTP_TARGET_CHARACTER },
	{ "raw bracket in target", BYTES("GET /?a=[1] HTTP/1.1\r\n" H "\r\n"), HTTP_TARGET_CHARACTER },
	{ "tab in target", BYTES("GET /\t HTTP/1.1\r\n" H "\r\n"), HTTP_TARGET_CHARACTER },
	{ "percent without digits", BYTES("GET /% HTTP/1.1\r\n" H "\r\n"), HTTP_TARGET_PERCENT },
	{ "percent with one digit", BYTES("GET /%4 HTTP/1.1\r\n" H "\r\n"), HTTP_TARGET_PERCENT },
	{ "percent with other letters", BYTES("GET /%zz HTTP/1.1\r\n" H "\r\n"), HTTP_TARGET_PERCENT },
	{ "percent u", BYTES("GET /%u0041 HTTP/1.1\r\n" H "\r\n"), HTTP_TARGET_PERCENT },
	// header lines
	{ "obs-fold with space", BYTES(GET H "A: b\r\n c\r\n\r\n"), HTTP_OBS_FOLD },
	{ "obs-fold with tab", BYTES(GET H "A: b\r\n\tc\r\n\r\n"), HTTP_OBS_FOLD },
	{ "space before first header", BYTES(GET " Host: x\r\n\r\n"), HTTP_OBS_FOLD },
	{ "space before colon", BYTES(GET "Host : x\r\n\r\n"), HTTP_HEADER_SPACE_BEFORE_COLON },
	{ "tab before colon", BYTES(GET "Host\t: x\r\n\r\n"), HTTP_HEADER_SPACE_BEFORE_COLON },
	{ "space before TE colon", BYTES(POST "Transfer-Encoding : chunked\r\n\r\n"), HTTP_HEADER_SPACE_BEFORE_COLON },
	{ "no colon", BYTES(GET H "A\r\n\r\n"), HTTP_HEADER_NO_COLON },
	{ "empty name", BYTES(GET H ": b\r\n\r\n"), HTTP_HEADER_NAME },
	{ "space in name", BYTES(GET H "A b: c\r\n\r\n"), HTTP_HEADER_NAME },
	{ "non-ASCII name", BYTES(GET H "\xc3\x84: c\r\n\r\n"), HTTP_HEADER_NAME },
	{ "parenthesis in name", BYTES(GET H "A(b): c\r\n\r\n"), HTTP_HEADER_NAME },
	{ "slash in name", BYTES(GET H "A/b: c\r\n\r\n"), HTTP_HEADER_NAME },
	// Host
	{ "no Host", BYTES(GET "\r\n"), HTTP_HOST_MISSING },
	{ "two Hosts", BYTES(GET H "Host: y\r\n\r\n"), HTTP_HEADER_TWICE },
	{ "two equal Hosts", BYTES(GET H H "\r\n"), HTTP_HEADER_TWICE },
	{ "empty Host", BYTES(GET "Host:\r\n\r\n"), HTTP_HOST_BAD },
	{ "list in Host", BYTES(GET "Host: x, y\r\n\r\n"), HTTP_HOST_BAD },
	{ "userinfo in Host", BYTES(GET "Host: a@x\r\n\r\n"), HTTP_HOST_BAD },
	{ "path in Host", BYTES(GET "Host: x/y\r\n\r\n"), HTTP_HOST_BAD },
	{ "space in Host", BYTES(GET "Host: x y\r\n\r\n"), HTTP_HOST_BAD },
	// Content-Length
	{ "CL twice", BYTES(POST "Content-Length: 1\r\nContent-Length: 2\r\n\r\nab"), HTTP_HEADER_TWICE },
	{ "CL twice the same", BYTES(POST "Content-Length: 1\r\nContent-Length: 1\r\n\r\na"), HTTP_HEADER_TWICE },
	{ "CL list", BYTES(POST "Content-Length: 1, 1\r\n\r\na"), HTTP_LENGTH_BAD },
	{ "CL plus", BYTES(POST "Content-Length: +1\r\n\r\na"), HTTP_LENGTH_BAD },
	{ "CL minus", BYTES(POST "Content-Length: -1\r\n\r\n"), HTTP_LENGTH_BAD },
	{ "CL hexadecimal", BYTES(POST "Content-Length: 0x1\r\n\r\na"), HTTP_LENGTH_BAD },
	{ "CL empty", BYTES(POST "Content-Length:\r\n\r\n"), HTTP_LENGTH_BAD },
	{ "CL letters", BYTES(POST "Content-Length: abc\r\n\r\n"), HTTP_LENGTH_BAD },
	{ "CL decimal point", BYTES(POST "Content-Length: 1.0\r\n\r\na"), HTTP_LENGTH_BAD },
	{ "CL exponent", BYTES(POST "Content-Length: 1e1\r\n\r\n"), HTTP_LENGTH_BAD },
	{ "CL with space inside", BYTES(POST "Content-Length: 1 1\r\n\r\n"), HTTP_LENGTH_BAD },
	{ "CL leading zero", BYTES(POST "Content-Length: 01\r\n\r\na"), HTTP_LENGTH_BAD },
	{ "CL quoted", BYTES(POST "Content-Length: \"1\"\r\n\r\na"), HTTP_LENGTH_BAD },
	{ "CL above the limit", BYTES(POST "Content-Length: 8193\r\n\r\n"), HTTP_BODY_TOO_LARGE },
	{ "CL above 64 bits", BYTES(POST "Content-Length: 18446744073709551617\r\n\r\na"), HTTP_BODY_TOO_LARGE },
	{ "large body on GET", BYTES(GET H "Content-Length: 1025\r\n\r\n"), HTTP_BODY_TOO_LARGE },
	// Transfer-Encoding
	{ "CL and TE", BYTES(POST "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"), HTTP_LENGTH_AND_TRANSFER },
	{ "TE and CL", BYTES(POST "Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n"), HTTP_LENGTH_AND_TRANSFER },
	{ "TE chunked", BYTES(POST "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"), HTTP_TRANSFER_ENCODING },
	{ "TE in capitals", BYTES(POST "TRANSFER-ENCODING: CHUNKED\r\n\r\n0\r\n\r\n"), HTTP_TRANSFER_ENCODING },
	{ "TE identity", BYTES(POST "Transfer-Encoding: identity\r\n\r\n"), HTTP_TRANSFER_ENCODING },
	{ "TE xchunked", BYTES(POST "Transfer-Encoding: xchunked\r\n\r\n"), HTTP_TRANSFER_ENCODING },
	{ "TE gzip, chunked", BYTES(POST "Transfer-Encoding: gzip, chunked\r\n\r\n"), HTTP_TRANSFER_ENCODING },
	{ "TE empty", BYTES(POST "Transfer-Encoding:\r\n\r\n"), HTTP_TRANSFER_ENCODING },
	{ "TE with tab", BYTES(POST "Transfer-Encoding:\tchunked\r\n\r\n"), HTTP_TRANSFER_ENCODING },
	{ "TE twice", BYTES(POST "Transfer-Encoding: chunked\r\nTransfer-Encoding: x\r\n\r\n"), HTTP_HEADER_TWICE },
	{ "TE folded", BYTES(POST "Transfer-Encoding:\r\n chunked\r\n\r\n"), HTTP_OBS_FOLD },
	{ "TE with vertical tab", BYTES(POST "Transfer-Encoding: \x0b" "chunked\r\n\r\n"), HTTP_HEADER_VALUE },
	// other hop-by-hop
	{ "Expect", BYTES(POST "Expect: 100-continue\r\n\r\n"), HTTP_EXPECT },
	{ "Upgrade h2c", BYTES(GET H "Upgrade: h2c\r\n\r\n"), HTTP_UPGRADE },
	{ "Connection upgrade", BYTES(GET H "Connection: Upgrade\r\n\r\n"), HTTP_UPGRADE },
	{ "Connection names a header", BYTES(GET H "Connection: close, Content-Length\r\n\r\n"), HTTP_CONNECTION_OPTION },
	{ "Connection empty item", BYTES(GET H "Connection: close,,keep-alive\r\n\r\n"), HTTP_CONNECTION_OPTION },
	{ "two API keys", BYTES(GET H "X-MBX-APIKEY: a\r\nx-mbx-apikey: b\r\n\r\n"), HTTP_HEADER_TWICE },
	{ "two content types", BYTES(GET H "Content-Type: a\r\nContent-Type: b\r\n\r\n"), HTTP_HEADER_TWICE },
};

static int parse_whole(const char *text, size_t size, struct http_request *ret, enum http_refusal *refusal)
{
	struct http_parser p;
	http_parser_reset(&p);
	return http_parse(&p, text, size, ret, refusal);
}

// One byte more each time, and the bytes move: what an unlucky network does.
static int parse_slowly(const char *text, size_t size, enum http_refusal *refusal)
{
	struct http_parser p;
	struct http_request request;
	http_parser_reset(&p);
	int r = 1;
	for (size_t n = 0; n <= size && r == 1; n++) {
		char *copy = malloc(n + 1);
		memcpy(copy, text, n);
		r = http_parse(&p, copy, n, &request, refusal);
		free(copy);
	}
	return r;
}

static void test_refused(void **state)
{
	for (size_t i = 0; i < ARRAY_LEN(refused); i++) {
		const struct refused *t = &refused[i];
		struct http_request request;
		enum http_refusal whole = HTTP_FINE, slow = HTTP_FINE;
		int r = parse_whole(t->text, t->size, &request, &whole);
		int s = parse_slowly(t->text, t->size, &slow);
		if (r != 2 || s != 2 || whole != t->refusal || slow != t->refusal)
			fail_msg("%s: %d/%d, refusal %d/%d instead of %d", t->name, r, s, whole, slow, t->refusal);
		assert_in_range(http_refusal_row(whole)->status, 400, 505);
	}
	print_message("# %zu malformed requests refused\n", ARRAY_LEN(refused));
}

static void test_understood(void **state)
{
	static const char text[] = "POST /api/v3/order?a=1&b=%5B HTTP/1.1\r\nhost: localhost:8443\r\n"
				   "X-Mbx-ApiKey:  key \t\r\nContent-Type: application/x-www-form-urlencoded; charset=utf-8\r\n"
				   "Content-Length: 3\r\nX_Underscore: dropped\r\nConnection: keep-alive, Close\r\n\r\nc=2GET /";
	struct http_request r;
	enum http_refusal refusal;
	assert_int_equal(parse_whole(text, sizeof text - 1, &r, &refusal), 0);
	assert_int_equal(r.method, HTTP_POST);
	assert_true(slice_is(r.path, "/api/v3/order"));
	assert_true(slice_is(r.query, "a=1&b=%5B"));
	assert_true(slice_is(r.api_key, "key"));
	assert_true(slice_is(r.body, "c=2"));
	assert_true(http_type_is(r.content_type, "application/x-www-form-urlencoded"));
	assert_false(http_type_is(r.content_type, "application/x-www-form"));
	assert_true(r.close);
	assert_int_equal(r.size, sizeof text - 1 - strlen("GET /"));
}

static void test_host(void **state)
{
	static const struct { const char *host; bool ours; } rows[] = {
		{ "exchange.example.org", true }, { "EXCHANGE.example.ORG:443", true }, { "exchange.example.org:", false },
		{ "exchange.example.org:4x", false }, { "exchange.example.org.", false }, { "exchange.example.or", false },
		{ "exchange.example.organic", false }, { "a.exchange.example.org", false }, { "10.9.0.2", false },
	};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		assert_int_equal(http_host_is(slice_text(rows[i].host), "exchange.example.org"), rows[i].ours);
	const char text[] = GET "hOST:  exchange.example.org:443 \r\n\r\n";
	struct http_parser p;
	struct http_request r;
	enum http_refusal refusal;
	http_parser_reset(&p);
	assert_int_equal(http_parse(&p, text, sizeof text - 1, &r, &refusal), 0);
	assert_true(http_host_is(r.host, "exchange.example.org"));
}

static void test_pieces(void **state)
{
	static const char text[] = "DELETE /x HTTP/1.1\r\nHost: [::1]:1\r\nContent-Length: 2\r\n\r\nab";
	enum http_refusal refusal;
	assert_int_equal(parse_slowly(text, sizeof text - 1, &refusal), 0);
	assert_int_equal(parse_slowly(text, sizeof text - 2, &refusal), 1);
	struct http_parser p;
	struct http_request r;
	http_parser_reset(&p);
	assert_int_equal(http_parse(&p, text, sizeof text - 2, &r, &refusal), 1);
	assert_true(http_parser_in_body(&p));
	assert_int_equal(http_parse(&p, text, sizeof text - 1, &r, &refusal), 0);
	assert_int_equal(r.body.size, 2);
}

// Fills `size` characters of `fill` between two texts and parses.
static enum http_refusal parse_long(const char *before, char fill, size_t size, const char *after)
{
	static char text[64 * 1024];
	struct http_request r;
	enum http_refusal refusal = HTTP_FINE;
	size_t n = strlen(before), m = strlen(after);
	memcpy(text, before, n);
	memset(text + n, fill, size);
	memcpy(text + n + size, after, m);
	int result = parse_whole(text, n + size + m, &r, &refusal);
	assert_true(result == 0 || result == 2);
	return refusal;
}

static void test_limits(void **state)
{
	assert_int_equal(parse_long("GET /", 'a', HTTP_TARGET_MAX - 1, " HTTP/1.1\r\n" H "\r\n"), HTTP_FINE);
	assert_int_equal(parse_long("GET /", 'a', HTTP_TARGET_MAX, " HTTP/1.1\r\n" H "\r\n"), HTTP_TARGET_TOO_LONG);
	assert_int_equal(parse_long("GET /", 'a', HTTP_HEAD_MAX, ""), HTTP_TARGET_TOO_LONG);
	assert_int_equal(parse_long(GET H "A: ", 'a', HTTP_HEADER_VALUE_MAX, "\r\n\r\n"), HTTP_FINE);
	assert_int_equal(parse_long(GET H "A: ", 'a', HTTP_HEADER_VALUE_MAX + 1, "\r\n\r\n"), HTTP_HEADER_VALUE_LONG);
	assert_int_equal(parse_long(GET H, 'a', HTTP_HEADER_NAME_MAX, ": b\r\n\r\n"), HTTP_FINE);
	assert_int_equal(parse_long(GET H, 'a', HTTP_HEADER_NAME_MAX + 1, ": b\r\n\r\n"), HTTP_HEADER_NAME_LONG);
	assert_int_equal(parse_long(GET H "A: ", 'a', HTTP_HEAD_MAX, "\r\n\r\n"), HTTP_HEAD_TOO_LARGE);
	assert_int_equal(parse_long(GET "Host: ", 'a', HTTP_HOST_MAX, "\r\n\r\n"), HTTP_FINE);
	assert_int_equal(parse_long(GET "Host: ", 'a', HTTP_HOST_MAX + 1, "\r\n\r\n"), HTTP_HOST_BAD);
	assert_int_equal(parse_long(POST "Content-Length: 8192\r\n\r\n", 'a', HTTP_BODY_MAX, ""), HTTP_FINE);
}

static void test_header_count(void **state)
{
	for (size_t n = HTTP_HEADERS_MAX - 1; n <= HTTP_HEADERS_MAX; n++) {
		char text[4096] = GET H;
		for (size_t i = 0; i < n; i++)
			strcat(text, "A: b\r\n");
		strcat(text, "\r\n");
		struct http_request r;
		enum http_refusal refusal = HTTP_FINE;
		int result = parse_whole(text, strlen(text), &r, &refusal);
		assert_int_equal(result, n < HTTP_HEADERS_MAX ? 0 : 2);
		assert_int_equal(refusal, n < HTTP_HEADERS_MAX ? HTTP_FINE : HTTP_HEADERS_TOO_MANY);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_refused), cmocka_unit_test(test_understood), cmocka_unit_test(test_host),
		cmocka_unit_test(test_pieces),
		cmocka_unit_test(test_limits), cmocka_unit_test(test_header_count),
	};
	return cmocka_run_group_tests_name("http-request", tests, NULL, NULL);
}
