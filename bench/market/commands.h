// SPDX-License-Identifier: Apache-2.0
// A command file: encoded entries, ready to be applied. docs/PROTOCOL.commands.md
// is the written format.
#pragma once

#include "base/base.h"

#define COMMANDS_MAGIC 0x31646d6374626472u // "rdbtcmd1"
#define COMMANDS_HEAD 40u

struct commands {
	uint8_t *entries;         // back to back, each with its size in front
	size_t size, room;
	uint64_t count;           // of them
	uint64_t setup;           // the first ones fill the book and are not measured
	uint32_t customers, markets, orders, levels; // of the exchange that they are for
};

void commands_open(struct commands *c, size_t room); // aborts without memory
void commands_close(struct commands *c);

// 0, or -1 after it printed what is wrong.
MUST_USE int commands_read(struct commands *c, const char *path);
MUST_USE int commands_write(const struct commands *c, const char *path);
