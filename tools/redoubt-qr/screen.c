// SPDX-License-Identifier: Apache-2.0
// Two processes: the parent sets the terminal's modes and will set them back whatever
// happens; the child, sandboxed, draws. It ends to be started anew when the window changes its size.
#include "tools/redoubt-qr/screen.h"

#include "process/sandbox.h"
#include "tools/redoubt-qr/code.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#define QUIET 2 // modules: ISO 18004 wants 4, cameras do with 2 on a white border
#define STATUS_ROWS 1
#define RESIZED 100 // the child's exit status
#define STEP 10

#define ENTER "\x1b[?1049h\x1b[?25l\x1b[2J"
#define LEAVE "\x1b[0m\x1b[?25h\x1b[?1049l"
#define BOTH_LIGHT "\x1b[38;5;231;48;5;231m"
#define CTRL_C 3

static struct part_source source;
static struct code code;
static char drawing[CODE_MODULES_MAX * CODE_MODULES_MAX * 32];
static volatile sig_atomic_t resized, ended;

static void on_resize(int number)
{
	(void)number;
	resized = 1;
}

static void on_end(int number)
{
	(void)number;
	ended = 1;
}

static bool fits(const struct winsize *window)
{
	unsigned side = code.size + 2 * QUIET;
	return side <= window->ws_col && (side + 1) / 2 + STATUS_ROWS <= window->ws_row;
}

// Colours of the upper and the lower half, written only when they change.
static char *cell_draw(char *to, int x, int y, int *colours)
{
	int now = code_dark(&code, x, y) << 1 | code_dark(&code, x, y + 1);
	if (now != *colours)
		to += sprintf(to, "\x1b[38;5;%d;48;5;%dm", now & 2 ? 16 : 231, now & 1 ? 16 : 231);
	*colours = now;
	return to + sprintf(to, "\xe2\x96\x80");
}

static bool frame_draw(int terminal, const struct winsize *window)
{
	char *to = drawing + sprintf(drawing, "\x1b[H");
	int side = (int)code.size, colours = -1;
	for (int y = -QUIET; y < side + QUIET; y += 2) {
		for (int x = -QUIET; x < side + QUIET; x++)
			to = cell_draw(to, x, y, &colours);
		to += sprintf(to, "\x1b[0m\x1b[K\r\n");
		colours = -1;
	}
	to += sprintf(to, "frame %u, %u suffice, q ends\x1b[K", source.shown, source.needed);
	(void)window;
	size_t size = (size_t)(to - drawing);
	for (size_t at = 0; at < size;) {
		ssize_t n = write(terminal, drawing + at, size - at);
		if (n < 0 && errno != EINTR && errno != EAGAIN)
			return false;
		at += n > 0 ? (size_t)n : 0;
	}
	return true;
}

// The most bytes a frame may carry so that its code fits the window; 0 when none do.
static size_t frame_bytes_find(const struct input *input, const struct winsize *window)
{
	for (size_t bytes = FRAME_BYTES_DEFAULT; bytes >= 40; bytes -= STEP) {
		if (part_source_open(&source, input, bytes))
			return 0;
		// later parts have longer numbers
		if (input->kind == INPUT_PAYLOAD && source.needed > 1)
			source.encoder.sequence = 99999;
		const char *text = part_source_next(&source);
		if (text && code_make(text, &code) == 0 && fits(window))
			return bytes;
		if (input->kind == INPUT_LINES)
			return 0;
	}
	return 0;
}

// True until a key ends it; waits for one frame's time.
static bool wait_keys(int keys, unsigned frames_second)
{
	struct pollfd poll_key = { .fd = keys, .events = POLLIN };
	char key = 0;
	int ready = poll(&poll_key, 1, source.needed == 1 ? -1 : (int)(1000 / frames_second));
	if (ready <= 0)
		return true;
	return read(keys, &key, 1) == 1 && key != 'q' && key != 'Q' && key != CTRL_C;
}

static int animate(int terminal, int keys, const struct winsize *window, unsigned frames_second)
{
	for (;;) {
		const char *text = part_source_next(&source);
		if (!text || code_make(text, &code) || !fits(window)) {
			say("a frame does not fit into %u columns and %u rows: enlarge the window, lower --frame-bytes or use --frames DIR",
			    window->ws_col, window->ws_row);
			return EXIT_REFUSED;
		}
		if (!frame_draw(terminal, window))
			return EXIT_REFUSED;
		if (!wait_keys(keys, frames_second))
			return EXIT_DONE;
		if (resized)
			return RESIZED;
	}
}

static int child_main(int terminal, int keys, const struct input *input, const struct options *options)
{
	struct winsize window;
	if (ioctl(terminal, TIOCGWINSZ, &window) < 0 || !window.ws_col || !window.ws_row)
		window = (struct winsize){ .ws_col = 80, .ws_row = 24 };
	struct sigaction action = { .sa_handler = on_resize };
	sigaction(SIGWINCH, &action, NULL);
	struct sandbox sandbox = { .privileges = PRIVILEGE_COMPUTE };
	struct sandbox_report report;
	if (sandbox_enter(&sandbox, &report)) {
		say("the sandbox does not close");
		return EXIT_REFUSED;
	}
	size_t bytes = options->frame_bytes ? options->frame_bytes : frame_bytes_find(input, &window);
	if (!bytes) {
		say("no frame fits into %u columns and %u rows: enlarge the window, choose a smaller font, or use --frames DIR",
		    window.ws_col, window.ws_row);
		return EXIT_REFUSED;
	}
	int r = part_source_open(&source, input, bytes);
	return r ? r : animate(terminal, keys, &window, options->frames_second);
}

static int child_wait(pid_t child)
{
	int status;
	while (waitpid(child, &status, 0) < 0)
		if (errno != EINTR)
			return EXIT_REFUSED;
		else if (ended)
			kill(child, SIGKILL);
	return WIFEXITED(status) ? WEXITSTATUS(status) : EXIT_REFUSED;
}

// The child's words are kept until the screen is given back.
static int rounds(int terminal, int keys, const struct input *input, const struct options *options, int words)
{
	int status;
	do {
		pid_t child = fork();
		if (child < 0)
			return EXIT_REFUSED;
		if (child == 0) {
			dup2(words, STDERR_FILENO);
			setvbuf(stderr, NULL, _IONBF, 0);
			_exit(child_main(terminal, keys, input, options));
		}
		status = child_wait(child);
	} while (status == RESIZED && !ended && write(terminal, "\x1b[2J", 4) == 4);
	return status;
}

static void words_pass(int words)
{
	char text[2048];
	ssize_t n = read(words, text, sizeof text);
	if (n > 0)
		fwrite(text, 1, (size_t)n, stderr);
}

static int with_terminal(int terminal, int keys, const struct input *input, const struct options *options)
{
	int words[2];
	struct termios before, raw;
	if (tcgetattr(keys, &before) < 0 || pipe2(words, O_CLOEXEC | O_NONBLOCK) < 0) {
		say("the terminal cannot be set: %s", strerror(errno));
		return EXIT_REFUSED;
	}
	struct sigaction action = { .sa_handler = on_end };
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGHUP, &action, NULL);
	raw = before;
	cfmakeraw(&raw);
	tcsetattr(keys, TCSANOW, &raw);
	int status = write(terminal, ENTER, strlen(ENTER)) < 0 ? EXIT_REFUSED : rounds(terminal, keys, input, options, words[1]);
	if (write(terminal, LEAVE, strlen(LEAVE)) < 0)
		status = EXIT_REFUSED;
	tcsetattr(keys, TCSANOW, &before);
	words_pass(words[0]);
	return status;
}

int screen_run(const struct input *input, const struct options *options)
{
	if (!isatty(STDOUT_FILENO)) {
		say("standard output is no terminal: show there, or write the frames with --frames DIR");
		return EXIT_REFUSED;
	}
	// Standard input may be the pipe that the payload came through.
	int keys = open("/dev/tty", O_RDONLY | O_CLOEXEC);
	if (keys < 0) {
		say("no terminal to read keys from: %s", strerror(errno));
		return EXIT_REFUSED;
	}
	int status = with_terminal(STDOUT_FILENO, keys, input, options);
	close(keys);
	return status;
}
