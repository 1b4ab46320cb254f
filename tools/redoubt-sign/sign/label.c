// SPDX-License-Identifier: Apache-2.0
// "label": a name for an address, or taken away.
#include "sign/change.h"

#include <stdio.h>
#include <stdlib.h>

#include "command.h"
#include "commands.h"
#include "screen/screen.h"

static struct change_command command;
static char text[CONFIGURATION_TEXT_MAX + 512];

static const char *labels_now(const struct vault *vault)
{
	const struct vault_file *file = vault_find(vault, VAULT_LABELS);
	return file ? (const char *)file->bytes : "redoubt labels 1\n";
}

static int label_add(struct change_command *c, const char *const *words)
{
	size_t length = strlen(words[1]);
	int size = snprintf(text, sizeof text, "%slabel %s %s %s\n", labels_now(&c->vault), words[0], words[1], words[2]);
	if (size < 0 || (size_t)size > CONFIGURATION_TEXT_MAX || length < 6) {
		complain(length < 6 ? "that is not an address" : "the labels do not fit into one file any more");
		return EXIT_REFUSED;
	}
	int r = configuration_read_with(&c->vault, VAULT_LABELS, text, (size_t)size, &c->configuration);
	if (r)
		return EXIT_REFUSED;
	screen_page("A label");
	screen_field("Name", "%s", words[2]);
	screen_field("Address", "%s", words[1]);
	screen_text("Compare the whole address with a source that did not come with it.");
	if (screen_confirm("Type its last 6 characters", words[1] + length - 6))
		return EXIT_DECLINED;
	const struct vault_change change = { VAULT_LABELS, text, (size_t)size };
	const struct log_field details[] = { { "name", words[2] }, { "address", words[1] } };
	return change_make(c, "label-added", &change, details, ARRAY_LEN(details));
}

// Whether the line "label CHAIN ADDRESS NAME" has that name.
static bool line_names(const char *line, size_t size, const char *name)
{
	const char *end = line + size;
	for (int i = 0; i < 3 && line; i++) {
		line = memchr(line, ' ', (size_t)(end - line));
		line = line ? line + 1 : NULL;
	}
	return line && strlen(name) == (size_t)(end - line) && !memcmp(line, name, (size_t)(end - line));
}

static int label_remove(struct change_command *c, const char *name)
{
	size_t size = 0;
	bool found = false;
	for (const char *at = labels_now(&c->vault), *newline; (newline = strchr(at, '\n')); at = newline + 1) {
		if (line_names(at, (size_t)(newline - at), name)) {
			found = true;
			continue;
		}
		memcpy(text + size, at, (size_t)(newline - at) + 1);
		size += (size_t)(newline - at) + 1;
	}
	if (!found) {
		complain("there is no label '%s'", name);
		return EXIT_REFUSED;
	}
	screen_page("A label to take away");
	screen_field("Name", "%s", name);
	if (screen_confirm("Type the name", name))
		return EXIT_DECLINED;
	const struct vault_change change = { VAULT_LABELS, text, size };
	const struct log_field details[] = { { "name", name } };
	return change_make(c, "label-removed", &change, details, ARRAY_LEN(details));
}

int command_label(int argc, char **argv)
{
	const char *words[3], *remove = NULL;
	const struct option options[] = { { "--remove", &remove, NULL } };
	int count = options_read(argc, argv, options, ARRAY_LEN(options), words, 0, 3);
	if (count < 0)
		return options_exit(count);
	if (remove ? count != 0 : count != 3) {
		complain("NETWORK ADDRESS NAME, or --remove NAME");
		return EXIT_USAGE;
	}
	int r = change_begin(&command, NULL);
	if (!r)
		r = remove ? label_remove(&command, remove) : label_add(&command, words);
	change_end(&command);
	return r;
}
