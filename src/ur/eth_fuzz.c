// SPDX-License-Identifier: Apache-2.0
// What is read can be written, and is then read as the same.
#include "ur/eth.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint8_t again[1 << 16], third[1 << 16];

static void request_try(const uint8_t *data, size_t size)
{
	struct eth_sign_request request, second;
	if (eth_sign_request_read(data, size, &request) != ETH_OK || size > sizeof again - 64)
		return;
	size_t written = eth_sign_request_write(&request, again, sizeof again);
	ASSERT(written && eth_sign_request_read(again, written, &second) == ETH_OK);
	ASSERT(eth_sign_request_write(&second, third, sizeof third) == written && !memcmp(again, third, written));
	ASSERT(second.chain_id == request.chain_id && second.size == request.size &&
	       !memcmp(second.data, request.data, request.size));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct eth_signature signature;
	request_try(data, size);
	if (eth_signature_read(data, size, &signature) == ETH_OK) {
		ASSERT(eth_signature_write(&signature, again, sizeof again) == size);
		ASSERT(!memcmp(again, data, size));
	}
	return 0;
}
