// SPDX-License-Identifier: Apache-2.0
// A fault between computing a signature and handing it out: the linker puts
// the function below before libsecp256k1's own (--wrap), and it damages what comes out.
#include "evm/key.h"
#include "evm/transaction.h"

#include "base/testing.h"

#include <secp256k1_recovery.h>

static int damage; // 0 none, 1 a bit of r, 2 a bit of s, 3 the parity

int __real_secp256k1_ecdsa_recoverable_signature_serialize_compact(const secp256k1_context *context,
								   unsigned char *output, int *parity,
								   const secp256k1_ecdsa_recoverable_signature *from);
int __wrap_secp256k1_ecdsa_recoverable_signature_serialize_compact(const secp256k1_context *context,
								   unsigned char *output, int *parity,
								   const secp256k1_ecdsa_recoverable_signature *from);

int __wrap_secp256k1_ecdsa_recoverable_signature_serialize_compact(const secp256k1_context *context,
								   unsigned char *output, int *parity,
								   const secp256k1_ecdsa_recoverable_signature *from)
{
	int result = __real_secp256k1_ecdsa_recoverable_signature_serialize_compact(context, output, parity, from);
	output[10] ^= damage == 1;
	output[42] ^= damage == 2;
	*parity ^= damage == 3;
	return result;
}

static void test_fault(void **state)
{
	static const uint8_t seed[32] = { 1 }, secret[32] = { 2 }, digest[32] = { 3 };
	struct evm_transaction tx = { .type = EVM_TX_DYNAMIC_FEE, .chain_id = 1, .gas_limit = 21000 }, before = tx;
	evm_keys_init(seed);
	for (damage = 0; damage <= 3; damage++) {
		struct evm_signature signature = { .y_parity = 9 }, untouched = signature;
		assert_int_equal(evm_sign(secret, digest, &signature), damage ? -EIO : 0);
		if (damage)
			assert_memory_equal(&signature, &untouched, sizeof signature);
		tx = before;
		assert_int_equal(evm_tx_sign(&tx, 1, secret), damage ? -EIO : 0);
		if (damage)
			assert_memory_equal(&tx, &before, sizeof tx);
	}
}

// A secret that was damaged in memory signs for another account: nothing comes out.
static void test_damaged_secret(void **state)
{
	static const uint8_t seed[32] = { 1 }, digest[32] = { 3 };
	uint8_t secret[32] = { 2 };
	struct evm_address account;
	struct evm_signature signature = { .y_parity = 9 }, untouched = signature;
	damage = 0;
	evm_keys_init(seed);
	assert_int_equal(evm_key_address(secret, &account), 0);
	secret[31] ^= 1;
	assert_int_equal(evm_sign_for(secret, &account, digest, &signature), -EIO);
	assert_memory_equal(&signature, &untouched, sizeof signature);
	secret[31] ^= 1;
	assert_int_equal(evm_sign_for(secret, &account, digest, &signature), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_fault), cmocka_unit_test(test_damaged_secret) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
