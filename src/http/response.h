// SPDX-License-Identifier: Apache-2.0
// Writes the head of an answer. No Server header; nothing that a client sent comes back here.
#pragma once

#include "base/bytes.h"
#include "http/slice.h"

#define HTTP_DATE_SIZE 29      // "Sun, 06 Nov 1994 08:49:37 GMT"
#define HTTP_RESPONSE_HEAD_MAX 768 // with `extra` of at most HTTP_EXTRA_MAX
#define HTTP_EXTRA_MAX 256

struct http_response {
	uint16_t status;
	bool close;             // say `Connection: close`
	const char *date;       // HTTP_DATE_SIZE characters
	struct slice extra;     // whole header lines with their CRLF, ours
	size_t body_size;
};

// Appends status line and headers, the empty line included.
void http_response_write(struct writer *w, const struct http_response *response);

// RFC 9110 section 5.6.7. `to` holds HTTP_DATE_SIZE + 1.
void http_date(uint64_t seconds, char to[HTTP_DATE_SIZE + 1]);

// Decimal digits of n, without NUL.
void http_write_number(struct writer *w, uint64_t n);
