// SPDX-License-Identifier: Apache-2.0
// The parts of the tool that need no exchange: address rules, keys, the founding, certificates.
#include "alarms.h"
#include "certificate.h"
#include "genesis.h"
#include "ip_rule.h"
#include "keymaker.h"

#include "base/text.h"
#include "crypto/ed25519.h"
#include "crypto/secret.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>

static void test_ip_rules(void **state)
{
	static const struct { const char *text; uint8_t bits; uint8_t last; } GOOD[] = {
		{ "127.0.0.1", 128, 1 }, { "10.0.0.0/8", 104, 0 }, { "0.0.0.0/0", 96, 0 }, { "203.0.113.7/32", 128, 7 },
		{ "::1", 128, 1 }, { "2001:db8::/32", 32, 0 }, { "::/0", 0, 0 },
	};
	static const char *const BAD[] = { "", "x", "10.0.0.1/8", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/8x", "10.0.0/8",
					   "2001:db8::1/32", "::/129", "1.2.3.4/-1", "localhost", "1.2.3.4 " };
	struct ip_rule rule;
	for (size_t i = 0; i < ARRAY_LEN(GOOD); i++) {
		assert_true(ip_rule_read(GOOD[i].text, strlen(GOOD[i].text), &rule));
		assert_int_equal(rule.bits, GOOD[i].bits);
		assert_int_equal(rule.address[15], GOOD[i].last);
	}
	for (size_t i = 0; i < ARRAY_LEN(BAD); i++)
		assert_false(ip_rule_read(BAD[i], strlen(BAD[i]), &rule));
}

// What we write must be what openssl reads, and the two must agree on the public key.
static void test_ed25519_pem(void **state)
{
	struct made_key key;
	uint8_t public_key[32], again[32];
	size_t size = sizeof public_key;
	char *pem;
	key_make_ed25519(&key, 5, SCOPE_READ);
	BIO *in = BIO_new_mem_buf(key.private_pem, -1), *out = BIO_new(BIO_s_mem());
	EVP_PKEY *pkey = PEM_read_bio_PrivateKey(in, NULL, NULL, NULL);
	assert_non_null(pkey);
	assert_int_equal(EVP_PKEY_get_raw_public_key(pkey, public_key, &size), 1);
	assert_memory_equal(public_key, key.add.public_key, 32);
	assert_int_equal(PEM_write_bio_PUBKEY(out, pkey), 1);
	long length = BIO_get_mem_data(out, &pem);
	assert_int_equal(public_pem_read(pem, (size_t)length, again), 0);
	assert_memory_equal(again, public_key, 32);
	assert_int_equal(public_pem_read(pem, (size_t)length - 30, again), 1);
	assert_int_equal(public_pem_read(key.private_pem, strlen(key.private_pem), again), 1);
	EVP_PKEY_free(pkey);
	BIO_free(in);
	BIO_free(out);
}

static void test_hmac_key_opens_for_auth_alone(void **state)
{
	struct made_key key;
	uint8_t public_key[32], secret[32], other[32], opened[API_SECRET_SIZE];
	sealed_keypair(other, secret);
	uint8_t other_secret[32];
	memcpy(other_secret, secret, 32);
	sealed_keypair(public_key, secret);
	key_make_hmac(&key, 5, SCOPE_READ, public_key);
	assert_int_equal(strlen(key.secret), API_SECRET_SIZE);
	assert_int_equal(strlen(key.add.api_key), API_KEY_SIZE);
	assert_int_equal(sealed_open(public_key, secret, key.add.sealed, key.add.sealed_size, opened), 0);
	assert_memory_equal(opened, key.secret, API_SECRET_SIZE);
	assert_int_equal(sealed_open(other, other_secret, key.add.sealed, key.add.sealed_size, opened), 1);
	assert_null(memmem(&key.add, sizeof key.add, key.secret, 8));
}

// The chain of the founding, entry by entry.
static void test_founding(void **state)
{
	struct genesis genesis = { .rules = 1, .demo = true, .operators = 1, .origin = "test/1" }, read;
	uint8_t seed[32] = { 1 }, auth_public[32], auth_secret[32], id[32], previous[32] = { 0 };
	struct founding_draft f;
	struct demo_keys keys;
	uint8_t *bytes = malloc(FOUNDING_SIZE_MAX);
	genesis_capacities(true, &genesis.capacities);
	sealed_keypair(auth_public, auth_secret);
	ed25519_public(seed, genesis.operator_public[0]);
	founding_begin(&f, &genesis, seed, 1234, bytes, FOUNDING_SIZE_MAX);
	founding_markets(&f);
	founding_demo(&f, auth_public, &keys);
	assert_false(f.entries.failed);
	size_t size = writer_size(&f.entries);
	assert_int_equal(founding_genesis(bytes, size, &read, id), 0);
	assert_string_equal(read.origin, "test/1");
	struct reader r = reader_over(bytes, size);
	struct entry entry = { 0 };
	struct control control = { 0 };
	uint64_t number = 0;
	while (entry_read(&r, &entry) == 0) {
		assert_int_equal(control_read(&entry, &control), 0);
		assert_int_equal(control.number, ++number);
		assert_int_equal(control.uid, 1234);
		assert_memory_equal(control.previous, previous, 32);
		assert_true(control_verify(&genesis, id, entry.kind, &control));
		control_hash(&entry, previous);
	}
	assert_true(reader_done(&r));
	assert_int_equal(number, 1 + 3 + 2 + 2 + DEMO_KEYS + 6);
	bytes[ENTRY_HEADER_SIZE + CONTROL_EVIDENCE_SIZE + 4] ^= 1; // demo becomes production: nobody signed that
	assert_int_equal(founding_genesis(bytes, size, &read, id), 1);
	founding_begin(&f, &genesis, seed, 0, bytes, 400); // too small a room is told, not overrun
	founding_markets(&f);
	assert_true(f.entries.failed);
	free(bytes);
}

static void test_certificates(void **state)
{
	char *key = malloc(CERTIFICATE_PEM_MAX), *pem = malloc(CERTIFICATE_PEM_MAX), *other = malloc(CERTIFICATE_PEM_MAX);
	char *unused = malloc(CERTIFICATE_PEM_MAX);
	assert_int_equal(certificate_make("exchange.example", key, pem), 0);
	assert_int_equal(certificate_make(NULL, other, unused), 0);
	assert_int_equal(certificate_self_signed(pem, key), 1);
	assert_int_equal(certificate_self_signed(pem, other), -1); // another's key
	assert_int_equal(certificate_self_signed("nonsense", key), -1);
	free(key);
	free(pem);
	free(other);
	free(unused);
}

// A status as control answers it, at `now`, changed at one place by a test.
#define NOW 1700000100000000
static json_t *status_of(const char *role, const char *member, const char *counter, json_int_t value)
{
	json_t *roles = json_array(), *changed = NULL, *o;
	static const char *const NAMES[] = { "engine", "replica", "history", "audit" };
	for (size_t i = 0; i < ARRAY_LEN(NAMES); i++) {
		o = json_pack("{s:s, s:s, s:I, s:I, s:I, s:{s:I, s:I, s:I, s:I}}", "name", NAMES[i], "state", "running",
			      "pid", (json_int_t)100, "heartbeat_us", (json_int_t)NOW - 100000, "since_us",
			      (json_int_t)NOW - 3600000000, "counters", "applied_sequence", (json_int_t)5000,
			      "checkpoint_size", (json_int_t)500, "checkpoint_us", (json_int_t)NOW - 60000000, "behind",
			      (json_int_t)0);
		if (role && !strcmp(role, NAMES[i]))
			changed = o;
		json_array_append_new(roles, o);
	}
	if (changed && counter)
		json_object_set_new(json_object_get(changed, "counters"), counter, json_integer(value));
	if (changed && member)
		json_object_set_new(changed, member, value ? json_integer(value) : json_string("down"));
	return json_pack("{s:I, s:{s:I, s:I}, s:o}", "now_us", (json_int_t)NOW, "durable", "blocks", (json_int_t)500,
			 "sequence", (json_int_t)5000, "roles", roles);
}

static void expect_alarm(json_t *status, const char *says, bool damage)
{
	struct alarms found = alarms_find(status, status);
	assert_int_equal(json_array_size(found.texts), says ? 1 : 0);
	if (says)
		assert_non_null(strstr(json_string_value(json_array_get(found.texts, 0)), says));
	assert_int_equal(found.damage, damage);
	json_decref(found.texts);
	json_decref(status);
}

static void test_alarms(void **state)
{
	expect_alarm(status_of(NULL, NULL, NULL, 0), NULL, false); // quiet for a minute: the checkpoint is old and whole
	expect_alarm(status_of("replica", NULL, "diverged", 1), "REPLICA DIVERGED", true);
	expect_alarm(status_of("history", NULL, "diverged", 1), "HISTORY DIVERGED", true);
	expect_alarm(status_of("audit", NULL, "refuses", 1), "REFUSES TO SIGN", true);
	expect_alarm(status_of("engine", NULL, "journal_error", 1), "JOURNAL", true);
	expect_alarm(status_of("engine", NULL, "clock_held", 3), "clock went back", false);
	expect_alarm(status_of("engine", NULL, "clock_hurried", 3), "clock leapt", false);
	expect_alarm(status_of("audit", NULL, "checkpoint_size", 400), "100 blocks wait", false);
	expect_alarm(status_of("history", "state", NULL, 0), "history does not run (down", false);
	expect_alarm(status_of("replica", "heartbeat_us", NULL, NOW - 4000000), "replica (process 100) has been silent for 4.0 s",
		     false);
	expect_alarm(status_of("replica", "heartbeat_us", NULL, NOW - 2900000), NULL, false);
}

// Blocks that came between the looks are not late; those of before are.
static void test_alarm_of_waiting_blocks(void **state)
{
	json_t *before = status_of("audit", NULL, "checkpoint_size", 450), *after = status_of("audit", NULL, "checkpoint_size", 450);
	json_object_set_new(json_object_get(before, "durable"), "blocks", json_integer(450));
	struct alarms found = alarms_find(before, after);
	assert_int_equal(json_array_size(found.texts), 0);
	json_decref(found.texts);
	found = alarms_find(after, after);
	assert_int_equal(json_array_size(found.texts), 1);
	json_decref(found.texts);
	json_decref(before);
	json_decref(after);
}

// A frozen follower's own figure is the last it knew.
static void test_behind(void **state)
{
	json_t *status = status_of("replica", NULL, "applied_sequence", 4000);
	assert_int_equal(status_behind(status, "sequence", "replica", "applied_sequence"), 1000);
	assert_int_equal(status_behind(status, "sequence", "history", "applied_sequence"), 0);
	assert_int_equal(status_behind(status, "blocks", "audit", "checkpoint_size"), 0);
	assert_int_equal(status_behind(status, "blocks", "nobody", "checkpoint_size"), 500);
	json_decref(status);
}

static int setup(void **state)
{
	return crypto_init();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ip_rules), cmocka_unit_test(test_ed25519_pem),
		cmocka_unit_test(test_hmac_key_opens_for_auth_alone), cmocka_unit_test(test_founding),
		cmocka_unit_test(test_certificates), cmocka_unit_test(test_alarms),
		cmocka_unit_test(test_alarm_of_waiting_blocks), cmocka_unit_test(test_behind),
	};
	return cmocka_run_group_tests_name("tool", tests, setup, NULL);
}
