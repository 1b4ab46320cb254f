// SPDX-License-Identifier: Apache-2.0
// The one way to change a vault: new files beside the old ones, then the line, then the renames.
#include "base/file.h"
#include "vault/files.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "command.h"
#include "crypto/secret.h"
#include "step.h"
#include "utc.h"

#define CHANGES_MAX 24

// An act while it is put together: its own changes and the state's new content.
struct draft {
	struct vault_change changes[CHANGES_MAX + 1];
	size_t change_count;
	char *state;
	struct log_field fields[LOG_FIELDS_MAX];
	size_t field_count;
	char names[CHANGES_MAX + 1][LOG_NAME_MAX + 1];
	char digests[CHANGES_MAX + 1][2 * SHA256_SIZE + 1];
	char log_key[2 * ED25519_PUBLIC_SIZE + 1];
	char line[LOG_LINE_MAX + 1];
	size_t line_size;
};

// The state's content without its last line, which names the act.
static size_t state_body(const struct vault *vault, const struct vault_act *act, const void **ret)
{
	const struct vault_file *old = vault_find(vault, VAULT_STATE);
	if (act->state) {
		*ret = act->state->bytes;
		return act->state->size;
	}
	*ret = old ? old->bytes : NULL;
	size_t size = old ? old->size : 0;
	while (size && old->bytes[size - 1] == '\n')
		size--;
	while (size && old->bytes[size - 1] != '\n')
		size--;
	return size;
}

static int state_write(const struct vault *vault, const struct vault_act *act, struct draft *draft)
{
	const void *body;
	size_t size = state_body(vault, act, &body), room = size + 32;
	draft->state = malloc(room);
	if (!draft->state)
		return -ENOMEM;
	if (size)
		memcpy(draft->state, body, size);
	size += (size_t)snprintf(draft->state + size, room - size, "act %llu\n", (unsigned long long)vault->head.next);
	draft->changes[draft->change_count++] = (struct vault_change){ VAULT_STATE, draft->state, size };
	return 0;
}

static void field_add(struct draft *draft, const char *name, const char *value)
{
	ASSERT(draft->field_count < LOG_FIELDS_MAX);
	draft->fields[draft->field_count++] = (struct log_field){ name, value };
}

static void fields_write(const struct vault *vault, const struct log_key *key, const struct vault_act *act,
			 struct draft *draft)
{
	const struct log_key *named = act->next ? act->next : vault->head.next ? NULL : key;
	for (size_t i = 0; i < act->detail_count; i++)
		field_add(draft, act->details[i].name, act->details[i].value);
	for (size_t i = 0; i < draft->change_count; i++) {
		const struct vault_change *change = &draft->changes[i];
		uint8_t digest[SHA256_SIZE];
		snprintf(draft->names[i], sizeof draft->names[i], "file:%s", change->name);
		snprintf(draft->digests[i], sizeof draft->digests[i], "-");
		if (change->bytes) {
			sha256_of(change->bytes, change->size, digest);
			hex_encode(digest, sizeof digest, draft->digests[i]);
		}
		field_add(draft, draft->names[i], draft->digests[i]);
	}
	if (named) {
		hex_encode(named->public_key, ED25519_PUBLIC_SIZE, draft->log_key);
		field_add(draft, "log-key", draft->log_key);
	}
}

void vault_clock_complain(const struct vault *vault)
{
	char last[UTC_TEXT_SIZE];
	utc_format(vault->head.seconds, last);
	complain("this machine's clock was set back: it is before the vault's last signed act, of %s. Set it right; nothing "
		 "was done. If it was the act that was signed with a clock ahead: wait until that time, or recover the key "
		 "from its shares into a new vault ('keep recover')", last);
}

static int line_add(struct vault *vault, const struct log_key *key, const char *act, struct draft *draft,
		    struct log_head *ret)
{
	*ret = vault->head;
	int r = log_line_format(ret, now_seconds(), act, draft->fields, draft->field_count, key, draft->line,
				&draft->line_size);
	if (r == 2)
		vault_clock_complain(vault);
	else if (r)
		complain("the act's line in the log would be longer than %d characters", LOG_LINE_MAX);
	else if (ret->size > LOG_SIZE_MAX)
		complain("the log is full: carry it out and begin a new vault");
	else
		return 0;
	return EXIT_REFUSED;
}

static int new_files_write(struct vault *vault, const struct draft *draft)
{
	char fresh[VAULT_NAME_MAX + 8];
	int r = 0;
	for (size_t i = 0; !r && i < draft->change_count; i++) {
		const struct vault_change *change = &draft->changes[i];
		r = file_new_name(change->name, fresh, sizeof fresh);
		if (!r && change->bytes)
			r = file_write_new(vault->dir, fresh, change->bytes, change->size);
		STEP("vault-new-written");
	}
	if (!r)
		r = file_folder_sync(vault->dir, "wallets/");
	if (!r && fsync(vault->dir) < 0)
		r = -errno;
	STEP("vault-new-durable");
	return r;
}

static void new_files_forget(struct vault *vault, const struct draft *draft)
{
	char fresh[VAULT_NAME_MAX + 8];
	for (size_t i = 0; i < draft->change_count; i++)
		if (!file_new_name(draft->changes[i].name, fresh, sizeof fresh))
			unlinkat(vault->dir, fresh, 0);
}

static int renames_make(struct vault *vault, const struct draft *draft)
{
	char fresh[VAULT_NAME_MAX + 8];
	int r = 0;
	for (size_t i = 0; !r && i < draft->change_count; i++) {
		const struct vault_change *change = &draft->changes[i];
		r = file_new_name(change->name, fresh, sizeof fresh);
		if (!r && change->bytes)
			r = renameat(vault->dir, fresh, vault->dir, change->name) < 0 ? -errno : 0;
		else if (!r)
			r = unlinkat(vault->dir, change->name, 0) < 0 && errno != ENOENT ? -errno : 0;
		STEP("vault-renamed");
		if (!r)
			r = vault_file_set(vault, change->name, change->bytes, change->size);
	}
	if (!r)
		r = file_folder_sync(vault->dir, "wallets/");
	if (!r && fsync(vault->dir) < 0)
		r = -errno;
	return r;
}

// The log's text in memory follows the file's.
static int text_add(struct vault *vault, const char *line, size_t size)
{
	char *text = realloc(vault->log_text, vault->log_size + size + 1);
	if (!text)
		return -ENOMEM;
	memcpy(text + vault->log_size, line, size);
	vault->log_text = text;
	vault->log_size += size;
	text[vault->log_size] = '\0';
	return 0;
}

// The lock can be taken away by whoever may write here. Then two would count on one record, and both would sign.
static bool log_moved(const struct vault *vault)
{
	struct stat st;
	return fstat(vault->log, &st) < 0 || (uint64_t)st.st_size != vault->head.size;
}

static int line_append(struct vault *vault, const struct draft *draft, const struct log_head *head)
{
	if (log_moved(vault))
		return -ESTALE;
#ifdef REDOUBT_SIGN_STEPS
	if (file_append(vault->log, draft->line, draft->line_size / 2) == 0) // a line cut off by power loss
		STEP("vault-line-cut");
	if (ftruncate(vault->log, (off_t)vault->head.size) < 0)
		return -errno;
#endif
	int r = file_append(vault->log, draft->line, draft->line_size);
	if (r == 0)
		r = text_add(vault, draft->line, draft->line_size);
	if (r == 0)
		vault->head = *head;
	STEP("vault-logged");
	return r;
}

static int act_commit(struct vault *vault, const struct draft *draft, const struct log_head *head)
{
	int r = new_files_write(vault, draft);
	if (r < 0) {
		new_files_forget(vault, draft);
		complain("the vault could not be written: %s; nothing was changed", strerror(-r));
		return EXIT_FAILED;
	}
	vault->broken = true; // until the renames are made: what is on disk is then for vault_open to settle
	r = line_append(vault, draft, head);
	if (r == 0)
		r = renames_make(vault, draft);
	if (r < 0) {
		complain("the vault could not be written: %s. Whether the act counts is seen when it is opened again "
			 "('log show')", strerror(-r));
		return EXIT_FAILED;
	}
	vault->broken = false;
	STEP("vault-done");
	return 0;
}

static void changes_take(const struct vault_act *act, struct draft *draft)
{
	ASSERT(act->change_count <= CHANGES_MAX);
	for (size_t i = 0; i < act->change_count; i++) {
		ASSERT(vault_name_valid(act->changes[i].name) && strcmp(act->changes[i].name, VAULT_STATE));
		ASSERT(act->changes[i].size <= VAULT_FILE_SIZE_MAX);
		draft->changes[draft->change_count++] = act->changes[i];
	}
}

int vault_act(struct vault *vault, const struct log_key *key, const struct vault_act *act)
{
	struct draft *draft = calloc(1, sizeof *draft);
	struct log_head head;
	ASSERT(!vault->broken && key);
	int r = draft ? 0 : -ENOMEM;
	if (!r) {
		changes_take(act, draft);
		r = state_write(vault, act, draft);
	}
	if (r < 0) {
		complain("there is not enough memory");
		free(draft);
		return EXIT_FAILED;
	}
	fields_write(vault, key, act, draft);
	r = line_add(vault, key, act->act, draft, &head);
	if (!r && act->next)
		memcpy(head.key, act->next->public_key, sizeof head.key);
	if (!r && !vault->head.next) {
		memcpy(head.key, key->public_key, sizeof head.key);
		head.has_key = true;
	}
	if (!r)
		r = act_commit(vault, draft, &head);
	free(draft->state);
	free(draft);
	return r;
}

int vault_note(struct vault *vault, const char *act, const struct log_field *details, size_t count)
{
	struct draft *draft = calloc(1, sizeof *draft);
	struct log_head head;
	ASSERT(!vault->broken && vault->head.next);
	if (!draft)
		return EXIT_FAILED;
	for (size_t i = 0; i < count; i++)
		field_add(draft, details[i].name, details[i].value);
	int r = line_add(vault, NULL, act, draft, &head);
	int failed = r ? 0 : line_append(vault, draft, &head);
	if (failed < 0) {
		vault->broken = true;
		complain("the log could not be written: %s", strerror(-failed));
		r = EXIT_FAILED;
	}
	free(draft);
	return r;
}
