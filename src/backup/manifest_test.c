// SPDX-License-Identifier: Apache-2.0
#include "backup/manifest.h"

#include "base/testing.h"
#include "crypto/ed25519.h"

static const uint8_t seed[32] = { 5 };
static uint8_t public_key[32];
static char text[8192], other[8192];

static int setup(void **state)
{
	if (crypto_init())
		return 1;
	ed25519_public(seed, public_key);
	return 0;
}

static struct backup_manifest_item items[3];

static struct backup_manifest sample(void)
{
	static const char *const names[] = { "journal/00000000/4096-8192", "keys.archive", "log/checkpoint" };
	for (size_t i = 0; i < 3; i++) {
		memset(&items[i], 0, sizeof items[i]);
		strcpy(items[i].name, names[i]);
		items[i].sum = (struct sealed_file_sum){ .sealed_size = 1000 + i, .plain_size = 900, .plain_digest = { 7 } };
	}
	return (struct backup_manifest){ .exchange = { 1 }, .number = 4, .previous = { 2 }, .kind = BACKUP_MANIFEST_SHIP, .time_us = 17,
				  .blocks = 9, .sequence = 33, .leaf_hash = { 3 }, .items = items, .item_count = 3 };
}

static enum backup_manifest_refusal read_back(size_t size, struct backup_manifest *ret)
{
	static struct backup_manifest_item room[3];
	size_t line;
	return backup_manifest_read(text, size, public_key, room, 3, ret, &line);
}

static void test_round_trip(void **state)
{
	struct backup_manifest m = sample(), back;
	size_t size = backup_manifest_write(&m, seed, text, sizeof text), line;
	assert_true(size > 0);
	assert_int_equal(read_back(size, &back), BACKUP_MANIFEST_FINE);
	assert_int_equal(back.item_count, 3);
	assert_memory_equal(back.items, items, sizeof items);
	back.items = m.items;
	assert_memory_equal(&back, &m, sizeof m);
	assert_int_equal(backup_manifest_read(text, size, public_key, back.items, 2, &back, &line), BACKUP_MANIFEST_ITEMS);
	assert_int_equal(backup_manifest_write(&m, seed, text, size), 0); // no room for its end
}

// No byte can be changed, no end cut off, nothing added.
static void test_every_byte(void **state)
{
	struct backup_manifest m = sample(), back;
	size_t size = backup_manifest_write(&m, seed, text, sizeof text);
	memcpy(other, text, size);
	for (size_t i = 0; i < size; i++)
		for (unsigned bit = 0; bit < 8; bit++) {
			text[i] ^= (char)(1u << bit);
			assert_int_not_equal(read_back(size, &back), BACKUP_MANIFEST_FINE);
			text[i] = other[i];
		}
	for (size_t cut = 0; cut < size; cut++)
		assert_int_not_equal(read_back(cut, &back), BACKUP_MANIFEST_FINE);
	text[size] = '\n';
	assert_int_equal(read_back(size + 1, &back), BACKUP_MANIFEST_FORMAT);
	assert_int_equal(read_back(size, &back), BACKUP_MANIFEST_FINE);
}

static void test_other_key(void **state)
{
	static const uint8_t thief[32] = { 6 };
	struct backup_manifest m = sample(), back;
	size_t size = backup_manifest_write(&m, thief, text, sizeof text);
	assert_int_equal(read_back(size, &back), BACKUP_MANIFEST_SIGNATURE);
}

static void test_names(void **state)
{
	static const char *const good[] = { "a", "a/b", "journal/00000001/4096-8192", "tls.crt", "a.b/c_d-e" };
	static const char *const bad[] = { "",	"/a",  "a/",  "a//b", ".a",  "a/.b", "..",  "a/../b", "a.",
					   "A", "a b", "a\n", "a/./b", "a./b", "\xc3\xa4" };
	char longest[BACKUP_MANIFEST_NAME_MAX + 2];
	for (size_t i = 0; i < ARRAY_LEN(good); i++)
		assert_true(backup_manifest_name_valid(good[i]));
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_false(backup_manifest_name_valid(bad[i]));
	memset(longest, 'a', sizeof longest);
	longest[BACKUP_MANIFEST_NAME_MAX + 1] = 0;
	assert_false(backup_manifest_name_valid(longest));
	longest[BACKUP_MANIFEST_NAME_MAX] = 0;
	assert_true(backup_manifest_name_valid(longest));
}

static void test_fields(void **state)
{
	struct backup_manifest m = sample();
	m.number = 0;
	assert_int_equal(backup_manifest_write(&m, seed, text, sizeof text), 0);
	m = sample();
	strcpy(items[1].name, items[0].name);
	assert_int_equal(backup_manifest_write(&m, seed, text, sizeof text), 0);
	m = sample();
	strcpy(items[2].name, "log/../keys");
	assert_int_equal(backup_manifest_write(&m, seed, text, sizeof text), 0);
}

static void test_follows(void **state)
{
	struct backup_manifest before = sample(), next = sample();
	uint8_t digest[32] = { 8 };
	next.number = before.number + 1;
	memcpy(next.previous, digest, 32);
	assert_int_equal(backup_manifest_follows(&before, digest, &next), BACKUP_MANIFEST_FINE);
	next.blocks--;
	assert_int_equal(backup_manifest_follows(&before, digest, &next), BACKUP_MANIFEST_BACKWARDS);
	next.blocks++;
	next.previous[31] ^= 1; // an old one put back: another text was before it
	assert_int_equal(backup_manifest_follows(&before, digest, &next), BACKUP_MANIFEST_GAP);
	next.previous[31] ^= 1;
	next.number++;
	assert_int_equal(backup_manifest_follows(&before, digest, &next), BACKUP_MANIFEST_GAP);
	next.number--;
	next.exchange[0]++;
	assert_int_equal(backup_manifest_follows(&before, digest, &next), BACKUP_MANIFEST_EXCHANGE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trip), cmocka_unit_test(test_every_byte), cmocka_unit_test(test_other_key),
		cmocka_unit_test(test_names),	   cmocka_unit_test(test_fields),     cmocka_unit_test(test_follows),
	};
	return cmocka_run_group_tests(tests, setup, NULL);
}
