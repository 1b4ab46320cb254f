// SPDX-License-Identifier: Apache-2.0
#include "http/response.h"
#include "http/request.h"

#include <stdarg.h>
#include <setjmp.h>
#include <cmocka.h>

static void test_date(void **state)
{
	char date[HTTP_DATE_SIZE + 1];
	http_date(784111777, date); // the example of RFC 9110
	assert_string_equal(date, "Sun, 06 Nov 1994 08:49:37 GMT");
}

static void test_head(void **state)
{
	char text[HTTP_RESPONSE_HEAD_MAX + 1] = "";
	struct writer w = writer_over(text, sizeof text - 1);
	struct http_response r = { .status = 429, .close = true, .date = "Sun, 06 Nov 1994 08:49:37 GMT",
				   .extra = slice_text("Retry-After: 3\r\n"), .body_size = 1234567 };
	http_response_write(&w, &r);
	assert_false(w.failed);
	assert_ptr_equal(strstr(text, "HTTP/1.1 429 Too Many Requests\r\n"), text);
	assert_non_null(strstr(text, "\r\nRetry-After: 3\r\n"));
	assert_non_null(strstr(text, "\r\nConnection: close\r\n"));
	assert_non_null(strstr(text, "\r\nContent-Length: 1234567\r\n\r\n"));
	assert_non_null(strstr(text, "\r\nX-Content-Type-Options: nosniff\r\n"));
	assert_non_null(strstr(text, "\r\nStrict-Transport-Security: max-age=31536000\r\n"));
	assert_non_null(strstr(text, "\r\nContent-Security-Policy: default-src 'none'; frame-ancestors 'none'\r\n"));
	assert_null(strstr(text, "Server:"));
}

// Every status that a refusal can name has its line, and the largest head fits its limit.
static void test_statuses(void **state)
{
	static const char extra[HTTP_EXTRA_MAX];
	char text[HTTP_RESPONSE_HEAD_MAX];
	for (unsigned i = 0; i < HTTP_REFUSAL_COUNT; i++) {
		struct writer w = writer_over(text, sizeof text);
		struct http_response r = { .status = http_refusal_row((enum http_refusal)i)->status, .close = true,
					   .date = "Sun, 06 Nov 1994 08:49:37 GMT",
					   .extra = slice_of(extra, sizeof extra), .body_size = SIZE_MAX };
		http_response_write(&w, &r);
		assert_false(w.failed);
	}
}

static void test_number(void **state)
{
	char text[32] = "";
	struct writer w = writer_over(text, sizeof text);
	http_write_number(&w, UINT64_MAX);
	http_write_number(&w, 0);
	assert_string_equal(text, "184467440737095516150");
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_date), cmocka_unit_test(test_head),
					    cmocka_unit_test(test_statuses), cmocka_unit_test(test_number) };
	return cmocka_run_group_tests_name("http-response", tests, NULL, NULL);
}
