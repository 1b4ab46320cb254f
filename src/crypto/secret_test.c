// SPDX-License-Identifier: Apache-2.0
#include "base/testing.h"
#include "crypto/secret.h"

#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

static int file_of(const void *data, size_t size)
{
	int fd = memfd_create("secret", MFD_CLOEXEC);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, data, size), size);
	return fd; // at its end: secret_read reads from the start all the same
}

static void a_key_file_has_exactly_its_size(void **state)
{
	uint8_t key[32], content[33];
	memset(content, 5, sizeof content);
	int exact = file_of(content, 32), shorter = file_of(content, 31), longer = file_of(content, 33);
	assert_int_equal(secret_read(exact, key, 32), 0);
	assert_memory_equal(key, content, 32);
	assert_int_equal(secret_read(exact, key, 32), 0); // again
	assert_int_equal(secret_read(shorter, key, 32), 1);
	assert_int_equal(key[0], 0); // nothing of it stays
	assert_int_equal(secret_read(longer, key, 32), 1);
	assert_int_equal(key[0], 0);
	assert_int_equal(secret_read(-1, key, 32), -EBADF);
	close(exact);
	close(shorter);
	close(longer);
}

static void sealed_boxes_open_for_their_owner_only(void **state)
{
	uint8_t public_key[32], secret_key[32], other_public[32], other_secret[32], derived[32];
	uint8_t sealed[16 + SEALED_OVERHEAD], opened[16] = { 0 };
	sealed_keypair(public_key, secret_key);
	sealed_keypair(other_public, other_secret);
	assert_int_equal(sealed_public(secret_key, derived), 0);
	assert_memory_equal(derived, public_key, 32);
	assert_int_equal(sealed_seal(public_key, "sixteen letters.", 16, sealed), 0);
	assert_int_equal(sealed_open(public_key, secret_key, sealed, sizeof sealed, opened), 0);
	assert_memory_equal(opened, "sixteen letters.", 16);
	assert_int_equal(sealed_open(other_public, other_secret, sealed, sizeof sealed, opened), 1);
	assert_int_equal(sealed_open(public_key, secret_key, sealed, sizeof sealed - 1, opened), 1);
	assert_int_equal(sealed_open(public_key, secret_key, sealed, SEALED_OVERHEAD - 1, opened), 1);
	sealed[40] ^= 1;
	assert_int_equal(sealed_open(public_key, secret_key, sealed, sizeof sealed, opened), 1);
}

static void secret_memory_is_writable_and_wiped_on_demand(void **state)
{
	uint8_t *p = secret_alloc(64);
	assert_non_null(p);
	memset(p, 9, 64);
	secret_wipe(p, 64);
	assert_int_equal(p[0] | p[63], 0);
	secret_free(p);
	secret_free(NULL);
	secret_wipe(NULL, 0);
}

#if !defined(__SANITIZE_ADDRESS__)
static void reading_beyond_secret_memory_kills(void **state)
{
	pid_t child = fork();
	if (child == 0) {
		volatile uint8_t *p = secret_alloc(64);
		signal(SIGSEGV, SIG_DFL);
		_exit(p ? p[64] + 1 : 1);
	}
	int status;
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status));
}
#endif

static void randomness_differs(void **state)
{
	uint8_t a[32] = { 0 }, b[32] = { 0 };
	random_bytes(a, sizeof a);
	random_bytes(b, sizeof b);
	random_bytes(NULL, 0);
	assert_memory_not_equal(a, b, 32);
}

static int set_up(void **state)
{
	return crypto_init() || crypto_init(); // twice does no harm
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_key_file_has_exactly_its_size),
		cmocka_unit_test(sealed_boxes_open_for_their_owner_only),
		cmocka_unit_test(secret_memory_is_writable_and_wiped_on_demand),
#if !defined(__SANITIZE_ADDRESS__)
		cmocka_unit_test(reading_beyond_secret_memory_kills),
#endif
		cmocka_unit_test(randomness_differs),
	};
	return cmocka_run_group_tests_name("crypto-secret", tests, set_up, NULL);
}
