// SPDX-License-Identifier: Apache-2.0
// The exchange's directory as the supervisor sees it: opened once, owned as the
// tables say, and what this machine lacks for production.
#pragma once

#include "config/config.h"
#include "daemons/supervisor/roles.h"

#define HOUSE_FILES_MAX 16

struct house {
	int dir;
	struct config *config;
	struct genesis genesis;
	int file[HOUSE_FILES_MAX];         // one for each of file_rows
	int client_ca;                     // -1: gateway.client_ca is empty
	int listener[GATEWAYS_MAX], operator_socket;
	int lock;
	unsigned gateways;
	bool users;                        // each role has its own
	char missing[512];                 // for production; empty = nothing
};

// Logs what is wrong and returns false.
bool house_open(struct house *h, const char *path);
// Sockets, apart: not needed for offline work. The listeners share one port (SO_REUSEPORT).
bool house_listen(struct house *h);
void house_close(struct house *h);
// Leaves the sockets' names as they were found: none.
void house_unlisten(struct house *h);
