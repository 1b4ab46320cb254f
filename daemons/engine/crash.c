// SPDX-License-Identifier: Apache-2.0
// A crash names the entry that was being applied. Only write(2) is used here.
#include "daemons/engine/engine.h"

#include <signal.h>
#include <unistd.h>

static const volatile uint64_t *watched;
static volatile bool watched_replaying;

static size_t append(char *to, size_t at, const char *text)
{
	while (*text)
		to[at++] = *text++;
	return at;
}

static size_t append_number(char *to, size_t at, uint64_t n)
{
	char digits[20];
	size_t count = 0;
	do
		digits[count++] = (char)('0' + n % 10);
	while (n /= 10);
	while (count)
		to[at++] = digits[--count];
	return at;
}

static void on_crash(int signal_number)
{
	char text[400];
	size_t n = append(text, 0, "<1>engine: crashed by signal ");
	n = append_number(text, n, (uint64_t)signal_number);
	if (watched) {
		n = append(text, n, watched_replaying ? " while replaying entry " : " at or after applying entry ");
		n = append_number(text, n, *watched);
		if (watched_replaying) {
			n = append(text, n, "; keep the journal, report it, and pass the entry over with `redoubt journal void ");
			n = append_number(text, n, *watched);
			n = append(text, n, "`");
		} else {
			n = append(text, n, "; what was not durable was not acknowledged");
		}
	}
	text[n++] = '\n';
	ssize_t ignored = write(STDERR_FILENO, text, n);
	(void)ignored;
	signal(signal_number, SIG_DFL);
	raise(signal_number);
}

void crash_watch(const volatile uint64_t *applying, bool replaying)
{
	static const int crashes[] = { SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGILL };
	watched_replaying = replaying;
	watched = applying;
	for (size_t i = 0; i < ARRAY_LEN(crashes); i++)
		sigaction(crashes[i], &(struct sigaction){ .sa_handler = on_crash, .sa_flags = (int)SA_NODEFER }, NULL);
}
