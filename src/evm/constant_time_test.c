// SPDX-License-Identifier: Apache-2.0
// Secrets decide no branch and no address in this folder (base/constant_time_testing.h says how that is shown; the
// suppressions are src/bitcoin's).
#include "base/constant_time_testing.h"
#include "evm/keccak.h"
#include "evm/key.h"
#include "evm/transaction.h"

#ifdef CONSTANT_TIME_MARKS
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

static void all(void)
{
	static const uint8_t seed[32] = { 7 };
	evm_keys_init(seed);
	hashes();
	signatures();
}
#else
#define all NULL
#endif

int main(int argc, char **argv)
{
	return constant_time_main(argc, argv, all);
}
