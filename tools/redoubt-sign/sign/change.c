// SPDX-License-Identifier: Apache-2.0
#include "sign/change.h"

#include <fcntl.h>
#include <stdlib.h>

#include "command.h"
#include "confine.h"
#include "screen/screen.h"

int change_begin(struct change_command *c, const char *path)
{
	int r = path ? file_read(AT_FDCWD, path, CONFIGURATION_TEXT_MAX, &c->text, &c->size) : 0;
	if (r) {
		complain("'%s' cannot be read: %s", path, r == 1 ? "it is too large" : strerror(-r));
		return EXIT_FAILED;
	}
	r = vault_open(globals.vault, VAULT_OPEN, &c->vault);
	if (r)
		return r;
	struct confinement confinement = { .write_dirs = { c->vault.dir }, .write_count = 1 };
	confinement.token = c->with_token || unlock_loads_module(&c->vault);
	r = confine(&confinement);
	return r ? r : configuration_read(&c->vault, &c->configuration);
}

void head_write_down(const struct vault *vault)
{
	char code[LOG_CODE_SIZE];
	log_head_code(&vault->head, code);
	screen_text("Done. Write on your paper: %s", code);
}

int change_make(struct change_command *c, const char *act, const struct vault_change *change,
		const struct log_field *details, size_t count)
{
	struct unlocked unlocked;
	int r = configuration_read_with(&c->vault, change->name, change->bytes, change->size, &c->configuration);
	if (r)
		return r;
	r = vault_unlock(&c->vault, &unlocked);
	if (r)
		return r;
	r = c->key_check ? c->key_check(c, &unlocked) : 0;
	const struct vault_act it = { .act = act, .details = details, .detail_count = count, .changes = change, .change_count = 1 };
	if (!r)
		r = vault_act(&c->vault, unlocked.log_key, &it);
	vault_lock(&unlocked);
	if (!r)
		head_write_down(&c->vault);
	return r;
}

void change_end(struct change_command *c)
{
	vault_close(&c->vault);
	free(c->text);
	c->text = NULL;
}
