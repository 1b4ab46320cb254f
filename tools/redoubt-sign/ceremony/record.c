// SPDX-License-Identifier: Apache-2.0
// "ceremony record": fingerprint and key read back from paper, then the public key as a BIP129 key record.
#include "ceremony/record.h"
#include "base/text.h"
#include "ceremony/seed.h"
#include "ceremony/steps.h"
#include "crypto/secret.h"
#include "step.h"

#include <stdio.h>

#define TAIL 8 // characters of an EVM account that its own signer reads back

void record_description(const struct ceremony_plan *plan, unsigned signer, char to[BSMS_DESCRIPTION_MAX + 1])
{
	int length = snprintf(to, BSMS_DESCRIPTION_MAX + 1, "%s signer %u", plan->wallet, signer);
	ASSERT(length > 0 && length <= BSMS_DESCRIPTION_MAX);
}

int tail_confirm(const char *what, const char *text)
{
	char prompt[128];
	size_t length = strlen(text);
	ASSERT(length >= TAIL);
	snprintf(prompt, sizeof prompt, "The last %d characters of %s", TAIL, what);
	return screen_confirm(prompt, text + length - TAIL);
}

// Without blanks and in small letters. false when it is longer than `room` - 1.
static bool code_tidy(const char *text, char *to, size_t room)
{
	size_t size = 0;
	for (; *text; text++) {
		if (*text == ' ')
			continue;
		if (size + 1 >= room)
			return false;
		to[size++] = (char)(*text >= 'A' && *text <= 'Z' ? *text - 'A' + 'a' : *text);
	}
	to[size] = '\0';
	return true;
}

int code_confirm(const char *prompt, const char *code)
{
	char typed[SCREEN_LINE_MAX], tidy[64], expected[64];
	ASSERT(code_tidy(code, expected, sizeof expected));
	int r = screen_ask(prompt, typed, sizeof typed);
	if (r == 0 && code_tidy(typed, tidy, sizeof tidy) && strcmp(tidy, expected) == 0)
		return 0;
	screen_text("%s Nothing was done.", r == 1 ? "There was no answer." : "That is not it.");
	return 1;
}

int key_codes_confirm(const struct ceremony_plan *plan, const struct descriptor *descriptor, unsigned me)
{
	char code[CEREMONY_KEY_CODE_SIZE], prompt[128];
	for (size_t i = 0; i < descriptor->key_count; i++) {
		const struct descriptor_key *key = &descriptor->keys[i];
		unsigned signer = key->extended ? descriptor_signer(plan, descriptor, i) : 0;
		if (signer == 0 || signer == me)
			continue;
		ceremony_key_code(plan->network, &key->base, code);
		snprintf(prompt, sizeof prompt,
			 "The KEY CODE of signer %u, %s, from his paper (20 of 0-9 a-f)", signer,
			 plan->signers[signer - 1]);
		if (code_confirm(prompt, code) == 0)
			continue;
		complain(
			"the key that was brought as signer %u's (%s) has another KEY CODE than was typed: "
			"either the code was mistyped, or this is not his key but somebody else's under his "
			"fingerprint. Read it again from his paper; when it differs again, stop the ceremony",
			signer, plan->signers[signer - 1]);
		return EXIT_REFUSED;
	}
	return 0;
}

#define ADDRESS_CODE 16 // of bech32: 80 bits

void address_code(const char *address, char to[ADDRESS_CODE_SIZE])
{
	size_t length = strlen(address);
	ASSERT(length >= ADDRESS_CODE);
	const char *end = address + length - ADDRESS_CODE;
	snprintf(to, ADDRESS_CODE_SIZE, "%.4s %.4s %.4s %.4s", end, end + 4, end + 8, end + 12);
}

int address_confirm(const char *what, const char *address)
{
	char code[ADDRESS_CODE_SIZE], prompt[128];
	address_code(address, code);
	snprintf(prompt, sizeof prompt, "The last %d characters of %s", ADDRESS_CODE, what);
	return code_confirm(prompt, code);
}

static int facts_read_back(const struct ceremony *c)
{
	char fingerprint[2 * HD_FINGERPRINT_SIZE + 1], code[CEREMONY_KEY_CODE_SIZE];
	ceremony_own_key_code(c, code);
	hex_encode(c->fingerprint, HD_FINGERPRINT_SIZE, fingerprint);
	screen_page("The public key");
	screen_field("fingerprint", "%s", fingerprint);
	screen_field("key", "%s", c->key);
	screen_field("KEY CODE", "%s", code);
	if (c->evm[0]) {
		screen_field("EVM account", "%s", c->evm);
		screen_field("account ends in", "%s", c->evm + strlen(c->evm) - TAIL);
	}
	screen_text("Write the fingerprint, the KEY CODE%s by hand on the notes. The others type the KEY "
		    "CODE from "
		    "your paper: it alone shows that the key they have is yours.",
		    c->evm[0] ? " and the account's end" : "");
	if (screen_pause("Enter when they are written"))
		return EXIT_DECLINED;
	screen_page("Read back");
	if (screen_confirm("The fingerprint, from the paper", fingerprint) ||
	    code_confirm("The KEY CODE, from the paper (20 of 0-9 a-f)", code) ||
	    (c->evm[0] && tail_confirm("the EVM account, from the paper", c->evm)))
		return EXIT_DECLINED;
	return 0;
}

static int record_make(struct room *room, char *to, size_t room_size)
{
	struct ceremony *c = &room->ceremony;
	struct ceremony *again = calloc(1, sizeof *again);
	struct hd_private *key = secret_alloc(sizeof *key);
	char description[BSMS_DESCRIPTION_MAX + 1];
	const uint8_t *seed;
	size_t size;
	int r = again && key ? keystore_export_seed(room->unlocked.keystore, &seed, &size) : EXIT_FAILED;
	if (!r) {
		*again = *c;
		r = seed_facts(again, seed, size);
	}
	if (!r && (strcmp(again->key, c->key) != 0 || strcmp(again->evm, c->evm) != 0)) {
		complain("the key that the keystore gives is not the one that the ceremony wrote down");
		r = EXIT_DAMAGED;
	}
	record_description(&c->plan, c->me, description);
	if (!r)
		r = seed_account(&c->plan, seed, size, key);
	if (!r && bsms_key_format(c->plan.network, c->plan.token, c->key, description, key->secret, to,
				  room_size)) {
		complain("the key record could not be made");
		r = EXIT_FAILED;
	}
	secret_free(key);
	free(again);
	return r;
}

static int record_run(struct room *room)
{
	static char record[BSMS_TEXT_MAX];
	char witness[CEREMONY_NAME_MAX + 1], digest_text[2 * SHA256_SIZE + 1];
	uint8_t digest[SHA256_SIZE];
	int r = room_confine(room);
	if (!r)
		r = room_unlock(room);
	if (!r)
		r = facts_read_back(&room->ceremony);
	if (!r)
		r = witness_ask(&room->ceremony.plan, witness);
	if (!r)
		r = record_make(room, record, sizeof record);
	if (!r)
		r = outlet_write(&room->out, record, strlen(record), "BSMS 1.0\n");
	if (r)
		return r;
	STEP("ceremony-record-written");
	sha256_of(record, strlen(record), digest);
	hex_encode(digest, sizeof digest, digest_text);
	const struct log_field details[] = { { "record", digest_text }, { "witness", witness } };
	r = room_step(room, CEREMONY_RECORD, witness, "record-written", details, ARRAY_LEN(details), NULL, 0);
	if (r)
		return r;
	screen_page("The key record is written");
	screen_field("file", "%s", room->out.path);
	screen_field("SHA-256", "%s", digest_text);
	screen_text("Carry it to the leader, or show it: redoubt-qr show --type bytes %s", room->out.path);
	screen_field("now", "%s", ceremony_step_text(CEREMONY_REGISTER));
	return EXIT_DONE;
}

int ceremony_record_run(int argc, char **argv)
{
	return room_write_out(argc, argv, CEREMONY_RECORD, record_run);
}
