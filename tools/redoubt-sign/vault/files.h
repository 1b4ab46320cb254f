// SPDX-License-Identifier: Apache-2.0
// Between vault.c, vault_act.c, vault_recover.c and file.c only.
#pragma once

#include "vault/vault.h"

// Writes a file with mode 0600 and syncs it; not its directory. 0 or negative errno.
MUST_USE int file_write_new(int dir, const char *name, const void *bytes, size_t size);
// Appends and syncs. On an error the file may end in a part of the bytes.
MUST_USE int file_append(int fd, const void *bytes, size_t size);
// "NAME.new". 0 or -ENAMETOOLONG.
MUST_USE int file_new_name(const char *name, char *to, size_t room);

// Whether a vault may hold a file of that name at all.
bool vault_name_valid(const char *name);

// What the log says of files: built while it is walked, compared by vault_recover.
struct vault_record {
	char name[VAULT_NAME_MAX + 1];
	bool present;
	uint8_t digest[SHA256_SIZE];
};
struct vault_records {
	struct vault_record at[2 * VAULT_FILES_MAX]; // removed ones, too
	size_t count;
	bool full;
};
// A log_each: takes the "file:NAME=" fields of a line. Nonzero when it names what no vault holds.
int vault_record_line(void *records, const struct log_line *line);

// Brings the directory to what the records say (see vault.h) and reads every file. 0 or an exit code after a complaint.
MUST_USE int vault_recover(struct vault *vault, const struct vault_records *records);

// Puts a file's new content into the struct (bytes NULL: takes it out). 0 or -ENOMEM.
MUST_USE int vault_file_set(struct vault *vault, const char *name, const void *bytes, size_t size);
