// SPDX-License-Identifier: Apache-2.0
// The supervisor's own page ("stats.supervisor"): who runs, since when, how often it died. The supervisor
// writes, control maps it read-only for `redoubt status`.
#pragma once

#include "base/base.h"

#include <stdatomic.h>

#define STATUS_ROLES_MAX 24
#define STATUS_NAME_MAX 16
#define STATUS_PAGE_SIZE 8192

// A daemon ends with this (EX_CONFIG) when starting it again cannot help: the supervisor leaves it down at once.
#define EXIT_FOR_GOOD 78

enum role_state { ROLE_ABSENT = 0, ROLE_RUNNING = 1, ROLE_WAITING = 2, ROLE_DOWN = 3, ROLE_STOPPED = 4 };

struct role_status {
	char name[STATUS_NAME_MAX];      // "engine", "gateway0"
	_Atomic int32_t pid;             // 0 = not running
	_Atomic uint32_t state;          // enum role_state
	_Atomic uint32_t restarts;       // deaths that were followed by a new start
	_Atomic int32_t last_status;     // of the last death, as waitpid gives it
	_Atomic uint64_t since_us;       // realtime of the last change
};

struct status_page {
	_Atomic uint64_t heartbeat_us;
	uint64_t started_us;
	uint32_t pid;
	uint32_t development;            // 1 = development sandbox: `missing` says why
	char missing[512];
	_Atomic uint32_t roles;
	uint32_t reserved;
	struct role_status role[STATUS_ROLES_MAX];
};
_Static_assert(sizeof(struct status_page) <= STATUS_PAGE_SIZE, "two pages are mapped");
