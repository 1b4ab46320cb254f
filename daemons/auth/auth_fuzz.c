// SPDX-License-Identifier: Apache-2.0
// MESSAGE_REQUEST as a hostile gateway writes it. The input is a record: auth must not
// crash, and no input without our key's signature may come out as anything but a refusal.
#include "test_house.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct house house;
	static struct output out;
	static bool built;
	if (!built)
		house_build(&house);
	built = true;
	if (auth_request(&house.auth, 1, data, size, &out))
		return 0;
	for (size_t i = 0; i < out.count; i++)
		if (out.record[i].to != TO_GATEWAY && out.record[i].kind == MESSAGE_COMMAND)
			abort(); // the corpus holds no valid signature at the fuzzer's clock
	return 0;
}
