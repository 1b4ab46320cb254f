// SPDX-License-Identifier: Apache-2.0
// What a program of no package is, by the words in it. They are all looked for in one pass, as Wu and Manber do: the last
// two bytes of a window of six say how far it may move on, which is mostly five bytes.
#include "checks/environment/environment.h"

#include <fcntl.h>
#include <unistd.h>

#define READ_MAX ((uint64_t)256 << 20) // bytes of strangers that are looked into
#define WINDOW 6                       // the shortest word
#define WORD_MAX 64

// Words that stand in the program itself. The first letter apart, so that they do not stand in this one.
static const struct { char first; const char *rest, *what; } WORDS[] = {
	{ 'G', "CC_EXEC_PREFIX", "a part of gcc" }, { 'G', "NU assembler", "an assembler" }, { 'G', "NU ld", "a linker" },
	{ 'l', "ibclang-cpp", "clang" }, { 'l', "ibLLVM", "a part of LLVM" }, { 'c', "lang LLVM compiler", "clang" },
	{ 'T', "iny C Compiler", "tcc" }, { 'c', "md/go/internal", "go" }, { 'r', "ustc_driver", "rustc" }, { 'R', "USTUP_TOOLCHAIN", "rustup" },
	{ 'G', "NU gdb", "gdb" }, { 'R', "emote debugging using", "gdbserver" }, { 'r', "uns in %s mode", "strace" }, { 'G', "NU Make", "make" },
	{ 'p', "erf.data", "perf" }, { 'l', "ibpcap version", "a sniffer" }, { 's', "ocat version", "socat" }, { 'N', "map Scripting", "nmap" },
};

static uint8_t move[1 << 16]; // by two bytes: from the end of a window to the next that may end a word's first six

static void moves_make(void)
{
	memset(move, WINDOW - 1, sizeof move);
	for (size_t i = 0; i < ARRAY_LEN(WORDS); i++) {
		size_t length = strlen(WORDS[i].rest) + 1;
		ASSERT(length >= WINDOW && length < WORD_MAX);
		for (unsigned at = 1; at < WINDOW; at++) {
			unsigned before = (uint8_t)(at == 1 ? WORDS[i].first : WORDS[i].rest[at - 2]), last = (uint8_t)WORDS[i].rest[at - 1];
			uint8_t *m = &move[before << 8 | last];
			*m = *m < WINDOW - 1 - at ? *m : (uint8_t)(WINDOW - 1 - at);
		}
	}
}

static const char *word_at(const uint8_t *text, size_t size)
{
	for (size_t i = 0; i < ARRAY_LEN(WORDS); i++) {
		size_t length = strlen(WORDS[i].rest);
		if (text[0] == (uint8_t)WORDS[i].first && size > length && !memcmp(text + 1, WORDS[i].rest, length))
			return WORDS[i].what;
	}
	return NULL;
}

const char *environment_words(const void *bytes, size_t size)
{
	const uint8_t *text = bytes;
	if (!move[0])
		moves_make();
	for (size_t at = WINDOW - 1; at < size;) {
		unsigned step = move[(unsigned)text[at - 1] << 8 | text[at]];
		const char *what = step ? NULL : word_at(text + at - (WINDOW - 1), size - at + (WINDOW - 1));
		if (what)
			return what;
		at += step ? step : 1;
	}
	return NULL;
}

static const char *program_search(struct content_search *s, int fd)
{
	static char buffer[(1 << 18) + WORD_MAX];
	const char *what = NULL;
	size_t kept = 0;
	bool first = true;
	for (ssize_t n; !what && s->read <= READ_MAX && (n = read(fd, buffer + kept, sizeof buffer - kept)) > 0;) {
		size_t size = kept + (size_t)n;
		if (first && (size < 4 || memcmp(buffer, "\177ELF", 4)))
			break;
		first = false;
		what = environment_words(buffer, size);
		kept = size < WORD_MAX ? size : WORD_MAX;
		memmove(buffer, buffer + size - kept, kept);
		s->read += (uint64_t)n;
	}
	return what;
}

const char *environment_content(struct host *h, struct content_search *s, const char *path)
{
	if (s->read > READ_MAX) {
		s->first_left = s->left++ ? s->first_left : path;
		return NULL;
	}
	int fd = host_openat(h, path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_NOFOLLOW);
	if (fd < 0)
		return NULL;
	s->looked_into++;
	const char *what = program_search(s, fd);
	close(fd);
	if (!what && s->read > READ_MAX) // in the midst of this one
		s->first_left = s->left++ ? s->first_left : path;
	return what;
}
