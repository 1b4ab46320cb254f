// SPDX-License-Identifier: Apache-2.0
// The examination's result, for people, as JSON, and as SARIF 2.1.0.
#pragma once

#include "crypto/sha256.h"
#include "checks/checks.h"

#include <stdio.h>

struct report_totals {
	size_t pass, fail, not_applicable, unknown; // checks, each by its worst finding
	size_t findings;                            // failed findings
	unsigned score;                             // 0..100: weight of passed checks in that of all that apply
};

struct report_options {
	bool colour;
	bool all; // passes and what does not apply, too
};

struct report_cost {
	double cpu_seconds, wall_seconds;
	unsigned programs;
};

// Totals of the checks whose id begins with `prefix` ("" for all).
struct report_totals report_totals(const struct examination *e, const char *prefix);

// SHA-256 of the result: its JSON without the cost, keys sorted. 0 or -ENOMEM.
MUST_USE int report_digest(const struct examination *e, uint8_t ret[SHA256_SIZE]);

// Each writes to `to`. 0, -ENOMEM or -EIO.
MUST_USE int report_people(const struct examination *e, const struct report_options *o, const struct report_cost *cost,
			   FILE *to);
MUST_USE int report_json(const struct examination *e, const struct report_cost *cost, FILE *to);
MUST_USE int report_sarif(const struct examination *e, FILE *to);

enum report_exit { REPORT_CLEAN = 0, REPORT_FOUND = 1, REPORT_USAGE = 2, REPORT_UNKNOWN = 3 };
// 1 when something failed at or above `at`; else 3 when something is unknown; else 0.
enum report_exit report_exit(const struct examination *e, enum severity at);
