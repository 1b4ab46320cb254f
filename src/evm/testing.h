// SPDX-License-Identifier: Apache-2.0
// For tests only: published vectors. VECTORS_EVM is the folder in this repository,
// VECTORS_FULL one beside it that may be absent.
#pragma once

#include "base/testing.h"

#include <jansson.h>

#include <unistd.h>

static inline json_t *vectors_try(const char *folder, const char *name)
{
	char path[4096];
	snprintf(path, sizeof path, "%s/%s", folder, name);
	return access(path, R_OK) == 0 ? json_load_file(path, JSON_ALLOW_NUL | JSON_REJECT_DUPLICATES, NULL) : NULL;
}

// The full set when it lies beside the repository, otherwise the part within. Free with json_decref.
static inline json_t *vectors_load(const char *path)
{
	const char *slash = strrchr(path, '/');
	json_t *set = vectors_try(VECTORS_FULL, path);
	if (set)
		return set;
	if (slash) // without a folder it is one of our own making, which has no fuller form
		print_message("# SKIP full set %s: not here, its part in the repository is used\n", path);
	set = vectors_try(VECTORS_EVM, slash ? slash + 1 : path);
	if (!set)
		fail_msg("no vectors %s", path);
	return set;
}

static inline const char *json_text(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));
	return text ? text : "";
}

// Bytes of hex text, at most `room`.
static inline size_t json_hex(const char *hex, uint8_t *to, size_t room)
{
	assert_non_null(hex);
	assert_true(strlen(hex) / 2 <= room);
	return hex_bytes(hex, to);
}

// Text of hex digits with "0x" before it, or without.
static inline const char *hex_after_prefix(const char *text)
{
	return text[0] == '0' && text[1] == 'x' ? text + 2 : text;
}

// The bytes of such text, of exactly `size`.
static inline void json_fixed(const json_t *object, const char *key, void *to, size_t size)
{
	const char *hex = hex_after_prefix(json_text(object, key));
	assert_int_equal(strlen(hex), 2 * size);
	hex_bytes(hex, to);
}
