// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "verify.h"

void output_people(const struct question *q, const struct answer *a);
void output_json(const struct question *q, const struct answer *a);

// A bar on standard error, when that is a terminal and the work takes longer than a second.
void progress_show(void *context, uint64_t done, uint64_t of);
void progress_clear(void);
