// SPDX-License-Identifier: Apache-2.0
#include "host/baseline.h"

#include "base/testing.h"
#include "base/text.h"

#include <stdlib.h>

static const uint8_t SEED[32] = { 7 };

static void item_put(struct baseline *b, enum baseline_kind kind, const char *key, const char *value)
{
	assert_int_equal(baseline_add(b, kind, baseline_text(b, key), baseline_text(b, value)), 0);
}

// The whole signed text of a small baseline; free it.
static char *signed_text(uint64_t sequence, const uint8_t *previous, size_t *ret_size)
{
	struct baseline b = { .sequence = sequence, .time = 1790000000 };
	char *text, line[BASELINE_SIGNATURE_SIZE + 1];
	size_t size;
	strcpy(b.host, "host");
	if (previous)
		memcpy(b.previous, previous, SHA256_SIZE);
	b.scope[b.scope_count++] = baseline_text(&b, "/etc");
	item_put(&b, BASELINE_USER, "root", "0:0:/root:/bin/bash");
	item_put(&b, BASELINE_FILE, "/etc/a name%", "0644.0.0.3.ab");
	item_put(&b, BASELINE_FILE, "/etc/a name%", "twice");
	baseline_sort(&b);
	assert_int_equal(b.count, 2);
	assert_int_equal(baseline_write(&b, &text, &size), 0);
	baseline_free(&b);
	baseline_sign(text, size, SEED, line);
	text = realloc(text, size + BASELINE_SIGNATURE_SIZE + 1);
	assert_non_null(text);
	memcpy(text + size, line, BASELINE_SIGNATURE_SIZE + 1);
	*ret_size = size + BASELINE_SIGNATURE_SIZE;
	return text;
}

static void key_of(uint8_t key[32])
{
	ed25519_public(SEED, key);
}

static void what_was_written_is_read(void **state)
{
	uint8_t key[32];
	size_t size, line;
	struct baseline b = { 0 };
	char *text = signed_text(3, NULL, &size), decoded[64];
	key_of(key);
	assert_int_equal(baseline_read(text, size, key, &b, &line), 0);
	assert_int_equal(b.sequence, 3);
	assert_int_equal(b.count, 2);
	assert_string_equal(b.items[0].key, "/etc/a%20name%25");
	assert_true(baseline_decode(b.items[0].key, decoded));
	assert_string_equal(decoded, "/etc/a name%");
	assert_non_null(baseline_find(&b, BASELINE_USER, "root"));
	assert_null(baseline_find(&b, BASELINE_USER, "toor"));
	baseline_free(&b);
	free(text);
}

static void every_altered_byte_is_refused(void **state)
{
	uint8_t key[32];
	size_t size, line;
	char *text = signed_text(1, NULL, &size);
	key_of(key);
	for (size_t i = 0; i < size; i++) {
		struct baseline b = { 0 };
		text[i] ^= 1;
		// the two cases of a hex digit are no alteration: none of these bits makes one of the other
		if (!baseline_read(text, size, key, &b, &line))
			fail_msg("byte %zu may be altered", i);
		text[i] ^= 1;
	}
	for (size_t cut = 0; cut < size; cut++) {
		struct baseline b = { 0 };
		assert_true(baseline_read(text, cut, key, &b, &line) != 0);
	}
	free(text);
}

static void drafts_of_another_spelling_are_refused(void **state)
{
	static const char HEAD[] = "redoubt-baseline 1\nhost h\nsequence 1\nprevious "
				   "0000000000000000000000000000000000000000000000000000000000000000\ntime 5\n";
	static const struct { const char *body; bool good; } ROWS[] = {
		{ "items 0\n", true },
		{ "scope /a\nscope /b\nfile /a x\nuser r y\nitems 2\n", true },
		{ "scope /b\nscope /a\nitems 0\n", false },
		{ "user r y\nfile /a x\nitems 2\n", false },
		{ "file /a x\nfile /a y\nitems 2\n", false },
		{ "file /a x\nitems 2\n", false },
		{ "file /a x y\nitems 1\n", false },
		{ "file /a%0 x\nitems 1\n", false },
		{ "file /a%00 x\nitems 1\n", false },
		{ "file  x\nitems 1\n", false },
		{ "thing /a x\nitems 1\n", false },
		{ "items 00\n", false },
		{ "items 0\nitems 0\n", false },
		{ "items 0", false },
		{ "file /a\tb x\nitems 1\n", false },
		{ "user r y\nscope /a\nitems 1\n", false },
	};
	for (size_t i = 0; i < ARRAY_LEN(ROWS); i++) {
		char text[512];
		struct baseline b = { 0 };
		size_t line;
		snprintf(text, sizeof text, "%s%s", HEAD, ROWS[i].body);
		int r = baseline_read(text, strlen(text), NULL, &b, &line);
		if ((r == 0) != ROWS[i].good)
			fail_msg("row %zu: %d", i, r);
		baseline_free(&b);
	}
}

static void old_and_forked_ones_are_told_apart(void **state)
{
	uint8_t key[32], digest[SHA256_SIZE];
	size_t size[3], line;
	struct baseline first = { 0 }, second = { 0 }, stranger = { 0 };
	char *text[3];
	key_of(key);
	text[0] = signed_text(1, NULL, &size[0]);
	sha256_of(text[0], size[0], digest);
	text[1] = signed_text(2, digest, &size[1]);
	text[2] = signed_text(2, NULL, &size[2]);
	assert_int_equal(baseline_read(text[0], size[0], key, &first, &line), 0);
	assert_int_equal(baseline_read(text[1], size[1], key, &second, &line), 0);
	assert_int_equal(baseline_read(text[2], size[2], key, &stranger, &line), 0);
	assert_int_equal(baseline_against_copy(&first, &first), BASELINE_FINE);
	assert_int_equal(baseline_against_copy(&first, &second), BASELINE_OLDER);
	assert_int_equal(baseline_against_copy(&second, &first), BASELINE_COPY_OLDER);
	assert_int_equal(baseline_against_copy(&stranger, &first), BASELINE_FORKED);
	assert_int_equal(baseline_against_copy(&stranger, &second), BASELINE_FORKED);
	baseline_free(&first);
	baseline_free(&second);
	baseline_free(&stranger);
	for (int i = 0; i < 3; i++)
		free(text[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_written_is_read),
		cmocka_unit_test(every_altered_byte_is_refused),
		cmocka_unit_test(drafts_of_another_spelling_are_refused),
		cmocka_unit_test(old_and_forked_ones_are_told_apart),
	};
	return cmocka_run_group_tests_name("host-baseline", tests, NULL, NULL);
}
