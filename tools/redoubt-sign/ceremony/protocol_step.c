// SPDX-License-Identifier: Apache-2.0
// "ceremony protocol" and "ceremony status".
#include "base/text.h"
#include "ceremony/record.h"
#include "ceremony/steps.h"
#include "ceremony/protocol.h"
#include "step.h"

#include <stdio.h>

static int facts_gather(const struct room *room, char code[LOG_CODE_SIZE], struct protocol_facts *ret)
{
	static struct descriptor descriptor;
	const struct ceremony *c = &room->ceremony;
	*ret = (struct protocol_facts){ .version = REDOUBT_VERSION,
					.written = now_seconds(),
					.log_code = code };
	memcpy(ret->log_key, room->vault.head.key, sizeof ret->log_key);
	log_head_code(&room->vault.head, code);
	if (descriptor_parse(c->plan.network, c->descriptor, strlen(c->descriptor), &descriptor)) {
		complain("the registered descriptor cannot be read");
		return EXIT_DAMAGED;
	}
	return first_address(&descriptor, ret->first_address);
}

static int protocol_run(struct room *room)
{
	static char text[PROTOCOL_TEXT_MAX + 1];
	char witness[CEREMONY_NAME_MAX + 1], code[LOG_CODE_SIZE], digest_text[2 * SHA256_SIZE + 1];
	uint8_t digest[SHA256_SIZE];
	struct protocol_facts facts;
	int r = room_confine(room);
	if (!r)
		r = room_unlock(room);
	if (!r) {
		screen_page("Ceremony: the protocol");
		r = witness_ask(&room->ceremony.plan, witness);
	}
	if (!r)
		r = facts_gather(room, code, &facts);
	if (r)
		return r;
	struct ceremony_done *done = &room->ceremony.done[CEREMONY_PROTOCOL];
	done->seconds = facts.written;
	strcpy(done->witness, witness);
	size_t size = protocol_write(&room->ceremony, &facts, text);
	if ((r = outlet_write(&room->out, text, size, PROTOCOL_HEAD)))
		return r;
	STEP("ceremony-protocol-written");
	sha256_of(text, size, digest);
	hex_encode(digest, sizeof digest, digest_text);
	const struct log_field details[] = { { "protocol", digest_text }, { "witness", witness } };
	r = room_step(room, CEREMONY_PROTOCOL, witness, "protocol-written", details, ARRAY_LEN(details), NULL,
		      0);
	if (r)
		return r;
	log_head_code(&room->vault.head, code);
	screen_page("The ceremony of this signer is done");
	screen_field("protocol", "%s", room->out.path);
	screen_field("SHA-256", "%s", digest_text);
	screen_field("log", "%s", code);
	screen_text("Print it, compare it with the notes, sign it by hand, and write the log's code on it.");
	return EXIT_DONE;
}

int ceremony_protocol_run(int argc, char **argv)
{
	return room_write_out(argc, argv, CEREMONY_PROTOCOL, protocol_run);
}

static void status_show(const struct room *room)
{
	const struct ceremony *c = &room->ceremony;
	char fingerprint[2 * HD_FINGERPRINT_SIZE + 1], time[SCREEN_TIME_SIZE], code[LOG_CODE_SIZE],
		key_code[CEREMONY_KEY_CODE_SIZE];
	screen_page("Ceremony");
	plan_show(&c->plan);
	hex_encode(c->fingerprint, HD_FINGERPRINT_SIZE, fingerprint);
	screen_heading("Signer %u, %s", c->me, c->plan.signers[c->me - 1]);
	screen_field("fingerprint", "%s", fingerprint);
	screen_field("key", "%s", c->key);
	ceremony_own_key_code(c, key_code);
	screen_field("KEY CODE", "%s", key_code);
	if (c->evm[0])
		screen_field("EVM account", "%s", c->evm);
	for (unsigned i = 0; i < CEREMONY_STEPS && c->done[i].seconds; i++) {
		screen_time(c->done[i].seconds, time);
		screen_field(ceremony_step_name((enum ceremony_step)i), "%s, witness %s", time,
			     c->done[i].witness);
	}
	for (unsigned i = 0; i < c->share_count; i++)
		screen_field("share", "%u  %s", i + 1, c->shares[i].holder);
	if (c->rotation[0])
		screen_field("rotation", "%s", c->rotation);
	log_head_code(&room->vault.head, code);
	screen_field("log", "%s", code);
	screen_field("now", "%s", ceremony_step_text(ceremony_next(c)));
}

int ceremony_status_run(int argc, char **argv)
{
	struct room *room;
	int r = options_read(argc, argv, NULL, 0, NULL, 0, 0);
	if (r < 0)
		return options_exit(r);
	if ((r = room_open(&room)))
		return r;
	if (!(r = room_confine(room)))
		status_show(room);
	room_close(room);
	return r;
}
