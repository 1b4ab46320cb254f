// SPDX-License-Identifier: Apache-2.0
// Manifests as they lie in a folder that somebody else may own: listed, read, checked.
#pragma once

#include "files.h"

#include "backup/manifest.h"

#define NUMBERS_MAX (16u << 20) // manifests in one folder: a shipment every three seconds for a year and a half

struct numbers {
	uint64_t *number; // ascending, none twice
	size_t count;
};

// Which manifests a folder has, by their names. 0 or negative errno (-E2BIG: more than NUMBERS_MAX).
MUST_USE int numbers_list(const char *folder, struct numbers *ret);
void numbers_free(struct numbers *numbers);

struct stored {
	char *text;
	size_t size;
	struct backup_manifest manifest;
	uint8_t digest[SHA256_SIZE];
};

// One manifest, signed by that key, of that exchange and number. 0 (stored_free), or 1 with a sentence.
MUST_USE int stored_load(const char *folder, uint64_t number, const uint8_t signing_public[32], const uint8_t exchange[32],
			 struct stored *ret, char error[256]);
void stored_free(struct stored *stored); // also of one that was not loaded
