// SPDX-License-Identifier: Apache-2.0
// ENV-01 has two parts; environment.c is the table of the checks.
#pragma once

#include "checks/checks.h"

#define EXCHANGES_MAX 8

struct content_search {
	uint64_t read;
	size_t looked_into, left; // left: not looked into to its end, because there is too much
	const char *first_left;
};
// What the program is, by its words; NULL: none of these, no program, or not looked into (content.c).
const char *environment_content(struct host *h, struct content_search *s, const char *path);
const char *environment_words(const void *bytes, size_t size); // the same for one piece of it

// Compilers, debuggers and tools to listen with: by package, by name, by content (environment_tools.c).
void environment_tools_judge(struct examination *e);
// Units, databases, chains and demos that belong to tests (environment_traces.c).
void environment_traces_judge(struct examination *e);

// The tool behind a file's name, without the version and the machine it makes code for: "x86_64-linux-gnu-gcc-12" is gcc.
// NULL: none.
const char *environment_tool_name(const char *name);
// The same for a package: "gcc-12" and "golang-1.19-go" are, "gcc-12-base" and "libgcc-s1" are not.
bool environment_tool_package(const char *package);
