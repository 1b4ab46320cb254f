// SPDX-License-Identifier: Apache-2.0
// "log show", "log check", "log carry".
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/text.h"
#include "command.h"
#include "commands.h"
#include "confine.h"
#include "screen/screen.h"
#include "vault/vault.h"

static struct vault vault;

static int line_show(void *context, const struct log_line *line)
{
	char when[SCREEN_TIME_SIZE];
	screen_time(line->seconds, when);
	screen_line("%6llu  %s  %s%s", (unsigned long long)line->sequence, when, line->act,
		    line->is_signed ? "" : "  (not signed)");
	for (size_t i = 0; i < line->field_count; i++)
		screen_field("", "%s %s", line->fields[i].name, line->fields[i].value);
	return 0;
}

static void head_show(const struct log_head *head)
{
	char key[2 * ED25519_PUBLIC_SIZE + 1], code[LOG_CODE_SIZE];
	hex_encode(head->key, sizeof head->key, key);
	log_head_code(head, code);
	screen_field("Log key", "%s", key);
	screen_field("Head", "%s", code);
	if (head->signed_next < head->next)
		screen_text("The last %llu lines are not signed: they say what was refused, and nothing vouches for them yet.",
			    (unsigned long long)(head->next - head->signed_next));
}

int command_log_show(int argc, char **argv)
{
	struct log_head head;
	size_t at;
	int stopped, words = options_read(argc, argv, NULL, 0, NULL, 0, 0);
	if (words < 0)
		return options_exit(words);
	int r = vault_open(globals.vault, VAULT_OPEN, &vault);
	if (r)
		return r;
	struct confinement confinement = { .write_dirs = { vault.dir }, .write_count = 1 };
	r = confine(&confinement);
	if (!r) {
		screen_page("Acts of this vault");
		if (log_walk(vault.log_text, vault.log_size, line_show, NULL, &head, &at, &stopped))
			r = EXIT_DAMAGED;
		head_show(&vault.head);
	}
	vault_close(&vault);
	return r;
}

static int key_compare(const struct log_head *head, const char *hex)
{
	uint8_t key[ED25519_PUBLIC_SIZE];
	if (hex_decode(hex, strlen(hex), key, sizeof key)) {
		complain("--key is 64 hex digits");
		return EXIT_USAGE;
	}
	if (!memcmp(key, head->key, sizeof key))
		return 0;
	complain("this log is signed by another key than the one given");
	return EXIT_DAMAGED;
}

int command_log_check(int argc, char **argv)
{
	const char *path, *key = NULL;
	const struct option options[] = { { "--key", &key, NULL } };
	struct confinement confinement = { 0 };
	struct log_head head;
	uint8_t *text = NULL;
	size_t size, at;
	int stopped, words = options_read(argc, argv, options, ARRAY_LEN(options), &path, 1, 1);
	if (words < 0)
		return options_exit(words);
	int r = file_read(AT_FDCWD, path, LOG_SIZE_MAX, &text, &size);
	if (r) {
		complain("'%s' cannot be read: %s", path, r == 1 ? "it is too large" : strerror(-r));
		return EXIT_FAILED;
	}
	r = confine(&confinement);
	if (!r) {
		enum log_refusal why = log_walk((char *)text, size, NULL, NULL, &head, &at, &stopped);
		if (why) {
			complain("line %zu: %s", at, log_refusal_text(why));
			r = EXIT_DAMAGED;
		}
	}
	if (!r && key)
		r = key_compare(&head, key);
	if (!r) {
		screen_text("The log is whole: %llu acts, each signed one by the log's key.", (unsigned long long)head.next);
		head_show(&head);
		if (!key)
			screen_text("Compare the log key with the ceremony's protocol: without it only the log's own word was taken.");
	}
	free(text);
	return r;
}

int command_log_carry(int argc, char **argv)
{
	const char *path;
	char parent[PATH_MAX];
	int words = options_read(argc, argv, NULL, 0, &path, 1, 1);
	if (words < 0)
		return options_exit(words);
	const char *slash = strrchr(path, '/');
	snprintf(parent, sizeof parent, "%.*s", slash ? (int)(slash - path) + 1 : 1, slash ? path : ".");
	int dir = open(parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0) {
		complain("'%s' cannot be opened: %s", parent, strerror(errno));
		return EXIT_FAILED;
	}
	int r = vault_open(globals.vault, VAULT_OPEN, &vault);
	struct confinement confinement = { .write_dirs = { dir, vault.dir }, .write_count = 2 };
	if (!r && vault_holds(&vault, dir))
		r = EXIT_FAILED;
	if (!r)
		r = confine(&confinement);
	if (!r) {
		int failed = file_carry(dir, slash ? slash + 1 : path, vault.log_text, vault.log_size);
		if (failed > 0) {
			complain("at '%s' lies something else than an older copy of this log; it is left alone: name a new file", path);
			r = EXIT_FAILED;
		} else if (failed < 0) {
			complain("'%s' cannot be written: %s", path, strerror(-failed));
			r = EXIT_FAILED;
		} else {
			head_show(&vault.head);
		}
	}
	vault_close(&vault);
	close(dir);
	return r;
}
