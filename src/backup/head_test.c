// SPDX-License-Identifier: Apache-2.0
#include "backup/head.h"

#include "crypto/ed25519.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

static const uint8_t seed[32] = { 5 };
static uint8_t public_key[32];

static struct backup_head sample(void)
{
	struct backup_head h = { .number = 17, .blocks = 40, .sequence = 99, .time_us = 1790000000000000 };
	memset(h.exchange, 1, 32);
	memset(h.digest, 2, 32);
	h.note_size = (size_t)sprintf(h.note, "origin\n42\nroot\nentries 103\n\n");
	ed25519_public(seed, public_key);
	return h;
}

static void test_there_and_back(void **state)
{
	static char text[BACKUP_HEAD_SIZE_MAX];
	struct backup_head h = sample(), found;
	size_t line, size = backup_head_write(&h, seed, text);
	assert_true(size > 0);
	assert_int_equal(backup_head_read(text, size, public_key, &found, &line), BACKUP_MANIFEST_FINE);
	assert_memory_equal(&found, &h, sizeof h);
	h.note_size = 0;
	memset(h.note, 0, sizeof h.note);
	size = backup_head_write(&h, seed, text);
	assert_int_equal(backup_head_read(text, size, public_key, &found, &line), BACKUP_MANIFEST_FINE);
	assert_int_equal(found.note_size, 0);
	memset(h.note, 'n', h.note_size = sizeof h.note); // the longest
	size = backup_head_write(&h, seed, text);
	assert_true(size > 0 && size <= sizeof text);
	assert_int_equal(backup_head_read(text, size, public_key, &found, &line), BACKUP_MANIFEST_FINE);
	h.number = 0;
	assert_int_equal(backup_head_write(&h, seed, text), 0);
}

static void test_every_byte_counts(void **state)
{
	static char text[BACKUP_HEAD_SIZE_MAX];
	struct backup_head h = sample(), found;
	size_t line, size = backup_head_write(&h, seed, text);
	for (size_t i = 0; i < size; i++) {
		text[i] ^= 1;
		assert_int_not_equal(backup_head_read(text, size, public_key, &found, &line), BACKUP_MANIFEST_FINE);
		text[i] ^= 1;
		assert_int_equal(backup_head_read(text, i, public_key, &found, &line), BACKUP_MANIFEST_FORMAT);
	}
	assert_int_equal(backup_head_read(text, size + 1, public_key, &found, &line), BACKUP_MANIFEST_FORMAT);
	public_key[3] ^= 1;
	assert_int_equal(backup_head_read(text, size, public_key, &found, &line), BACKUP_MANIFEST_SIGNATURE);
}

static void test_which_is_further(void **state)
{
	struct backup_head a = sample(), b = a;
	assert_false(backup_head_further(&a, &b));
	b.time_us++;
	assert_true(backup_head_further(&a, &b));
	a.number++; // a later moment of an earlier manifest: of a chain that ended there
	assert_false(backup_head_further(&a, &b));
	assert_true(backup_head_further(&b, &a));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_there_and_back), cmocka_unit_test(test_every_byte_counts),
		cmocka_unit_test(test_which_is_further),
	};
	return cmocka_run_group_tests_name("backup head", tests, NULL, NULL);
}
