// SPDX-License-Identifier: Apache-2.0
// One line of the operator socket: the request parser, and the evidence of what it carries.
#include "evidence.h"
#include "request.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct control_request request;
	static const struct genesis genesis = { .operators = 1 };
	static const uint8_t exchange[32];
	if (control_request_read((const char *)data, size, &request))
		return 0;
	if (request.op == OP_SUBMIT && !evidence_check(&genesis, exchange, request.entry, request.entry_size, 0))
		abort(); // nobody has the key of zeros
	return 0;
}
