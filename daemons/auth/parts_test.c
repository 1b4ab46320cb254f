// SPDX-License-Identifier: Apache-2.0
// The small parts of auth by themselves: address lists, windows, the replay set, keys, limits.
#include "address.h"
#include "client_ids.h"
#include "crypto/secret.h"
#include "keys.h"
#include "limits.h"
#include "replay.h"
#include "window.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

static void test_addresses(void **state)
{
	const struct ip_rule rules[] = {
		{ { [10] = 0xff, 0xff, 192, 168, 1, 0 }, 96 + 24 },
		{ { 0x20, 0x01, 0x0d, 0xb8 }, 33 },
		{ { [10] = 0xff, 0xff, 10, 1, 2, 3 }, 128 },
	};
	const struct { uint8_t address[16]; bool allowed; } cases[] = {
		{ { [10] = 0xff, 0xff, 192, 168, 1, 255 }, true }, { { [10] = 0xff, 0xff, 192, 168, 2, 0 }, false },
		{ { 0x20, 0x01, 0x0d, 0xb8, 0x7f, 1 }, true }, { { 0x20, 0x01, 0x0d, 0xb8, 0x80 }, false },
		{ { [10] = 0xff, 0xff, 10, 1, 2, 3 }, true }, { { [10] = 0xff, 0xff, 10, 1, 2, 2 }, false },
		{ { [12] = 192, 168, 1, 1 }, false }, // ::192.168.1.1 is not ::ffff:192.168.1.1
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		assert_int_equal(address_allowed(rules, ARRAY_LEN(rules), cases[i].address), cases[i].allowed);
	assert_true(address_allowed(NULL, 0, cases[0].address));
	const struct ip_rule everybody = { { 0 }, 0 }, broken = { { 0 }, 129 };
	assert_true(address_allowed(&everybody, 1, cases[0].address));
	assert_false(address_allowed(&broken, 1, (uint8_t[16]){ 0 }));
}

static void test_window_texts(void **state)
{
	uint64_t us;
	assert_true(timestamp_read(slice_text("1700000000123"), &us));
	assert_true(us == 1700000000123000u);
	assert_true(timestamp_read(slice_text("1700000000123456"), &us));
	assert_true(us == 1700000000123456u);
	const char *const bad[] = { "", " 1", "1 ", "+1", "0x1", "1.5", "1234567890123456789" };
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_false(timestamp_read(slice_text(bad[i]), &us));
	assert_true(recv_window_read(slice_text("5000.125"), &us));
	assert_true(us == 5000125);
	assert_false(recv_window_read(slice_text("5000.1251"), &us));
	assert_false(recv_window_read(slice_text("-5"), &us));
}

static void test_window_edges(void **state)
{
	struct window w;
	uint64_t expires = 0, now = 1000000000000;
	window_start(&w, now - 100000000);
	window_tick(&w, now);
	assert_true(window_open(&w));
	assert_int_equal(window_check(&w, now - 30000000, 30000000, &expires), API_OK);
	assert_true(expires == now);
	assert_int_equal(window_check(&w, now, 30000001, &expires), API_RECV_WINDOW); // the replay set counts on it
	assert_int_equal(window_check(&w, now, UINT64_MAX, &expires), API_RECV_WINDOW);
	assert_int_equal(window_check(&w, UINT64_MAX, 0, &expires), API_TIMESTAMP_AHEAD);
	assert_int_equal(window_check(&w, 0, 30000000, &expires), API_TIMESTAMP_OUTSIDE);
}

static void digest_make(uint8_t digest[16], uint32_t n)
{
	uint64_t mixed = n * 0x9e3779b97f4a7c15u;
	memset(digest, 0, 16);
	memcpy(digest, &mixed, sizeof mixed);
}

static void test_replay_remembers_and_forgets(void **state)
{
	uint8_t digest[16];
	uint64_t now = 1000000000;
	struct replay *r = replay_new(1000, now);
	for (uint32_t i = 0; i < 1000; i++) {
		digest_make(digest, i);
		assert_int_equal(replay_insert(r, digest, 1, now + (i % 30) * 1000000, now), 0);
	}
	digest_make(digest, 5);
	assert_int_equal(replay_insert(r, digest, 1, now, now), 1);
	digest_make(digest, 5000);
	assert_int_equal(replay_insert(r, digest, 1, now + 1000000, now), 2); // full fails closed
	replay_expire(r, now + 10000000, UINT32_MAX);
	assert_int_equal(replay_count(r), 1000 - 10 * 34 + 0);
	for (uint32_t i = 0; i < 1000; i++) { // what may still come again is still known
		digest_make(digest, i);
		if (i % 30 >= 10)
			assert_int_equal(replay_insert(r, digest, 1, now + (i % 30) * 1000000, now + 10000000), 1);
	}
	assert_int_equal(replay_insert(r, digest, 2, now + 20000000, now + 10000000), 0); // another key's
	replay_expire(r, now + 100000000, UINT32_MAX);
	assert_int_equal(replay_count(r), 0);
	replay_free(r);
}

// Against a plain list, with random windows and a clock that jumps.
static void test_replay_model(void **state)
{
	enum { N = 400 };
	static struct { uint32_t name; uint64_t expires; } model[N];
	uint64_t now = 5000000000;
	uint32_t seed = 1;
	struct replay *r = replay_new(N, now);
	for (unsigned step = 0; step < 20000; step++) {
		uint8_t digest[16];
		seed = seed * 1664525 + 1013904223;
		now += seed >> 12 & 0x1ffff;
		if (step % 5000 == 4999)
			now += 200000000;
		uint32_t name = (seed >> 8) % 700 + 1;
		int expect = 0;
		size_t free_at = N;
		for (size_t i = 0; i < N; i++) {
			if (model[i].name && model[i].expires / 1000000 < now / 1000000)
				model[i].name = 0;
			if (model[i].name == name)
				expect = 1;
			if (!model[i].name)
				free_at = i;
		}
		if (!expect && free_at == N)
			expect = 2;
		uint64_t expires = now + seed % 31000000;
		digest_make(digest, name);
		replay_expire(r, now, UINT32_MAX);
		assert_int_equal(replay_insert(r, digest, 0, expires, now), expect);
		if (!expect) {
			model[free_at].name = name;
			model[free_at].expires = expires;
		}
	}
	replay_free(r);
}

static void test_replay_catches_up(void **state)
{
	uint8_t digest[16];
	uint64_t now = 1000000000;
	struct replay *r = replay_new(100, now);
	for (uint32_t i = 0; i < 50; i++) {
		digest_make(digest, i);
		assert_int_equal(replay_insert(r, digest, 0, now, now), 0);
	}
	now += 3600000000; // an hour in which nobody came
	digest_make(digest, 99);
	assert_int_equal(replay_insert(r, digest, 0, now + 30000000, now), 0);
	assert_int_equal(replay_count(r), 1);
	replay_free(r);
}

static void test_keys(void **state)
{
	uint8_t public_key[32], secret[32], other[32], seed[32] = { 1 };
	sealed_keypair(other, secret);
	sealed_keypair(public_key, secret);
	struct key_table *t = key_table_new(1000, public_key, secret, seed);
	struct key_row row = { .add = { .kind = KEY_HMAC, .sealed_size = 3 + SEALED_OVERHEAD } };
	for (uint32_t round = 0; round < 3; round++) {
		for (uint32_t i = 0; i < 1000; i++) {
			row.key = row.add.customer = i;
			snprintf(row.add.api_key, sizeof row.add.api_key, "key-%u-%u", round, i);
			assert_int_equal(sealed_seal(public_key, "abc", 3, row.add.sealed), 0);
			assert_int_equal(key_table_add(t, &row), 0);
		}
		assert_int_equal(key_table_count(t), 1000);
	}
	assert_null(key_table_find(t, "key-1-5", 7));
	const struct auth_key *key = key_table_find(t, "key-2-999", 9);
	assert_non_null(key);
	assert_int_equal(key->index, 999);
	struct hmac_key expect;
	hmac_key_init(&expect, "abc", 3);
	assert_memory_equal(key->hmac, &expect, sizeof expect);
	assert_null(key_table_find(t, "key-2-99", 8) == key ? key : NULL);
	assert_null(key_table_find(t, "key-2-999\0", 10));
	// A secret that was sealed to somebody else, or altered, gives no key.
	assert_int_equal(sealed_seal(other, "abc", 3, row.add.sealed), 0);
	row.key = 0;
	snprintf(row.add.api_key, sizeof row.add.api_key, "stranger");
	assert_int_equal(key_table_add(t, &row), 1);
	assert_null(key_table_find(t, "stranger", 8));
	// One name, one key.
	snprintf(row.add.api_key, sizeof row.add.api_key, "key-2-7");
	assert_int_equal(sealed_seal(public_key, "abc", 3, row.add.sealed), 0);
	assert_int_equal(key_table_add(t, &row), 1);
	key_table_clear(t);
	assert_int_equal(key_table_count(t), 0);
	assert_null(key_table_find(t, "key-2-7", 7));
	assert_int_equal(key_table_add(t, &row), 0);
	key_table_free(t);
}

static void test_client_ids(void **state)
{
	struct client_ids ids;
	char a[CLIENT_ID_MADE];
	client_ids_init(&ids, (uint8_t[16]){ 9, 8, 7 });
	for (unsigned i = 0; i < 62 * 62; i++)
		client_ids_take(&ids, a);
	assert_memory_equal(a + 19, "0zz", 3);
	client_ids_take(&ids, a);
	assert_memory_equal(a + 19, "100", 3);
}

static void test_limits(void **state)
{
	struct order_limits l;
	struct api_problem problem;
	uint64_t now = 1000000000;
	assert_int_equal(order_limits_init(&l, 2, 10, 15), 0);
	for (unsigned i = 0; i < 10; i++)
		assert_int_equal(order_limits_charge(&l, 0, now, &problem), API_OK);
	assert_int_equal(order_limits_charge(&l, 0, now, &problem), API_TOO_MANY_ORDERS);
	assert_memory_equal(problem.detail, "10 orders per 10 SECOND", problem.detail_size);
	assert_int_equal(order_limits_charge(&l, 1, now, &problem), API_OK); // another account's is its own
	now += 10000000;
	for (unsigned i = 0; i < 4; i++)
		assert_int_equal(order_limits_charge(&l, 0, now, &problem), API_OK);
	assert_int_equal(order_limits_charge(&l, 0, now, &problem), API_TOO_MANY_ORDERS);
	assert_memory_equal(problem.detail, "15 orders per 1 DAY", problem.detail_size);
	order_limits_free(&l);
}

static int setup(void **state)
{
	return crypto_init();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_addresses), cmocka_unit_test(test_window_texts),
		cmocka_unit_test(test_window_edges),
		cmocka_unit_test(test_replay_remembers_and_forgets), cmocka_unit_test(test_replay_model),
		cmocka_unit_test(test_replay_catches_up), cmocka_unit_test(test_keys),
		cmocka_unit_test(test_client_ids), cmocka_unit_test(test_limits),
	};
	return cmocka_run_group_tests_name("auth parts", tests, setup, NULL);
}
