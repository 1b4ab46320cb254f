// SPDX-License-Identifier: Apache-2.0
// The settings of redoubt.conf. docs/man/redoubt.conf.5 says the same.
#pragma once

#include "config/config.h"

#define SETTING_TEXT_MAX 253 // of a DNS name

extern const struct config_key setting_keys[];
extern const size_t setting_key_count;

// DIR/redoubt.conf; a missing file means all defaults. NULL after the error was logged.
struct config *settings_load(int dir_fd);

// Any setting as the text that a role is told.
void setting_text(const struct config *c, const char *name, char *to, size_t size);
