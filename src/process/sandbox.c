// SPDX-License-Identifier: Apache-2.0
#include "process/sandbox_backend.h"

#include <stdarg.h>
#include <stdio.h>

void sandbox_missing(struct sandbox_report *report, const char *format, ...)
{
	size_t used = strlen(report->missing);
	if (used + 2 < sizeof report->missing && used)
		used += (size_t)snprintf(report->missing + used, sizeof report->missing - used, "; ");
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(report->missing + used, sizeof report->missing - used, format, arguments);
	va_end(arguments);
}

int sandbox_enter(const struct sandbox *sandbox, struct sandbox_report *ret)
{
	struct sandbox_report report = { 0 };
	int r = sandbox_limits(sandbox, &report);
	if (r < 0)
		return r;
	if (!(sandbox->privileges & PRIVILEGE_SPAWN)) {
		r = sandbox_landlock(sandbox, &report);
		if (r < 0)
			return r;
		r = sandbox_seccomp(sandbox);
		if (r < 0)
			return r;
	}
	*ret = report;
	return 0;
}
