// SPDX-License-Identifier: Apache-2.0
// The directory against the log: every file is the one that the log names last.
#include "base/file.h"
#include "vault/files.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/text.h"
#include "command.h"
#include "crypto/secret.h"

static const char *const plain_names[] = { VAULT_KEYSTORE, VAULT_LABELS, VAULT_POLICY, VAULT_STATE, VAULT_TOKEN,
					    VAULT_CEREMONY, VAULT_CEREMONY_MODE };

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
}

bool vault_name_valid(const char *name)
{
	static const char front[] = "wallets/", back[] = ".wallet";
	size_t size = strlen(name), edges = sizeof front + sizeof back - 2;
	for (size_t i = 0; i < ARRAY_LEN(plain_names); i++)
		if (!strcmp(name, plain_names[i]))
			return true;
	if (size <= edges || size > VAULT_NAME_MAX || memcmp(name, front, sizeof front - 1) ||
	    strcmp(name + size - (sizeof back - 1), back))
		return false;
	for (size_t i = sizeof front - 1; i < size - (sizeof back - 1); i++)
		if (!is_letter(name[i]))
			return false;
	return true;
}

static struct vault_record *record_of(struct vault_records *records, const char *name)
{
	for (size_t i = 0; i < records->count; i++)
		if (!strcmp(records->at[i].name, name))
			return &records->at[i];
	if (records->count == ARRAY_LEN(records->at))
		return NULL;
	struct vault_record *record = &records->at[records->count++];
	strcpy(record->name, name); // vault_name_valid has looked at its length
	return record;
}

int vault_record_line(void *context, const struct log_line *line)
{
	for (size_t i = 0; i < line->field_count; i++) {
		const char *name = line->fields[i].name, *value = line->fields[i].value;
		uint8_t digest[SHA256_SIZE] = { 0 };
		if (strncmp(name, "file:", 5))
			continue;
		bool present = strcmp(value, "-");
		if (!line->is_signed || !vault_name_valid(name + 5) ||
		    (present && hex_decode(value, strlen(value), digest, sizeof digest)))
			return 1;
		struct vault_record *record = record_of(context, name + 5);
		if (!record)
			return 1;
		record->present = present;
		memcpy(record->digest, digest, sizeof digest);
	}
	return 0;
}

int vault_file_set(struct vault *vault, const char *name, const void *bytes, size_t size)
{
	struct vault_file *file = (struct vault_file *)vault_find(vault, name);
	uint8_t *copy = bytes ? malloc(size + 1) : NULL;
	if (bytes && (!copy || (!file && vault->file_count == VAULT_FILES_MAX))) {
		free(copy);
		return -ENOMEM;
	}
	if (!file && !bytes)
		return 0;
	if (!file) {
		file = &vault->files[vault->file_count++];
		*file = (struct vault_file){ 0 };
		snprintf(file->name, sizeof file->name, "%s", name);
	}
	if (file->bytes)
		secret_wipe(file->bytes, file->size);
	free(file->bytes);
	if (!bytes) {
		*file = vault->files[--vault->file_count];
		vault->files[vault->file_count] = (struct vault_file){ 0 };
		return 0;
	}
	if (size)
		memcpy(copy, bytes, size);
	copy[size] = 0;
	file->bytes = copy;
	file->size = size;
	sha256_of(bytes, size, file->digest);
	return 0;
}

// Reads `path` and takes it in under `name` when it has the digest that the log names. 0, 1 when it has not or is not
// there, or negative errno.
static int file_take(struct vault *vault, const char *path, const struct vault_record *record)
{
	uint8_t *bytes, digest[SHA256_SIZE];
	size_t size;
	int r = file_read(vault->dir, path, VAULT_FILE_SIZE_MAX, &bytes, &size);
	if (r)
		return r == -ENOENT || r == -EINVAL || r == -ELOOP ? 1 : r;
	sha256_of(bytes, size, digest);
	r = memcmp(digest, record->digest, sizeof digest) ? 1 : vault_file_set(vault, record->name, bytes, size);
	secret_wipe(bytes, size);
	free(bytes);
	return r;
}

static int file_complete(struct vault *vault, const struct vault_record *record)
{
	char fresh[VAULT_NAME_MAX + 8];
	int r = file_new_name(record->name, fresh, sizeof fresh);
	if (!r)
		r = file_take(vault, fresh, record);
	if (!r && renameat(vault->dir, fresh, vault->dir, record->name) < 0)
		r = -errno;
	return r;
}

static int record_settle(struct vault *vault, const struct vault_record *record)
{
	int r = 0;
	if (!record->present) {
		r = unlinkat(vault->dir, record->name, 0) < 0 && errno != ENOENT ? -errno : 0;
	} else {
		r = file_take(vault, record->name, record);
		if (r == 1)
			r = file_complete(vault, record);
	}
	if (r == 1)
		complain("'%s' is not the file that the log names last: it was altered, exchanged, rolled back or removed. "
			 "Nothing is done with this vault; take the file from your last copy, or recover into a new vault",
			 record->name);
	if (r < 0)
		complain("'%s' could not be read or set right: %s", record->name, strerror(-r));
	return r ? r == 1 ? EXIT_DAMAGED : EXIT_FAILED : 0;
}

static bool ends_new(const char *name)
{
	size_t size = strlen(name);
	return size > 4 && !strcmp(name + size - 4, ".new");
}

// Anything in the directory that is not on record: what a crash left goes, the rest is refused.
static int stranger_settle(struct vault *vault, const char *path)
{
	if (ends_new(path)) {
		if (unlinkat(vault->dir, path, 0) == 0)
			return 0;
		complain("'%s', left by a crash, could not be removed: %s", path, strerror(errno));
		return EXIT_FAILED;
	}
	if (vault_find(vault, path) || !strcmp(path, "lock") || !strcmp(path, VAULT_LOG) || !strcmp(path, "wallets"))
		return 0;
	complain("'%s' lies in the vault, but the log does not know it: somebody put it there. Take it out (files are added "
		 "with 'register', 'label' and 'policy')", path);
	return EXIT_DAMAGED;
}

static int dir_settle(struct vault *vault, const char *name, const char *prefix)
{
	int fd = openat(vault->dir, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW), r = 0;
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	if (!dir) {
		complain("the vault's directory '%s' could not be read: %s", name, strerror(errno));
		if (fd >= 0)
			close(fd);
		return EXIT_DAMAGED;
	}
	for (struct dirent *entry; !r && (entry = readdir(dir));) {
		char path[VAULT_NAME_MAX + 272];
		if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, ".."))
			continue;
		snprintf(path, sizeof path, "%s%s", prefix, entry->d_name);
		r = stranger_settle(vault, path);
	}
	closedir(dir);
	return r;
}

int vault_recover(struct vault *vault, const struct vault_records *records)
{
	int r = 0;
	for (size_t i = 0; !r && i < records->count; i++)
		r = record_settle(vault, &records->at[i]);
	if (!r)
		r = dir_settle(vault, ".", "");
	if (!r)
		r = dir_settle(vault, "wallets", "wallets/");
	if (!r && (file_folder_sync(vault->dir, "wallets/") < 0 || fsync(vault->dir) < 0)) {
		complain("the vault's directory could not be made durable: %s", strerror(errno));
		r = EXIT_FAILED;
	}
	return r;
}
