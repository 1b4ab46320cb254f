// SPDX-License-Identifier: Apache-2.0
// MESSAGE_REQUEST: what a gateway passes on. A gateway may be hostile: every
// length is checked, and a record that is not exactly right ends its channel.
#pragma once

#include "http/slice.h"
#include "wire/message.h"

struct request {
	uint64_t tag, received_us;
	const uint8_t *address; // 16 bytes
	enum method method;
	struct slice path, api_key, query, body; // back to back, in this order
};

// 0, or 1 when the record is malformed.
MUST_USE int request_read(const void *record, size_t size, struct request *ret);
