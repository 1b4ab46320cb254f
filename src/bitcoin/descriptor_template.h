// SPDX-License-Identifier: Apache-2.0
// Inside this folder only. The closed set as a table: what stands literally, and
// what is read between. Reading and writing walk the same table.
#pragma once

#include "bitcoin/descriptor.h"

#define DESCRIPTOR_TEMPLATES (DESCRIPTOR_TR_MULTI + 1)

enum part { PART_END, PART_KEY, PART_GROUP, PART_LOCK };

struct descriptor_template {
	const char *before[4]; // the literal before each part; the last one closes
	enum part parts[4];
	bool xonly;
};

extern const struct descriptor_template descriptor_templates[DESCRIPTOR_TEMPLATES]; // by enum descriptor_kind
