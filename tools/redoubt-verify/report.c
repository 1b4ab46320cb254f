// SPDX-License-Identifier: Apache-2.0
#include "report.h"

#include <stdarg.h>
#include <stdio.h>

static PRINTF_LIKE(3, 0) void sentence_add(char to[][SENTENCE_MAX], unsigned *count, const char *format, va_list arguments)
{
	if (*count < FINDINGS_MAX)
		vsnprintf(to[*count], SENTENCE_MAX, format, arguments);
	++*count;
}

void finding_add(struct report *r, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	sentence_add(r->finding, &r->findings, format, arguments);
	va_end(arguments);
}

void remark_add(struct report *r, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	sentence_add(r->remark, &r->remarks, format, arguments);
	va_end(arguments);
}
