// SPDX-License-Identifier: Apache-2.0
// What was found. A finding is a whole sentence that names the place.
#pragma once

#include "base/base.h"

#define FINDINGS_MAX 20 // kept; more are counted
#define SENTENCE_MAX 400

struct report {
	unsigned findings, remarks;
	char finding[FINDINGS_MAX][SENTENCE_MAX];
	char remark[FINDINGS_MAX][SENTENCE_MAX]; // worth knowing, not wrong
};

void finding_add(struct report *r, const char *format, ...) PRINTF_LIKE(2, 3);
void remark_add(struct report *r, const char *format, ...) PRINTF_LIKE(2, 3);
