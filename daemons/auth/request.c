// SPDX-License-Identifier: Apache-2.0
#include "request.h"

int request_read(const void *record, size_t size, struct request *ret)
{
	struct request_head head;
	if (size < sizeof head || size - sizeof head > REQUEST_BYTES_MAX)
		return 1;
	memcpy(&head, record, sizeof head);
	const char *at = (const char *)record + sizeof head;
	uint64_t sum = (uint64_t)head.path_size + head.api_key_size + head.query_size + head.body_size;
	if (sum != size - sizeof head || head.method > METHOD_PUT)
		return 1;
	*ret = (struct request){
		.tag = head.tag,
		.received_us = head.received_us,
		.address = (const uint8_t *)record + offsetof(struct request_head, address),
		.method = (enum method)head.method,
		.path = slice_of(at, head.path_size),
		.api_key = slice_of(at + head.path_size, head.api_key_size),
		.query = slice_of(at + head.path_size + head.api_key_size, head.query_size),
		.body = slice_of(at + sum - head.body_size, head.body_size),
	};
	return 0;
}
