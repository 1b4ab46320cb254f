// SPDX-License-Identifier: Apache-2.0
// Pages and prompts: what a person sees and types. One layout, without colour.
//
// Everything that is shown goes through one function that lets only printable
// ASCII through: any other byte becomes \xNN, so that text from outside can
// neither move the cursor nor look like another text. Lines are wrapped at 78
// columns (or the terminal's width if that is less, at least 40).
//
// When standard input is a terminal, a page begins on a cleared screen, waits at
// its foot when it is longer than the terminal, and secrets are typed without
// echo (restored on every exit, also by a signal). Otherwise (scripts, tests)
// pages follow one another as plain lines, and answers are lines of standard input.
#pragma once

#include "base/base.h"

#define SCREEN_LINE_MAX 1024 // characters of an answer
#define SCREEN_PASSPHRASE_MAX 512

// Once, at the start of main: looks at the terminal and prepares its restoring.
void screen_start(void);

// A new page: title, a rule below it.
void screen_page(const char *title);
// A heading within a page.
void screen_heading(const char *format, ...) PRINTF_LIKE(1, 2);
// A paragraph, wrapped. "" is an empty line.
void screen_text(const char *format, ...) PRINTF_LIKE(1, 2);
// An indented item: "  - text", wrapped below itself.
void screen_item(const char *format, ...) PRINTF_LIKE(1, 2);
// A paragraph, wrapped, `indent` columns in (at most 16).
void screen_indented(unsigned indent, const char *format, ...) PRINTF_LIKE(2, 3);
// "  name            value", the value wrapped below itself; the name at most 16 characters.
void screen_field(const char *name, const char *format, ...) PRINTF_LIKE(2, 3);
// Text that must not be wrapped or changed (a table of words): still escaped.
void screen_line(const char *format, ...) PRINTF_LIKE(1, 2);
// A refusal: "REFUSED: text", wrapped.
void screen_refusal(const char *format, ...) PRINTF_LIKE(1, 2);

// Asks for a line. 0 and the text without its newline; 1 at the end of input; 2 when it was longer than room - 1
// or held a NUL (the whole line is then dropped and the person told).
MUST_USE int screen_ask(const char *prompt, char *to, size_t room);
// The same without echo. `to` should be secret_alloc's memory; its remains are wiped on a refusal.
MUST_USE int screen_ask_secret(const char *prompt, char *to, size_t room);
// A passphrase twice, until both are equal (three tries). 0, 1 at the end of input or after three tries.
MUST_USE int screen_ask_secret_twice(const char *prompt, char *to, size_t room);
// The person must type exactly `expected`. 0, or 1 when anything else was typed (the person is told that nothing was
// done). One try: whoever mistypes looks at the page again.
MUST_USE int screen_confirm(const char *prompt, const char *expected);
// Waits for Enter. 0, or 1 at the end of input.
MUST_USE int screen_pause(const char *prompt);
// Clears the terminal and its scrollback after something secret was shown (shares, words). Nothing when not a terminal.
void screen_forget(void);

// Bytes from outside as printable ASCII with a NUL, cut with "..." when room is too small (room >= 8).
void screen_escape(const void *bytes, size_t size, char *to, size_t room);

// Seconds since 1970 as "2026-11-22 01:55:00 UTC" (24 characters with the NUL).
#define SCREEN_TIME_SIZE 24
void screen_time(uint64_t seconds, char to[SCREEN_TIME_SIZE]);
