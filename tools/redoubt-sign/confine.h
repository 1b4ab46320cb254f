// SPDX-License-Identifier: Apache-2.0
// The signer's sandbox, said in one line of each command: after it no system
// call for sockets, processes, tracing or executable memory exists (seccomp: the
// process dies), and files open only beneath the directories named (Landlock).
// Core dumps are off and memory is locked from the start of main (confine_early).
//
// src/process has a sandbox for daemons; the signer must not link that folder,
// and needs terminal modes that no daemon needs.
#pragma once

#include "base/base.h"

#define CONFINE_DIRS_MAX 6

struct confinement {
	int write_dirs[CONFINE_DIRS_MAX]; // the vault, the directory of --out; beneath them everything is allowed
	size_t write_count;
	int read_dirs[CONFINE_DIRS_MAX];
	size_t read_count;
	bool token; // redoubt-sign-token: the PKCS#11 module may map code and read files; still no sockets
};

// No core dumps, not dumpable, no new privileges, memory locked as far as the limit allows. 0 or negative errno.
MUST_USE int confine_early(void);

// For ever. 0, or an exit code after it has complained: a machine without seccomp is refused; without Landlock (a kernel
// before 5.13) the filter holds alone, and a line says so.
MUST_USE int confine(const struct confinement *confinement);
