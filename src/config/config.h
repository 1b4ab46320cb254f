// SPDX-License-Identifier: Apache-2.0
// Typed settings from a file in libconfig's syntax. The program says in a table
// which keys there are; whatever else stands in the file is refused, with its line.
#pragma once

#include "base/base.h"

#define CONFIG_ERROR_MAX 512
#define CONFIG_FILE_MAX 65536 // bytes
#define CONFIG_KEYS_MAX 64

enum config_type { CONFIG_NUMBER, CONFIG_TEXT, CONFIG_FLAG };

struct config_key {
	const char *name;     // "gateway.listen": group, point, setting
	enum config_type type;
	const char *fallback; // what it is when the file does not say
	uint64_t min, max;    // CONFIG_NUMBER: its range. CONFIG_TEXT: its length
	const char *help;     // what it is, and the unit; ends the error message
};

struct config; // opaque

// Reads the file's text (NUL-terminated by the caller is not needed). `name` is for messages. `keys` must
// stay valid. 0; 1 with a sentence in ret_error that names key, value, line and remedy; -ENOMEM.
MUST_USE int config_parse(const char *name, const char *text, size_t size, const struct config_key *keys, size_t count,
			  struct config **ret, char ret_error[CONFIG_ERROR_MAX]);
// The same from a file: also 1 when it is too large, negative errno when it cannot be read (-ENOENT).
MUST_USE int config_load(int fd, const char *name, const struct config_key *keys, size_t count, struct config **ret,
			 char ret_error[CONFIG_ERROR_MAX]);
void config_free(struct config *c); // accepts NULL

// The setting, or its fallback. The key must be in the table with that type (asserted).
uint64_t config_number(const struct config *c, const char *name);
const char *config_text(const struct config *c, const char *name);
bool config_flag(const struct config *c, const char *name);
