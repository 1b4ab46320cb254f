// SPDX-License-Identifier: Apache-2.0
#include "ceremony/put.h"

#include <stdarg.h>
#include <stdio.h>

void put(struct text *t, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	int size = vsnprintf(t->start + t->size, t->room + 1 - t->size, format, arguments);
	va_end(arguments);
	ASSERT(size >= 0 && (size_t)size <= t->room - t->size);
	t->size += (size_t)size;
}
