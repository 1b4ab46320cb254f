// SPDX-License-Identifier: Apache-2.0
// A daemon's privileges, said in one place: one call after init, one line in its
// main. A backend per mechanism: seccomp (sandbox_seccomp.c), Landlock
// (sandbox_landlock.c), limits and dumpability (sandbox_limits.c).
//
// Before it: crypto_init(), every mapping that must be executable, localtime() if it is ever
// needed. Threads started before it escape Landlock (the report says so), so start
// them after it, with PRIVILEGE_THREAD.
#pragma once

#include "base/base.h"

enum privilege {
	PRIVILEGE_COMPUTE = 0,      // memory, futex, clocks, read/write on open descriptors: everybody
	PRIVILEGE_ACCEPT = 1 << 0,  // accept, send, receive on sockets that exist already
	PRIVILEGE_READ_DIR = 1 << 1, // open files for reading beneath the directories named
	PRIVILEGE_WRITE_DIR = 1 << 2, // create, write, rename, unlink beneath the directories named
	PRIVILEGE_SPAWN = 1 << 3,   // the supervisor alone: limits only, since a filter would pass to its children
	PRIVILEGE_THREAD = 1 << 4,  // start threads later
};

#define SANDBOX_DIRS_MAX 4

struct sandbox {
	unsigned privileges;          // sum of enum privilege
	int read_dirs[SANDBOX_DIRS_MAX];  // directory descriptors; unused = -1 (0 counts as unused too)
	int write_dirs[SANDBOX_DIRS_MAX];
	bool secrets;                 // mlockall, so that nothing reaches swap
};

// What could not be closed on this machine, as text for `status`; empty when nothing is missing.
struct sandbox_report { char missing[256]; };

// Closes the sandbox for ever. 0, or negative errno when a mechanism that the kernel has refuses.
// From here on a forbidden system call kills the process (SIGSYS; the kernel's log names the call).
MUST_USE int sandbox_enter(const struct sandbox *sandbox, struct sandbox_report *ret);
