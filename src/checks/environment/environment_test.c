// SPDX-License-Identifier: Apache-2.0
#include "checks/environment/environment.h"

#include "base/testing.h"

static void names_of_tools(void **state)
{
	static const char *const TOOLS[] = {
		"gcc", "gcc-12", "x86_64-linux-gnu-gcc-12", "x86_64-linux-gnu-gcc", "aarch64-linux-gnu-g++-12", "arm-linux-gnueabihf-gcc", "i686-w64-mingw32-gcc",
		"arm-none-eabi-as", "riscv64-unknown-elf-ld", "clang-14", "clang++-14", "clang14", "tcc", "x86_64-linux-musl-tcc", "go", "go1.22.1", "gccgo-12",
		"rustc", "gdbserver", "gdb-multiarch", "strace", "perf", "perf_6.1", "perf-6.1", "lldb-14", "lldb-server-14", "lldb-server-14.0.6", "ld.bfd", "cc1",
		"cc1plus", "cpp-12", "nc.traditional", "x86_64-linux-gnu-objdump",
	};
	static const char *const OTHERS[] = { "", "12", "gcc-", "ls", "make-ssl-cert", "ld.so", "ld-linux-x86-64.so.2", "gold-12x", "python3", "perl5.36.0", "sshd", "cargo-cult",
					      "gpg", "logrotate", "assh", "nc.openbsd", "catgo", "-linux-gnu-" };
	for (size_t i = 0; i < ARRAY_LEN(TOOLS); i++)
		if (!environment_tool_name(TOOLS[i]))
			fail_msg("%s is no tool", TOOLS[i]);
	for (size_t i = 0; i < ARRAY_LEN(OTHERS); i++)
		if (environment_tool_name(OTHERS[i]))
			fail_msg("%s is a tool", OTHERS[i]);
}

static void packages_of_tools(void **state)
{
	static const char *const TOOLS[] = { "gcc", "gcc-12", "g++-12", "cpp-12", "clang-14", "binutils", "binutils-x86-64-linux-gnu", "golang-1.19-go", "golang-go", "gdb", "gdb-minimal",
					     "linux-perf-6.1", "rustc", "openjdk-17-jdk-headless", "tcpdump", "build-essential", "gcc-12-aarch64-linux-gnu" };
	static const char *const OTHERS[] = { "gcc-12-base", "libgcc-s1", "libclang1-14", "llvm-14-doc", "bash", "openssh-server", "openjdk-17-jre", "makedev", "golang-doc", "sudo" };
	for (size_t i = 0; i < ARRAY_LEN(TOOLS); i++)
		if (!environment_tool_package(TOOLS[i]))
			fail_msg("%s is no tool", TOOLS[i]);
	for (size_t i = 0; i < ARRAY_LEN(OTHERS); i++)
		if (environment_tool_package(OTHERS[i]))
			fail_msg("%s is a tool", OTHERS[i]);
}

// Wherever a word begins and ends, be it with the last byte; one byte less or another one, and it is none.
static void words_of_tools(void **state)
{
	static const char *const WORDS[] = { "GCC_EXEC_PREFIX", "GNU assembler", "GNU ld", "libclang-cpp", "libLLVM", "clang LLVM compiler", "Tiny C Compiler",
					     "cmd/go/internal", "rustc_driver", "RUSTUP_TOOLCHAIN", "GNU gdb", "Remote debugging using", "runs in %s mode", "GNU Make",
					     "perf.data", "libpcap version", "socat version", "Nmap Scripting" };
	static const char *const BEFORE[] = { "\0", "G", "GNU l", "lib", "clang" }; // beginnings of words
	for (size_t i = 0; i < ARRAY_LEN(WORDS); i++)
		for (size_t at = 0; at < 40; at++) {
			char text[128];
			size_t length = strlen(WORDS[i]);
			const char *before = BEFORE[at % ARRAY_LEN(BEFORE)];
			for (size_t k = 0; k < at; k++)
				text[k] = before[k % (strlen(before) + 1)];
			memcpy(text + at, WORDS[i], length);
			if (!environment_words(text, at + length))
				fail_msg("%s is not found behind %zu bytes", WORDS[i], at);
			if (environment_words(text, at + length - 1))
				fail_msg("%s is found without its last byte", WORDS[i]);
			text[at] ^= 1;
			if (environment_words(text, at + length))
				fail_msg("%s is found with another first byte", WORDS[i]);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(names_of_tools), cmocka_unit_test(packages_of_tools), cmocka_unit_test(words_of_tools) };
	return cmocka_run_group_tests_name("environment-tools", tests, NULL, NULL);
}
