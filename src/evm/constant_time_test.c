// SPDX-License-Identifier: Apache-2.0
// Constant time, shown under valgrind's memcheck: with the secret bytes marked
// as undefined, a branch or an address that depends on one is an error. The test
// starts itself again under valgrind. What runs inside libsecp256k1 is left out
// (its own tests show it; the suppressions are src/bitcoin's).
#include "evm/keccak.h"
#include "evm/key.h"
#include "evm/transaction.h"

#include "base/testing.h"

#ifdef CONSTANT_TIME_TEST
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>
#include <valgrind/memcheck.h>

#define LEAK_FOUND 99

static const char *self;

static void secret_fill(void *to, size_t size)
{
	memset(to, 0x5a, size);
	VALGRIND_MAKE_MEM_UNDEFINED(to, size);
}

static void hashes(void)
{
	uint8_t secret[300], digest[KECCAK256_SIZE];
	secret_fill(secret, sizeof secret);
	keccak256_of(secret, sizeof secret, digest);
}

static void signatures(void)
{
	struct evm_transaction tx = { .type = EVM_TX_DYNAMIC_FEE, .chain_id = 1, .gas_limit = 21000 };
	uint8_t secret[EVM_SECRET_SIZE], digest[32] = { 1 };
	struct evm_signature signature;
	struct evm_address account;
	secret_fill(secret, sizeof secret);
	ASSERT(evm_key_address(secret, &account) == 0);
	ASSERT(evm_sign(secret, digest, &signature) == 0);
	ASSERT(evm_tx_sign(&tx, 1, secret) == 0);
}

// The check itself must be able to fail.
static void leak(void)
{
	uint8_t secret[1];
	secret_fill(secret, sizeof secret);
	if (secret[0] & 1)
		fputs("odd\n", stderr);
}

static int run_under_valgrind(const char *what)
{
	pid_t child = fork();
	int status;
	assert_true(child >= 0);
	if (child == 0) {
		execlp("valgrind", "valgrind", "--quiet", "--error-exitcode=99", "--leak-check=no",
		       "--suppressions=" SUPPRESSIONS, self, what, (char *)NULL);
		_exit(127);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	if (WIFSIGNALED(status) && WTERMSIG(status) == SIGILL) {
		print_message("# valgrind does not know the instructions that this build uses\n");
		skip();
	}
	assert_true(WIFEXITED(status));
	if (WEXITSTATUS(status) == 127) {
		print_message("# valgrind is not here\n");
		skip();
	}
	return WEXITSTATUS(status);
}

static void test_constant_time(void **state)
{
	assert_int_equal(run_under_valgrind("all"), 0);
}

static void test_can_fail(void **state)
{
	assert_int_equal(run_under_valgrind("leak"), LEAK_FOUND);
}

int main(int argc, char **argv)
{
	static const uint8_t seed[32] = { 7 };
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_constant_time), cmocka_unit_test(test_can_fail) };
	self = argv[0];
	if (argc < 2)
		return cmocka_run_group_tests(tests, NULL, NULL);
	evm_keys_init(seed);
	if (strcmp(argv[1], "leak") == 0) {
		leak();
	} else {
		hashes();
		signatures();
	}
	return 0;
}
#else
static void test_constant_time(void **state)
{
	print_message("# valgrind's headers are not here, or this build has a sanitizer\n");
	skip();
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_constant_time) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
#endif
