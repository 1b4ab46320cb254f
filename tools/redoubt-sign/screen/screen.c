// SPDX-License-Identifier: Apache-2.0
// Pages: everything shown passes through line_write.
#include "screen/screen.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "screen/terminal.h"
#include "utc.h"

#define WIDTH_MAX 78
#define WIDTH_MIN 40
#define TEXT_MAX  8192
#define FIELD_COLUMN 20

static unsigned page_lines; // shown since the page began or was last waited on

static bool is_shown(char c)
{
	return c >= ' ' && c <= '~';
}

void screen_escape(const void *bytes, size_t size, char *to, size_t room)
{
	const uint8_t *from = bytes;
	char *end = to + room - 1, *cut = to; // cut: the last place where "..." still fits
	ASSERT(room >= 8);
	for (size_t i = 0; i < size; i++) {
		size_t need = is_shown((char)from[i]) ? 1 : 4;
		if ((size_t)(end - to) < need) {
			memcpy(cut, "...", 4);
			return;
		}
		if (need == 1)
			*to = (char)from[i];
		else
			snprintf(to, 5, "\\x%02x", from[i]);
		to += need;
		if (end - to >= 3)
			cut = to;
	}
	*to = '\0';
}

static void foot_wait(void)
{
	struct winsize size;
	if (!terminal_in() || !terminal_out() || ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) < 0 || size.ws_row < 5)
		return;
	if (++page_lines < size.ws_row - 1u)
		return;
	page_lines = 0;
	fputs("-- more: Enter --", stdout);
	fflush(stdout);
	terminal_line_skip();
}

// The one place from which text goes to the terminal.
static void line_write(const char *text, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		if (is_shown(text[i]))
			putchar(text[i]);
		else
			printf("\\x%02x", (uint8_t)text[i]);
	}
	putchar('\n');
	foot_wait();
}

static size_t width(void)
{
	struct winsize size;
	if (!terminal_out() || ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) < 0 || size.ws_col == 0)
		return WIDTH_MAX;
	return size.ws_col < WIDTH_MIN ? WIDTH_MIN : size.ws_col > WIDTH_MAX ? WIDTH_MAX : size.ws_col;
}

static size_t shown_size(char c)
{
	return is_shown(c) ? 1 : 4;
}

// How many bytes of text fit into `columns`: to the last blank when not all do, else cut hard.
static size_t line_fit(const char *text, size_t size, size_t columns)
{
	size_t used = 0, blank = 0;
	for (size_t i = 0; i < size; i++) {
		used += shown_size(text[i]);
		if (used > columns)
			return blank ? blank : i ? i : 1;
		if (text[i] == ' ' && i)
			blank = i;
	}
	return size;
}

// Lines of `text` under `indent` columns, the first after `first` (which has `indent` columns or more).
static void wrapped_write(const char *first, size_t indent, const char *text, size_t size)
{
	char line[TEXT_MAX];
	size_t columns = width() - indent;
	do {
		size_t lead = (size_t)snprintf(line, WIDTH_MAX, "%-*s", (int)indent, first);
		size_t n = line_fit(text, size, lead - indent < columns ? columns - (lead - indent) : 1);
		memcpy(line + lead, text, n);
		line_write(line, lead + n);
		text += n;
		size -= n;
		while (size && *text == ' ') {
			text++;
			size--;
		}
		first = "";
	} while (size);
}

#define FORMATTED(text, size, format)                                          \
	char text[TEXT_MAX];                                                   \
	va_list args_;                                                         \
	va_start(args_, format);                                               \
	int size_ = vsnprintf(text, sizeof text, format, args_);               \
	va_end(args_);                                                         \
	ASSERT(size_ >= 0);                                                    \
	size_t size = u64_min((uint64_t)size_, sizeof text - 1)

void screen_page(const char *title)
{
	if (terminal_in() && terminal_out())
		fputs("\033[H\033[2J", stdout);
	else
		putchar('\n');
	page_lines = 0;
	line_write(title, strlen(title));
	char rule[WIDTH_MAX];
	memset(rule, '=', sizeof rule);
	line_write(rule, width());
}

void screen_heading(const char *format, ...)
{
	FORMATTED(text, size, format);
	line_write("", 0);
	wrapped_write("", 0, text, size);
}

void screen_text(const char *format, ...)
{
	FORMATTED(text, size, format);
	wrapped_write("", 0, text, size);
}

void screen_item(const char *format, ...)
{
	FORMATTED(text, size, format);
	wrapped_write("  -", 4, text, size);
}

void screen_indented(unsigned indent, const char *format, ...)
{
	FORMATTED(text, size, format);
	wrapped_write("", indent < 16 ? indent : 16, text, size);
}

void screen_field(const char *name, const char *format, ...)
{
	char first[FIELD_COLUMN + 1];
	FORMATTED(text, size, format);
	snprintf(first, sizeof first, "  %-16.16s  ", name);
	wrapped_write(first, FIELD_COLUMN, text, size);
}

void screen_line(const char *format, ...)
{
	FORMATTED(text, size, format);
	line_write(text, size);
}

void screen_refusal(const char *format, ...)
{
	FORMATTED(text, size, format);
	wrapped_write("REFUSED:", 9, text, size);
}

void screen_forget(void)
{
	if (terminal_in() && terminal_out())
		fputs("\033[H\033[2J\033[3J", stdout);
	fflush(stdout);
	page_lines = 0;
}

void screen_prompted(void)
{
	page_lines = 0;
}

void screen_time(uint64_t seconds, char to[SCREEN_TIME_SIZE])
{
	char text[UTC_TEXT_SIZE];
	utc_format(seconds, text);
	snprintf(to, SCREEN_TIME_SIZE, "%.10s %.8s UTC", text, text + 11);
}
