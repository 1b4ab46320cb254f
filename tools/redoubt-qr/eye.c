// SPDX-License-Identifier: Apache-2.0
#include "tools/redoubt-qr/eye.h"

#include "base/bytes.h"
#include "base/clock.h"
#include "process/sandbox.h"

#include <fcntl.h>
#include <iconv.h>
#include <linux/close_range.h>
#include <poll.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define PIPE_FD 3
#define MEMORY_MAX (512ul << 20)
#define ANSWER_MAX (SYMBOLS_MAX * (SYMBOL_TEXT_MAX + 4))

enum { CHILD_SAW = 0, CHILD_BAD_IMAGE = 64, CHILD_NO_SANDBOX = 63 }; // exit statuses; the fault is added to the second

static uint8_t answer[ANSWER_MAX];

void eye_prepare(void)
{
	// Kept open for good: closing the last descriptor would unload the converter.
	static const char *const sets[] = { "ISO8859-1", "SJIS", "UTF-8", "BIG-5" };
	for (size_t i = 0; i < ARRAY_LEN(sets); i++)
		(void)iconv_open("UTF-8", sets[i]);
}

static void text_send(void *context, const char *text, size_t length)
{
	struct writer *w = context;
	write_u32(w, (uint32_t)length);
	write_bytes(w, text, length);
}

static void answer_send(size_t size)
{
	for (size_t at = 0; at < size;) {
		ssize_t n = write(PIPE_FD, answer + at, size - at);
		if (n < 0)
			_exit(CHILD_NO_SANDBOX);
		at += (size_t)n;
	}
}

// Keeps the pipe and nothing else: not even standard output and error.
static bool everything_dropped(int pipe_end)
{
	struct rlimit seconds = { EYE_SECONDS, EYE_SECONDS };
	if (dup2(pipe_end, PIPE_FD) < 0)
		return false;
	close(STDIN_FILENO);
	close(STDOUT_FILENO);
	close(STDERR_FILENO);
	if (syscall(SYS_close_range, PIPE_FD + 1, ~0u, 0) < 0 || setrlimit(RLIMIT_CPU, &seconds) < 0)
		return false;
#if !defined(__SANITIZE_ADDRESS__) // which maps terabytes
	struct rlimit memory = { MEMORY_MAX, MEMORY_MAX };
	if (setrlimit(RLIMIT_AS, &memory) < 0)
		return false;
#endif
	struct sandbox sandbox = { .privileges = PRIVILEGE_COMPUTE };
	struct sandbox_report report;
	return sandbox_enter(&sandbox, &report) == 0;
}

NORETURN static void child_main(int pipe_end, const uint8_t *data, size_t size)
{
	struct image image;
	if (!everything_dropped(pipe_end))
		_exit(CHILD_NO_SANDBOX);
	enum image_fault fault = image_read(data, size, &image);
	if (fault)
		_exit(CHILD_BAD_IMAGE + (int)fault);
	struct writer w = writer_over(answer, sizeof answer);
	symbols_read(&image, text_send, &w);
	answer_send(writer_size(&w));
	_exit(CHILD_SAW);
}

// Everything the child says, or false when it takes too long or says too much.
static bool answer_read(int fd, size_t *ret_size)
{
	uint64_t end = clock_monotonic_ns() + EYE_SECONDS * 1000000000ull;
	for (size_t size = 0;;) {
		uint64_t now = clock_monotonic_ns();
		struct pollfd wait = { .fd = fd, .events = POLLIN };
		if (now >= end || poll(&wait, 1, (int)((end - now) / 1000000) + 1) == 0)
			return false;
		ssize_t n = read(fd, answer + size, sizeof answer - size);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0 || size == sizeof answer) {
			*ret_size = size;
			return n == 0;
		}
		size += (size_t)n;
	}
}

static bool texts_pass(size_t size, symbol_found *found, void *context)
{
	struct reader r = reader_over(answer, size);
	while (reader_left(&r)) {
		uint32_t length = read_u32(&r);
		const uint8_t *text = read_bytes(&r, length);
		if (!text)
			return false; // only a broken child says so
		found(context, (const char *)text, length);
	}
	return true;
}

static enum eye_sight sight_of(int status, bool answered, enum image_fault *ret_fault)
{
	if (!answered || (WIFSIGNALED(status) && (WTERMSIG(status) == SIGXCPU || WTERMSIG(status) == SIGKILL)))
		return EYE_TOO_SLOW;
	if (!WIFEXITED(status))
		return EYE_CRASHED;
	int code = WEXITSTATUS(status);
	if (code > CHILD_BAD_IMAGE && code < CHILD_BAD_IMAGE + IMAGE_FAULTS) {
		*ret_fault = (enum image_fault)(code - CHILD_BAD_IMAGE);
		return EYE_BAD_IMAGE;
	}
	return code == CHILD_SAW ? EYE_SAW : code == CHILD_NO_SANDBOX ? EYE_FAILED : EYE_CRASHED;
}

enum eye_sight eye_look(const uint8_t *data, size_t size, enum image_fault *ret_fault, symbol_found *found, void *context)
{
	int ends[2], status;
	size_t answer_size = 0;
	if (pipe2(ends, O_CLOEXEC) < 0)
		return EYE_FAILED;
	pid_t child = fork();
	if (child == 0)
		child_main(ends[1], data, size);
	close(ends[1]);
	if (child < 0) {
		close(ends[0]);
		return EYE_FAILED;
	}
	bool answered = answer_read(ends[0], &answer_size);
	close(ends[0]);
	if (!answered)
		kill(child, SIGKILL);
	while (waitpid(child, &status, 0) < 0 && errno == EINTR)
		;
	enum eye_sight sight = sight_of(status, answered, ret_fault);
	return sight == EYE_SAW && !texts_pass(answer_size, found, context) ? EYE_CRASHED : sight;
}
