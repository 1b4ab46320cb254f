// SPDX-License-Identifier: Apache-2.0
// Who runs, who speaks to whom, who is handed what: tables, not code. Where a
// name holds "%u" there is one for each gateway.
#pragma once

#include "process/handover.h"
#include "wire/message.h"

enum role_id {
	ROLE_ENGINE, ROLE_REPLICA, ROLE_AUDIT, ROLE_HISTORY, ROLE_AUTH, ROLE_CONTROL, ROLE_GATEWAY, ROLES
};
#define INSTANCES_MAX (ROLES - 1 + GATEWAYS_MAX)

struct role {
	const char *name;    // program redoubt-NAME, user redoubt-NAME
	bool per_gateway;
	bool reads_journal;  // member of group redoubt-journal
	uint8_t stop_stage;  // stopped in this order, 0 first
};
extern const struct role roles[ROLES];

// One ring: `writer` may write, `reader` may read, nobody else has it.
struct channel_row {
	const char *name;
	enum role_id writer, reader;
	uint32_t size;       // bytes, a power of two
};
extern const struct channel_row channel_rows[];
extern const size_t channel_row_count;

// Shared memory that one role writes and others read. Stats pages are not here: every role has
// its own as "stats", and control has all of them as "stats.ROLE".
struct page_row {
	const char *name;
	enum role_id writer;
	unsigned readers;    // sum of 1 << role_id
	size_t (*size)(const struct genesis *genesis);
};
extern const struct page_row page_rows[];
extern const size_t page_row_count;

enum file_access { FILE_READ, DIRECTORY_READ, DIRECTORY_WRITE };

// A file or directory of the exchange's own, opened by the supervisor and handed as a descriptor.
struct file_row {
	const char *name, *path; // path beneath the exchange's directory
	enum file_access access;
	unsigned roles;
};
extern const struct file_row file_rows[];
extern const size_t file_row_count;

// A directory's owner and mode when the supervisor is root.
struct directory_row {
	const char *path;
	enum role_id owner;
	const char *group;   // NULL = root's
	unsigned mode;
};
extern const struct directory_row directory_rows[];
extern const size_t directory_row_count;

// A setting of redoubt.conf that a role is told.
struct setting_row {
	const char *name;
	unsigned roles;
};
extern const struct setting_row setting_rows[];
extern const size_t setting_row_count;
