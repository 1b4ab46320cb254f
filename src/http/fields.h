// SPDX-License-Identifier: Apache-2.0
// The headers that decide framing and meaning, one function each (inside http).
#pragma once

#include "http/request.h"

// One header: its name at `name`, its value at `value` (offsets into data), both already checked for characters.
enum http_refusal http_field_read(struct http_parser *p, const char *data, const char *name, size_t name_size,
				  struct http_span value);

// What can be said only when all headers are there.
enum http_refusal http_fields_check(struct http_parser *p, const char *data);
