// SPDX-License-Identifier: Apache-2.0
// "ceremony register": each signer takes the wallet in, after he has seen that his own key is in it and that
// the first address is the one that all others have: from then on change is recognised.
#include "base/text.h"
#include "ceremony/record.h"
#include "ceremony/steps.h"
#include "configuration/configuration.h"
#include "step.h"

#include <stdio.h>

int descriptor_record_read(const char *path, const struct network *network, struct descriptor *ret)
{
	enum descriptor_refusal why = DESCRIPTOR_FINE;
	char *text;
	size_t size;
	if (!path) {
		complain("--descriptor FILE must name the wallet's descriptor record");
		return EXIT_USAGE;
	}
	int r = public_read(path, BSMS_TEXT_MAX, &text, &size);
	if (r)
		return r;
	enum bsms_refusal refusal = bsms_descriptor_parse(network, text, size, ret, &why);
	free(text);
	if (!refusal)
		return 0;
	complain("the descriptor record '%s' is refused: %s%s%s", path, bsms_refusal_text(refusal),
		 refusal == BSMS_DESCRIPTOR ? ": " : "",
		 refusal == BSMS_DESCRIPTOR ? descriptor_refusal_text(why) : "");
	return EXIT_REFUSED;
}

static int wallet_check(const struct ceremony *c, const struct descriptor *descriptor)
{
	struct descriptor_key own;
	int r = room_own_key(c, &own);
	if (r)
		return r;
	enum ceremony_wallet_refusal refusal = ceremony_wallet_check(&c->plan, descriptor, c->me, &own);
	if (!refusal)
		return 0;
	complain("this wallet is refused: %s", ceremony_wallet_refusal_text(refusal));
	return EXIT_REFUSED;
}

// Every record that was brought must be in the wallet, at its signer's place.
static int records_check(const struct ceremony_plan *plan, const struct descriptor *descriptor,
			 const char **paths, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct descriptor_key key;
		unsigned signer;
		int r = record_read(paths[i], plan, &key, &signer);
		if (r)
			return r;
		for (size_t k = 0; k < descriptor->key_count; k++) {
			const struct descriptor_key *there = &descriptor->keys[k];
			if (!there->extended || descriptor_signer(plan, descriptor, k) != signer)
				continue;
			if (memcmp(there->base.key, key.base.key, sizeof key.base.key) == 0 &&
			    memcmp(there->base.chain_code, key.base.chain_code, sizeof key.base.chain_code) ==
				    0)
				continue;
			complain("the wallet has another key for signer %u than his record '%s': one of the "
				 "two was exchanged",
				 signer, paths[i]);
			return EXIT_REFUSED;
		}
	}
	return 0;
}

int wallet_change(const struct ceremony_plan *plan, const struct descriptor *descriptor,
		  char name[VAULT_NAME_MAX + 1], struct vault_change *ret)
{
	static char text[CONFIGURATION_TEXT_MAX];
	const char *names[DESCRIPTOR_KEYS_MAX] = { NULL };
	static char short_names[DESCRIPTOR_KEYS_MAX][POLICY_NAME_MAX + 1];
	for (size_t i = 0; i < descriptor->key_count; i++) {
		unsigned signer = descriptor->keys[i].extended ? descriptor_signer(plan, descriptor, i) : 0;
		snprintf(short_names[i], sizeof short_names[i], "%.*s", POLICY_NAME_MAX,
			 signer ? plan->signers[signer - 1] : "");
		for (size_t end = strlen(short_names[i]); end > 0 && short_names[i][end - 1] == ' ';)
			short_names[i][--end] = '\0';
		names[i] = short_names[i];
	}
	if (wallet_text_format(plan->wallet, descriptor, names, text, sizeof text)) {
		complain("the wallet's text does not fit");
		return EXIT_FAILED;
	}
	snprintf(name, VAULT_NAME_MAX + 1, "wallets/%s.wallet", plan->wallet);
	*ret = (struct vault_change){ name, text, strlen(text) };
	return 0;
}

// A wallet that the vault's other files contradict would close the vault to every later command.
int wallet_fits(const struct room *room, const struct vault_change *wallet)
{
	static struct configuration configuration;
	return configuration_read_with(&room->vault, wallet->name, wallet->bytes, wallet->size,
				       &configuration);
}

static int wallet_agree(const struct ceremony *c, const struct descriptor *descriptor,
			char address[ADDRESS_TEXT_MAX + 1])
{
	screen_page("Ceremony: register the wallet");
	descriptor_show(&c->plan, descriptor);
	page_gap();
	screen_text(
		"Your own key is in it, at your place. Each other signer reads his KEY CODE aloud from his "
		"paper, not from a screen; type it. A fingerprint alone shows nothing: whoever exchanged a "
		"key could keep it.");
	int r = key_codes_confirm(&c->plan, descriptor, c->me);
	if (r)
		return r;
	if (address_confirm("the first address, from the board", address)) {
		complain("the first address of this wallet begins %.12s... and does not end like the one on "
			 "the board: a key was exchanged on the way, or a character mistyped",
			 address);
		return EXIT_REFUSED;
	}
	return 0;
}

static int wallet_register(struct room *room, const struct descriptor *descriptor)
{
	struct ceremony *c = &room->ceremony;
	char address[ADDRESS_TEXT_MAX + 1], witness[CEREMONY_NAME_MAX + 1], name[VAULT_NAME_MAX + 1];
	struct vault_change change;
	int r = first_address(descriptor, address);
	if (!r)
		r = room_confine(room);
	if (!r)
		r = room_unlock(room);
	if (!r)
		r = wallet_agree(c, descriptor, address);
	if (!r)
		r = witness_ask(&c->plan, witness);
	if (!r)
		r = wallet_change(&c->plan, descriptor, name, &change);
	if (!r)
		r = wallet_fits(room, &change);
	if (r)
		return r;
	if (descriptor_format(descriptor, c->descriptor, sizeof c->descriptor))
		return EXIT_FAILED;
	const struct log_field details[] = { { "wallet", c->plan.wallet },
					     { "checksum", strrchr(c->descriptor, '#') + 1 },
					     { "first-address", address },
					     { "witness", witness } };
	r = room_step(room, CEREMONY_REGISTER, witness, "wallet-registered", details, ARRAY_LEN(details),
		      &change, 1);
	if (r)
		return r;
	screen_page("The wallet is registered");
	screen_field("first address", "%s", address);
	screen_field("now", "%s", ceremony_step_text(CEREMONY_PROTOCOL));
	return EXIT_DONE;
}

int ceremony_register_run(int argc, char **argv)
{
	static struct descriptor descriptor;
	const char *path = NULL, *records[CEREMONY_SIGNERS_MAX];
	const struct option options[] = { { "--descriptor", &path, NULL } };
	struct room *room;
	int count = options_read(argc, argv, options, ARRAY_LEN(options), records, 0, CEREMONY_SIGNERS_MAX);
	if (count < 0)
		return options_exit(count);
	int r = room_open(&room);
	if (r)
		return r;
	r = room_expect(room, CEREMONY_REGISTER);
	if (!r)
		r = descriptor_record_read(path, room->ceremony.plan.network, &descriptor);
	if (!r)
		r = wallet_check(&room->ceremony, &descriptor);
	if (!r)
		r = records_check(&room->ceremony.plan, &descriptor, records, (size_t)count);
	if (!r)
		r = wallet_register(room, &descriptor);
	room_close(room);
	return r;
}
