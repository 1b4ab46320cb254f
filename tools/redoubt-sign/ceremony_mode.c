// SPDX-License-Identifier: Apache-2.0
// "ceremony open": owners and modules may change, in one payload, once.
#include "ceremony_mode.h"

#include "base/text.h"
#include "ceremony_room.h"
#include "ceremony_steps.h"
#include "confine.h"
#include "step.h"
#include "utc.h"

#include <stdio.h>
#include <stdlib.h>

#define PAYLOAD_MAX (1u << 20)

size_t ceremony_mode_text(const void *payload, size_t size, uint64_t now, char to[CEREMONY_MODE_TEXT_SIZE])
{
	uint8_t digest[SHA256_SIZE];
	char hex[2 * SHA256_SIZE + 1], time[UTC_TEXT_SIZE];
	sha256_of(payload, size, digest);
	hex_encode(digest, sizeof digest, hex);
	utc_format(now, time);
	return (size_t)snprintf(to, CEREMONY_MODE_TEXT_SIZE, "%s %s\n", hex, time);
}

bool ceremony_mode_open(const struct vault *vault, const void *payload, size_t size, uint64_t now)
{
	const struct vault_file *file = vault_find(vault, VAULT_CEREMONY_MODE);
	char expected[CEREMONY_MODE_TEXT_SIZE];
	uint64_t opened;
	size_t digits = 2 * SHA256_SIZE;
	if (!file || file->size != digits + UTC_TEXT_SIZE + 1 ||
	    utc_parse((const char *)file->bytes + digits + 1, UTC_TEXT_SIZE - 1, &opened))
		return false;
	if (ceremony_mode_text(payload, size, opened, expected) != file->size ||
	    memcmp(expected, file->bytes, file->size) != 0)
		return false;
	return now >= opened && now - opened < CEREMONY_MODE_SECONDS;
}

static int reason_ask(char *to, size_t room)
{
	int r = screen_ask("The reason, in a sentence", to, room);
	if (r == 0 && strlen(to) >= 10)
		return 0;
	complain("a reason of at least ten characters is needed; nothing was done");
	return EXIT_DECLINED;
}

static int opened_write(struct vault *vault, const struct unlocked *unlocked, const void *payload,
			size_t size)
{
	char reason[200], second[CEREMONY_NAME_MAX + 1], text[CEREMONY_MODE_TEXT_SIZE],
		digest[2 * SHA256_SIZE + 1];
	screen_page("Ceremony: let one payload change owners, modules or the timelock");
	screen_text("The review still shows everything that the payload does, and still refuses "
		    "delegatecalls and "
		    "unlimited approvals. What opens here is the change of who may sign, for this one "
		    "payload, for a day.");
	size_t length = ceremony_mode_text(payload, size, now_seconds(), text);
	memcpy(digest, text, sizeof digest - 1);
	digest[sizeof digest - 1] = '\0';
	screen_field("payload", "SHA-256 %s", digest);
	int r = reason_ask(reason, sizeof reason);
	if (!r)
		r = name_ask("The second person, who has read the payload too", second);
	if (!r && screen_confirm("Type: owners may change", "owners may change"))
		r = EXIT_DECLINED;
	if (r)
		return r;
	const struct log_field details[] = { { "payload", digest },
					     { "reason", reason },
					     { "second", second } };
	const struct vault_change change = { VAULT_CEREMONY_MODE, text, length };
	const struct vault_act act = { .act = "ceremony-opened",
				       .details = details,
				       .detail_count = ARRAY_LEN(details),
				       .changes = &change,
				       .change_count = 1 };
	r = vault_act(vault, unlocked->log_key, &act);
	if (!r)
		screen_text("Open for this payload. It closes when the payload is signed, or in a day.");
	return r;
}

int ceremony_open_run(int argc, char **argv)
{
	static struct vault vault;
	struct unlocked unlocked = { .keystore = NULL };
	const char *path;
	char *payload;
	size_t size;
	int r = options_read(argc, argv, NULL, 0, &path, 1, 1);
	if (r < 0)
		return options_exit(r);
	if ((r = public_read(path, PAYLOAD_MAX, &payload, &size)))
		return r;
	if (!(r = vault_open(globals.vault, VAULT_OPEN, &vault))) {
		const struct confinement confinement = { .write_dirs = { vault.dir }, .write_count = 1,
							 .token = unlock_loads_module(&vault) };
		r = confine(&confinement);
		if (!r)
			r = vault_unlock(&vault, &unlocked);
		if (!r)
			r = opened_write(&vault, &unlocked, payload, size);
		vault_lock(&unlocked);
		vault_close(&vault);
	}
	free(payload);
	return r;
}
