// SPDX-License-Identifier: Apache-2.0
#include "base/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

static const char *process_name = "redoubt";

void log_open(const char *name)
{
	process_name = name;
}

// Copies text so that one message stays one line whatever a peer managed to
// put into it: control characters and the backslash become \xNN.
static size_t escape(const char *text, char *to, size_t room)
{
	static const char digits[] = "0123456789abcdef";
	size_t n = 0;
	for (; *text && n + 4 <= room; text++) {
		unsigned char c = (unsigned char)*text;
		if (c >= 0x20 && c != 0x7f && c != '\\') {
			to[n++] = (char)c;
			continue;
		}
		to[n++] = '\\';
		to[n++] = 'x';
		to[n++] = digits[c >> 4];
		to[n++] = digits[c & 15];
	}
	return n;
}

void log_write(enum log_severity severity, const char *format, ...)
{
	int saved = errno;
	char text[LOG_LINE_MAX], line[LOG_LINE_MAX];
	va_list arguments;
	va_start(arguments, format);
	int made = vsnprintf(text, sizeof text, format, arguments);
	va_end(arguments);
	if (made < 0)
		text[0] = 0;
	int head = snprintf(line, sizeof line, "<%d>%.64s[%d]: ", (int)severity, process_name, (int)getpid());
	ASSERT(head > 0 && (size_t)head < sizeof line - 1);
	size_t size = (size_t)head + escape(text, line + head, sizeof line - 1 - (size_t)head);
	line[size++] = '\n';
	// One write, so that lines of several processes do not mix. A log that
	// cannot be written is nobody's reason to stop.
	ssize_t written = write(STDERR_FILENO, line, size);
	(void)written;
	errno = saved;
}
