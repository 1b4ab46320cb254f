// SPDX-License-Identifier: Apache-2.0
// A line of the manifest while it is read. Takers return 0, or 1 after line_complain has said what is wrong.
#pragma once

#include "checks/manifest.h"

#define WORDS_MAX 32

struct line {
	const char *name; // of the file
	unsigned number;
	size_t words;
	char *word[WORDS_MAX];
	char *error;
};

int line_complain(const struct line *l, const char *format, ...) PRINTF_LIKE(2, 3);

// manifest_reasons.c
int take_waiver(struct manifest *m, const struct line *l, size_t unused);
int take_attestation(struct manifest *m, const struct line *l, size_t unused);

// manifest_names.c: each appends to the list at `offset`
int take_name(struct manifest *m, const struct line *l, size_t offset);
int take_path(struct manifest *m, const struct line *l, size_t offset);
int take_web_root(struct manifest *m, const struct line *l, size_t offset);
int take_unit(struct manifest *m, const struct line *l, size_t offset);
int take_person(struct manifest *m, const struct line *l, size_t offset);
int take_engine(struct manifest *m, const struct line *l, size_t offset);
