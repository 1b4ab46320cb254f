// SPDX-License-Identifier: Apache-2.0
#include "ceremony/room.h"

#include "base/text.h"
#include "confine.h"
#include "step.h"

#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define REASON_MIN 10 // characters: a word is no reason

static int ceremony_load(struct room *room)
{
	const struct vault_file *file = vault_find(&room->vault, VAULT_CEREMONY);
	size_t line;
	if (!file) {
		complain("this vault was not made by a ceremony, and keeps no record of one");
		return EXIT_REFUSED;
	}
	enum ceremony_refusal refusal =
		ceremony_parse((const char *)file->bytes, file->size, &room->ceremony, &line);
	if (!refusal && room->ceremony.me)
		return 0;
	complain("the vault's file 'ceremony' cannot be read, line %zu: %s", line,
		 ceremony_refusal_text(refusal));
	return EXIT_DAMAGED;
}

int room_open(struct room **ret)
{
	struct room *room = calloc(1, sizeof *room);
	if (!room) {
		complain("there is not enough memory");
		return EXIT_FAILED;
	}
	room->out = OUTLET_NONE;
	int r = vault_open(globals.vault, VAULT_OPEN, &room->vault);
	if (!r)
		r = ceremony_load(room);
	if (r) {
		room_close(room);
		return r;
	}
	*ret = room;
	return 0;
}

void room_close(struct room *room)
{
	if (!room)
		return;
	vault_lock(&room->unlocked);
	vault_close(&room->vault);
	outlet_close(&room->out);
	free(room);
}

int room_confine(struct room *room)
{
	struct confinement confinement = { .write_dirs = { room->vault.dir }, .write_count = 1,
					   .token = unlock_loads_module(&room->vault) };
	if (room->out.dir >= 0 && vault_holds(&room->vault, room->out.dir))
		return EXIT_FAILED;
	if (room->out.dir >= 0)
		confinement.write_dirs[confinement.write_count++] = room->out.dir;
	return confine(&confinement);
}

int room_unlock(struct room *room)
{
	return vault_unlock(&room->vault, &room->unlocked);
}

// ---- public files --------------------------------------------------------
int outlet_open(const char *path, struct outlet *ret)
{
	char directory[4096], name[4096];
	if (!path || strlen(path) >= sizeof directory) {
		complain("--out FILE must say where the result goes");
		return EXIT_USAGE;
	}
	strcpy(directory, path);
	strcpy(name, path);
	const char *last = basename(name);
	if (strlen(last) >= sizeof ret->name - 4 || strcmp(last, ".") == 0 || strcmp(last, "..") == 0 ||
	    last[0] == '/') {
		complain("'%s' is no name of a file", path);
		return EXIT_USAGE;
	}
	int dir = open(dirname(directory), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0) {
		complain("the directory of '%s' cannot be opened: %s", path, strerror(errno));
		return EXIT_FAILED;
	}
	*ret = (struct outlet){ .dir = dir, .path = path };
	strcpy(ret->name, last);
	return 0;
}

void outlet_close(struct outlet *outlet)
{
	if (outlet->dir >= 0)
		close(outlet->dir);
	*outlet = OUTLET_NONE;
}

int outlet_write(const struct outlet *outlet, const void *bytes, size_t size, const char *head)
{
	uint8_t *old = NULL;
	size_t old_size = 0;
	int r = file_read(outlet->dir, outlet->name, VAULT_FILE_SIZE_MAX, &old, &old_size);
	bool foreign = r > 0 || (r < 0 && r != -ENOENT) ||
		       (r == 0 && (old_size < strlen(head) || memcmp(old, head, strlen(head)) != 0));
	free(old);
	if (foreign) {
		complain("there is another file at '%s'; it is left alone: name a new one", outlet->path);
		return EXIT_FAILED;
	}
	r = file_replace(outlet->dir, outlet->name, bytes, size);
	if (r < 0) {
		complain("'%s' could not be written: %s", outlet->path, strerror(-r));
		return EXIT_FAILED;
	}
	return 0;
}

int public_read(const char *path, size_t max, char **ret, size_t *ret_size)
{
	uint8_t *bytes = NULL;
	int r = file_read(AT_FDCWD, path, max, &bytes, ret_size);
	if (r == 0) {
		*ret = (char *)bytes;
		return 0;
	}
	if (r > 0)
		complain("'%s' is longer than %zu bytes: it is not what is asked for", path, max);
	else
		complain("'%s' cannot be read: %s", path, strerror(-r));
	return EXIT_FAILED;
}

// ---- the plan ------------------------------------------------------------
int plan_read(const char *path, struct ceremony *ret)
{
	char *text;
	size_t size, line;
	if (!path) {
		complain("--plan FILE must name the plan");
		return EXIT_USAGE;
	}
	int r = public_read(path, CEREMONY_TEXT_MAX, &text, &size);
	if (r)
		return r;
	enum ceremony_refusal refusal = ceremony_parse(text, size, ret, &line);
	free(text);
	if (refusal) {
		complain("the plan '%s' is refused, line %zu: %s", path, line,
			 ceremony_refusal_text(refusal));
		return EXIT_REFUSED;
	}
	if (ret->me) {
		complain("'%s' is one signer's record, not a plan", path);
		return EXIT_REFUSED;
	}
	return 0;
}

void plan_code(const struct ceremony_plan *plan, char to[PLAN_CODE_SIZE])
{
	uint8_t digest[SHA256_SIZE];
	ceremony_plan_digest(plan, digest);
	hex_encode(digest, (PLAN_CODE_SIZE - 1) / 2, to);
}

void plan_show(const struct ceremony_plan *plan)
{
	screen_field("wallet", "%s", plan->wallet);
	screen_field("network", "%s", plan->network->name);
	screen_field("script", "%s", ceremony_script_name(plan->script));
	screen_field("quorum", "%u of %u", plan->quorum.threshold, plan->quorum.count);
	if (plan->script == CEREMONY_UNVAULT) {
		screen_field("may cancel", "%u of %u, at once", plan->cancel.threshold, plan->cancel.count);
		screen_field("may pay", "only %u blocks after a coin came in", plan->lock);
	}
	screen_field("account", "%u", plan->account);
	screen_field("token", "%s", plan->token);
	screen_field("shares", "%u of %u for each key", plan->shares.threshold, plan->shares.count);
	if (plan->chain)
		screen_field("EVM chain", "%llu", (unsigned long long)plan->chain);
	screen_field("leader", "%s", plan->leader);
	for (unsigned i = 0; i < plan->witness_count; i++)
		screen_field("witness", "%s", plan->witnesses[i]);
	for (unsigned i = 0; i < ceremony_signer_count(plan); i++)
		screen_field("signer", "%u  %s%s", i + 1, plan->signers[i],
			     i < plan->quorum.count ? "" : "  (may cancel)");
}

void page_gap(void)
{
	screen_line("%s", "");
}

// ---- questions -----------------------------------------------------------
int name_ask(const char *prompt, char to[CEREMONY_NAME_MAX + 1])
{
	char typed[SCREEN_LINE_MAX];
	for (int i = 0; i < 3; i++) {
		int r = screen_ask(prompt, typed, sizeof typed);
		if (r == 1)
			break;
		if (r == 0 && ceremony_name_valid(typed)) {
			memcpy(to, typed, strlen(typed) + 1);
			return 0;
		}
		screen_text("A name has 1 to %d plain characters and no space at its ends.",
			    CEREMONY_NAME_MAX);
	}
	complain("no name was given; nothing was done");
	return EXIT_DECLINED;
}

int number_ask(const char *prompt, uint64_t min, uint64_t max, uint64_t *ret)
{
	char typed[SCREEN_LINE_MAX];
	for (int i = 0; i < 3; i++) {
		int r = screen_ask(prompt, typed, sizeof typed);
		if (r == 1)
			break;
		if (r == 0 && number_read(typed, "the number", min, max, ret))
			return 0;
	}
	complain("no number was given; nothing was done");
	return EXIT_DECLINED;
}

int witness_ask(const struct ceremony_plan *plan, char to[CEREMONY_NAME_MAX + 1])
{
	int r = name_ask("Witness at this step (a name of the plan)", to);
	if (r)
		return r;
	for (unsigned i = 0; i < plan->witness_count; i++) {
		if (strcmp(plan->witnesses[i], to) == 0)
			return 0;
	}
	complain("'%s' is no witness of this plan: a step without its witness does not count; nothing was "
		 "done",
		 to);
	return EXIT_REFUSED;
}

int second_ask(const struct ceremony *ceremony, char to[CEREMONY_NAME_MAX + 1])
{
	int r = name_ask("The second person present", to);
	if (!r && strcmp(to, ceremony->plan.signers[ceremony->me - 1]) == 0) {
		complain("%s is the signer: the second person is another one; nothing was done", to);
		r = EXIT_REFUSED;
	}
	return r;
}

int reason_ask(const char *prompt, char to[REASON_MAX])
{
	if (screen_ask(prompt, to, REASON_MAX) == 0 && strlen(to) >= REASON_MIN)
		return 0;
	complain("a reason of at least %d characters is needed; nothing was done", REASON_MIN);
	return EXIT_DECLINED;
}

// ---- acts ----------------------------------------------------------------
int room_act(struct room *room, const char *act, const struct log_field *details, size_t detail_count,
	     const struct vault_change *changes, size_t change_count)
{
	static char text[CEREMONY_TEXT_MAX + 1];
	struct vault_change all[ROOM_CHANGES_MAX + 1];
	ASSERT(change_count <= ROOM_CHANGES_MAX);
	all[0] = (struct vault_change){ VAULT_CEREMONY, text, ceremony_format(&room->ceremony, text) };
	for (size_t i = 0; i < change_count; i++)
		all[i + 1] = changes[i];
	struct vault_act whole = {
		.act = act,
		.details = details,
		.detail_count = detail_count,
		.changes = all,
		.change_count = change_count + 1,
	};
	return vault_act(&room->vault, room->unlocked.log_key, &whole);
}

int room_step(struct room *room, enum ceremony_step step, const char *witness, const char *act,
	      const struct log_field *details, size_t detail_count, const struct vault_change *changes,
	      size_t change_count)
{
	room->ceremony.done[step].seconds = now_seconds();
	strcpy(room->ceremony.done[step].witness, witness);
	return room_act(room, act, details, detail_count, changes, change_count);
}

int room_expect(const struct room *room, enum ceremony_step step)
{
	enum ceremony_step next = ceremony_next(&room->ceremony);
	if (next == step)
		return 0;
	if (next > step)
		complain("this step was done; what comes next: %s", ceremony_step_text(next));
	else
		complain("another step comes before this one: %s", ceremony_step_text(next));
	return EXIT_REFUSED;
}

int room_write_out(int argc, char **argv, enum ceremony_step step, int (*run)(struct room *room))
{
	const char *path = NULL;
	const struct option options[] = { { "--out", &path, NULL } };
	struct room *room;
	int r = options_read(argc, argv, options, ARRAY_LEN(options), NULL, 0, 0);
	if (r < 0)
		return options_exit(r);
	if ((r = room_open(&room)))
		return r;
	r = room_expect(room, step);
	if (!r)
		r = outlet_open(path, &room->out);
	if (!r)
		r = run(room);
	room_close(room);
	return r;
}

int room_own_key(const struct ceremony *ceremony, struct descriptor_key *ret)
{
	if (!descriptor_key_parse(ceremony->plan.network, ceremony->key, strlen(ceremony->key), false, ret))
		return 0;
	complain("the vault's own key '%s' cannot be read", ceremony->key);
	return EXIT_DAMAGED;
}
