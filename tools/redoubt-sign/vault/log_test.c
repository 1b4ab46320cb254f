// SPDX-License-Identifier: Apache-2.0
#include "base/testing.h"

#include "crypto/secret.h"
#include "lines.h"
#include "vault/log.h"
#include "screen/screen.h"
#include "utc.h"

#define START 1795312800u // 2026-11-22T02:00:00Z

static struct log_key key, other;
static char text[1 << 16];
static size_t text_size;

static void add(struct log_head *head, uint64_t seconds, const char *act, const struct log_key *by, const char *name,
		const char *value)
{
	const struct log_field field = { name, value };
	char line[LOG_LINE_MAX + 1];
	size_t size;
	assert_int_equal(log_line_format(head, seconds, act, &field, name ? 1 : 0, by, line, &size), 0);
	memcpy(text + text_size, line, size + 1);
	text_size += size;
}

// created, signed, refused (unsigned), signed
static void write_four(struct log_head *head)
{
	char hex[65];
	text_size = 0;
	*head = (struct log_head){ 0 };
	hex_encode(key.public_key, 32, hex);
	add(head, START, "created", &key, "log-key", hex);
	add(head, START, "signed", &key, "paid", "0.5");
	add(head, START + 5, "refused", NULL, "why", "a b%c=d\x1b[2J");
	add(head, START + 9, "signed", &key, NULL, NULL);
}

static enum log_refusal walk(struct log_head *head, size_t *at)
{
	int stopped;
	return log_walk(text, text_size, NULL, NULL, head, at, &stopped);
}

static int keys_make(void **state)
{
	if (crypto_init() < 0)
		return -1;
	memset(key.seed, 1, sizeof key.seed);
	memset(other.seed, 2, sizeof other.seed);
	ed25519_public(key.seed, key.public_key);
	ed25519_public(other.seed, other.public_key);
	return 0;
}

static void test_walk(void **state)
{
	struct log_head written, read;
	size_t at;
	write_four(&written);
	assert_int_equal(walk(&read, &at), LOG_FINE);
	assert_int_equal(read.next, 4);
	assert_int_equal(read.signed_next, 4);
	assert_int_equal(read.size, text_size);
	assert_int_equal(read.seconds, START + 9);
	assert_memory_equal(read.hash, written.hash, SHA256_SIZE);
	assert_memory_equal(read.key, key.public_key, 32);
}

static void test_values(void **state)
{
	struct log_head head;
	struct log_line line;
	write_four(&head);
	char *third = strchr(strchr(text, '\n') + 1, '\n') + 1;
	for (char *c = third; *c != '\n'; c++)
		assert_true(*c >= ' ' && *c <= '~');
	assert_int_equal(log_line_parse(third, (size_t)(strchr(third, '\n') - third), &line), LOG_FINE);
	assert_string_equal(log_value(&line, "why"), "a b%c=d\x1b[2J");
	assert_null(log_value(&line, "paid"));
	assert_false(line.is_signed);
	assert_string_equal(line.act, "refused");
}

// Every single byte altered is noticed, but in unsigned lines, which the next signed one vouches for.
static void test_each_byte(void **state)
{
	struct log_head head;
	size_t at;
	write_four(&head);
	for (size_t i = 0; i < text_size; i++) {
		char was = text[i];
		text[i] = was == 'a' ? 'b' : 'a';
		if (walk(&head, &at) == LOG_FINE)
			fail_msg("byte %zu altered and not noticed", i);
		text[i] = was;
	}
	assert_int_equal(walk(&head, &at), LOG_FINE);
}

static void test_lines_moved(void **state)
{
	struct log_head head;
	size_t at;
	write_four(&head);
	char *second = strchr(text, '\n') + 1, *third = strchr(second, '\n') + 1;
	memmove(second, third, text_size - (size_t)(third - text) + 1);
	text_size -= (size_t)(third - second);
	assert_int_equal(walk(&head, &at), LOG_SEQUENCE);
	assert_int_equal(at, 2);
}

static void test_tail(void **state)
{
	struct log_head head;
	size_t at;
	write_four(&head);
	text_size -= 10;
	assert_int_equal(walk(&head, &at), LOG_TAIL);
	assert_int_equal(head.next, 3);
	text_size = 0;
	assert_int_equal(walk(&head, &at), LOG_EMPTY);
}

static void test_keys(void **state)
{
	struct log_head head = { 0 };
	size_t at;
	char hex[65];
	text_size = 0;
	add(&head, START, "created", &key, "paid", "1"); // names no key
	assert_int_equal(walk(&head, &at), LOG_KEY);
	hex_encode(other.public_key, 32, hex);
	text_size = 0;
	head = (struct log_head){ 0 };
	add(&head, START, "created", &key, "log-key", hex); // of somebody else
	assert_int_equal(walk(&head, &at), LOG_SIGNATURE);
	write_four(&head);
	add(&head, START + 10, "rotated", &key, "log-key", hex);
	add(&head, START + 10, "signed", &other, NULL, NULL);
	assert_int_equal(walk(&head, &at), LOG_FINE);
	assert_memory_equal(head.key, other.public_key, 32);
	add(&head, START + 10, "signed", &key, NULL, NULL); // the old key is over
	assert_int_equal(walk(&head, &at), LOG_SIGNATURE);
	assert_int_equal(at, 7);
	write_four(&head);
	add(&head, START + 10, "rotated", NULL, "log-key", hex); // by nobody
	assert_int_equal(walk(&head, &at), LOG_KEY);
}

static void test_time(void **state)
{
	struct log_head head;
	char line[LOG_LINE_MAX + 1];
	size_t size;
	write_four(&head);
	assert_int_equal(log_line_format(&head, START + 8, "signed", NULL, 0, &key, line, &size), 2);
	assert_int_equal(log_line_format(&head, START + 9, "signed", NULL, 0, &key, line, &size), 0);
}

// A refusal is a line that anybody can write: one that is dated ahead does not lock the signer until then.
static void test_time_unsigned(void **state)
{
	struct log_head head;
	size_t at;
	write_four(&head);
	add(&head, START + 500000, "refused", NULL, NULL, NULL);
	assert_int_equal(head.seconds, START + 9);
	add(&head, START + 10, "wrong-passphrase", NULL, NULL, NULL);
	add(&head, START + 10, "signed", &key, NULL, NULL);
	assert_int_equal(walk(&head, &at), LOG_FINE);
	assert_int_equal(head.seconds, START + 10);
}

static void test_long(void **state)
{
	static char value[LOG_LINE_MAX];
	struct log_head head;
	const struct log_field field = { "long", value };
	char line[LOG_LINE_MAX + 1];
	size_t size;
	write_four(&head);
	for (size_t n = LOG_LINE_MAX - 400; n < LOG_LINE_MAX - 1; n++) {
		memset(value, 'x', n);
		struct log_head copy = head;
		int r = log_line_format(&copy, START + 9, "signed", &field, 1, &key, line, &size);
		assert_true(r == 0 ? size <= LOG_LINE_MAX && strlen(line) == size : r == 1);
	}
}

static void test_code(void **state)
{
	struct log_head head;
	char code[LOG_CODE_SIZE], again[LOG_CODE_SIZE];
	write_four(&head);
	log_head_code(&head, code);
	assert_int_equal(strlen(code), strlen("act 3, XXXX-XXXX"));
	head.hash[4] ^= 1; // an unsigned line, which anybody could try until it fits, does not count
	log_head_code(&head, again);
	assert_string_equal(code, again);
	head.signed_hash[4] ^= 1;
	log_head_code(&head, again);
	assert_string_not_equal(code, again);
}

static void test_utc(void **state)
{
	static const struct { uint64_t seconds; const char *text; } cases[] = {
		{ 0, "1970-01-01T00:00:00Z" },		{ 951782400, "2000-02-29T00:00:00Z" },
		{ 951868799, "2000-02-29T23:59:59Z" },	{ 1795312800, "2026-11-22T02:00:00Z" },
		{ 4107542400, "2100-03-01T00:00:00Z" }, { UTC_SECONDS_MAX, "9999-12-31T23:59:59Z" },
	};
	char to[UTC_TEXT_SIZE];
	uint64_t back;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		utc_format(cases[i].seconds, to);
		assert_string_equal(to, cases[i].text);
		assert_int_equal(utc_parse(to, strlen(to), &back), 0);
		assert_int_equal(back, cases[i].seconds);
	}
	static const char *const bad[] = { "2026-02-29T00:00:00Z", "2100-02-29T00:00:00Z", "2026-11-22 02:00:00Z",
					   "2026-13-01T00:00:00Z", "2026-11-22T24:00:00Z", "1969-12-31T23:59:59Z",
					   "2026-11-22T02:00:00", "+026-11-22T02:00:00Z" };
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_int_equal(utc_parse(bad[i], strlen(bad[i]), &back), 1);
}

static void test_escape(void **state)
{
	char to[24];
	screen_escape("a\x1b[2Jb\xc3\xa9", 8, to, sizeof to);
	assert_string_equal(to, "a\\x1b[2Jb\\xc3\\xa9");
	screen_escape("0123456789012345678901234567890", 31, to, sizeof to);
	assert_string_equal(to, "01234567890123456789...");
	screen_escape("", 0, to, sizeof to);
	assert_string_equal(to, "");
}

static void test_lines(void **state)
{
	static const char good[] = "# why\n\nword rest of it\nlast\n";
	static const char *const bad[] = { "no end", "tab\there\n", " blank\n", "blank \n", "\x80\n" };
	static char line[LINE_TEXT_MAX + 1];
	struct lines lines = { good, good + sizeof good - 1, 0 };
	char *rest;
	assert_int_equal(line_next(&lines, line), 1);
	assert_string_equal(word_cut(line, &rest), "word");
	assert_string_equal(rest, "rest of it");
	assert_int_equal(lines.number, 3);
	assert_int_equal(line_next(&lines, line), 1);
	assert_int_equal(line_next(&lines, line), 0);
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		lines = (struct lines){ bad[i], bad[i] + strlen(bad[i]), 0 };
		assert_int_equal(line_next(&lines, line), -1);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_walk), cmocka_unit_test(test_values), cmocka_unit_test(test_each_byte),
		cmocka_unit_test(test_lines_moved), cmocka_unit_test(test_tail), cmocka_unit_test(test_keys),
		cmocka_unit_test(test_time), cmocka_unit_test(test_time_unsigned), cmocka_unit_test(test_long), cmocka_unit_test(test_code),
		cmocka_unit_test(test_utc), cmocka_unit_test(test_escape), cmocka_unit_test(test_lines),
	};
	return cmocka_run_group_tests(tests, keys_make, NULL);
}
