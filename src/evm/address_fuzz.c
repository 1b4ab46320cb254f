// SPDX-License-Identifier: Apache-2.0
// What is accepted is written back as the same text; the loose form accepts no address that the strict one would not write.
#include "evm/address.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct evm_address strict, loose;
	char text[EVM_ADDRESS_TEXT];
	bool fine = evm_address_parse((const char *)data, size, &strict) == EVM_ADDRESS_FINE;
	if (evm_address_parse_unchecked((const char *)data, size, &loose) != EVM_ADDRESS_FINE) {
		ASSERT(!fine);
		return 0;
	}
	evm_address_format(&loose, text);
	ASSERT(evm_address_parse(text, EVM_ADDRESS_TEXT - 1, &loose) == EVM_ADDRESS_FINE);
	if (fine)
		ASSERT(memcmp(text, data, size) == 0 && evm_address_equal(&strict, &loose));
	return 0;
}
