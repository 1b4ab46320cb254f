// SPDX-License-Identifier: Apache-2.0
// A stream of requests, once whole and once byte by byte: both must agree on every request and on the refusal.
#include "http/request.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool request_equal(const struct http_request *a, const struct http_request *b)
{
	return a->method == b->method && a->close == b->close && a->size == b->size && slice_equal(a->path, b->path) &&
	       slice_equal(a->query, b->query) && slice_equal(a->api_key, b->api_key) &&
	       slice_equal(a->content_type, b->content_type) && slice_equal(a->body, b->body);
}

static void request_check(const struct http_request *r)
{
	ASSERT(r->path.size > 0 && r->path.at[0] == '/');
	ASSERT(r->body.size <= HTTP_BODY_MAX && r->size <= HTTP_REQUEST_MAX);
	ASSERT(!memchr(r->path.at, '\r', r->path.size) && !memchr(r->path.at, '\n', r->path.size));
	ASSERT(!r->api_key.size || !memchr(r->api_key.at, '\n', r->api_key.size));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *at = (const char *)data;
	for (;;) {
		struct http_parser whole, slow;
		struct http_request a, b;
		enum http_refusal refusal_a = HTTP_FINE, refusal_b = HTTP_FINE;
		http_parser_reset(&whole);
		http_parser_reset(&slow);
		int r = http_parse(&whole, at, size, &a, &refusal_a), s = 1;
		for (size_t n = 0; n <= size && s == 1; n++)
			s = http_parse(&slow, at, n, &b, &refusal_b);
		ASSERT(r == s && refusal_a == refusal_b);
		if (r)
			return 0;
		ASSERT(request_equal(&a, &b));
		request_check(&a);
		at += a.size;
		size -= a.size;
	}
}
