// SPDX-License-Identifier: Apache-2.0
#include "http/response.h"

#include <stdio.h>
#include <time.h>

#define STATUS_LINE(code, reason) { code, sizeof("HTTP/1.1 " #code " " reason "\r\n") - 1, "HTTP/1.1 " #code " " reason "\r\n" }
#define WRITE_TEXT(w, text) write_bytes(w, text, sizeof(text) - 1)

static const struct {
	uint16_t status;
	uint16_t size;
	const char *line;
} lines[] = {
	STATUS_LINE(200, "OK"),
	STATUS_LINE(400, "Bad Request"),
	STATUS_LINE(401, "Unauthorized"),
	STATUS_LINE(403, "Forbidden"),
	STATUS_LINE(404, "Not Found"),
	STATUS_LINE(405, "Method Not Allowed"),
	STATUS_LINE(408, "Request Timeout"),
	STATUS_LINE(409, "Conflict"),
	STATUS_LINE(413, "Content Too Large"),
	STATUS_LINE(414, "URI Too Long"),
	STATUS_LINE(415, "Unsupported Media Type"),
	STATUS_LINE(417, "Expectation Failed"),
	STATUS_LINE(418, "I'm a teapot"),
	STATUS_LINE(421, "Misdirected Request"),
	STATUS_LINE(429, "Too Many Requests"),
	STATUS_LINE(431, "Request Header Fields Too Large"),
	STATUS_LINE(500, "Internal Server Error"),
	STATUS_LINE(501, "Not Implemented"),
	STATUS_LINE(503, "Service Unavailable"),
	STATUS_LINE(504, "Gateway Timeout"),
	STATUS_LINE(505, "HTTP Version Not Supported"),
};

static size_t status_row(unsigned status)
{
	for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
		if (lines[i].status == status)
			return i;
	}
	assert_failed(__FILE__, __LINE__, "a status without a line");
}

void http_write_number(struct writer *w, uint64_t n)
{
	char digits[20];
	size_t at = sizeof digits;
	do {
		digits[--at] = (char)('0' + n % 10);
		n /= 10;
	} while (n);
	write_bytes(w, digits + at, sizeof digits - at);
}

void http_response_write(struct writer *w, const struct http_response *response)
{
	ASSERT(response->extra.size <= HTTP_EXTRA_MAX);
	size_t row = status_row(response->status);
	write_bytes(w, lines[row].line, lines[row].size);
	WRITE_TEXT(w, "Date: ");
	write_bytes(w, response->date, HTTP_DATE_SIZE);
	// Answers are a customer's own business: no cache keeps them, no browser guesses at them, runs anything in them or
	// shows them within another's page.
	WRITE_TEXT(w, "\r\nContent-Type: application/json;charset=UTF-8\r\nCache-Control: no-store\r\n"
		      "X-Content-Type-Options: nosniff\r\nStrict-Transport-Security: max-age=31536000\r\n"
		      "Content-Security-Policy: default-src 'none'; frame-ancestors 'none'\r\n");
	write_bytes(w, response->extra.at, response->extra.size);
	if (response->close)
		WRITE_TEXT(w, "Connection: close\r\n");
	WRITE_TEXT(w, "Content-Length: ");
	http_write_number(w, response->body_size);
	WRITE_TEXT(w, "\r\n\r\n");
}

void http_date(uint64_t seconds, char to[HTTP_DATE_SIZE + 1])
{
	static const char *const day[] = { "Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat" };
	static const char *const month[] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun",
					     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
	struct tm tm;
	time_t t = (time_t)seconds;
	char text[64];
	ASSERT(gmtime_r(&t, &tm));
	int size = snprintf(text, sizeof text, "%s, %02d %s %04d %02d:%02d:%02d GMT", day[tm.tm_wday], tm.tm_mday,
			    month[tm.tm_mon], tm.tm_year + 1900, tm.tm_hour, tm.tm_min, tm.tm_sec);
	ASSERT(size == HTTP_DATE_SIZE);
	memcpy(to, text, HTTP_DATE_SIZE + 1);
}
