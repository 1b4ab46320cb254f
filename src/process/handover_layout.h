// SPDX-License-Identifier: Apache-2.0
// The list that a child finds at descriptor 3. Private to src/process.
#pragma once

#include "process/handover.h"

#define HANDOVER_FD 3
#define HANDOVER_FIRST 4 // the first descriptor handed over
#define HANDOVER_MAGIC 0x72657668646e6168u

struct handover_entry {
	char name[HANDOVER_NAME_MAX + 1];
	int32_t fd;
};

// Text settings lie back to back: name NUL value NUL.
struct handover_page {
	uint64_t magic;
	uint32_t count, text_size;
	struct handover_entry entry[HANDOVER_MAX];
	char text[HANDOVER_TEXT_MAX];
};

struct handover_list {
	struct handover_page page;
	int fd[HANDOVER_MAX]; // in this process; entry[i].fd is what the child will see
};
