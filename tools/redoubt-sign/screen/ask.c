// SPDX-License-Identifier: Apache-2.0
// Prompts: lines of standard input, read byte by byte with read(2), so that no
// copy of a secret stays in a buffer of stdio and a pipe's rest is left to the next question.
#include "screen/screen.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <termios.h>
#include <unistd.h>

#include "crypto/secret.h"
#include "screen/terminal.h"

static bool in_is_terminal, out_is_terminal;
static struct termios modes; // as they were at the start
static volatile sig_atomic_t echo_off;

bool terminal_in(void)
{
	return in_is_terminal;
}

bool terminal_out(void)
{
	return out_is_terminal;
}

static void echo_restore(void)
{
	if (!echo_off)
		return;
	echo_off = 0;
	tcsetattr(STDIN_FILENO, TCSANOW, &modes);
}

static void ended_by_signal(int number)
{
	echo_restore();
	// The default action, now that the terminal is as it was. Not raise(): the sandbox has no kill but of oneself.
	_exit(128 + number);
}

void screen_start(void)
{
	static const int signals[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT };
	in_is_terminal = isatty(STDIN_FILENO) == 1 && tcgetattr(STDIN_FILENO, &modes) == 0;
	out_is_terminal = isatty(STDOUT_FILENO) == 1;
	struct sigaction action = { .sa_handler = ended_by_signal };
	for (size_t i = 0; i < ARRAY_LEN(signals); i++)
		sigaction(signals[i], &action, NULL);
	action.sa_handler = SIG_IGN;
	sigaction(SIGTSTP, &action, NULL); // a stopped signer would leave a prompt without echo to the shell
	sigaction(SIGPIPE, &action, NULL);
	atexit(echo_restore);
}

// One byte. 1, 0 at the end, -1 on an error.
static int byte_read(char *to)
{
	ssize_t n;
	do
		n = read(STDIN_FILENO, to, 1);
	while (n < 0 && errno == EINTR);
	return (int)n;
}

void terminal_line_skip(void)
{
	char c;
	while (byte_read(&c) == 1 && c != '\n')
		;
}

static int line_read(char *to, size_t room)
{
	size_t size = 0;
	bool bad = false;
	char c = 0;
	int n;
	while ((n = byte_read(&c)) == 1 && c != '\n') {
		bad |= size == room - 1 || c == '\0';
		if (!bad)
			to[size++] = c;
	}
	secret_wipe(&c, 1);
	if (n != 1 && (size == 0 || n < 0)) // a last line may go without its newline
		return 1;
	if (bad) {
		secret_wipe(to, room);
		fputs("That line is too long, or holds a NUL. It was dropped.\n", stdout);
		return 2;
	}
	to[size] = '\0';
	return 0;
}

// What was typed before the question stood there was no answer to it.
static void typed_ahead_drop(void)
{
	if (in_is_terminal)
		tcflush(STDIN_FILENO, TCIFLUSH);
}

static int prompted_read(const char *prompt, char *to, size_t room)
{
	fputs(prompt, stdout);
	fputs(": ", stdout);
	fflush(stdout);
	int r = line_read(to, room);
	screen_prompted();
	return r;
}

int screen_ask(const char *prompt, char *to, size_t room)
{
	int r = prompted_read(prompt, to, room);
	if (!in_is_terminal)
		putchar('\n'); // nobody typed one
	return r;
}

int screen_ask_secret(const char *prompt, char *to, size_t room)
{
	struct termios quiet = modes;
	quiet.c_lflag &= ~(tcflag_t)(ECHO | ECHONL);
	if (in_is_terminal) {
		echo_off = 1;
		tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet);
		typed_ahead_drop();
	}
	int r = prompted_read(prompt, to, room);
	echo_restore();
	putchar('\n');
	return r;
}

int screen_ask_secret_twice(const char *prompt, char *to, size_t room)
{
	char *again = secret_alloc(room);
	int r = again ? 1 : -ENOMEM;
	for (int i = 0; again && i < 3; i++) {
		r = screen_ask_secret(prompt, to, room);
		if (r == 1)
			break;
		if (r == 0 && screen_ask_secret("The same once more", again, room) == 0 && !strcmp(to, again))
			break;
		r = 1;
		screen_text("The two are not the same.");
	}
	if (r)
		secret_wipe(to, room);
	secret_free(again);
	return r ? 1 : 0;
}

int screen_confirm(const char *prompt, const char *expected)
{
	char typed[SCREEN_LINE_MAX];
	typed_ahead_drop();
	int r = screen_ask(prompt, typed, sizeof typed);
	if (r == 0 && !strcmp(typed, expected))
		return 0;
	screen_text("%s Nothing was done.", r == 0 ? "That is not what the page says." : "There was no answer.");
	return 1;
}

int screen_pause(const char *prompt)
{
	char typed[SCREEN_LINE_MAX];
	return screen_ask(prompt, typed, sizeof typed) == 1;
}
