// SPDX-License-Identifier: Apache-2.0
// Whatever is accepted, signed or not, is written again as the same bytes; the checks never fault.
#include "evm/transaction.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void written_again(const struct evm_transaction *tx, const uint8_t *data, size_t size)
{
	uint8_t *back = malloc(size);
	size_t back_size;
	ASSERT(back && !evm_tx_encode(tx, back, size, &back_size));
	ASSERT(back_size == size && memcmp(back, data, size) == 0);
	free(back);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint8_t seed[32] = { 1 };
	static bool ready;
	struct evm_transaction tx;
	struct evm_address sender;
	uint8_t digest[32];
	if (!ready)
		evm_keys_init(seed);
	ready = true;
	if (evm_tx_decode(data, size, &tx) == EVM_TX_FINE) {
		written_again(&tx, data, size);
		(void)!evm_tx_sender(&tx, &sender);
		(void)!evm_tx_check(&tx, 1);
		evm_tx_hash(&tx, digest);
	}
	if (evm_tx_decode_unsigned(data, size, &tx) == EVM_TX_FINE) {
		written_again(&tx, data, size);
		(void)!evm_tx_check(&tx, tx.chain_id);
		evm_tx_signing_hash(&tx, digest);
	}
	return 0;
}
