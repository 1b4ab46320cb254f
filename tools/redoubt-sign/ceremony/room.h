// SPDX-License-Identifier: Apache-2.0
// What the commands of ceremony and keep share: the vault with its ceremony, outlets for public files,
// names, and acts that bring the ceremony's text with them.
#pragma once

#include "ceremony/ceremony.h"
#include "command.h"
#include "screen/screen.h"
#include "unlock.h"
#include "vault/vault.h"

struct outlet { // a public file that a command writes
	int dir;
	char name[256];
	const char *path; // as it was given
};
#define OUTLET_NONE ((struct outlet){ .dir = -1 })

struct room {
	struct vault vault;
	struct unlocked unlocked;
	struct ceremony ceremony;
	struct outlet out;
};

// All functions that return int: 0 or an exit code after a complaint.

// Opens the vault and reads its ceremony. The one struct there is: large, and in ordinary memory, since
// nothing in it but `unlocked` is secret.
MUST_USE int room_open(struct room **ret);
void room_close(struct room *room); // accepts NULL
// confine(): files only in the vault and, with an outlet, in its directory.
MUST_USE int room_confine(struct room *room);
MUST_USE int room_unlock(struct room *room);

MUST_USE int outlet_open(const char *path, struct outlet *ret);
void outlet_close(struct outlet *outlet);
// Writes durably. What is there already is only replaced when it begins with `head` (an earlier try of the
// same).
MUST_USE int outlet_write(const struct outlet *outlet, const void *bytes, size_t size, const char *head);

// Reads a public file of at most `max` bytes: text with a NUL behind it.
MUST_USE int public_read(const char *path, size_t max, char **ret, size_t *ret_size);
// Reads a plan (nothing but a plan).
MUST_USE int plan_read(const char *path, struct ceremony *ret);
void plan_show(const struct ceremony_plan *plan);
#define PLAN_CODE_SIZE 9
void plan_code(const struct ceremony_plan *plan, char to[PLAN_CODE_SIZE]);

void page_gap(void); // an empty line

// Asks who watches: one of the plan's witnesses.
MUST_USE int witness_ask(const struct ceremony_plan *plan, char to[CEREMONY_NAME_MAX + 1]);
// Asks for a second person: anybody but this signer himself. Years later the plan's witnesses may be gone.
MUST_USE int second_ask(const struct ceremony *ceremony, char to[CEREMONY_NAME_MAX + 1]);
// Asks for a reason in a sentence.
#define REASON_MAX 200
MUST_USE int reason_ask(const char *prompt, char to[REASON_MAX]);
// Asks for a person's name.
MUST_USE int name_ask(const char *prompt, char to[CEREMONY_NAME_MAX + 1]);
// Asks until it is a number within the bounds; three tries.
MUST_USE int number_ask(const char *prompt, uint64_t min, uint64_t max, uint64_t *ret);

// A signed act with the ceremony's text and at most ROOM_CHANGES_MAX other changes.
#define ROOM_CHANGES_MAX 8
MUST_USE int room_act(struct room *room, const char *act, const struct log_field *details,
		      size_t detail_count, const struct vault_change *changes, size_t change_count);
// Marks a step done by that witness and writes it with the act.
MUST_USE int room_step(struct room *room, enum ceremony_step step, const char *witness, const char *act,
		       const struct log_field *details, size_t detail_count,
		       const struct vault_change *changes, size_t change_count);
// Whether `step` is the next one; complains when not.
MUST_USE int room_expect(const struct room *room, enum ceremony_step step);

// A command whose one option is --out FILE: opens the room, expects that step, opens the outlet, runs.
int room_write_out(int argc, char **argv, enum ceremony_step step, int (*run)(struct room *room));

// The key of this signer, as the ceremony's text has it.
MUST_USE int room_own_key(const struct ceremony *ceremony, struct descriptor_key *ret);
